import { queryOptions } from "@tanstack/react-query";

import { api } from "./client";
import type { DecisionVerb, Event, Page, Request } from "./types";

export interface DecisionBody {
  verb: DecisionVerb;
  /** Of the arguments that were on the screen: a decision counts for nothing else. */
  args_hash: string;
  arguments?: Record<string, unknown>;
  text?: string;
  reason?: string;
}

export function decideRequest(id: string, body: DecisionBody, idempotencyKey: string): Promise<Request> {
  return api.post(`/approvals/${id}/decide`, body, { idempotencyKey });
}

export const decidedRequestsQuery = queryOptions({
  queryKey: ["approvals", "decided"],
  queryFn: ({ signal }) => api.get<Page<Request>>("/approvals", { params: { state: "decided", limit: 100 }, signal }),
});

export const requestQuery = (id: string) =>
  queryOptions({
    queryKey: ["approvals", "detail", id],
    queryFn: ({ signal }) => api.get<Request>(`/approvals/${id}`, { signal }),
  });

/** Messages, answers and results before the request, oldest first. They never change. */
export const requestContextQuery = (id: string) =>
  queryOptions({
    queryKey: ["approvals", "context", id],
    queryFn: ({ signal }) => api.get<{ results: Event[] }>(`/approvals/${id}/context`, { signal }),
    staleTime: Infinity,
  });
