import "@xyflow/react/dist/style.css";

import { useComputedColorScheme } from "@mantine/core";
import { Background, BackgroundVariant, MarkerType, ReactFlow, type ReactFlowProps } from "@xyflow/react";

import { AgentNode } from "./AgentNode";
import { LinkEdge, OrderEdge, ToolEdge } from "./edges";
import type { GraphEdge, GraphNode } from "./flow";
import { TeamNode } from "./TeamNode";
import { ToolNode } from "./ToolNode";
import classes from "./graph.module.css";

const NODE_TYPES = { team: TeamNode, agent: AgentNode, tool: ToolNode };
const EDGE_TYPES = { order: OrderEdge, tool: ToolEdge, link: LinkEdge };
const EDGE_DEFAULTS = { markerEnd: { type: MarkerType.ArrowClosed, width: 16, height: 16, color: "var(--t-dim)" } };

type GraphCanvasProps = ReactFlowProps<GraphNode, GraphEdge> & { readOnly?: boolean };

/** The one canvas of the builder and of the session screen. */
export function GraphCanvas({ readOnly, children, ...flow }: GraphCanvasProps) {
  const scheme = useComputedColorScheme("light");
  return (
    <div className={classes.canvas} data-readonly={readOnly || undefined}>
      <ReactFlow<GraphNode, GraphEdge>
        nodeTypes={NODE_TYPES}
        edgeTypes={EDGE_TYPES}
        defaultEdgeOptions={EDGE_DEFAULTS}
        colorMode={scheme}
        fitView
        fitViewOptions={{ padding: 0.14, maxZoom: 1 }}
        minZoom={0.15}
        maxZoom={1.75}
        disableKeyboardA11y
        nodesDraggable={!readOnly}
        nodesConnectable={!readOnly}
        edgesReconnectable={!readOnly}
        deleteKeyCode={null}
        elevateNodesOnSelect={false}
        {...flow}
      >
        <Background variant={BackgroundVariant.Dots} gap={20} size={1.5} color="var(--t-dot)" />
        {children}
      </ReactFlow>
    </div>
  );
}
