import { MiniMap, useReactFlow } from "@xyflow/react";
import { useEffect, useRef, useState, type KeyboardEvent } from "react";

import { GraphCanvas } from "@/components/team-graph";
import { isLinkPath } from "@/components/team-graph/links";
import type { GraphEdge, GraphNode } from "@/components/team-graph/flow";

import { useBuilder } from "../context";
import { CanvasTools } from "./CanvasTools";
import { neighbour } from "./drop";
import { SelectionToolbar } from "./SelectionToolbar";
import { useCanvasEvents } from "./useCanvasEvents";
import { useGraph } from "./useGraph";
import classes from "../builder.module.css";

const ARROWS: Record<string, "left" | "right" | "up" | "down"> = { ArrowLeft: "left", ArrowRight: "right", ArrowUp: "up", ArrowDown: "down" };

const COLORS: Record<string, string> = { team: "transparent", tool: "var(--t-line-strong)" };

/** The team as it is edited: drag, connect, walk by arrow keys. */
export function Canvas() {
  const { store, readOnly } = useBuilder();
  const { nodes, edges, dragging, setDragging } = useGraph();
  const events = useCanvasEvents(nodes, dragging, setDragging);
  const flow = useReactFlow<GraphNode, GraphEdge>();
  const [minimap, setMinimap] = useState(false);

  useGrowingView(nodes);

  const walk = (event: KeyboardEvent) => {
    const id = (event.target as HTMLElement).closest<HTMLElement>(".react-flow__node")?.dataset.id;
    const edge = (event.target as HTMLElement).closest<HTMLElement>(".react-flow__edge")?.dataset.id;
    if (edge && isLinkPath(edge) && (event.key === "Enter" || event.key === " ")) {
      event.preventDefault();
      store.select(edge);
    }
    if (!id) return;
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      store.select(id);
    }
    const direction = ARROWS[event.key];
    if (!direction || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    const next = neighbour(nodes, id, direction);
    if (!next) return;
    store.select(next);
    document.querySelector<HTMLElement>(`.react-flow__node[data-id="${CSS.escape(next)}"]`)?.focus();
    if (!flow.isNodeIntersecting({ id: next }, visibleRect(flow), false)) void flow.fitView({ nodes: [{ id: next }], maxZoom: flow.getZoom(), duration: 140 });
  };

  return (
    <div className={classes.canvas} onKeyDown={walk} onDrop={events.onDrop} onDragOver={events.onDragOver} role="region" aria-label="Canvas">
      <GraphCanvas
        readOnly={readOnly}
        nodes={nodes}
        edges={edges}
        onNodesChange={events.onNodesChange}
        onNodeDrag={(event, node) => "clientX" in event && events.onNodeDrag(event, node)}
        onNodeDragStop={events.onNodeDragStop}
        onNodeClick={(_, node) => store.select(node.id)}
        onEdgeClick={(_, edge) => edge.type === "link" && store.select(edge.id)}
        onPaneClick={() => store.select(null)}
        onConnect={events.onConnect}
        onReconnect={(_, connection) => events.onConnect(connection)}
        isValidConnection={events.isValidConnection}
        nodeDragThreshold={4}
        connectionRadius={28}
      >
        {!dragging && <SelectionToolbar nodes={nodes} />}
        <CanvasTools minimap={minimap} onToggleMinimap={() => setMinimap(!minimap)} />
        {minimap && <MiniMap pannable zoomable position="bottom-right" nodeColor={(node) => COLORS[node.type ?? ""] ?? "var(--t-accent)"} nodeStrokeColor="var(--t-line-strong)" nodeBorderRadius={12} ariaLabel="Minimap" />}
      </GraphCanvas>
    </div>
  );
}

/** What was just added must be seen, and what it pushed aside: a team that outgrew the view comes into it. */
function useGrowingView(nodes: readonly GraphNode[]): void {
  const flow = useReactFlow<GraphNode, GraphEdge>();
  const count = useRef(nodes.length);
  const root = nodes[0]?.id;
  useEffect(() => {
    const grown = nodes.length > count.current;
    count.current = nodes.length;
    if (!grown || !root) return;
    const frame = requestAnimationFrame(() => {
      if (!flow.isNodeIntersecting({ id: root }, visibleRect(flow), false)) void flow.fitView({ padding: 0.14, maxZoom: 1, duration: 160 });
    });
    return () => cancelAnimationFrame(frame);
  }, [nodes.length, root, flow]);
}

function visibleRect(flow: ReturnType<typeof useReactFlow<GraphNode, GraphEdge>>) {
  const box = document.querySelector(".react-flow__pane")?.getBoundingClientRect();
  const { x, y, zoom } = flow.getViewport();
  return { x: -x / zoom, y: -y / zoom, width: (box?.width ?? 0) / zoom, height: (box?.height ?? 0) / zoom };
}
