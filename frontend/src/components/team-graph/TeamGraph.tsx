import { Controls, ReactFlowProvider } from "@xyflow/react";
import { useMemo, type ReactNode } from "react";

import type { Component, Layout } from "@/api/types";

import { flowGraph, type GraphFacts } from "./flow";
import { GraphCanvas } from "./GraphCanvas";
import { componentTree } from "./tree";
import { useGraphFacts } from "./useGraphFacts";

export interface TeamGraphProps {
  component: Component;
  layout?: Layout | null;
  /** A team's own model setting, if it has one. */
  model?: Component | null;
  /** `agent_path`s of those who act now. */
  activeAgents?: ReadonlySet<string>;
  /** Messages said, by `agent_path`. */
  messages?: ReadonlyMap<string, number>;
  /** Hand-overs between speakers, keyed by `edgeKey(from, to)` of `agent_path`s. */
  passes?: ReadonlyMap<string, number>;
  /** Node id (the component's path in the document). */
  selected?: string | null;
  onSelect?: (path: string | null, agentPath: string | null) => void;
  controls?: boolean;
  children?: ReactNode;
}

const NO_LAYOUT: Layout = { nodes: {} };

/** The builder's canvas in read-only form. */
export function TeamGraph(props: TeamGraphProps) {
  const { component, layout, model, activeAgents, messages, passes, selected, onSelect, controls = true, children } = props;
  const base = useGraphFacts(model);
  const root = useMemo(() => componentTree(component), [component]);
  const graph = useMemo(() => {
    const facts: GraphFacts = { ...base, active: activeAgents, messages, passes, selected };
    return flowGraph(root, { nodes: layout?.nodes ?? NO_LAYOUT.nodes }, facts);
  }, [root, layout, base, activeAgents, messages, passes, selected]);
  return (
    <ReactFlowProvider>
      <GraphCanvas
        readOnly
        nodes={graph.nodes}
        edges={graph.edges}
        nodesFocusable={Boolean(onSelect)}
        edgesFocusable={false}
        elementsSelectable={Boolean(onSelect)}
        onNodeClick={(_, node) => onSelect?.(node.id, node.type === "tool" ? null : node.data.item.agentPath)}
        onPaneClick={() => onSelect?.(null, null)}
        aria-label="Team graph"
      >
        {controls && <Controls showInteractive={false} />}
        {children}
      </GraphCanvas>
    </ReactFlowProvider>
  );
}
