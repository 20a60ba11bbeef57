import {
  IconAlertOctagon, IconBiohazard, IconCircleCheck, IconClockPause, IconHourglassEmpty, IconPlayerPauseFilled, IconPlayerStop, IconPointFilled,
} from "@tabler/icons-react";

import type { RunState } from "@/api/types";

import classes from "./StateBadge.module.css";

const STATES: Record<RunState, { word: string; icon: typeof IconPointFilled }> = {
  queued: { word: "queued", icon: IconClockPause },
  running: { word: "running", icon: IconPointFilled },
  waiting: { word: "waiting", icon: IconHourglassEmpty },
  paused: { word: "paused", icon: IconPlayerPauseFilled },
  completed: { word: "completed", icon: IconCircleCheck },
  failed: { word: "failed", icon: IconAlertOctagon },
  stopped: { word: "stopped", icon: IconPlayerStop },
  quarantined: { word: "quarantined", icon: IconBiohazard },
};

/** A run's state: icon, word and colour. */
export function StateBadge({ state }: { state: RunState }) {
  const { word, icon: Icon } = STATES[state] ?? { word: state, icon: IconPointFilled };
  return (
    <span className={classes.badge} data-state={state} style={{ "--state": `var(--state-${state})` } as React.CSSProperties}>
      <Icon size={14} stroke={2} aria-hidden className={state === "running" ? "pulse" : undefined} />
      {word}
    </span>
  );
}
