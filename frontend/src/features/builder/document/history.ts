/** Undo and redo over immutable documents: a step is a reference, not a copy. */
import { followNames } from "./follow";
import type { Command, Doc, Outcome } from "./model";

interface Step {
  label: string;
  doc: Doc;
  mergeKey?: string;
  at: number;
}

export interface History {
  doc: Doc;
  /** What undo goes back to, latest last; each names the edit that left it. */
  past: Step[];
  future: Step[];
}

const LIMIT = 200;
const MERGE_WITHIN_MS = 1500;

export function startHistory(doc: Doc): History {
  return { doc, past: [], future: [] };
}

export function run(history: History, command: Command, now: number): { history: History; outcome: Outcome } | null {
  const applied = command.apply(history.doc);
  if (!applied) return null;
  const outcome = command.whole ? applied : { ...applied, doc: followed(history.doc, applied.doc) };
  if (outcome.doc === history.doc) return null;
  const last = history.past.at(-1);
  const merges = Boolean(
    last && command.mergeKey && last.mergeKey === command.mergeKey && now - last.at < MERGE_WITHIN_MS && history.future.length === 0,
  );
  const past = merges && last
    ? [...history.past.slice(0, -1), { ...last, at: now }]
    : [...history.past, { label: command.label, doc: history.doc, mergeKey: command.mergeKey, at: now }].slice(-LIMIT);
  return { history: { doc: outcome.doc, past, future: [] }, outcome };
}

function followed(before: Doc, after: Doc): Doc {
  const component = followNames(before.component, after.component);
  return component === after.component ? after : { ...after, component };
}

export function undo(history: History): History {
  const step = history.past.at(-1);
  if (!step) return history;
  return {
    doc: step.doc,
    past: history.past.slice(0, -1),
    future: [...history.future, { label: step.label, doc: history.doc, at: 0 }],
  };
}

export function redo(history: History): History {
  const step = history.future.at(-1);
  if (!step) return history;
  return {
    doc: step.doc,
    past: [...history.past, { label: step.label, doc: history.doc, at: 0 }],
    future: history.future.slice(0, -1),
  };
}
