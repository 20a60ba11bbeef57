import { useEffect } from "react";

import type { Request } from "@/api/types";

/** J and K go through the list, as in a mail client. */
export function useListKeys(requests: readonly Request[], selected: string | undefined, go: (id: string) => void): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
      const target = event.target instanceof Element ? event.target : null;
      if (target?.closest("input, textarea, select, [contenteditable='true'], [role='dialog']")) return;
      const by = { j: 1, k: -1 }[event.key.toLowerCase()];
      if (by === undefined) return;
      const at = requests.findIndex(({ id }) => id === selected);
      const next = requests[Math.max(0, Math.min(requests.length - 1, at + by))];
      if (next === undefined) return;
      event.preventDefault();
      go(next.id);
      document.getElementById(`request-${next.id}`)?.scrollIntoView({ block: "nearest" });
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, [requests, selected, go]);
}
