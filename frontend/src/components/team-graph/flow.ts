/** The tree and its places as xyflow nodes and edges. Pure; sizes and handles are given, nothing is measured. */
import { Position, type Edge, type Node, type NodeHandle } from "@xyflow/react";

import type { Layout, LooseComponent } from "@/api/types";
import { agentColors } from "@/lib/agent-colors";
import { componentName, REFERENCE, type ModelSummary } from "@/lib/components";
import type { ToolVerdict } from "@/lib/verdicts";

import { addEdges } from "./flow-edges";
import { flowOf, startsOf } from "./links";
import { placeItems, SIZE, type Places } from "./place";
import { agentsOf, type AgentItem, type GraphItem, type TeamItem, type ToolItem } from "./tree";

export interface ProblemCount {
  errors: number;
  warnings: number;
}

/** What the canvas shows beside the document; all of it optional. */
export interface GraphFacts {
  /** `agent_path`s of those who act now. */
  active?: ReadonlySet<string>;
  /** Messages said, by `agent_path`. */
  messages?: ReadonlyMap<string, number>;
  /** Hand-overs, keyed by `edgeKey(from, to)` of `agent_path`s. */
  passes?: ReadonlyMap<string, number>;
  selected?: string | null;
  problems?: ReadonlyMap<string, ProblemCount>;
  model?: (agent: AgentItem) => ModelSummary | null;
  verdict?: (tool: ToolItem) => ToolVerdict;
  toolName?: (tool: ToolItem) => string;
}

export const edgeKey = (from: string, to: string) => `${from}\u2192${to}`;

/** What a member's badge says: its place in the order, or that it begins. */
export interface SpeakerPlace {
  text: string;
  sentence: string;
}

export type TeamNodeType = Node<{ item: TeamItem; problems?: ProblemCount; active: boolean; place: SpeakerPlace | null }, "team">;
export type AgentNodeType = Node<
  { item: AgentItem; color: number; model: ModelSummary | null; active: boolean; messages?: number; problems?: ProblemCount; place: SpeakerPlace | null },
  "agent"
>;
export type ToolNodeType = Node<
  { item: ToolItem; label: string; verdict: ToolVerdict | null; problems?: ProblemCount; loose: boolean },
  "tool"
>;
export type GraphNode = TeamNodeType | AgentNodeType | ToolNodeType;
export interface EdgeData extends Record<string, unknown> {
  passes?: number;
  loop?: boolean;
  active?: boolean;
  /** What must hold for it to be taken. */
  label?: string | null;
  conditional?: boolean;
  /** Not part of the team: it is what was seen in the run. */
  seen?: boolean;
  /** Arcs that would lie on one another run in lanes of their own. */
  lane?: number;
}

export type GraphEdge = Edge<EdgeData, "order" | "tool" | "link">;

function handle(id: string, type: "source" | "target", position: Position, x: number, y: number): NodeHandle {
  return { id, type, position, x: x - 5, y: y - 5, width: 10, height: 10 };
}

function sideHandles(width: number, height: number): NodeHandle[] {
  const middle = Math.min(height, SIZE.agentHeight) / 2;
  return [handle("prev", "target", Position.Left, 0, middle), handle("next", "source", Position.Right, width, middle)];
}

const AGENT_HANDLES = [
  ...sideHandles(SIZE.agentWidth, SIZE.agentHeight),
  handle("tools", "target", Position.Bottom, 16, SIZE.agentHeight),
];
const TOOL_HANDLES = [handle("agent", "source", Position.Left, 0, SIZE.toolHeight / 2)];

export interface Context {
  places: Places;
  facts: GraphFacts;
  colors: Map<string, number>;
  nodes: GraphNode[];
  edges: GraphEdge[];
}

function frame(context: Context, path: string, parent: string | undefined) {
  const place = context.places.get(path) ?? { x: 0, y: 0, width: SIZE.agentWidth, height: SIZE.agentHeight };
  const size = { width: place.width, height: place.height };
  return {
    id: path,
    parentId: parent,
    position: { x: place.x, y: place.y },
    ...size,
    measured: size,
    selected: context.facts.selected === path,
  };
}

