import { useMemo } from "react";

import { type Axis, bestScale, makeAxis, type Scale } from "@/run-model";

import { useSession } from "../model/session-context";

export interface Timed {
  readonly axis: Axis;
  /** Time of every event, of those not read yet too. */
  readonly times: readonly number[];
  readonly scale: Scale;
}

/** The timeline's axis over the whole log, wherever the playhead is. */
export function useAxis(chosen: Scale | null): Timed {
  const { controller, snapshot } = useSession();
  const { head, index, loading } = snapshot;
  const first = head.origin?.createdAt ?? 0;
  // While a long log is read its index says where everything will stand, so nothing moves.
  const ahead = useMemo(() => (index === null || loading === null ? null : absolute(index.columns.at_ms, first)), [index, loading, first]);
  const times = ahead ?? controller.times;
  const { length } = times;
  const scale = chosen ?? bestScale(times);
  // `length` stands for `times`, which grows in place.
  const axis = useMemo(() => makeAxis(scale, head.bars, times.slice(0, length)), [scale, head.bars, times, length]);
  return { axis, times, scale };
}

function absolute(sinceFirst: readonly number[], first: number): number[] {
  let last = 0;
  return sinceFirst.map((at) => (last = Math.max(last, first + at)));
}
