import type { QueryClient } from "@tanstack/react-query";

import { ApiError } from "@/api/client";

/** Reachable unless the latest finished request of any query found no server.
 * `fetching` only makes the caller look again when a request begins or ends. */
export function useServerReachable(client: QueryClient, fetching: number): boolean {
  void fetching;
  let latest = 0;
  let reachable = true;
  for (const { state } of client.getQueryCache().getAll()) {
    const failed = state.error instanceof ApiError && state.error.offline;
    const at = Math.max(state.dataUpdatedAt, state.errorUpdatedAt);
    if (at < latest || at === 0) continue;
    latest = at;
    reachable = !(failed && state.errorUpdatedAt >= state.dataUpdatedAt);
  }
  return reachable;
}
