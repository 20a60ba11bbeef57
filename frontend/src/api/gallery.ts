import { queryOptions } from "@tanstack/react-query";

import { api } from "./client";
import type { GalleryTeam, Page } from "./types";

export const galleryQuery = queryOptions({
  queryKey: ["gallery"],
  queryFn: ({ signal }) => api.get<Page<GalleryTeam>>("/gallery", { signal }),
  // It ships with the server.
  staleTime: 10 * 60_000,
});
