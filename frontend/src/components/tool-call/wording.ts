/** Sentences about calls and decisions, the same on every screen. */
import type { Effect } from "@/api/types";
import type { DecisionVerb, ToolOutcome } from "@/run-model";

export const EFFECT: Readonly<Record<Effect, { readonly label: string; readonly sentence: string }>> = {
  pure: { label: "changes nothing", sentence: "It only reads; running it again is harmless." },
  idempotent: { label: "safe to repeat", sentence: "It changes something, but a repeat with the same key has no further effect." },
  at_most_once: { label: "cannot be undone", sentence: "It may change something outside and is never repeated without asking." },
};

export const OUTCOME: Readonly<Record<ToolOutcome, { readonly label: string; readonly tone: "good" | "bad" | "quiet" }>> = {
  done: { label: "ok", tone: "good" },
  error: { label: "error", tone: "bad" },
  invalid: { label: "invalid arguments", tone: "bad" },
  denied: { label: "denied", tone: "quiet" },
  answered: { label: "answered by a person", tone: "quiet" },
  cancelled: { label: "cancelled", tone: "quiet" },
  timeout: { label: "timed out", tone: "bad" },
};

const CALL: Readonly<Record<DecisionVerb, string>> = {
  approve: "approved this call",
  edit: "approved it with other arguments",
  deny: "denied this call",
  answer: "answered in its place",
  stop: "stopped the run",
  expire: "let the deadline pass",
};

const IN_DOUBT: Readonly<Record<DecisionVerb, string>> = {
  ...CALL,
  approve: "said that it did not happen and had it run",
  answer: "said that it happened and gave its result",
};

export function decisionSentence(kind: "tool" | "in_doubt" | "input", verb: DecisionVerb, by: string): string {
  const words = kind === "in_doubt" ? IN_DOUBT[verb] : kind === "input" && verb === "answer" ? "answered" : CALL[verb];
  return verb === "expire" ? "The deadline passed without a decision." : `${by} ${words}.`;
}
