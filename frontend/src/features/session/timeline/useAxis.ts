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
  const known = loading !== null && index !== null ? index.columns.at_ms : controller.times;
  const { length } = known;
  const scale = chosen ?? bestScale(known);
  // `length` stands for `known`, which grows in place.
  const axis = useMemo(() => makeAxis(scale, head.bars, known.slice(0, length)), [scale, head.bars, known, length]);
  return { axis, times: known, scale };
}
