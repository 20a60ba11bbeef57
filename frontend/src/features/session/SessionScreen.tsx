import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo, useState, useSyncExternalStore } from "react";

import { useAbility } from "@/api/me";
import type { Run } from "@/api/types";
import { ErrorState } from "@/components/ErrorState";
import { componentTree, graphColors } from "@/components/team-graph";
import { hasEnded, type Scale } from "@/run-model";

import { ConnectionBanner } from "./ConnectionBanner";
import { GraphPanel } from "./GraphPanel";
import { Inspector } from "./inspector/Inspector";
import { SessionLayout } from "./layout/SessionLayout";
import { RunController } from "./model/run-controller";
import { MomentContext, SessionContext, type SessionScreen as Session } from "./model/session-context";
import { useMoment } from "./model/useMoment";
import { useSessionKeys } from "./model/useSessionKeys";
import { SessionHeader } from "./SessionHeader";
import { PlaybackBar } from "./timeline/PlaybackBar";
import { Timeline } from "./timeline/Timeline";
import { useAxis } from "./timeline/useAxis";
import { Transcript } from "./transcript/Transcript";
import classes from "./session.module.css";

const PAST = "You are looking at a moment of the past. Return to live to act.";
const OVER = "The run has ended.";

function useController(run: Run): RunController {
  const client = useQueryClient();
  const [controller] = useState(
    () => new RunController(run, () => {
      void client.invalidateQueries({ queryKey: ["runs"] });
      void client.invalidateQueries({ queryKey: ["sessions"] });
    }),
  );
  useEffect(() => controller.start(), [controller]);
  return controller;
}

// Made once: what stands around them renders often, and they follow the contexts by themselves.
const HEADER = <><SessionHeader /><ConnectionBanner /></>;
const TRANSCRIPT = <Transcript />;
const GRAPH = <GraphPanel />;
const INSPECTOR = <Inspector />;
const PANELS = <Panels />;

/** The session screen: one playhead drives transcript, graph, timeline, inspector and sums. */
export function SessionScreen({ run }: { run: Run }) {
  const controller = useController(run);
  const snapshot = useSyncExternalStore(controller.subscribe, controller.read);
  const moment = useMoment(controller, snapshot);
  const [selectedId, select] = useState<number | null>(null);
  const canDecide = useAbility("decide");
  const canRun = useAbility("run");
  const colors = useMemo(() => graphColors(componentTree(run.component)), [run.component]);
  useSessionKeys(moment);
  const { view, past, seek } = moment;
  const session = useMemo<Session>(() => {
    const then = past ? PAST : undefined;
    const over = hasEnded(view) ? OVER : undefined;
    return {
      run, controller, snapshot, view, past, seek, colors, selectedId, select,
      decideBlocked: then ?? over ?? canDecide.reason,
      runBlocked: then ?? canRun.reason,
    };
  }, [run, controller, snapshot, view, past, seek, colors, selectedId, canDecide.reason, canRun.reason]);

  return (
    <SessionContext value={session}>
      <MomentContext value={moment}>
        <div className={classes.screen}>
          {HEADER}
          {snapshot.error !== null && snapshot.head.seq === 0 ? (
            <div className={classes.center}><ErrorState error={snapshot.error} onRetry={() => controller.retry()} /></div>
          ) : PANELS}
        </div>
      </MomentContext>
    </SessionContext>
  );
}

function Panels() {
  const [scale, setScale] = useState<Scale | null>(null);
  const timed = useAxis(scale);
  return (
    <SessionLayout
      transcript={TRANSCRIPT}
      graph={GRAPH}
      inspector={INSPECTOR}
      timeline={<Timeline timed={timed} />}
      playback={<PlaybackBar scale={timed.scale} onScale={setScale} />}
    />
  );
}
