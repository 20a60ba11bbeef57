import { queryOptions, useQuery } from "@tanstack/react-query";
import { useMemo } from "react";

import { api } from "./client";
import type { Component, ComponentType, Page, Problem, RegistryEntry } from "./types";

export const componentsQuery = queryOptions({
  queryKey: ["components"],
  queryFn: ({ signal }) => api.get<Page<RegistryEntry>>("/components", { signal }),
  // The registry changes only with the server's version.
  staleTime: 10 * 60_000,
});

export type Registry = ReadonlyMap<string, RegistryEntry>;

const EMPTY: Registry = new Map();

export function createRegistry(entries: readonly RegistryEntry[]): Registry {
  return new Map(entries.map((entry) => [entry.provider, entry]));
}

/** Provider name → entry; empty until it has arrived. */
export function useRegistry(): Registry {
  const { data } = useQuery(componentsQuery);
  return useMemo(() => (data ? createRegistry(data.results) : EMPTY), [data]);
}

export function validateComponent(component: Component, componentType?: ComponentType, signal?: AbortSignal) {
  return api.post<{ problems: Problem[] }>("/components/validate", { component, component_type: componentType }, { signal });
}
