import { useMemo, useState } from "react";

import type { NodePosition } from "@/api/types";
import { componentTree, flowGraph, useGraphFacts } from "@/components/team-graph";
import type { FlowGraph, GraphNode } from "@/components/team-graph/flow";

import { useBuilder, useBuilderState } from "../context";
import { problemCounts } from "../document/problems";

export interface Dragging {
  id: string;
  position: NodePosition;
  /** The agent that would take the tool being dragged. */
  over: string | null;
}

interface Graph extends FlowGraph {
  dragging: Dragging | null;
  setDragging: (dragging: Dragging | null) => void;
}

/** The document as nodes and edges, with what is being dragged where the pointer has it. */
export function useGraph(): Graph {
  const { problems, readOnly } = useBuilder();
  const { doc, selected } = useBuilderState();
  const [dragging, setDragging] = useState<Dragging | null>(null);
  const facts = useGraphFacts(doc.settings.model);
  const base = useMemo(() => flowGraph(componentTree(doc.component), doc.layout, facts), [doc, facts]);
  const counts = useMemo(() => problemCounts(problems, base.nodes.map((node) => node.id)), [problems, base]);
  const nodes = useMemo(
    () =>
      base.nodes.map((node) => {
        const shown = {
          ...node,
          selected: node.id === selected,
          draggable: !readOnly && node.id !== "$",
          data: { ...node.data, problems: counts.get(node.id) },
          className: dragging?.over === node.id ? "drop-target" : undefined,
        };
        return (node.id === dragging?.id ? { ...shown, position: dragging.position, zIndex: 10 } : shown) as GraphNode;
      }),
    [base, counts, selected, dragging, readOnly],
  );
  const edges = useMemo(() => base.edges.map((edge) => (edge.type === "link" ? { ...edge, selected: edge.id === selected, reconnectable: false } : edge)), [base.edges, selected]);
  return { nodes, edges, colors: base.colors, dragging, setDragging };
}
