import { IconAlarm, IconAlertTriangle, IconHelpCircle, IconShieldQuestion } from "@tabler/icons-react";

import { AgentAvatar } from "../AgentAvatar";
import { ArgumentsView } from "./ArgumentsView";
import { DeadlineText } from "./DeadlineText";
import type { Subject } from "./subject";
import { EFFECT } from "./wording";
import classes from "./tool-call.module.css";

/** What a request asks for: exact arguments first, what the tool says of itself after. */
export function RequestCard({ subject, color }: { subject: Subject; color?: number }) {
  if (subject.kind === "input") return <Question subject={subject} color={color} />;
  const doubt = subject.kind === "in_doubt";
  return (
    <>
      <div className={classes.requestHead}>
        <AgentAvatar name={subject.agent} color={color} size={24} />
        <p className={classes.requestTitle}>
          <strong className="wrap-anywhere">{subject.agent}</strong> {doubt ? "started" : "wants to run"} <code className="wrap-anywhere">{subject.tool}</code>
        </p>
        <EffectChip subject={subject} />
        {subject.deadlineAt !== null && <span className={classes.chip}><IconAlarm size={14} aria-hidden /><DeadlineText at={subject.deadlineAt} /></span>}
      </div>
      {doubt && (
        <p className={classes.doubt}>
          <IconAlertTriangle size={16} aria-hidden />
          <span>This call was started and its worker was lost before a result was recorded. Nobody knows whether it happened. Check the outside world first, then say which.</span>
        </p>
      )}
      <ArgumentsView value={subject.arguments} schema={subject.argsSchema} label={doubt ? "Exact arguments of the call" : "Exact arguments"} />
      {subject.description && (
        <p className={classes.toolSays}><span className={classes.caption}>The tool says of itself:</span> {subject.description}</p>
      )}
    </>
  );
}

function EffectChip({ subject }: { subject: Subject }) {
  if (subject.effect === null) return null;
  const { label, sentence } = EFFECT[subject.effect];
  return (
    <span className={classes.chip} data-effect={subject.effect} title={sentence}>
      <IconShieldQuestion size={14} aria-hidden />
      {label}
    </span>
  );
}

function Question({ subject, color }: { subject: Subject; color?: number }) {
  return (
    <>
      <div className={classes.requestHead}>
        <AgentAvatar name={subject.agent} color={color} size={24} />
        <p className={classes.requestTitle}><strong className="wrap-anywhere">{subject.agent}</strong> asks you</p>
        {subject.deadlineAt !== null && <span className={classes.chip}><IconAlarm size={14} aria-hidden /><DeadlineText at={subject.deadlineAt} /></span>}
      </div>
      <blockquote className={classes.question}><IconHelpCircle size={16} aria-hidden /> <span className="wrap-anywhere">{subject.prompt || "The team waits for your message."}</span></blockquote>
    </>
  );
}