function addTool(context: Context, item: ToolItem, parent: string): void {
  const { facts } = context;
  const verdict = facts.verdict?.(item) ?? null;
  const label = facts.toolName?.(item) ?? item.name;
  context.nodes.push({
    ...frame(context, item.path, parent),
    type: "tool",
    data: { item, label, verdict, loose: false, problems: facts.problems?.get(item.path) },
    handles: TOOL_HANDLES,
    ariaLabel: `Tool ${label}${verdict ? `, ${verdict.reason}` : ""}`,
    zIndex: 3,
  });
  context.edges.push({
    id: `tool:${item.path}`,
    type: "tool",
    source: item.path,
    sourceHandle: "agent",
    target: parent,
    targetHandle: "tools",
    zIndex: 1,
  });
}

function placeOf(item: AgentItem | TeamItem, team: TeamItem | null): SpeakerPlace | null {
  if (team === null) return null;
  if (flowOf(team) === "order") return { text: String(item.order), sentence: `speaks ${item.order}.` };
  return startsOf(team)?.has(item.name) ? { text: "starts", sentence: "begins" } : null;
}

function addAgent(context: Context, item: AgentItem, team: TeamItem | null): void {
  const { facts, colors } = context;
  const active = facts.active?.has(item.agentPath) ?? false;
  const place = placeOf(item, team);
  context.nodes.push({
    ...frame(context, item.path, team?.path),
    type: "agent",
    data: {
      item,
      place,
      color: colors.get(item.agentPath) ?? 0,
      model: facts.model?.(item) ?? null,
      active,
      messages: facts.messages?.get(item.agentPath),
      problems: facts.problems?.get(item.path),
    },
    handles: AGENT_HANDLES,
    ariaLabel: `Agent ${item.name}${place ? `, ${place.sentence}` : ""}${active ? ", acting now" : ""}`,
    zIndex: 2,
  });
  item.tools.forEach((tool) => addTool(context, tool, item.path));
}

function addTeam(context: Context, item: TeamItem, parent: TeamItem | null): void {
  const place = frame(context, item.path, parent?.path);
  context.nodes.push({
    ...place,
    type: "team",
    data: { item, place: placeOf(item, parent), problems: context.facts.problems?.get(item.path), active: context.facts.active?.has(item.agentPath) ?? false },
    handles: item.order ? sideHandles(place.width, place.height) : [],
    ariaLabel: `Team ${item.name}, ${item.participants.length} participants`,
    zIndex: 0,
  });
  for (const child of item.participants) {
    if (child.kind === "team") addTeam(context, child, item);
    else addAgent(context, child, item);
  }
  addEdges(context, item);
}

export const loosePath = (index: number) => `loose:${index}`;

export function looseIndex(id: string): number | null {
  return id.startsWith("loose:") ? Number(id.slice(6)) : null;
}

function addLoose(context: Context, { component, x, y }: LooseComponent, index: number): void {
  const path = loosePath(index);
  const item: ToolItem = { kind: "tool", path, component, name: componentName(component), reference: component.provider === REFERENCE };
  context.places.set(path, { x, y, width: SIZE.toolWidth, height: SIZE.toolHeight });
  const label = context.facts.toolName?.(item) ?? item.name;
  context.nodes.push({
    ...frame(context, path, undefined),
    type: "tool",
    data: { item, label, verdict: context.facts.verdict?.(item) ?? null, loose: true },
    handles: TOOL_HANDLES,
    ariaLabel: `Tool ${label}, not connected to an agent`,
    zIndex: 3,
  });
}

export interface FlowGraph {
  nodes: GraphNode[];
  edges: GraphEdge[];
  colors: Map<string, number>;
}

/** Colours by `agent_path`; what decides is the name, so that an agent looks the same everywhere. */
export function graphColors(root: GraphItem): Map<string, number> {
  const agents = agentsOf(root);
  const byName = agentColors(agents.map((agent) => agent.name));
  return new Map(agents.map((agent) => [agent.agentPath, byName.get(agent.name) ?? 0]));
}

export function flowGraph(root: TeamItem | AgentItem, layout: Layout, facts: GraphFacts = {}): FlowGraph {
  const context: Context = { places: placeItems(root, layout), facts, colors: graphColors(root), nodes: [], edges: [] };
  if (root.kind === "team") addTeam(context, root, null);
  else addAgent(context, root, null);
  layout.loose?.forEach((loose, index) => addLoose(context, loose, index));
  return { nodes: context.nodes, edges: context.edges, colors: context.colors };
}
