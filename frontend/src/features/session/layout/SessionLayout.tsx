import { SegmentedControl } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { type ReactNode, useState } from "react";

import { Splitter } from "./Splitter";
import { useStoredSize } from "./useStoredSize";
import classes from "./layout.module.css";

interface SessionLayoutProps {
  transcript: ReactNode;
  graph: ReactNode;
  inspector: ReactNode;
  timeline: ReactNode;
  playback: ReactNode;
}

const PERCENT = (size: number): number => 100 / Math.max(1, size);

/** Transcript beside graph and inspector, timeline below; on a narrow screen one at a time. */
export function SessionLayout(props: SessionLayoutProps) {
  const narrow = useMediaQuery("(max-width: 900px)", undefined, { getInitialValueInEffect: false });
  return narrow ? <Narrow {...props} /> : <Wide {...props} />;
}

function Wide({ transcript, graph, inspector, timeline, playback }: SessionLayoutProps) {
  const [left, setLeft] = useStoredSize("transcript", 50, 25, 75);
  const [top, setTop] = useStoredSize("graph", 48, 15, 80);
  const [lanes, setLanes] = useStoredSize("timeline", 132, 56, 360);
  return (
    <div className={classes.wide}>
      <div className={classes.upper}>
        <section className={classes.panel} style={{ width: `${left}%` }} aria-label="Transcript">{transcript}</section>
        <Splitter axis="x" label="Resize transcript" value={left} min={25} max={75} perPixel={PERCENT} onChange={setLeft} />
        <div className={classes.right}>
          <section className={classes.panel} style={{ height: `${top}%` }} aria-label="Team">{graph}</section>
          <Splitter axis="y" label="Resize graph" value={top} min={15} max={80} perPixel={PERCENT} onChange={setTop} />
          <section className={classes.panel} style={{ flex: 1 }} aria-label="Inspector">{inspector}</section>
        </div>
      </div>
      <Splitter axis="y" label="Resize timeline" value={lanes} min={56} max={360} perPixel={() => -1} onChange={setLanes} />
      <section className={classes.bottom} aria-label="Timeline">
        {playback}
        <div style={{ height: lanes }} className={classes.lanes}>{timeline}</div>
      </section>
    </div>
  );
}

const TABS = ["Transcript", "Team", "Inspector", "Timeline"] as const;
type Tab = (typeof TABS)[number];

function Narrow({ transcript, graph, inspector, timeline, playback }: SessionLayoutProps) {
  const [tab, setTab] = useState<Tab>("Transcript");
  const parts: Record<Tab, ReactNode> = { Transcript: transcript, Team: graph, Inspector: inspector, Timeline: timeline };
  return (
    <div className={classes.narrow}>
      <div className={classes.tabs}>
        <SegmentedControl fullWidth size="xs" aria-label="Part of the run" data={[...TABS]} value={tab} onChange={(value) => setTab(value as Tab)} />
      </div>
      <section className={classes.panel} style={{ flex: 1 }} aria-label={tab}>{parts[tab]}</section>
      <div className={classes.bottom}>{playback}</div>
    </div>
  );
}
