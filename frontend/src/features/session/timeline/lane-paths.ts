/** Bars as SVG paths: one for each lane and look, so that ten thousand cost a few nodes. Pure. */
import type { Axis, Bar } from "@/run-model";

export const LANE_HEIGHT = 24;
const MIN_WIDTH = 3;
const INSET: Readonly<Record<Bar["type"], number>> = { model: 6, tool: 8, wait: 11 };

export type Look = "model" | "tool" | "wait" | "failed";

export interface LanePaths {
  readonly agentPath: string;
  readonly paths: Readonly<Partial<Record<Look, string>>>;
}

export function barBox(bar: Bar, axis: Axis, width: number, lastSeq: number, lastAt: number): { x: number; width: number } {
  const x = axis.positionOf(bar.startSeq, bar.start) * width;
  const end = axis.positionOf(bar.endSeq ?? lastSeq, bar.end ?? lastAt) * width;
  return { x: Math.min(x, width - MIN_WIDTH), width: Math.max(MIN_WIDTH, end - x) };
}

export function lanePaths(bars: Iterable<Bar>, lanes: readonly { agentPath: string }[], axis: Axis, width: number, last: { seq: number; at: number }): LanePaths[] {
  const drawn = new Map<string, Partial<Record<Look, string[]>>>();
  for (const bar of bars) {
    const lane = drawn.get(bar.agentPath) ?? {};
    drawn.set(bar.agentPath, lane);
    const box = barBox(bar, axis, width, last.seq, last.at);
    const inset = INSET[bar.type];
    const look: Look = bar.failed ? "failed" : bar.type;
    (lane[look] ??= []).push(`M${box.x.toFixed(1)} ${inset}h${box.width.toFixed(1)}v${LANE_HEIGHT - 2 * inset}h-${box.width.toFixed(1)}z`);
  }
  return lanes.map(({ agentPath }) => {
    const paths = Object.entries(drawn.get(agentPath) ?? {}).map(([look, parts]) => [look, parts.join("")]);
    return { agentPath, paths: Object.fromEntries(paths) as LanePaths["paths"] };
  });
}
