import { Handle, Position, type NodeProps } from "@xyflow/react";
import { IconLink } from "@tabler/icons-react";

import { useRegistry } from "@/api/components";
import { ComponentIcon } from "@/components/ComponentIcon";
import { VerdictBadge } from "@/components/ToolChip";

import type { ToolNodeType } from "./flow";
import { ProblemBadge } from "./ProblemBadge";
import classes from "./graph.module.css";

export function ToolNode({ data, isConnectable, selected }: NodeProps<ToolNodeType>) {
  const { item, label, verdict, problems, loose } = data;
  const entry = useRegistry().get(item.component.provider);
  return (
    <div className={classes.tool} data-selected={selected || undefined} data-loose={loose || undefined} title={loose ? "Not connected: drag its left edge, or the tool itself, onto an agent" : undefined}>
      <Handle id="agent" type="source" position={Position.Left} isConnectable={isConnectable} className={classes.handle} />
      {item.reference ? <IconLink size={14} aria-hidden /> : <ComponentIcon name={entry?.icon} type={item.component.component_type ?? "tool"} size={14} />}
      <span className={`${classes.toolName} clip`} title={label}>{label}</span>
      {verdict && <VerdictBadge verdict={verdict.verdict} reason={verdict.reason} />}
      <ProblemBadge problems={problems} />
    </div>
  );
}
