import { Button, Textarea } from "@mantine/core";
import { lazy, Suspense, useEffect, useState } from "react";

import type { Request } from "@/api/types";

import { checkArguments } from "./check-arguments";
import { CALL_VERBS, IN_DOUBT_VERBS, type Mode, modeText, type Verb } from "./decision-modes";
import { DecisionTroubleNote } from "./DecisionTroubleNote";
import type { Subject } from "./subject";
import { useDecision } from "./useDecision";
import { useDecisionKeys } from "./useDecisionKeys";
import classes from "./tool-call.module.css";

const ArgumentsEditor = lazy(() => import("./ArgumentsEditor").then((module) => ({ default: module.ArgumentsEditor })));

export interface DecisionPanelProps {
  subject: Subject;
  /** Why nothing can be decided here: a moment of the past, a role that may only look. */
  disabledReason?: string;
  /** Where A, E, D and R work: in the whole page, or while the focus is inside this card. */
  keys: "page" | "card";
  onDecided?: (request: Request) => void;
  onReload: () => void;
}

/** The verbs for a tool call that waits for a person. Arguments are shown by whoever holds this. */
export function DecisionPanel({ subject, disabledReason, keys, onDecided, onReload }: DecisionPanelProps) {
  const kind = subject.kind === "in_doubt" ? "in_doubt" : "tool";
  const verbs = kind === "in_doubt" ? IN_DOUBT_VERBS : CALL_VERBS;
  const proposed = JSON.stringify(subject.arguments ?? {}, null, 2);
  const [mode, setMode] = useState<Mode | null>(null);
  const [text, setText] = useState("");
  const [edited, setEdited] = useState(proposed);
  const control = useDecision(subject.id);
  const done = control.decided !== null;
  const unsent = control.trouble?.kind === "unsent";
  const blocked = disabledReason !== undefined || control.sending || done || unsent;

  const send = (verb: Mode): void => {
    const checked = verb === "edit" ? checkArguments(edited, subject.argsSchema) : null;
    control.decide({
      verb,
      args_hash: subject.argsHash,
      ...(checked?.value ? { arguments: checked.value } : {}),
      ...(verb === "answer" ? { text } : {}),
      ...((verb === "deny" || verb === "stop") && text.trim() ? { reason: text.trim() } : {}),
    });
  };
  const choose = (verb: Verb): void => {
    if (blocked) return;
    setText("");
    if (verb.immediate) send(verb.mode);
    else setMode(verb.mode);
  };
  const ref = useDecisionKeys({ verbs, active: !blocked && mode === null, scope: keys, onVerb: choose, onEscape: () => setMode(null) });
  const { decided } = control;
  useEffect(() => {
    if (decided !== null) onDecided?.(decided);
  }, [decided, onDecided]);

  return (
    <div ref={ref} className={classes.decision} role="group" aria-label="Decision">
      {control.trouble !== null && <DecisionTroubleNote trouble={control.trouble} control={control} onReload={onReload} />}
      {mode === null ? (
        <VerbBar verbs={verbs} blocked={blocked} sending={control.sending} reason={disabledReason} onChoose={choose} />
      ) : (
        <form className={classes.modeForm} onSubmit={(event) => { event.preventDefault(); if (!blocked) send(mode); }}>
          {mode === "edit" && (
            <Suspense fallback={<p className={classes.caption}>Opening the editor</p>}>
              <ArgumentsEditor proposed={proposed} value={edited} schema={subject.argsSchema} onChange={setEdited} />
            </Suspense>
          )}
          <ModeInput kind={kind} mode={mode} value={text} onChange={setText} />
          <div className={classes.verbs}>
            <Button type="submit" size="xs" color={mode === "stop" ? "red" : undefined} loading={control.sending} disabled={blocked || !ready(kind, mode, text, edited, subject)}>
              {modeText(kind, mode).confirm}
            </Button>
            <Button size="xs" variant="subtle" color="gray" onClick={() => setMode(null)}>Cancel</Button>
          </div>
        </form>
      )}
    </div>
  );
}

function ready(kind: "tool" | "in_doubt", mode: Mode, text: string, edited: string, subject: Subject): boolean {
  if (mode === "edit") return checkArguments(edited, subject.argsSchema).problems.length === 0;
  return !modeText(kind, mode).required || text.trim() !== "";
}

interface ModeInputProps {
  kind: "tool" | "in_doubt";
  mode: Mode;
  value: string;
  onChange: (text: string) => void;
}

function ModeInput({ kind, mode, value, onChange }: ModeInputProps) {
  const { input, note, required } = modeText(kind, mode);
  return (
    <>
      {input !== null && (
        <Textarea label={input} withAsterisk={required} autosize minRows={2} maxRows={10} data-autofocus autoFocus value={value} onChange={(event) => onChange(event.currentTarget.value)} />
      )}
      <p className={classes.caption}>{note}</p>
    </>
  );
}

interface VerbBarProps {
  verbs: readonly Verb[];
  blocked: boolean;
  sending: boolean;
  reason: string | undefined;
  onChoose: (verb: Verb) => void;
}

function VerbBar({ verbs, blocked, sending, reason, onChoose }: VerbBarProps) {
  return (
    <>
      <div className={classes.verbs}>
        {verbs.map((verb) => (
          <Button
            key={verb.mode}
            size="xs"
            variant={verb.tone === "primary" ? "filled" : verb.tone === "danger" ? "subtle" : "default"}
            color={verb.tone === "danger" ? "red" : undefined}
            c={verb.tone === "danger" && !blocked ? "var(--state-failed)" : undefined}
            disabled={blocked && !sending}
            loading={sending && verb.immediate}
            title={reason}
            aria-keyshortcuts={verb.key ?? undefined}
            onClick={() => onChoose(verb)}
          >
            {verb.label}
            {verb.key !== null && <kbd className={classes.kbd} aria-hidden>{verb.key}</kbd>}
          </Button>
        ))}
      </div>
      {reason !== undefined && <p className={classes.caption}>{reason}</p>}
    </>
  );
}
