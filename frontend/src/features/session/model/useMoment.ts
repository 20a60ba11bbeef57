import { useCallback, useDeferredValue, useEffect, useMemo, useRef, useState } from "react";

import { markTo, playFrom, type RunView, type Speed, stepTo, turnTo } from "@/run-model";

import type { RunController, RunSnapshot } from "./run-controller";

export interface Moment {
  /** The playhead's event, or null when it keeps up with the newest. */
  readonly at: number | null;
  /** The run as of the playhead; while it is dragged fast, as of a moment ago. */
  readonly view: RunView;
  /** True when something newer than the playhead is known. */
  readonly past: boolean;
  readonly playing: boolean;
  readonly speed: Speed;
  readonly seek: (seq: number) => void;
  readonly toEnd: () => void;
  readonly toggle: () => void;
  readonly step: (direction: 1 | -1) => void;
  readonly stepTurn: (direction: 1 | -1) => void;
  readonly stepMark: (direction: 1 | -1) => void;
  readonly setSpeed: (speed: Speed) => void;
}

function seqInAddress(): number | null {
  const text = new URLSearchParams(window.location.search).get("at");
  const seq = text === null ? NaN : Number(text);
  return Number.isInteger(seq) && seq > 0 ? seq : null;
}

function writeAddress(at: number | null): void {
  const url = new URL(window.location.href);
  if (at === null) url.searchParams.delete("at");
  else url.searchParams.set("at", String(at));
  if (url.href !== window.location.href) window.history.replaceState(window.history.state, "", url);
}

/** Where in the run's time the screen is. Looking never runs anything. */
export function useMoment(controller: RunController, snapshot: RunSnapshot): Moment {
  const [at, setAt] = useState(seqInAddress);
  const [playing, setPlaying] = useState(false);
  const [speed, setSpeed] = useState<Speed>(1);
  const { head, loading } = snapshot;
  const past = at !== null && (at < head.seq || loading !== null);

  // Browsers limit how often the address may change; while playing it follows a few times a second.
  useEffect(() => {
    const timer = setTimeout(() => writeAddress(past ? at : null), playing ? 300 : 60);
    return () => clearTimeout(timer);
  }, [at, past, playing]);

  usePlaying(controller, { at, playing, speed, setAt, setPlaying });

  const here = useCallback(() => at ?? controller.log.head.seq, [at, controller]);
  const seek = useCallback((seq: number) => {
    setPlaying(false);
    setAt(seq >= controller.log.head.seq ? null : Math.max(1, seq));
  }, [controller]);
  const actions = useMemo(() => ({
    seek,
    toEnd: () => { setPlaying(false); setAt(null); },
    toggle: () => {
      if (at === null) setAt(1);
      setPlaying((now) => !now);
    },
    step: (direction: 1 | -1) => seek(stepTo(controller.log.events, here(), direction)),
    stepTurn: (direction: 1 | -1) => seek(turnTo(controller.log.events, here(), direction)),
    stepMark: (direction: 1 | -1) => {
      const mark = markTo(controller.log.events, here(), direction);
      if (mark !== null) seek(mark);
    },
    setSpeed,
  }), [at, controller, here, seek]);

  // The playhead never waits for the panels: they follow as soon as they can.
  const shown = useDeferredValue(at);
  const view = shown === null ? head : controller.log.viewAt(shown);
  return { view, at, past, playing, speed, ...actions };
}

interface Playing {
  readonly at: number | null;
  readonly playing: boolean;
  readonly speed: Speed;
  readonly setAt: (at: number | null) => void;
  readonly setPlaying: (playing: boolean) => void;
}

/** Moves the playhead frame by frame; the clock lives outside React, which hears of whole events. */
function usePlaying(controller: RunController, state: Playing): void {
  const latest = useRef(state);
  useEffect(() => {
    latest.current = state;
  });
  const { playing } = state;
  useEffect(() => {
    if (!playing) return;
    let frame = 0;
    let before = performance.now();
    let left = 0;
    let seq = latest.current.at ?? 1;
    const tick = (now: number): void => {
      const { speed, setAt, setPlaying } = latest.current;
      const moved = playFrom(controller.log.events, seq, left + now - before, speed);
      before = now;
      left = moved.left;
      if (moved.ended) {
        setPlaying(false);
        setAt(null);
        return;
      }
      if (moved.seq !== seq) setAt(moved.seq);
      seq = moved.seq;
      frame = requestAnimationFrame(tick);
    };
    frame = requestAnimationFrame(tick);
    return () => cancelAnimationFrame(frame);
  }, [playing, controller]);
}
