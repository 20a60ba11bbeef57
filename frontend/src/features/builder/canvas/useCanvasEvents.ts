import { useReactFlow, type Connection, type NodeChange } from "@xyflow/react";
import type { DragEvent } from "react";

import type { NodePosition } from "@/api/types";
import { looseIndex, type GraphEdge, type GraphNode } from "@/components/team-graph/flow";
import { flowOf } from "@/components/team-graph/links";
import { SIZE } from "@/components/team-graph/place";
import { componentAt } from "@/lib/components";

import { useBuilder } from "../context";
import { attachLoose, moveLoose, moveParticipant, moveTool, placeNodes } from "../document/commands";
import { connectMembers } from "../document/links";
import type { Command, Doc } from "../document/model";
import { DRAG_TYPE } from "../palette-items";
import { usePlaceItem } from "../usePlaceItem";
import { absoluteBoxes, nodeAt, orderAt, wouldOverlap } from "./drop";
import type { Dragging } from "./useGraph";

function typeOf(nodes: readonly GraphNode[], id: string | null): GraphNode["type"] | undefined {
  return nodes.find((node) => node.id === id)?.type;
}

const participantIndex = (id: string) => Number(id.match(/\[(\d+)\]$/)?.[1] ?? -1);

/** What an edge drawn by hand means: a tool for an agent, who speaks after whom, a handoff, an edge of a graph. */
export function connectionCommand(doc: Doc, nodes: readonly GraphNode[], source: string, target: string): Command | null {
  const [from, to] = [typeOf(nodes, source), typeOf(nodes, target)];
  if (from === "tool" && to === "agent") return toolCommand(source, target);
  const [one, other] = [nodes.find((node) => node.id === source), nodes.find((node) => node.id === target)];
  if (from === "tool" || to === "tool" || !one?.parentId || one.parentId !== other?.parentId) return null;
  const team = componentAt(doc.component, one.parentId);
  if (!team || flowOf({ component: team }) !== "order") return connectMembers(doc, one.parentId, source, target);
  if (one === other) return null;
  const [after, moved] = [participantIndex(source), participantIndex(target)];
  return moveParticipant(one.parentId, moved, moved > after ? after + 1 : after);
}

export function toolCommand(tool: string, agent: string): Command {
  const loose = looseIndex(tool);
  return loose === null ? moveTool(tool, agent) : attachLoose(loose, agent);
}

/** Where everybody in a team stands now, so that moving one does not shift the others. */
function placesOf(nodes: readonly GraphNode[], moved: GraphNode): Record<string, NodePosition> {
  const siblings = nodes.filter((node) => node.parentId === moved.parentId && node.type !== "tool");
  const places = Object.fromEntries(siblings.map((node) => [node.id, node.position]));
  return { ...places, [moved.id]: { x: Math.round(moved.position.x), y: Math.round(moved.position.y) } };
}

export function useCanvasEvents(nodes: GraphNode[], dragging: Dragging | null, setDragging: (next: Dragging | null) => void) {
  const { store, readOnly } = useBuilder();
  const flow = useReactFlow<GraphNode, GraphEdge>();
  const place = usePlaceItem();

  const onNodesChange = (changes: NodeChange<GraphNode>[]) => {
    for (const change of changes) {
      if (change.type !== "position" || !change.dragging || !change.position) continue;
      setDragging({ id: change.id, position: change.position, over: dragging?.id === change.id ? dragging.over : null });
    }
  };

  const onNodeDrag = (event: { clientX: number; clientY: number }, node: GraphNode) => {
    if (node.type !== "tool") return;
    const under = nodeAt(nodes, flow.screenToFlowPosition({ x: event.clientX, y: event.clientY }), node.id);
    const over = under?.type === "agent" ? under.id : under?.type === "tool" && under.parentId ? under.parentId : null;
    setDragging({ id: node.id, position: node.position, over: over === node.parentId ? null : over });
  };

  const onNodeDragStop = (_: unknown, node: GraphNode) => {
    const done = dragging;
    setDragging(null);
    if (!done || readOnly) return;
    const loose = looseIndex(node.id);
    if (done.over) store.run(toolCommand(node.id, done.over));
    else if (loose !== null) store.run(moveLoose(loose, done.position));
    else if (node.type !== "tool") store.run(placeNodes(placesOf(nodes, { ...node, position: done.position })));
  };

  const onConnect = (connection: Connection) => {
    const command = connectionCommand(store.getState().doc, nodes, connection.source, connection.target);
    if (command && !readOnly) store.run(command);
  };

  const isValidConnection = (connection: Connection | GraphEdge) => {
    const { source, target, sourceHandle, targetHandle } = connection;
    const fitting = (sourceHandle === "agent") === (targetHandle === "tools");
    return fitting && connectionCommand(store.getState().doc, nodes, source, target) !== null;
  };

  const onDrop = (event: DragEvent) => {
    const key = event.dataTransfer.getData(DRAG_TYPE);
    if (!key) return;
    event.preventDefault();
    const point = flow.screenToFlowPosition({ x: event.clientX, y: event.clientY });
    const under = nodeAt(nodes, point);
    const team = under?.type === "team" ? under : null;
    const placedByHand = team && nodes.some((node) => node.parentId === team.id && store.getState().doc.layout.nodes[node.id]);
    const origin = (team && absoluteBoxes(nodes).get(team.id)) ?? { x: 0, y: 0 };
    const at = { x: Math.round(point.x - origin.x - SIZE.agentWidth / 2), y: Math.round(point.y - origin.y - 24) };
    void place(key, {
      path: under?.id ?? null,
      index: team ? orderAt(nodes, team.id, point) : undefined,
      at: placedByHand ? at : undefined,
      tidy: Boolean(placedByHand && wouldOverlap(nodes, team.id, at)),
      looseAt: { x: Math.round(point.x - SIZE.toolWidth / 2), y: Math.round(point.y - SIZE.toolHeight / 2) },
    });
  };

  const onDragOver = (event: DragEvent) => {
    if (readOnly || !event.dataTransfer.types.includes(DRAG_TYPE)) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = "copy";
  };

  return { onNodesChange, onNodeDrag, onNodeDragStop, onConnect, isValidConnection, onDrop, onDragOver };
}
