import { useInbox } from "@/lib/socket/inbox";

/** How many requests wait for a person. */
export function useInboxBadge(): number {
  return useInbox().pending;
}
