import { AnswerPanel, RequestCard, subjectOfInput } from "@/components/tool-call";
import { MarkdownView } from "@/components/MarkdownView";
import type { InputItem } from "@/run-model";

import { useColorOf, useSession } from "../model/session-context";
import classes from "./transcript.module.css";

/** A question to a person, and the answer. */
export function InputItemView({ item }: { item: InputItem }) {
  const { decideBlocked, controller } = useSession();
  const colorOf = useColorOf();
  if (item.answer !== null) {
    return (
      <div>
        {item.prompt && <p className={classes.asked}>Asked: {item.prompt}</p>}
        <div className={classes.message}><MarkdownView text={item.answer.text} /></div>
        <p className={classes.quiet}>answered by {item.answer.by.name}</p>
      </div>
    );
  }
  const subject = subjectOfInput(item);
  return (
    <article className={classes.question} data-decision-card aria-label={`Question of ${item.agent}`}>
      <RequestCard subject={subject} color={colorOf(item.agentPath)} />
      {item.cancelled ? (
        <p className={classes.quiet}>The run ended before anybody answered.</p>
      ) : (
        <AnswerPanel key={item.requestId} subject={subject} disabledReason={decideBlocked} onReload={() => controller.reconnect()} />
      )}
    </article>
  );
}
