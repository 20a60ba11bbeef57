import { Button, Textarea } from "@mantine/core";
import { useState } from "react";

import type { Subject } from "./subject";
import { DecisionTroubleNote } from "./DecisionTroubleNote";
import { useDecision } from "./useDecision";
import classes from "./tool-call.module.css";

interface AnswerPanelProps {
  subject: Subject;
  disabledReason?: string;
  onReload: () => void;
}

/** A person's answer to a question of the team. */
export function AnswerPanel({ subject, disabledReason, onReload }: AnswerPanelProps) {
  const [text, setText] = useState("");
  const control = useDecision(subject.id);
  const blocked = disabledReason !== undefined || control.sending || control.decided !== null || control.trouble?.kind === "unsent";
  const send = (): void => {
    if (!blocked && text.trim() !== "") control.decide({ verb: "answer", args_hash: subject.argsHash, text });
  };
  return (
    <form className={classes.decision} aria-label="Your answer" onSubmit={(event) => { event.preventDefault(); send(); }}>
      {control.trouble !== null && <DecisionTroubleNote trouble={control.trouble} control={control} onReload={onReload} />}
      <Textarea
        aria-label="Your answer"
        placeholder="Type your answer. Ctrl + Enter sends it."
        autosize
        minRows={2}
        maxRows={12}
        value={text}
        disabled={disabledReason !== undefined}
        readOnly={control.sending || control.decided !== null}
        onChange={(event) => setText(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
          event.preventDefault();
          send();
        }}
      />
      <div className={classes.verbs}>
        <Button type="submit" size="xs" loading={control.sending} disabled={blocked || text.trim() === ""}>Send answer</Button>
        <Button size="xs" variant="subtle" color="red" c={blocked ? undefined : "var(--state-failed)"} disabled={blocked} onClick={() => control.decide({ verb: "stop", args_hash: subject.argsHash })}>Stop the run</Button>
      </div>
      {disabledReason !== undefined && <p className={classes.caption}>{disabledReason}</p>}
    </form>
  );
}
