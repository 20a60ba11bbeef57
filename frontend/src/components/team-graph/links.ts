/** Who may speak after whom, as the kind of team has it. Pure. */
import { joinPath } from "@/lib/component-path";
import { asComponent, GRAPH_FLOW, ROUND_ROBIN, SWARM } from "@/lib/components";

import type { AgentItem, TeamItem } from "./tree";

export type Member = AgentItem | TeamItem;

/** How a team decides who speaks: in turn, by handoff, along a graph, or by a model's choice. */
export type Flow = "order" | "handoffs" | "graph" | "chosen";

const FLOWS: Record<string, Flow> = { [ROUND_ROBIN]: "order", [SWARM]: "handoffs", [GRAPH_FLOW]: "graph" };

export const flowOf = (team: { component: { provider: string } }): Flow => FLOWS[team.component.provider] ?? "chosen";

export interface Link {
  /** Where it is written in the document; also the edge's id. */
  path: string;
  from: Member;
  to: Member;
  label: string | null;
  /** Only taken when its condition holds. */
  conditional: boolean;
}

type Values = Record<string, unknown>;

const asValues = (value: unknown): Values => (value !== null && typeof value === "object" && !Array.isArray(value) ? (value as Values) : {});
const asList = (value: unknown): unknown[] => (Array.isArray(value) ? (value as unknown[]) : []);
const text = (value: unknown) => (typeof value === "string" ? value : "");

export const handoffTarget = (handoff: unknown): string => (typeof handoff === "string" ? handoff : text(asValues(handoff).target));

function handoffLinks(team: TeamItem): Link[] {
  const byName = new Map(team.participants.map((member) => [member.name, member]));
  return team.participants.flatMap((from) =>
    asList(from.component.config.handoffs).flatMap((handoff, index): Link[] => {
      const to = byName.get(handoffTarget(handoff));
      return to ? [{ path: joinPath(from.path, "config", "handoffs", index), from, to, label: null, conditional: true }] : [];
    }),
  );
}

function conditionText(edge: Values): string | null {
  const says = text(edge.condition) && `says “${text(edge.condition)}”`;
  const when = text(edge.expression);
  const all = [says, when].filter(Boolean).join(" and ");
  return all ? `if ${all}` : null;
}

function graphLinks(team: TeamItem): Link[] {
  const byName = new Map(team.participants.map((member) => [member.name, member]));
  const nodes = asValues(asValues(team.component.config.graph).nodes);
  return Object.entries(nodes).flatMap(([name, node]) =>
    asList(asValues(node).edges).flatMap((edge, index): Link[] => {
      const [from, to] = [byName.get(name), byName.get(text(asValues(edge).target))];
      if (!from || !to) return [];
      const label = conditionText(asValues(edge));
      return [{ path: joinPath(team.path, "config", "graph", "nodes", name, "edges", index), from, to, label, conditional: label !== null }];
    }),
  );
}

export function linksOf(team: TeamItem): Link[] {
  const flow = flowOf(team);
  return flow === "handoffs" ? handoffLinks(team) : flow === "graph" ? graphLinks(team) : [];
}

/** Those with whom a conversation begins; null: the kind of team has no such thing. */
export function startsOf(team: TeamItem): ReadonlySet<string> | null {
  const flow = flowOf(team);
  if (flow === "handoffs") return new Set(team.participants.slice(0, 1).map((member) => member.name));
  if (flow !== "graph") return null;
  const graph = asValues(team.component.config.graph);
  if (text(graph.default_start_node)) return new Set([text(graph.default_start_node)]);
  const targets = new Set(graphLinks(team).map((link) => link.to.name));
  const nodes = Object.keys(asValues(graph.nodes));
  return new Set(nodes.filter((name) => !targets.has(name)));
}

/** The column of each member: one more than the longest way to it, loops left out. */
export function columnsOf(team: TeamItem): Map<string, number> {
  const links = linksOf(team);
  const columns = new Map<string, number>();
  const visit = (name: string, column: number, way: ReadonlySet<string>): void => {
    if (way.has(name) || (columns.get(name) ?? -1) >= column) return;
    columns.set(name, column);
    for (const link of links) if (link.from.name === name) visit(link.to.name, column + 1, new Set(way).add(name));
  };
  const starts = [...(startsOf(team) ?? [])];
  for (const name of starts) visit(name, 0, new Set());
  for (const member of team.participants) if (!columns.has(member.name)) visit(member.name, 0, new Set());
  return columns;
}

export const isLinkPath = (path: string): boolean => /\.handoffs\[\d+\]$/.test(path) || /\.graph\.nodes(\.[^.[\]]+|\["[^"]*"\])\.edges\[\d+\]$/.test(path);

/** A team's model chooses the speaker, or it keeps a ledger: that model stands in its own slot. */
export const hasOwnModel = (team: { config: Values }): boolean => asComponent(team.config.model_client) !== null;
