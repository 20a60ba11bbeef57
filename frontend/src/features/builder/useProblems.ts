import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, replaceEqualDeep, useQuery } from "@tanstack/react-query";
import { useMemo, useState, useSyncExternalStore } from "react";

import { validateComponent } from "@/api/components";
import type { ComponentType, Problem } from "@/api/types";

import { localProblems, mergeProblems } from "./document/local-problems";
import type { DocumentStore } from "./document/store";

const NONE: Problem[] = [];

/** What is wrong with the draft: seen here at once, and by the server shortly after the last edit. */
export function useProblems(store: DocumentStore, componentType: ComponentType): readonly Problem[] {
  const { doc } = useSyncExternalStore(store.subscribe, store.getState);
  const [component] = useDebouncedValue(doc.component, 450);
  const server = useQuery({
    queryKey: ["validate", componentType, component],
    queryFn: ({ signal }) => validateComponent(component, componentType, signal),
    placeholderData: keepPreviousData,
    staleTime: Infinity,
    gcTime: 30_000,
  });
  const local = useMemo(() => (componentType === "team" || componentType === "agent" ? localProblems(doc) : NONE), [doc, componentType]);
  const remote = server.data?.problems ?? NONE;
  const merged = useMemo(() => mergeProblems(local, remote), [local, remote]);
  // The same problems stay the same array, so that an edit which changes none redraws nothing for them.
  const [stable, setStable] = useState(merged);
  const next = replaceEqualDeep(stable, merged);
  if (next !== stable) setStable(next);
  return next;
}
