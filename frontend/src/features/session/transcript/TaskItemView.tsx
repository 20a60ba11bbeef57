import { IconUser } from "@tabler/icons-react";

import { MarkdownView } from "@/components/MarkdownView";
import { formatClock } from "@/lib/format";
import { messageText, type TaskItem } from "@/run-model";

import classes from "./transcript.module.css";

export function TaskItemView({ item }: { item: TaskItem }) {
  return (
    <section className={classes.task} aria-label="Task">
      <header className={classes.groupHead}>
        <span className={classes.person} aria-hidden><IconUser size={14} stroke={2} /></span>
        <h3 className={classes.speaker}>{item.by.name}</h3>
        <span className={`${classes.groupMeta} tabular`}>task · {formatClock(new Date(item.at))}</span>
      </header>
      {item.messages.map((message) => <MarkdownView key={message.id} text={messageText(message, true)} />)}
    </section>
  );
}
