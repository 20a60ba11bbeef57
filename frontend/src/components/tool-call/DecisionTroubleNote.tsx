import { Button } from "@mantine/core";
import { IconAlertTriangle, IconPlugConnectedX, IconUserCheck } from "@tabler/icons-react";

import { ApiError, errorText } from "@/api/client";
import { formatAgo } from "@/lib/format";

import type { DecisionControl, DecisionTrouble } from "./useDecision";
import { decisionSentence } from "./wording";
import classes from "./tool-call.module.css";

interface DecisionTroubleNoteProps {
  trouble: DecisionTrouble;
  control: DecisionControl;
  onReload: () => void;
}

/** Why a decision did not count, and what to do. */
export function DecisionTroubleNote({ trouble, control, onReload }: DecisionTroubleNoteProps) {
  if (trouble.kind === "unsent") {
    return (
      <div className={classes.trouble} role="alert">
        <IconPlugConnectedX size={18} aria-hidden />
        <span>Not sent: the server cannot be reached. Your decision is kept here and sent when you are back online.</span>
        <Button size="xs" variant="default" loading={control.sending} onClick={control.retry}>Try again</Button>
        <Button size="xs" variant="subtle" color="gray" onClick={control.forget}>Discard</Button>
      </div>
    );
  }
  if (trouble.kind === "decided") {
    const { request } = trouble;
    const decision = request?.decision;
    return (
      <div className={classes.trouble} role="alert" data-quiet>
        <IconUserCheck size={18} aria-hidden />
        <span>
          Already decided.{" "}
          {request !== null && decision && decisionSentence(request.kind, decision.verb, request.decided_by?.name ?? "Somebody")}{" "}
          {request?.decided_at && formatAgo(request.decided_at)}
        </span>
        <Button size="xs" variant="default" onClick={() => { control.forget(); onReload(); }}>Show</Button>
      </div>
    );
  }
  if (trouble.kind === "changed") {
    return (
      <div className={classes.trouble} role="alert">
        <IconAlertTriangle size={18} aria-hidden />
        <span>The arguments have changed since they were shown here, so nothing was decided. Look at them again.</span>
        <Button size="xs" variant="default" onClick={() => { control.forget(); onReload(); }}>Show the current arguments</Button>
      </div>
    );
  }
  return (
    <div className={classes.trouble} role="alert">
      <IconAlertTriangle size={18} aria-hidden />
      <span>
        {errorText(trouble.error)} <Details error={trouble.error} />
      </span>
      <Button size="xs" variant="default" onClick={control.forget}>Close</Button>
    </div>
  );
}

function Details({ error }: { error: unknown }) {
  if (!(error instanceof ApiError)) return null;
  const fields = Object.entries(error.fields ?? {}).map(([name, texts]) => `${name}: ${texts.join(" ")}`);
  const problems = error.problems.map((problem) => `${problem.path}: ${problem.detail}`);
  return <>{[error.hint, ...fields, ...problems].filter(Boolean).join(" ")}</>;
}
