export { edgeKey, flowGraph, graphColors, type GraphFacts } from "./flow";
export { GraphCanvas } from "./GraphCanvas";
export { TeamGraph, type TeamGraphProps } from "./TeamGraph";
export { componentTree, type AgentItem, type GraphItem, type TeamItem, type ToolItem } from "./tree";
export { useDefaultModel, useGraphFacts } from "./useGraphFacts";
