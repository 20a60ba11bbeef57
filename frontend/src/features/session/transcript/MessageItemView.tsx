import { IconArrowForwardUp, IconBraces, IconFlagFilled, IconListDetails } from "@tabler/icons-react";

import { MarkdownView } from "@/components/MarkdownView";
import { type MessageItem, messageText } from "@/run-model";

import { MessageBody } from "./MessageBody";
import classes from "./transcript.module.css";

/** A message that no model call of this transcript wrote. */
export function MessageItemView({ item }: { item: MessageItem }) {
  const { message } = item;
  const who = item.group === null ? <strong>{message.source} </strong> : null;
  if (message.type === "ToolCallSummaryMessage") {
    return (
      <details className={classes.thought}>
        <summary><IconListDetails size={14} aria-hidden /> {who}Summary of the tool results, as the team hears it</summary>
        <MarkdownView text={messageText(message, true)} />
      </details>
    );
  }
  return (
    <div className={classes.message}>
      {message.type === "HandoffMessage" && <p className={classes.quiet}><IconArrowForwardUp size={14} aria-hidden /> Hands over to {message.target}</p>}
      {message.type === "StopMessage" && <p className={classes.quiet}><IconFlagFilled size={14} aria-hidden /> Asks to stop</p>}
      {message.type === "StructuredMessage" && message.content_type && <p className={classes.quiet}><IconBraces size={14} aria-hidden /> {message.content_type}</p>}
      {who}
      <MessageBody message={message} />
    </div>
  );
}
