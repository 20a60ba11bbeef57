/** The lines between the members of a team. Pure. */
import { edgeKey, type Context, type EdgeData, type GraphEdge } from "./flow";
import { flowOf, linksOf, type Link, type Member } from "./links";
import { SIZE } from "./place";
import type { TeamItem } from "./tree";

function between(from: Member, to: Member): Pick<GraphEdge, "source" | "sourceHandle" | "target" | "targetHandle" | "zIndex"> {
  return { source: from.path, sourceHandle: "next", target: to.path, targetHandle: "prev", zIndex: 1 };
}

/** 1 → 2 → … and back to 1. */
function addOrder({ edges, facts }: Context, { participants }: TeamItem): void {
  if (participants.length < 2) return;
  participants.forEach((from, index) => {
    const to = participants[(index + 1) % participants.length];
    if (!to) return;
    edges.push({
      id: `order:${from.path}`,
      type: "order",
      ...between(from, to),
      selectable: false,
      focusable: false,
      data: {
        loop: index === participants.length - 1,
        passes: facts.passes?.get(edgeKey(from.agentPath, to.agentPath)),
        active: facts.active?.has(to.agentPath),
      },
      ariaLabel: `${to.name} speaks after ${from.name}`,
    });
  });
}

/** Whether a straight line would run through others, or backwards: then it arcs over the row. */
function arcs({ places }: Context, from: Member, to: Member): boolean {
  const [one, other] = [places.get(from.path), places.get(to.path)];
  if (!one || !other) return false;
  const gap = other.x - (one.x + one.width);
  return gap < 16 || (Math.abs(one.y - other.y) < SIZE.agentHeight && gap > SIZE.agentWidth);
}

function sentence({ from, to, label }: Link, handoff: boolean): string {
  if (handoff) return `${from.name} can hand over to ${to.name}`;
  return `${to.name} follows ${from.name}${label ? `, ${label}` : ""}`;
}

function addLinks(context: Context, team: TeamItem, links: readonly Link[]): void {
  const { edges, facts } = context;
  const handoffs = flowOf(team) === "handoffs";
  let lane = 0;
  for (const link of links) {
    const arc = arcs(context, link.from, link.to);
    const data: EdgeData = {
      label: link.label,
      conditional: link.conditional,
      lane: arc ? lane++ : undefined,
      passes: handoffs ? facts.passes?.get(edgeKey(link.from.agentPath, link.to.agentPath)) : undefined,
      active: facts.active?.has(link.to.agentPath),
    };
    edges.push({ id: link.path, type: "link", ...between(link.from, link.to), focusable: true, selected: facts.selected === link.path, data, ariaLabel: sentence(link, handoffs) });
  }
}

/** Where nothing in the team says who follows whom: what was seen. */
function addSeen(context: Context, team: TeamItem, links: readonly Link[]): void {
  const { facts, edges } = context;
  if (!facts.passes?.size || flowOf(team) === "graph") return;
  const drawn = new Set(links.map((link) => edgeKey(link.from.agentPath, link.to.agentPath)));
  let lane = links.length;
  for (const from of team.participants) {
    for (const to of team.participants) {
      const key = edgeKey(from.agentPath, to.agentPath);
      const passes = facts.passes.get(key);
      if (!passes || drawn.has(key)) continue;
      const data: EdgeData = { passes, seen: true, active: facts.active?.has(to.agentPath), lane: arcs(context, from, to) ? lane++ : undefined };
      edges.push({ id: `seen:${from.path}:${to.path}`, type: "link", ...between(from, to), selectable: false, focusable: false, data, ariaLabel: `${to.name} spoke after ${from.name}, ${passes} times` });
    }
  }
}

export function addEdges(context: Context, team: TeamItem): void {
  if (flowOf(team) === "order") {
    addOrder(context, team);
    return;
  }
  const links = linksOf(team);
  addLinks(context, team, links);
  addSeen(context, team, links);
}
