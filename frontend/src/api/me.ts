import { queryOptions, useQuery } from "@tanstack/react-query";

import { api } from "./client";
import type { Component, Me, Workspace } from "./types";

export const meQuery = queryOptions({
  queryKey: ["me"],
  queryFn: ({ signal }) => api.get<Me>("/me", { signal }),
  staleTime: 60_000,
});

export const workspaceQuery = queryOptions({
  queryKey: ["workspace"],
  queryFn: ({ signal }) => api.get<Workspace>("/workspace", { signal }),
});

export function updateWorkspace(changes: { name?: string; default_model?: Component | null }): Promise<Workspace> {
  return api.patch<Workspace>("/workspace", changes);
}

/** Who is signed in. The shell shows no page before this is known. */
export function useMe(): Me {
  const { data } = useQuery(meQuery);
  if (!data) throw new Error("useMe is for pages inside the shell, which waits for /me");
  return data;
}

export type Ability = keyof Me["can"];

const REASONS: Record<Ability, string> = {
  edit: "Your role in this workspace is viewer: you can look, but not change anything.",
  run: "Your role in this workspace is viewer: you cannot start or stop runs.",
  decide: "Your role in this workspace is viewer: you cannot decide requests.",
  admin: "Only an owner of this workspace can change this.",
};

/** Whether the person may do something, and, when not, the sentence that says why. */
export function useAbility(ability: Ability): { allowed: boolean; reason: string | undefined } {
  const me = useMe();
  const allowed = me.can[ability];
  return { allowed, reason: allowed ? undefined : REASONS[ability] };
}
