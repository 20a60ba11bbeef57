import { queryOptions } from "@tanstack/react-query";

import { api } from "./client";
import type { Page, Run, RunState, RunSummary } from "./types";

export interface RunFilter {
  state?: RunState;
  definition?: string;
  cursor?: string;
  limit?: number;
}

export const runsQuery = (filter: RunFilter = {}) =>
  queryOptions({
    queryKey: ["runs", "list", filter],
    queryFn: ({ signal }) => api.get<Page<RunSummary>>("/runs", { params: { ...filter }, signal }),
  });

export interface NewRun {
  task: string;
  definition?: string;
  revision?: number;
  session?: string;
}

export function startRun(body: NewRun, idempotencyKey: string): Promise<Run> {
  return api.post("/runs", body, { idempotencyKey });
}
