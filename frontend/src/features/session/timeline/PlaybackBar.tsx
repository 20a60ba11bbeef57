import { ActionIcon, Button, NativeSelect, SegmentedControl, Tooltip } from "@mantine/core";
import {
  IconChevronLeft, IconChevronRight, IconPlayerPauseFilled, IconPlayerPlayFilled, IconPlayerSkipBack, IconPlayerSkipForward, IconPlayerTrackNext, IconPlayerTrackPrev,
} from "@tabler/icons-react";

import { formatDuration } from "@/lib/format";
import { hasEnded, type Scale, type Speed, SPEEDS } from "@/run-model";

import { usePlayhead, useSession } from "../model/session-context";
import classes from "./timeline.module.css";

interface PlaybackBarProps {
  scale: Scale;
  onScale: (scale: Scale) => void;
}

/** Moves through the run's time. Nothing is executed by looking. */
export function PlaybackBar({ scale, onScale }: PlaybackBarProps) {
  const { snapshot, controller } = useSession();
  const moment = usePlayhead();
  const { head } = snapshot;
  const ended = hasEnded(head);
  const empty = head.seq === 0;
  const seq = Math.min(moment.at ?? head.seq, head.seq);
  const passed = head.startedAt === null ? null : Math.max(0, (controller.times[seq - 1] ?? 0) - head.startedAt);
  return (
    <div className={classes.playback} role="group" aria-label="Replay">
      <div className={classes.buttons}>
        <Step label="Previous approval or error" keys="[" icon={IconPlayerSkipBack} disabled={empty} onClick={() => moment.stepMark(-1)} />
        <Step label="Previous turn" keys="Shift + ←" icon={IconPlayerTrackPrev} disabled={empty} onClick={() => moment.stepTurn(-1)} />
        <Step label="Previous event" keys="←" icon={IconChevronLeft} disabled={empty} onClick={() => moment.step(-1)} />
        <Tooltip label={`${moment.playing ? "Pause" : "Play"} the recording (Space)`}>
          <ActionIcon variant="light" size={30} aria-label={moment.playing ? "Pause replay" : "Play replay"} aria-keyshortcuts="Space" disabled={empty} onClick={moment.toggle}>
            {moment.playing ? <IconPlayerPauseFilled size={16} /> : <IconPlayerPlayFilled size={16} />}
          </ActionIcon>
        </Tooltip>
        <Step label="Next event" keys="→" icon={IconChevronRight} disabled={!moment.past} onClick={() => moment.step(1)} />
        <Step label="Next turn" keys="Shift + →" icon={IconPlayerTrackNext} disabled={!moment.past} onClick={() => moment.stepTurn(1)} />
        <Step label="Next approval or error" keys="]" icon={IconPlayerSkipForward} disabled={!moment.past} onClick={() => moment.stepMark(1)} />
      </div>
      <NativeSelect size="xs" aria-label="Speed" value={String(moment.speed)} data={SPEEDS.map((speed) => ({ value: String(speed), label: `${speed}×` }))} onChange={(event) => moment.setSpeed(Number(event.currentTarget.value) as Speed)} />
      <span className={classes.position} title="Idle time is shortened while playing">
        event {seq.toLocaleString()} of {head.seq.toLocaleString()}
        {passed !== null && ` · ${formatDuration(passed)}`}
      </span>
      <div className={classes.spacer} />
      <SegmentedControl size="xs" aria-label="Timeline scale" value={scale} onChange={(value) => onScale(value as Scale)} data={[{ value: "time", label: "Time" }, { value: "events", label: "Events" }]} />
      {moment.past && <Button size="compact-xs" variant="default" onClick={moment.toEnd}>{ended ? "Go to the end" : "Return to live"}</Button>}
    </div>
  );
}

interface StepProps {
  label: string;
  keys: string;
  icon: typeof IconChevronLeft;
  disabled: boolean;
  onClick: () => void;
}

function Step({ label, keys, icon: Icon, disabled, onClick }: StepProps) {
  return (
    <Tooltip label={`${label} (${keys})`}>
      <ActionIcon variant="subtle" color="gray" size={30} aria-label={label} disabled={disabled} onClick={onClick}><Icon size={16} stroke={1.75} /></ActionIcon>
    </Tooltip>
  );
}
