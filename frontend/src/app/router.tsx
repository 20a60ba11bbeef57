import type { ComponentType } from "react";
import { createBrowserRouter, type RouteObject } from "react-router";

import { PageSkeleton } from "@/components/PageSkeleton";

import { NotFound, RouteError } from "./RouteError";
import { Shell } from "./Shell";

/** Each screen is a chunk of its own: a named page component of its feature. */
function page<Name extends string>(load: () => Promise<Record<Name, ComponentType>>, name: Name) {
  return async () => ({ Component: (await load())[name] });
}

const pages: RouteObject[] = [
  { index: true, lazy: page(() => import("@/features/home/HomePage"), "HomePage") },
  { path: "teams", lazy: page(() => import("@/features/teams/TeamsPage"), "TeamsPage") },
  { path: "teams/:id", lazy: page(() => import("@/features/builder/BuilderPage"), "BuilderPage") },
  { path: "library", lazy: page(() => import("@/features/library/LibraryPage"), "LibraryPage") },
  { path: "library/:id", lazy: page(() => import("@/features/builder/BuilderPage"), "BuilderPage") },
  { path: "gallery", lazy: page(() => import("@/features/gallery/GalleryPage"), "GalleryPage") },
  { path: "sessions", lazy: page(() => import("@/features/sessions/SessionsPage"), "SessionsPage") },
  { path: "runs/:id", lazy: page(() => import("@/features/session/SessionPage"), "SessionPage") },
  { path: "approvals/:id?", lazy: page(() => import("@/features/approvals/ApprovalsPage"), "ApprovalsPage") },
  { path: "settings/:tab?", lazy: page(() => import("@/features/settings/SettingsPage"), "SettingsPage") },
  { path: "*", Component: NotFound },
];

export function createRouter() {
  return createBrowserRouter([
    {
      Component: Shell,
      ErrorBoundary: RouteError,
      HydrateFallback: PageSkeleton,
      children: [{ ErrorBoundary: RouteError, children: pages }],
    },
  ]);
}
