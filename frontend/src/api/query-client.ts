import { QueryClient } from "@tanstack/react-query";

import { ApiError } from "./client";

/** What the server refused (4xx) is not asked again; what did not arrive is, twice. */
export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 10_000,
        retry: (count, error) => count < 2 && (!(error instanceof ApiError) || error.status === 0 || error.status >= 500),
      },
      // A write that meets a dead network must say so at once, not wait for the network.
      mutations: { networkMode: "always" },
    },
  });
}
