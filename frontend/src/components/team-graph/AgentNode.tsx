import { Handle, Position, type NodeProps } from "@xyflow/react";
import { IconBrain, IconLink, IconMasksTheater, IconMessage, IconUser } from "@tabler/icons-react";

import { AgentAvatar } from "@/components/AgentAvatar";
import type { Component } from "@/api/types";
import { asComponent, className, componentName, participantsOf, textOf, USER_PROXY } from "@/lib/components";
import { plural } from "@/lib/format";

import type { AgentNodeType } from "./flow";
import { ProblemBadge } from "./ProblemBadge";
import classes from "./graph.module.css";

function ModelRow({ data }: { data: AgentNodeType["data"] }) {
  const { item, model } = data;
  if (item.component.provider === USER_PROXY) {
    return <div className={classes.model}><IconUser size={14} aria-hidden /> a person answers</div>;
  }
  if (!model) return <div className={classes.model} />;
  const Icon = model.scripted ? IconMasksTheater : IconBrain;
  return (
    <div className={classes.model} data-scripted={model.scripted || undefined} data-missing={model.kind === "none" || undefined}>
      <Icon size={14} aria-hidden />
      <span className="clip" title={model.label}>{model.label}</span>
      {model.kind === "workspace" && !model.scripted && <span className={classes.dim}>default</span>}
    </div>
  );
}

/** Whom an agent holds that the canvas does not draw: its inner team, or the agent it wraps. */
function insideOf(agent: Component): string | null {
  const team = asComponent(agent.config.team);
  const wrapped = asComponent(agent.config.wrapped_agent);
  if (team) return `${plural(participantsOf(team, "$").length, "member")} inside`;
  return wrapped ? `wraps ${componentName(wrapped)}` : null;
}

export function AgentNode({ data, isConnectable, selected }: NodeProps<AgentNodeType>) {
  const { item, color, active, messages, problems, place } = data;
  const inside = insideOf(item.component);
  const description = textOf(item.component, "description") || item.component.description || "";
  return (
    <div
      className={classes.agent}
      data-selected={selected || undefined}
      data-active={active || undefined}
      style={{ "--agent": `var(--agent-${color})` } as React.CSSProperties}
    >
      <Handle id="prev" type="target" position={Position.Left} isConnectable={isConnectable} className={classes.handle} style={{ top: 62 }} />
      <Handle id="next" type="source" position={Position.Right} isConnectable={isConnectable} className={classes.handle} style={{ top: 62 }} />
      <Handle id="tools" type="target" position={Position.Bottom} isConnectable={isConnectable} className={classes.toolsHandle} style={{ left: 16 }} />
      <div className={classes.agentHead}>
        <AgentAvatar name={item.name} color={color} active={active} />
        <div style={{ minWidth: 0, flex: 1 }}>
          <div className={`${classes.name} clip`} title={item.name}>{item.name}</div>
          <div className={`${classes.kind} clip`}>
            {item.reference ? <><IconLink size={12} aria-hidden /> from the library</> : <>{className(item.component.provider)}{inside && <span title={inside}> · {inside}</span>}</>}
          </div>
        </div>
        {messages !== undefined && messages > 0 && (
          <span className={classes.count} title={`${messages} messages`}><IconMessage size={12} aria-hidden />{messages}</span>
        )}
        {place && <span className={classes.order} title={`${item.name} ${place.sentence}`}>{place.text}</span>}
      </div>
      <ModelRow data={data} />
      <div className={classes.description} title={description}>{description || "No description yet"}</div>
      <ProblemBadge problems={problems} />
    </div>
  );
}
