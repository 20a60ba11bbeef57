/** A team made into another kind of team. Pure. */
import type { Component, RegistryEntry } from "@/api/types";
import { GRAPH_FLOW } from "@/lib/components";

import { chainOf, memberNames } from "./follow";

/** What both kinds know stays; what only the old one knew goes; what the new one needs is filled in. */
export function asTeamType(team: Component, next: RegistryEntry, previous: RegistryEntry | undefined): Component {
  const known = Object.keys(next.config_schema.properties ?? {});
  const former = Object.keys(previous?.config_schema.properties ?? {});
  const kept = Object.entries(team.config).filter(([key]) => known.includes(key) || !former.includes(key));
  const needed = (next.config_schema.required ?? []).filter((key) => !(key in team.config) && key in next.defaults).map((key) => [key, structuredClone(next.defaults[key])]);
  const config = { ...(Object.fromEntries(needed) as Record<string, unknown>), ...Object.fromEntries(kept) };
  if (next.provider === GRAPH_FLOW && !("graph" in Object.fromEntries(kept))) config.graph = chainOf(memberNames(team));
  return { ...team, provider: next.provider, version: next.component_version ?? 1, component_version: next.component_version ?? 1, label: null, config };
}
