/** The workspace's inbox as a hook: one socket for the whole page, however many look. */
import type { QueryClient } from "@tanstack/react-query";
import { useQueryClient } from "@tanstack/react-query";
import { useSyncExternalStore } from "react";

import { pendingRequestsQuery } from "@/api/approvals";
import { runsQuery } from "@/api/runs";
import type { Request } from "@/api/types";

import type { Inbox } from "./inbox-store";
import { InboxStore } from "./inbox-store";

export type { Inbox } from "./inbox-store";

/** Lists are read again once for a burst of changes. */
const SETTLE_MS = 400;

const stores = new WeakMap<QueryClient, InboxStore>();

function storeOf(client: QueryClient): InboxStore {
  const known = stores.get(client);
  if (known !== undefined) return known;
  const timers = new Map<string, ReturnType<typeof setTimeout>>();
  const invalidate = (key: readonly string[]): void => {
    const name = key.join("/");
    clearTimeout(timers.get(name));
    timers.set(name, setTimeout(() => void client.invalidateQueries({ queryKey: key }), SETTLE_MS));
  };
  const store = new InboxStore({
    fetchRequests: () => client.fetchQuery({ ...pendingRequestsQuery, staleTime: 0 }),
    fetchRuns: () => client.fetchQuery({ ...runsQuery({ limit: 50 }), staleTime: 0 }),
    onChange: (what) => {
      if (what === "request") invalidate(["approvals"]);
      else {
        invalidate(["runs", "list"]);
        invalidate(["sessions"]);
      }
    },
  });
  stores.set(client, store);
  return store;
}

/** What waits for a person and what runs, live. Connects while at least one component uses it. */
export function useInbox(): Inbox {
  const store = storeOf(useQueryClient());
  return useSyncExternalStore(store.subscribe, store.read);
}

/** Tells the inbox what a decision answered, so that counts change at once. */
export function useNoteRequest(): (request: Request) => void {
  return storeOf(useQueryClient()).noteRequest;
}
