/** What names members by their name goes along when they come, go or are renamed: a graph's nodes, handoffs. Pure. */
import type { Component } from "@/api/types";
import { asComponent, GRAPH_FLOW, isTeam, textOf } from "@/lib/components";
import { handoffTarget } from "@/components/team-graph/links";

type Values = Record<string, unknown>;

interface Change {
  /** Old name → new name. */
  renamed: ReadonlyMap<string, string>;
  removed: ReadonlySet<string>;
  added: readonly string[];
}

const asValues = (value: unknown): Values => (value !== null && typeof value === "object" && !Array.isArray(value) ? (value as Values) : {});
const asList = (value: unknown): unknown[] => (Array.isArray(value) ? (value as unknown[]) : []);

function membersOf(team: Component): unknown[] {
  return asList(team.config.participants);
}

const nameOf = (member: unknown): string => {
  const component = asComponent(member);
  return component ? textOf(component, "name") : "";
};

const rename = (from: string, to: string): Change => ({ renamed: new Map([[from, to]]), removed: new Set(), added: [] });

const isFree = (name: string, names: readonly string[]) => name !== "" && names.filter((other) => other === name).length === 1;

/**
 * A member that kept its place and changed its name was renamed; otherwise names came and went.
 * While a name is typed it may be empty, or that of another: then nothing follows until it is one
 * of its own again, and what still names nobody (`orphans`) is taken to mean it.
 */
function changeOf(before: readonly string[], after: readonly string[], orphans: readonly string[]): Change | null {
  const differing = before.length === after.length ? [...after.keys()].filter((index) => before[index] !== after[index]) : [];
  const [index] = differing;
  if (differing.length === 1 && index !== undefined) {
    const [from, to] = [before[index] ?? "", after[index] ?? ""];
    if (!isFree(to, after)) return null;
    if (isFree(from, before)) return rename(from, to);
    const [orphan] = orphans;
    return orphans.length === 1 && orphan !== undefined ? rename(orphan, to) : { renamed: new Map(), removed: new Set(), added: [to] };
  }
  const gone = before.filter((name) => !after.includes(name));
  const come = after.filter((name) => !before.includes(name));
  return gone.length || come.length ? { renamed: new Map(), removed: new Set(gone), added: come } : null;
}

/** What nodes or handoffs name and no member is called. */
function orphansOf(team: Component, names: readonly string[]): string[] {
  const nodes = Object.keys(asValues(asValues(team.config.graph).nodes));
  const targets = membersOf(team).flatMap((member) => asList(asComponent(member)?.config.handoffs).map(handoffTarget));
  return [...new Set([...nodes, ...targets])].filter((name) => name !== "" && name !== "user" && !names.includes(name));
}

function followEdge(edge: unknown, { renamed, removed }: Change): unknown[] {
  const values = asValues(edge);
  const target = typeof values.target === "string" ? values.target : "";
  if (removed.has(target)) return [];
  const to = renamed.get(target);
  if (to === undefined) return [edge];
  // AutoGen writes the target's name where a group has no name of its own.
  return [{ ...values, target: to, ...(values.activation_group === target ? { activation_group: to } : {}) }];
}

function followGraph(graph: unknown, change: Change): Values {
  const values = asValues(graph);
  const nodes = Object.entries(asValues(values.nodes)).flatMap(([name, node]): [string, unknown][] => {
    if (change.removed.has(name)) return [];
    const now = change.renamed.get(name) ?? name;
    const edges = asList(asValues(node).edges).flatMap((edge) => followEdge(edge, change));
    return [[now, { ...asValues(node), name: now, edges }]];
  });
  const known = new Set(nodes.map(([name]) => name));
  const added = change.added.filter((name) => name !== "" && !known.has(name)).map((name): [string, unknown] => [name, { name, edges: [], activation: "all" }]);
  const start = values.default_start_node;
  const next: Values = { ...values, nodes: Object.fromEntries([...nodes, ...added]) };
  if (typeof start === "string" && change.removed.has(start)) next.default_start_node = null;
  if (typeof start === "string" && change.renamed.has(start)) next.default_start_node = change.renamed.get(start);
  return next;
}

function followHandoff(handoff: unknown, { renamed, removed }: Change): unknown[] {
  const target = handoffTarget(handoff);
  if (removed.has(target)) return [];
  const to = renamed.get(target);
  if (to === undefined) return [handoff];
  if (typeof handoff === "string") return [to];
  const values = asValues(handoff);
  // What was made of the name is made anew; what a person wrote stays.
  const made: Values = { name: `transfer_to_${target}`.toLowerCase(), description: `Handoff to ${target}.`, message: `Transferred to ${target}, adopting the role of ${target} immediately.` };
  const kept = Object.entries(values).filter(([key, value]) => made[key] !== value);
  return [{ ...Object.fromEntries(kept), target: to }];
}

function followHandoffs(member: unknown, change: Change): unknown {
  const component = asComponent(member);
  if (!component || !Array.isArray(component.config.handoffs)) return member;
  const before = asList(component.config.handoffs);
  const after = before.flatMap((handoff) => followHandoff(handoff, change));
  const same = after.length === before.length && after.every((handoff, index) => handoff === before[index]);
  return same ? member : { ...component, config: { ...component.config, handoffs: after } };
}

function followTeam(before: Component, after: Component): Component {
  const names = membersOf(before).map(nameOf);
  const change = changeOf(names, membersOf(after).map(nameOf), orphansOf(before, names));
  if (!change) return after;
  const participants = membersOf(after).map((member) => followHandoffs(member, change));
  const config: Values = { ...after.config, participants };
  if (after.provider === GRAPH_FLOW) config.graph = followGraph(after.config.graph, change);
  return { ...after, config };
}

/** `after` with everything that names members brought in step with what `before` called them. */
export function followNames<T>(before: unknown, after: T): T {
  if (before === after || after === null || typeof after !== "object" || before === null || typeof before !== "object") return after;
  if (Array.isArray(after)) {
    if (!Array.isArray(before) || before.length !== after.length) return after;
    const items = after.map((item: unknown, index) => followNames((before as unknown[])[index], item));
    return (items.every((item, index) => item === (after as unknown[])[index]) ? after : items) as T;
  }
  const entries = Object.entries(after).map(([key, item]): [string, unknown] => [key, followNames((before as Values)[key], item)]);
  const inner = (entries.every(([key, item]) => item === (after as Values)[key]) ? after : Object.fromEntries(entries)) as T;
  const [was, is] = [asComponent(before), asComponent(inner)];
  return was && is && was.provider === is.provider && isTeam(is) ? (followTeam(was, is) as T) : inner;
}

/** A graph that lets its members speak one after the other. */
export function chainOf(names: readonly string[]): Values {
  const nodes = names.map((name, index): [string, unknown] => {
    const next = names[index + 1];
    return [name, { name, edges: next === undefined ? [] : [{ target: next }], activation: "all" }];
  });
  return { nodes: Object.fromEntries(nodes) };
}

export const memberNames = (team: Component): string[] => membersOf(team).map(nameOf).filter(Boolean);
