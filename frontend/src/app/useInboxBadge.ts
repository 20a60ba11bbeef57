import { useQuery } from "@tanstack/react-query";

import { pendingRequestsQuery } from "@/api/approvals";

/** How many requests wait for a person. */
export function useInboxBadge(): number {
  const { data } = useQuery({ ...pendingRequestsQuery, refetchInterval: 15_000 });
  return data?.results.length ?? 0;
}
