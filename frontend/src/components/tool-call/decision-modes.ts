/** The verbs a request takes, in the order of the bar. */
import type { DecisionVerb } from "@/api/types";

export type Mode = DecisionVerb;

export interface Verb {
  readonly mode: Mode;
  readonly label: string;
  readonly key: string | null;
  /** True: one press decides. Otherwise the verb opens what it needs first. */
  readonly immediate: boolean;
  readonly tone: "primary" | "plain" | "danger";
}

export const CALL_VERBS: readonly Verb[] = [
  { mode: "approve", label: "Approve", key: "A", immediate: true, tone: "primary" },
  { mode: "edit", label: "Edit and approve", key: "E", immediate: false, tone: "plain" },
  { mode: "deny", label: "Deny", key: "D", immediate: false, tone: "plain" },
  { mode: "answer", label: "Answer in its place", key: "R", immediate: false, tone: "plain" },
  { mode: "stop", label: "Stop the run", key: null, immediate: false, tone: "danger" },
];

export const IN_DOUBT_VERBS: readonly Verb[] = [
  { mode: "answer", label: "It happened, with this result", key: "R", immediate: false, tone: "plain" },
  { mode: "approve", label: "It did not happen, run it", key: "A", immediate: false, tone: "plain" },
  { mode: "stop", label: "Stop the run", key: null, immediate: false, tone: "danger" },
];

export interface ModeText {
  readonly input: string | null;
  readonly required: boolean;
  readonly note: string;
  readonly confirm: string;
}

/** What the second step of a verb asks for and how its button is called. */
export function modeText(kind: "tool" | "in_doubt", mode: Mode): ModeText {
  switch (mode) {
    case "approve":
      return { input: null, required: false, confirm: "It did not happen, run it", note: "The call is made now, as if it had never been started. If it did happen after all, it happens twice." };
    case "edit":
      return { input: null, required: false, confirm: "Approve edited arguments", note: "The edited call is checked against the policy again, then it runs." };
    case "deny":
      return { input: "Reason", required: false, confirm: "Deny", note: "The call does not run. The model is told your reason and goes on." };
    case "answer":
      return kind === "in_doubt"
        ? { input: "Result", required: true, confirm: "It happened, with this result", note: "Nothing runs. The model takes your text as the result of the call." }
        : { input: "Answer", required: true, confirm: "Answer in its place", note: "The tool does not run. The model takes your text as its successful result: to refuse, use Deny." };
    case "stop":
      return { input: "Reason", required: false, confirm: "Stop the run", note: "The call does not run and the whole run ends here." };
  }
}
