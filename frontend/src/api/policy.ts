import { queryOptions } from "@tanstack/react-query";

import { api } from "./client";
import type { Policy } from "./types";

export const policyQuery = queryOptions({
  queryKey: ["policy"],
  queryFn: ({ signal }) => api.get<Policy>("/policy", { signal }),
});

export function savePolicy(policy: Policy): Promise<Policy> {
  const { version, rules, deadline_seconds } = policy;
  return api.put("/policy", { version, rules, deadline_seconds });
}
