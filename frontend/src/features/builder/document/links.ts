/** Edits of handoffs and of a graph's edges. Pure. */
import { getAt, insertAt, joinPath, parsePath, setAt } from "@/lib/component-path";
import { componentAt, componentName, GRAPH_FLOW, SWARM } from "@/lib/components";
import { handoffTarget } from "@/components/team-graph/links";

import type { Command, Doc } from "./model";

const listAt = (doc: Doc, path: string): unknown[] => {
  const value = getAt(doc.component, parsePath(path));
  return Array.isArray(value) ? (value as unknown[]) : [];
};

function append(doc: Doc, array: string, item: unknown, target: string) {
  const items = listAt(doc, array);
  const present = items.findIndex((other) => handoffTarget(other) === target);
  // Drawn a second time, an edge is only selected.
  if (present >= 0) return { doc, select: joinPath(array, present) };
  return { doc: { ...doc, component: insertAt(doc.component, parsePath(array), items.length, item) }, select: joinPath(array, items.length) };
}

export function addHandoff(agent: string, target: string): Command {
  return { label: `Let it hand over to ${target}`, apply: (doc) => append(doc, joinPath(agent, "config", "handoffs"), target, target) };
}

/** `from` and `to` are names of members; a node that is missing is made. */
export function addGraphEdge(team: string, from: string, to: string): Command {
  return {
    label: `Connect ${from} to ${to}`,
    apply(doc) {
      const node = joinPath(team, "config", "graph", "nodes", from);
      const edges = joinPath(node, "edges");
      const named = getAt(doc.component, parsePath(node)) === undefined ? withNode(doc, team, from) : doc;
      return append(named, edges, { target: to }, to);
    },
  };
}

function withNode(doc: Doc, team: string, name: string): Doc {
  const keys = parsePath(joinPath(team, "config", "graph", "nodes"));
  const nodes = getAt(doc.component, keys) as Record<string, unknown> | undefined;
  return { ...doc, component: setAt(doc.component, keys, { ...nodes, [name]: { name, edges: [], activation: "all" } }) };
}

/** What a line drawn between two members of this team means; null: nothing there. */
export function connectMembers(doc: Doc, team: string, source: string, target: string): Command | null {
  const provider = componentAt(doc.component, team)?.provider;
  const [from, to] = [componentAt(doc.component, source), componentAt(doc.component, target)];
  if (!from || !to) return null;
  if (provider === GRAPH_FLOW) return addGraphEdge(team, componentName(from), componentName(to));
  if (provider === SWARM && source !== target) return addHandoff(source, componentName(to));
  return null;
}
