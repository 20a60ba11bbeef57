import { memo } from "react";

import { AgentAvatar } from "@/components/AgentAvatar";
import { formatClock } from "@/lib/format";
import { agentName, type Group, type Item, parentPath } from "@/run-model";

import { useColorOf } from "../model/session-context";
import { InputItemView } from "./InputItemView";
import { MessageItemView } from "./MessageItemView";
import { ModelItemView } from "./ModelItemView";
import { EndItemView, NoticeItemView, UnknownItemView } from "./NoticeItemView";
import { TaskItemView } from "./TaskItemView";
import { ToolItemView } from "./ToolItemView";
import classes from "./transcript.module.css";

interface ItemRowProps {
  item: Item;
  selected: boolean;
  onSelect: (id: number) => void;
}

/** One item of the transcript, under its speaker's name where the speaker changes. */
export const ItemRow = memo(function ItemRow({ item, selected, onSelect }: ItemRowProps) {
  const colorOf = useColorOf();
  const color = item.group === null ? undefined : colorOf(item.group.agentPath);
  const style = color === undefined ? undefined : ({ "--agent": `var(--agent-${color})` } as React.CSSProperties);
  return (
    <div className={classes.item} data-grouped={item.group !== null || undefined} style={style}>
      {item.opensGroup && item.group !== null && <GroupHead group={item.group} at={item.at} color={color} />}
      <div className={classes.content} data-selected={selected || undefined} onClick={(event) => { if (!isControl(event.target)) onSelect(item.id); }}>
        <Body item={item} selected={selected} onSelect={onSelect} />
      </div>
    </div>
  );
});

function isControl(target: EventTarget): boolean {
  const text = window.getSelection()?.toString() ?? "";
  return text !== "" || (target instanceof Element && target.closest("button, a, input, textarea, form, summary, .cm-editor") !== null);
}

function GroupHead({ group, at, color }: { group: Group; at: number; color: number | undefined }) {
  const team = parentPath(group.agentPath);
  return (
    <header className={classes.groupHead}>
      <AgentAvatar name={group.speaker} color={color} size={24} />
      <h3 className={classes.speaker} title={group.speaker}>{group.speaker}</h3>
      {team !== "" && <span className={classes.team}>in {agentName(team)}</span>}
      <span className={`${classes.groupMeta} tabular`}>turn {group.turn} · <time dateTime={new Date(at).toISOString()} title={new Date(at).toLocaleString()}>{formatClock(new Date(at))}</time></span>
    </header>
  );
}

function Body({ item, selected, onSelect }: ItemRowProps) {
  switch (item.type) {
    case "task":
      return <TaskItemView item={item} />;
    case "model":
      return <ModelItemView item={item} onSelect={onSelect} selected={selected} />;
    case "message":
      return <MessageItemView item={item} />;
    case "tool":
      return <ToolItemView item={item} selected={selected} onSelect={onSelect} />;
    case "input":
      return <InputItemView item={item} />;
    case "notice":
      return <NoticeItemView item={item} />;
    case "end":
      return <EndItemView item={item} />;
    case "unknown":
      return <UnknownItemView item={item} />;
  }
}
