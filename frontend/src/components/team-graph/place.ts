/** Sizes and places of everything on the canvas. Pure: the same document and layout, the same picture. */
import type { Layout, NodePosition } from "@/api/types";

import { columnsOf, flowOf, linksOf } from "./links";
import type { AgentItem, GraphItem, TeamItem } from "./tree";

export const SIZE = {
  agentWidth: 248,
  agentHeight: 124,
  toolWidth: 216,
  toolHeight: 32,
  toolGap: 8,
  toolIndent: 32,
  toolTop: 16,
  gapX: 72,
  gapY: 48,
  pad: 36,
  header: 60,
  footer: 52,
  loop: 32,
  perRow: 4,
  /** Between the columns of a graph: room for what an edge says. */
  gapColumns: 136,
  /** Between arcs over a row. */
  lane: 16,
  minTeamWidth: 420,
} as const;

export interface Placed {
  /** Relative to the parent node. */
  x: number;
  y: number;
  width: number;
  height: number;
}

export type Places = Map<string, Placed>;

/** The space an agent takes with the tools that hang under it. */
function agentBlock(agent: AgentItem): { width: number; height: number } {
  const tools = agent.tools.length;
  const hanging = tools ? SIZE.toolTop + tools * SIZE.toolHeight + (tools - 1) * SIZE.toolGap : 0;
  return { width: SIZE.agentWidth, height: SIZE.agentHeight + hanging };
}

function placeAgent(agent: AgentItem, at: NodePosition, places: Places): void {
  places.set(agent.path, { ...at, width: SIZE.agentWidth, height: SIZE.agentHeight });
  agent.tools.forEach((tool, index) => {
    places.set(tool.path, {
      x: SIZE.toolIndent,
      y: SIZE.agentHeight + SIZE.toolTop + index * (SIZE.toolHeight + SIZE.toolGap),
      width: SIZE.toolWidth,
      height: SIZE.toolHeight,
    });
  });
}

interface Block {
  item: AgentItem | TeamItem;
  width: number;
  height: number;
}

/** Above the first row: the arcs of those who hand back, or over others. */
function topOf(team: TeamItem): number {
  const arcs = flowOf(team) === "order" ? 0 : linksOf(team).filter((link) => link.to.order !== link.from.order + 1).length;
  return SIZE.header + SIZE.loop + Math.min(arcs, 6) * SIZE.lane;
}

/** Rows in speaking order, left to right, as many per row as read well. */
function rows(blocks: Block[], top: number): NodePosition[] {
  const positions: NodePosition[] = [];
  let y = top;
  // Evenly filled: five stand as three and two, not as four and one.
  const perRow = Math.ceil(blocks.length / Math.ceil(blocks.length / SIZE.perRow));
  for (let start = 0; start < blocks.length; start += perRow) {
    const row = blocks.slice(start, start + perRow);
    let x: number = SIZE.pad;
    for (const block of row) {
      positions.push({ x, y });
      x += block.width + SIZE.gapX;
    }
    y += Math.max(...row.map((block) => block.height)) + SIZE.gapY;
  }
  return positions;
}

/** A graph from left to right: who comes later stands further right, who comes at once below each other. */
function columns(team: TeamItem, blocks: Block[], top: number): NodePosition[] {
  const column = columnsOf(team);
  const width = Math.max(...blocks.map((block) => block.width));
  const filled: number[] = [];
  return blocks.map(({ item, height }) => {
    const at = column.get(item.name) ?? 0;
    const y = filled[at] ?? top;
    filled[at] = y + height + SIZE.gapY;
    return { x: SIZE.pad + at * (width + SIZE.gapColumns), y };
  });
}

/** What a person placed stays; what has no place yet goes into its row, or right of what has one. */
function positionsFor(team: TeamItem, blocks: Block[], layout: Layout): NodePosition[] {
  const top = topOf(team);
  const automatic = flowOf(team) === "graph" && blocks.length ? columns(team, blocks, top) : rows(blocks, top);
  if (!blocks.some(({ item }) => layout.nodes[item.path])) return automatic;
  const positions: NodePosition[] = [];
  for (const [index, { item }] of blocks.entries()) {
    const saved = layout.nodes[item.path];
    const before = blocks[index - 1];
    const last = positions[index - 1];
    const fallback = before && last ? { x: last.x + before.width + SIZE.gapX, y: last.y } : automatic[index];
    const at = saved ?? fallback ?? { x: SIZE.pad, y: top };
    positions.push({ x: Math.max(SIZE.pad, at.x), y: Math.max(top, at.y) });
  }
  return positions;
}

function placeTeam(team: TeamItem, at: NodePosition, layout: Layout, places: Places): { width: number; height: number } {
  const blocks = team.participants.map((item): Block => {
    if (item.kind === "agent") return { item, ...agentBlock(item) };
    return { item, ...placeTeam(item, { x: 0, y: 0 }, layout, places) };
  });
  let right: number = SIZE.minTeamWidth - SIZE.pad;
  let bottom: number = SIZE.header + (blocks.length ? 0 : 120);
  positionsFor(team, blocks, layout).forEach((position, index) => {
    const block = blocks[index];
    if (!block) return;
    if (block.item.kind === "agent") placeAgent(block.item, position, places);
    else places.set(block.item.path, { ...position, width: block.width, height: block.height });
    right = Math.max(right, position.x + block.width);
    bottom = Math.max(bottom, position.y + block.height);
  });
  const size = { width: right + SIZE.pad, height: bottom + SIZE.pad + SIZE.footer };
  places.set(team.path, { ...at, ...size });
  return size;
}

export function placeItems(root: GraphItem, layout: Layout): Places {
  const places: Places = new Map();
  const at = layout.nodes[root.path] ?? { x: 0, y: 0 };
  if (root.kind === "team") placeTeam(root, at, layout, places);
  else if (root.kind === "agent") placeAgent(root, at, places);
  return places;
}
