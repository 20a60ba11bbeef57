/** Where on the graph something was dropped. Pure. */
import type { NodePosition } from "@/api/types";
import type { GraphNode } from "@/components/team-graph/flow";
import { SIZE } from "@/components/team-graph/place";

export interface Box extends NodePosition {
  width: number;
  height: number;
}

/** Boxes in canvas coordinates, by node id. */
export function absoluteBoxes(nodes: readonly GraphNode[]): Map<string, Box> {
  const boxes = new Map<string, Box>();
  // Parents stand before their children in the list.
  for (const node of nodes) {
    const parent = node.parentId ? boxes.get(node.parentId) : undefined;
    boxes.set(node.id, {
      x: node.position.x + (parent?.x ?? 0),
      y: node.position.y + (parent?.y ?? 0),
      width: node.width ?? 0,
      height: node.height ?? 0,
    });
  }
  return boxes;
}

/** The innermost node at a point. */
export function nodeAt(nodes: readonly GraphNode[], point: NodePosition, except: string | null = null): GraphNode | null {
  const boxes = absoluteBoxes(nodes);
  let found: GraphNode | null = null;
  for (const node of nodes) {
    const box = boxes.get(node.id);
    if (!box || (except !== null && (node.id === except || node.parentId === except))) continue;
    if (point.x >= box.x && point.x <= box.x + box.width && point.y >= box.y && point.y <= box.y + box.height) found = node;
  }
  return found;
}

/** The team's participants in order, as boxes relative to the team. */
function participants(nodes: readonly GraphNode[], team: string): GraphNode[] {
  return nodes.filter((node) => node.parentId === team && node.type !== "tool");
}

/** The place in the speaking order that a point inside a team means: rows first, then left to right. */
export function orderAt(nodes: readonly GraphNode[], team: string, point: NodePosition): number {
  const box = absoluteBoxes(nodes).get(team);
  const inside = { x: point.x - (box?.x ?? 0), y: point.y - (box?.y ?? 0) };
  const before = participants(nodes, team).filter((node) => {
    const bottom = node.position.y + Math.max(node.height ?? 0, SIZE.agentHeight) + SIZE.gapY;
    if (inside.y > bottom) return true;
    return inside.y >= node.position.y - SIZE.gapY && inside.x > node.position.x + (node.width ?? 0) / 2;
  });
  return before.length;
}

/** The nearest node in a direction, for walking the graph by arrow keys. */
export function neighbour(nodes: readonly GraphNode[], from: string, direction: "left" | "right" | "up" | "down"): string | null {
  const boxes = absoluteBoxes(nodes);
  const start = boxes.get(from);
  if (!start) return nodes[0]?.id ?? null;
  const centre = (box: Box) => ({ x: box.x + box.width / 2, y: box.y + Math.min(box.height, SIZE.agentHeight) / 2 });
  const origin = centre(start);
  let best: { id: string; distance: number } | null = null;
  for (const [id, box] of boxes) {
    if (id === from) continue;
    const point = centre(box);
    const [dx, dy] = [point.x - origin.x, point.y - origin.y];
    const [along, across] = direction === "left" || direction === "right" ? [direction === "left" ? -dx : dx, dy] : [direction === "up" ? -dy : dy, dx];
    if (along <= 4) continue;
    const distance = along + Math.abs(across) * 2.5;
    if (!best || distance < best.distance) best = { id, distance };
  }
  return best?.id ?? null;
}

/** Whether an agent put at `at` (relative to its team) would lie on a teammate. */
export function wouldOverlap(nodes: readonly GraphNode[], team: string, at: NodePosition): boolean {
  const gap = 12;
  return participants(nodes, team).some((node) => {
    const { x, y } = node.position;
    return at.x < x + (node.width ?? 0) + gap && at.x + SIZE.agentWidth + gap > x && at.y < y + (node.height ?? 0) + gap && at.y + SIZE.agentHeight + gap > y;
  });
}
