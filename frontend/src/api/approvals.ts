import { queryOptions } from "@tanstack/react-query";

import { api } from "./client";
import type { Page, Request } from "./types";

export const pendingRequestsQuery = queryOptions({
  queryKey: ["approvals", "pending"],
  queryFn: ({ signal }) => api.get<Page<Request>>("/approvals", { params: { state: "pending", limit: 100 }, signal }),
});
