/**
 * The horizontal axis of the timeline. Two scales: by time, where stretches in which nobody
 * worked are folded (a wait of two days must not flatten the run), and by events.
 */
import type { RunEvent } from "./events";
import type { Bar } from "./view";

export type Scale = "time" | "events";

/** A stretch of the time axis; `from` and `to` are positions between 0 and 1. */
export interface Stretch {
  readonly start: number;
  readonly end: number;
  readonly from: number;
  readonly to: number;
  readonly folded: boolean;
}

export interface Axis {
  readonly scale: Scale;
  readonly stretches: readonly Stretch[];
  /** Position between 0 and 1 of a moment. */
  positionOf(seq: number, at: number): number;
  /** The last event at or before a position; at least 1 when there is any. */
  seqAt(position: number): number;
}

/** Idle time longer than this is folded … */
export const FOLD_AFTER_MS = 3_000;
/** … to this share of the axis, as long as all folds together take no more than a third. */
const FOLD_SHARE = 0.05;
const FOLDS_AT_MOST = 1 / 3;

/** Idle stretches between `start` and `end`: no model and no tool was at work. */
export function idleStretches(
  bars: Iterable<Bar>,
  start: number,
  end: number,
): { readonly start: number; readonly end: number }[] {
  const busy = [...bars]
    .filter((bar) => bar.type !== "wait")
    .map((bar) => ({ start: bar.start, end: bar.end ?? end }))
    .sort((a, b) => a.start - b.start);
  const idle: { start: number; end: number }[] = [];
  let reached = start;
  for (const bar of [...busy, { start: end, end }]) {
    if (bar.start - reached > FOLD_AFTER_MS) idle.push({ start: reached, end: bar.start });
    reached = Math.max(reached, bar.end);
  }
  return idle;
}

export function makeStretches(bars: Iterable<Bar>, start: number, end: number): Stretch[] {
  const idle = idleStretches(bars, start, end);
  const idleTotal = idle.reduce((sum, gap) => sum + gap.end - gap.start, 0);
  const busyTotal = Math.max(1, end - start - idleTotal);
  const share = idle.length === 0 ? 0 : Math.min(FOLD_SHARE, FOLDS_AT_MOST / idle.length);
  const perMs = (1 - share * idle.length) / busyTotal;
  const stretches: Stretch[] = [];
  let at = start;
  let position = 0;
  const add = (until: number, width: number, folded: boolean): void => {
    if (until <= at) return;
    stretches.push({ start: at, end: until, from: position, to: position + width, folded });
    at = until;
    position += width;
  };
  for (const gap of idle) {
    add(gap.start, (gap.start - at) * perMs, false);
    add(gap.end, share, true);
  }
  add(end, (end - at) * perMs, false);
  return stretches;
}

export function makeAxis(scale: Scale, bars: Iterable<Bar>, times: readonly number[]): Axis {
  const count = times.length;
  const span = Math.max(1, count - 1);
  if (scale === "events") {
    return {
      scale,
      stretches: [],
      positionOf: (seq) => clamp01((seq - 1) / span),
      seqAt: (position) => (count === 0 ? 0 : 1 + Math.round(clamp01(position) * (count - 1))),
    };
  }
  const start = times[0] ?? 0;
  const end = Math.max(start + 1, times[count - 1] ?? start);
  const stretches = makeStretches(bars, start, end);
  return {
    scale,
    stretches,
    positionOf: (_seq, at) => positionIn(stretches, at),
    seqAt: (position) => Math.max(Math.min(1, count), countUntil(times, timeAt(stretches, position))),
  };
}

function positionIn(stretches: readonly Stretch[], at: number): number {
  for (const s of stretches) {
    if (at <= s.end) return s.from + clamp01((at - s.start) / (s.end - s.start)) * (s.to - s.from);
  }
  return stretches.length === 0 ? 0 : 1;
}

function timeAt(stretches: readonly Stretch[], position: number): number {
  const target = clamp01(position);
  for (const s of stretches) {
    if (target <= s.to) {
      return s.start + clamp01((target - s.from) / (s.to - s.from || 1)) * (s.end - s.start);
    }
  }
  return stretches[stretches.length - 1]?.end ?? 0;
}

/** How many of the ascending `times` are not after `at` (with half a millisecond of slack). */
function countUntil(times: readonly number[], at: number): number {
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((times[middle] ?? Infinity) <= at + 0.5) low = middle + 1;
    else high = middle;
  }
  return low;
}

function clamp01(value: number): number {
  return Math.max(0, Math.min(1, value));
}

/** Times of the events, made monotonic in the way the fold does it. */
export function monotonicTimes(events: readonly RunEvent[]): number[] {
  let last = 0;
  return events.map((event) => {
    const time = Date.parse(event.occurred_at);
    last = Number.isNaN(time) ? last : Math.max(last, time);
    return last;
  });
}

/** Time scale unless the run was so quick that its events would stand on one another. */
export function bestScale(times: readonly number[]): Scale {
  const first = times[0];
  const last = times[times.length - 1];
  if (first === undefined || last === undefined) return "time";
  return last - first < times.length * 20 ? "events" : "time";
}
