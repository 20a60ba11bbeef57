import { BaseEdge, EdgeLabelRenderer, getBezierPath, getSmoothStepPath, type EdgeProps } from "@xyflow/react";

import { SIZE } from "./place";
import type { GraphEdge } from "./flow";
import classes from "./graph.module.css";

interface Ends {
  sourceX: number;
  sourceY: number;
  targetX: number;
  targetY: number;
}

/** Out to the right, over the top of the row, back down into the first: [path, label x, label y]. */
function loopPath({ sourceX, sourceY, targetX, targetY }: Ends): [string, number, number] {
  const out = 20;
  const radius = 10;
  const top = Math.min(sourceY, targetY) - SIZE.agentHeight / 2 - 16;
  const right = sourceX + out;
  const left = targetX - out;
  const path = [
    `M ${sourceX} ${sourceY}`,
    `H ${right - radius}`,
    `Q ${right} ${sourceY} ${right} ${sourceY - radius}`,
    `V ${top + radius}`,
    `Q ${right} ${top} ${right - radius} ${top}`,
    `H ${left + radius}`,
    `Q ${left} ${top} ${left} ${top + radius}`,
    `V ${targetY - radius}`,
    `Q ${left} ${targetY} ${left + radius} ${targetY}`,
    `H ${targetX}`,
  ].join(" ");
  return [path, (left + right) / 2, top];
}

export function OrderEdge(props: EdgeProps<GraphEdge>) {
  const { id, sourceX, sourceY, targetX, targetY, sourcePosition, targetPosition, data, selected, markerEnd } = props;
  const [step, stepX, stepY] = getSmoothStepPath({ sourceX, sourceY, targetX, targetY, sourcePosition, targetPosition, borderRadius: 10, offset: 24 });
  const [path, labelX, labelY] = data?.loop ? loopPath({ sourceX, sourceY, targetX, targetY }) : [step, stepX, stepY];
  const label = data?.passes ? String(data.passes) : data?.loop ? "then again" : null;
  return (
    <>
      <BaseEdge id={id} path={path} markerEnd={markerEnd} className={classes.orderEdge} interactionWidth={16}
        style={{ strokeDasharray: data?.loop ? "5 5" : undefined, stroke: data?.active ? "var(--state-running)" : selected ? "var(--t-accent)" : undefined }} />
      {label && (
        <EdgeLabelRenderer>
          <span className={classes.edgeLabel} data-count={data?.passes ? true : undefined} style={{ transform: `translate(-50%, -50%) translate(${labelX}px, ${labelY}px)` }}>
            {label}
          </span>
        </EdgeLabelRenderer>
      )}
    </>
  );
}

/** Over the row in a lane of its own: [path, label x, label y]. */
function arcPath(ends: Ends, lane: number): [string, number, number] {
  const radius = 8;
  const out = 14 + Math.min(lane, 5) * 4;
  const top = Math.min(ends.sourceY, ends.targetY) - SIZE.agentHeight / 2 - 14 - lane * SIZE.lane;
  const right = ends.sourceX + out;
  const left = ends.targetX - out;
  const way = left < right ? -1 : 1;
  const path = [
    `M ${ends.sourceX} ${ends.sourceY}`,
    `H ${right - radius}`,
    `Q ${right} ${ends.sourceY} ${right} ${ends.sourceY - radius}`,
    `V ${top + radius}`,
    `Q ${right} ${top} ${right + way * radius} ${top}`,
    `H ${left - way * radius}`,
    `Q ${left} ${top} ${left} ${top + radius}`,
    `V ${ends.targetY - radius}`,
    `Q ${left} ${ends.targetY} ${left + radius} ${ends.targetY}`,
    `H ${ends.targetX}`,
  ].join(" ");
  return [path, (left + right) / 2, top];
}

/** A handoff, an edge of a graph, or what was seen in a run; it can be selected where it can be edited. */
export function LinkEdge({ id, sourceX, sourceY, targetX, targetY, sourcePosition, targetPosition, data, selected, markerEnd }: EdgeProps<GraphEdge>) {
  const [path, labelX, labelY] = data?.lane !== undefined
    ? arcPath({ sourceX, sourceY, targetX, targetY }, data.lane)
    : getBezierPath({ sourceX, sourceY, targetX, targetY, sourcePosition, targetPosition, curvature: 0.35 });
  const stroke = selected ? "var(--t-accent)" : data?.active ? "var(--state-running)" : undefined;
  return (
    <>
      <BaseEdge id={id} path={path} markerEnd={markerEnd} className={classes.orderEdge} interactionWidth={20}
        style={{ stroke, strokeWidth: selected ? 2.5 : undefined, strokeDasharray: data?.seen ? "2 5" : data?.conditional ? "6 4" : undefined }} />
      {(data?.label || data?.passes) && (
        <EdgeLabelRenderer>
          <span className={classes.linkLabel} data-selected={selected || undefined} title={data.label ?? undefined} style={{ transform: `translate(-50%, -50%) translate(${labelX}px, ${labelY}px)` }}>
            {data.label && <span className="clip">{data.label}</span>}
            {data.passes !== undefined && <span className={classes.linkCount}>{data.passes}</span>}
          </span>
        </EdgeLabelRenderer>
      )}
    </>
  );
}

/** From the agent's foot down and across to the tool that hangs under it. */
export function ToolEdge({ id, sourceX, sourceY, targetX, targetY, selected }: EdgeProps<GraphEdge>) {
  const radius = 8;
  const path = sourceX > targetX + radius && sourceY > targetY + radius
    ? `M ${targetX} ${targetY} V ${sourceY - radius} Q ${targetX} ${sourceY} ${targetX + radius} ${sourceY} H ${sourceX}`
    : `M ${targetX} ${targetY} L ${sourceX} ${sourceY}`;
  return <BaseEdge id={id} path={path} className={classes.toolEdge} style={selected ? { stroke: "var(--t-accent)" } : undefined} />;
}
