import { Handle, Position, type NodeProps } from "@xyflow/react";
import { IconBrain, IconFlag, IconInfinity, IconRepeat, IconTransfer, IconUserPlus } from "@tabler/icons-react";

import { className, modelSummary, textOf } from "@/lib/components";
import { plural } from "@/lib/format";
import { terminationText } from "@/lib/terminations";

import type { TeamNodeType } from "./flow";
import { flowOf } from "./links";
import { ProblemBadge } from "./ProblemBadge";
import type { TeamItem } from "./tree";
import classes from "./graph.module.css";

function Ending({ item }: { item: TeamItem }) {
  const { termination, maxTurns } = item;
  if (!termination && maxTurns === null && flowOf(item) === "graph") return <span className={classes.ending}><IconFlag size={14} aria-hidden /><span className={classes.dim}>ends with</span> its last member</span>;
  if (!termination && maxTurns === null) {
    return <span className={classes.endless}><IconInfinity size={14} aria-hidden /> nothing ends this team yet</span>;
  }
  const text = termination ? terminationText(termination) : null;
  return (
    <>
      {text && <span className={`${classes.ending} clip`} title={text}><IconFlag size={14} aria-hidden /><span className={classes.dim}>ends when</span> {text}</span>}
      {maxTurns !== null && <span className={classes.ending}><IconRepeat size={14} aria-hidden />{text ? "or after" : "ends after"} {plural(maxTurns, "turn")}</span>}
    </>
  );
}

/** Where nobody can see from the lines who speaks next. */
function Chooser({ item }: { item: TeamItem }) {
  const flow = flowOf(item);
  if (flow === "handoffs") return <span className={classes.ending}><IconTransfer size={14} aria-hidden />the speaker hands over</span>;
  if (flow !== "chosen" || item.participants.length === 0) return null;
  const model = modelSummary(item.component.config.model_client);
  return <span className={`${classes.ending} clip`}><IconBrain size={14} aria-hidden /><span className={classes.dim}>next chosen by</span> {model.kind === "none" ? "its own rules" : model.label}</span>;
}

export function TeamNode({ data, isConnectable, selected }: NodeProps<TeamNodeType>) {
  const { item, problems, active, place } = data;
  const description = textOf(item.component, "description");
  return (
    <div className={classes.team} data-selected={selected || undefined} data-nested={item.order > 0 || undefined} data-active={active || undefined}>
      {item.order > 0 && (
        <>
          <Handle id="prev" type="target" position={Position.Left} isConnectable={isConnectable} className={classes.handle} style={{ top: 62 }} />
          <Handle id="next" type="source" position={Position.Right} isConnectable={isConnectable} className={classes.handle} style={{ top: 62 }} />
        </>
      )}
      <div className={classes.teamHead}>
        {place && <span className={classes.order} title={`${item.name} ${place.sentence}`}>{place.text}</span>}
        <span className={classes.teamKind}>{className(item.component.provider).replace(/GroupChat$/, "")}</span>
        <span className={`${classes.teamName} clip`} title={item.name}>{item.name}</span>
        {description && <span className={`${classes.teamDescription} clip`} title={description}>{description}</span>}
        <ProblemBadge problems={problems} />
      </div>
      {item.participants.length === 0 && (
        <div className={classes.invite}><IconUserPlus size={20} stroke={1.5} aria-hidden />Drag an agent here, or pick one in the palette</div>
      )}
      <div className={classes.teamFoot}><Chooser item={item} /><Ending item={item} /></div>
    </div>
  );
}
