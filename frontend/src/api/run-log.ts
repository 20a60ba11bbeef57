import { queryOptions } from "@tanstack/react-query";

import { api } from "./client";
import type { Event, Run, RunState } from "./types";

export const runQuery = (id: string) =>
  queryOptions({
    queryKey: ["runs", "detail", id],
    queryFn: ({ signal }) => api.get<Run>(`/runs/${id}`, { signal }),
  });

export interface EventPage {
  results: Event[];
  head_seq: number;
  state: RunState;
}

export function fetchEvents(runId: string, after: number, limit: number, signal?: AbortSignal): Promise<EventPage> {
  return api.get(`/runs/${runId}/events`, { params: { after, limit }, signal });
}

/** Columns of the whole log, one value for each event; `at_ms` counts from the first event. */
export interface RunIndex {
  head_seq: number;
  columns: { seq: number[]; kind: string[]; agent: string[]; turn: number[]; at_ms: number[]; size: number[] };
}

export function fetchIndex(runId: string, signal?: AbortSignal): Promise<RunIndex> {
  return api.get(`/runs/${runId}/index`, { signal });
}

export type RunCommand = "stop" | "end" | "pause" | "resume";

export function commandRun(runId: string, command: RunCommand, reason?: string): Promise<Run> {
  return api.post(`/runs/${runId}/${command}`, reason ? { reason } : {});
}
