/** Moving through a recorded run: steps, marks, and the pace of playing. */
import type { RunEvent } from "./events";

export const SPEEDS = [0.5, 1, 2, 5, 10] as const;
export type Speed = (typeof SPEEDS)[number];

/** Idle time is folded: no gap between two events plays longer than this (before speed). */
export const MAX_GAP_MS = 1_500;
/** Events of one millisecond still show one after the other. */
export const MIN_GAP_MS = 60;

type Direction = 1 | -1;

const MARKS: ReadonlySet<string> = new Set([
  "approval.requested",
  "input.requested",
  "model.failed",
  "run.failed",
  "run.paused",
  "run.quarantined",
  "run.warned",
]);

/** Whether [ and ] stop at this event: it asked a person for something, or it went wrong. */
export function isMark(event: RunEvent): boolean {
  const p = event.payload;
  return MARKS.has(p.kind) || (p.kind === "tool.completed" && p.is_error);
}

export function stepTo(events: readonly RunEvent[], seq: number, direction: Direction): number {
  return clamp(events, seq + direction);
}

/** The next or previous `turn.started`; the end of the log, or its beginning, when there is none. */
export function turnTo(events: readonly RunEvent[], seq: number, direction: Direction): number {
  return seek(events, seq, direction, (event) => event.payload.kind === "turn.started");
}

export function markTo(events: readonly RunEvent[], seq: number, direction: Direction): number | null {
  const found = find(events, seq, direction, isMark);
  return found === null ? null : found;
}

function seek(
  events: readonly RunEvent[],
  seq: number,
  direction: Direction,
  matches: (event: RunEvent) => boolean,
): number {
  return find(events, seq, direction, matches) ?? (direction > 0 ? events.length : clamp(events, 1));
}

function find(
  events: readonly RunEvent[],
  seq: number,
  direction: Direction,
  matches: (event: RunEvent) => boolean,
): number | null {
  for (let at = seq + direction; at >= 1 && at <= events.length; at += direction) {
    const event = events[at - 1];
    if (event !== undefined && matches(event)) return at;
  }
  return null;
}

function clamp(events: readonly RunEvent[], seq: number): number {
  return Math.max(Math.min(seq, events.length), Math.min(1, events.length));
}

/** How long the event after `seq` is waited for when playing; null at the end of the log. */
export function gapAfter(events: readonly RunEvent[], seq: number, speed: Speed): number | null {
  const next = events[seq];
  if (next === undefined) return null;
  const here = events[seq - 1];
  const passed =
    here === undefined ? 0 : Date.parse(next.occurred_at) - Date.parse(here.occurred_at);
  return Math.min(MAX_GAP_MS, Math.max(MIN_GAP_MS, passed || 0)) / speed;
}

/**
 * Where the playhead stands after `elapsed` ms of playing from `seq`, and what is left of them.
 * Several events can pass within one frame at high speed.
 */
export function playFrom(
  events: readonly RunEvent[],
  seq: number,
  elapsed: number,
  speed: Speed,
): { readonly seq: number; readonly left: number; readonly ended: boolean } {
  let at = seq;
  let left = elapsed;
  for (;;) {
    const gap = gapAfter(events, at, speed);
    if (gap === null) return { seq: at, left: 0, ended: true };
    if (gap > left) return { seq: at, left, ended: false };
    left -= gap;
    at += 1;
  }
}
