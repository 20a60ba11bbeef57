import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";

import { api } from "./client";
import type { Page, Session, SessionDetail } from "./types";

/** All sessions, newest first, page by page. */
export const sessionsQuery = (filter: { definition?: string } = {}) =>
  infiniteQueryOptions({
    queryKey: ["sessions", "list", filter],
    queryFn: ({ pageParam, signal }) =>
      api.get<Page<Session>>("/sessions", { params: { ...filter, cursor: pageParam, limit: 50 }, signal }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
  });

export const sessionQuery = (id: string) =>
  queryOptions({
    queryKey: ["sessions", "detail", id],
    queryFn: ({ signal }) => api.get<SessionDetail>(`/sessions/${id}`, { signal }),
  });
