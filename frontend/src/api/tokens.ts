import { queryOptions } from "@tanstack/react-query";

import { api } from "./client";
import type { ApiToken, Page } from "./types";

export const tokensQuery = queryOptions({
  queryKey: ["tokens"],
  queryFn: ({ signal }) => api.get<Page<ApiToken>>("/tokens", { signal }),
});

/** The token's text is in this answer and nowhere else, ever. */
export const createToken = (name: string) => api.post<ApiToken & { token: string }>("/tokens", { name });
export const revokeToken = (id: string) => api.delete(`/tokens/${id}`);
