import { useElementSize } from "@mantine/hooks";
import { memo, useMemo, useRef, useState } from "react";

import { AgentAvatar } from "@/components/AgentAvatar";
import { formatDuration } from "@/lib/format";
import { type Axis, TERMINAL_KINDS } from "@/run-model";

import { useColorOf, usePlayhead, useSession } from "../model/session-context";
import { actionOf } from "../model/useSessionKeys";
import { LANE_HEIGHT, lanePaths, type LanePaths } from "./lane-paths";
import type { Timed } from "./useAxis";
import classes from "./timeline.module.css";

/** More than these would only touch one another. */
const MARKS_SHOWN = 400;

/** Lanes by agent, calls as bars, idle time folded, and the playhead. */
export function Timeline({ timed }: { timed: Timed }) {
  const { snapshot, controller } = useSession();
  const moment = usePlayhead();
  const { ref, width } = useElementSize();
  const { axis, times } = timed;
  const { head } = snapshot;
  const drawn = useMemo(
    () => (width === 0 ? [] : lanePaths(head.bars, head.lanes, axis, width, { seq: head.seq, at: head.lastAt })),
    [head, axis, width],
  );
  const total = times.length;
  const count = controller.marks.length;
  // `count` stands for the marks, which grow in place.
  const marks = useMemo(() => controller.marks.slice(Math.max(0, count - MARKS_SHOWN), count), [controller, count]);
  const at = Math.min(moment.at ?? head.seq, Math.max(head.seq, 1));
  const x = axis.positionOf(at, times[at - 1] ?? head.lastAt) * 100;
  return (
    <div className={classes.timeline}>
      <LaneNames lanes={drawn} />
      <div className={classes.track}>
        <Track axis={axis} total={total} at={at}>
          <div ref={ref} className={classes.canvas} style={{ height: Math.max(1, head.lanes.length) * LANE_HEIGHT + 16 }}>
            <Marks axis={axis} times={times} marks={marks} />
            <Folds axis={axis} />
            <Lanes lanes={drawn} width={width} />
            <div className={classes.future} style={{ left: `${x}%` }} />
          </div>
          <div className={classes.playhead} data-past={moment.past || undefined} style={{ left: `${x}%` }} />
        </Track>
      </div>
    </div>
  );
}

const LaneNames = memo(function LaneNames({ lanes }: { lanes: readonly LanePaths[] }) {
  const { snapshot, view } = useSession();
  const colorOf = useColorOf();
  return (
    <ul className={classes.names}>
      {lanes.map(({ agentPath }) => {
        const name = snapshot.head.lanes.find((lane) => lane.agentPath === agentPath)?.name ?? agentPath;
        return (
          <li key={agentPath} style={{ height: LANE_HEIGHT }} title={agentPath}>
            <AgentAvatar name={name} color={colorOf(agentPath)} size={20} />
            <span className="clip" data-active={view.activity.has(agentPath) || undefined}>{name}</span>
          </li>
        );
      })}
    </ul>
  );
});

interface TrackProps {
  axis: Axis;
  total: number;
  at: number;
  children: React.ReactNode;
}

/** The slider that the playhead is: dragged, clicked, or moved with the keys. */
function Track({ axis, total, at, children }: TrackProps) {
  const { controller } = useSession();
  const moment = usePlayhead();
  const dragging = useRef(false);
  const [hover, setHover] = useState<{ x: number; seq: number } | null>(null);
  const locate = (event: React.PointerEvent): { x: number; seq: number } => {
    const box = event.currentTarget.getBoundingClientRect();
    const x = event.clientX - box.left;
    return { x, seq: axis.seqAt(x / Math.max(1, box.width)) };
  };
  const hovered = hover === null ? null : controller.log.eventAt(hover.seq);
  return (
    <div
      role="slider"
      tabIndex={0}
      aria-label="Playhead"
      aria-valuemin={Math.min(1, total)}
      aria-valuemax={total}
      aria-valuenow={at}
      aria-valuetext={`event ${at} of ${total}`}
      className={classes.slider}
      onKeyDown={(event) => {
        const act = event.key === "Home" ? () => moment.seek(1) : event.key === "End" ? moment.toEnd : actionOf(event, moment);
        if (act === null || event.ctrlKey || event.metaKey || event.altKey) return;
        event.preventDefault();
        act();
      }}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        dragging.current = true;
        moment.seek(locate(event).seq);
      }}
      onPointerMove={(event) => {
        const place = locate(event);
        setHover(place);
        if (dragging.current) moment.seek(place.seq);
      }}
      onPointerUp={() => { dragging.current = false; }}
      onPointerCancel={() => { dragging.current = false; }}
      onPointerLeave={() => setHover(null)}
    >
      {children}
      {hover !== null && hovered !== null && (
        <div className={classes.hover} style={{ left: hover.x }}>
          <span className={classes.hoverText} data-flip={hover.x > 220 || undefined}>
            {hover.seq} · {hovered.payload.kind}{hovered.agent_path && ` · ${hovered.agent_path}`}
          </span>
        </div>
      )}
    </div>
  );
}

const Lanes = memo(function Lanes({ lanes, width }: { lanes: readonly LanePaths[]; width: number }) {
  const colorOf = useColorOf();
  return (
    <svg className={classes.svg} width={width} height={lanes.length * LANE_HEIGHT} aria-hidden>
      {lanes.map(({ agentPath, paths }, index) => (
        <g key={agentPath} transform={`translate(0 ${index * LANE_HEIGHT})`} style={{ "--agent": `var(--agent-${colorOf(agentPath) ?? 8})` } as React.CSSProperties}>
          <line x1={0} x2={width} y1={LANE_HEIGHT / 2} y2={LANE_HEIGHT / 2} className={classes.base} />
          {Object.entries(paths).map(([look, path]) => <path key={look} d={path} className={classes.bar} data-look={look} />)}
        </g>
      ))}
    </svg>
  );
});

/** Short enough for a fold: "42 s", "12 min", "2 h", "3 d". */
function foldLabel(ms: number): string {
  const units = [[86_400_000, "d"], [3_600_000, "h"], [60_000, "min"]] as const;
  const unit = units.find(([size]) => ms >= size);
  return unit === undefined ? `${Math.round(ms / 1_000)} s` : `${Math.floor(ms / unit[0])} ${unit[1]}`;
}

const Folds = memo(function Folds({ axis }: { axis: Axis }) {
  return axis.stretches.filter((stretch) => stretch.folded).map((stretch) => (
    <div key={stretch.start} className={classes.fold} style={{ left: `${stretch.from * 100}%`, width: `${(stretch.to - stretch.from) * 100}%` }}>
      <span title={formatDuration(stretch.end - stretch.start)}>{foldLabel(stretch.end - stretch.start)}</span>
    </div>
  ));
});

const Marks = memo(function Marks({ axis, times, marks }: { axis: Axis; times: readonly number[]; marks: readonly number[] }) {
  const { controller } = useSession();
  return (
    <div className={classes.marks} aria-hidden>
      {marks.map((seq) => {
        const kind = controller.log.eventAt(seq)?.payload.kind ?? "";
        const asks = kind === "approval.requested" || kind === "input.requested";
        return <span key={seq} data-asks={asks || undefined} data-end={TERMINAL_KINDS.has(kind) || undefined} style={{ left: `${axis.positionOf(seq, times[seq - 1] ?? 0) * 100}%` }} />;
      })}
    </div>
  );
});
