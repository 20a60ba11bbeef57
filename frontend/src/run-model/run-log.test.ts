import { describe, expect, it } from "vitest";

import { fold } from "./apply";
import type { RunEvent } from "./events";
import { KEYFRAME_EVERY, RunLog } from "./run-log";
import { longRun, reportRun } from "./testing/logs";
import { emptyView } from "./view";

describe("RunLog", () => {
  it("takes pieces that overlap and says what was new", () => {
    const events = reportRun();
    const log = new RunLog();
    expect(log.append(events.slice(0, 8))).toBe(8);
    expect(log.append(events.slice(3, 12))).toBe(4);
    expect(log.append(events.slice(3, 12))).toBe(0);
    expect(log.events).toEqual(events.slice(0, 12));
  });

  it("stops at a gap and goes on when it is filled", () => {
    const events = reportRun();
    const log = new RunLog();
    log.append(events.slice(0, 5));
    expect(log.append(events.slice(7))).toBe(0);
    expect(log.head.gap).toEqual({ expected: 6, got: 8 });
    log.append(events.slice(5));
    expect(log.head.gap).toBeNull();
    expect(log.head.state).toBe("completed");
  });

  it("restores any moment exactly, in any order of asking", () => {
    const events = longRun(3 * KEYFRAME_EVERY + 50);
    const log = new RunLog();
    log.append(events);
    for (const seq of [1, 650, 3, KEYFRAME_EVERY, KEYFRAME_EVERY + 1, 2, 649, 400, 401, 0]) {
      const view = log.viewAt(seq);
      const folded = fold(events.slice(0, seq), emptyView());
      expect(view.seq).toBe(seq);
      expect(view.items.toArray()).toEqual(folded.items.toArray());
      expect({ ...view, items: 0, bars: 0, groups: 0 }).toEqual({ ...folded, items: 0, bars: 0, groups: 0 });
    }
  });

  it("clamps a moment outside the log", () => {
    const log = new RunLog();
    log.append(reportRun());
    expect(log.viewAt(10_000)).toBe(log.head);
    expect(log.viewAt(-3).seq).toBe(0);
    expect(log.eventAt(99_999)).toBeNull();
    expect((log.eventAt(1) as RunEvent).payload.kind).toBe("run.created");
  });
});
