import { describe, expect, it, vi } from "vitest";

import { addDecimals } from "./decimal";
import { LiveText } from "./live-text";
import { PersistentList } from "./persistent-list";
import { gapAfter, markTo, MAX_GAP_MS, MIN_GAP_MS, playFrom, stepTo, turnTo } from "./playback";
import { RunLog } from "./run-log";
import { LogBuilder, reportRun } from "./testing/logs";
import { bestScale, makeAxis, monotonicTimes } from "./timeline";

describe("addDecimals", () => {
  it.each([
    ["0", "0", "0"],
    ["0.1", "0.2", "0.3"],
    ["0.000000001", "123456789", "123456789.000000001"],
    ["1.50", "1.50", "3"],
    ["1e-7", "2E-8", "0.00000012"],
    ["-0.3", "0.1", "-0.2"],
  ])("%s + %s = %s", (left, right, sum) => {
    expect(addDecimals(left, right)).toBe(sum);
  });

  it("refuses what is no number", () => {
    expect(() => addDecimals("1", "NaN")).toThrow(RangeError);
  });
});

describe("PersistentList", () => {
  it("is an array that leaves its older selves alone", () => {
    let list = PersistentList.empty<number>();
    const model: number[] = [];
    for (let n = 0; n < 1_000; n += 1) {
      list = list.push(n);
      model.push(n);
      if (n % 7 === 0) {
        const before = list;
        list = list.set(Math.floor(n / 2), -n);
        expect(before.toArray()).toEqual(model);
        model[Math.floor(n / 2)] = -n;
      }
    }
    expect([...list]).toEqual(model);
    expect(list.get(1_000)).toBeUndefined();
    expect(() => list.set(1_000, 1)).toThrow(RangeError);
  });
});

describe("LiveText", () => {
  const delta = (offset: number, text: string, attempt = 1) =>
    ({ message_key: "k", agent_path: "a", attempt, offset, text }) as const;

  it("appends only what continues the text", () => {
    const live = new LiveText();
    expect(live.apply(delta(0, "Hel"))).toBe(true);
    expect(live.apply(delta(3, "lo"))).toBe(true);
    expect(live.apply(delta(3, "lo"))).toBe(false);
    expect(live.apply(delta(9, "!"))).toBe(false);
    expect(live.read("k")).toBe("Hello");
  });

  it("counts offsets in code points, as the server does", () => {
    const live = new LiveText();
    live.apply(delta(0, "👋🏽"));
    expect(live.apply(delta(2, "hi"))).toBe(true);
    expect(live.read("k")).toBe("👋🏽hi");
  });

  it("starts over at offset 0 and with a later attempt, and ignores an earlier one", () => {
    const live = new LiveText();
    live.apply(delta(0, "first"));
    expect(live.apply(delta(5, "?", 2))).toBe(false);
    live.apply(delta(0, "second", 2));
    expect(live.apply(delta(5, "!", 1))).toBe(false);
    expect(live.read("k")).toBe("second");
    live.apply(delta(0, "again", 2));
    expect(live.read("k")).toBe("again");
  });

  it("forgets a finished attempt, late deltas included, but shows the next", () => {
    const live = new LiveText();
    const heard = vi.fn();
    live.subscribe("k", heard);
    live.apply(delta(0, "text"));
    live.finish("k", 1);
    expect(live.read("k")).toBeNull();
    expect(live.apply(delta(0, "late"))).toBe(false);
    expect(live.apply(delta(0, "new", 2))).toBe(true);
    expect(heard).toHaveBeenCalledTimes(3);
  });
});

describe("playback", () => {
  const events = reportRun();
  const kindAt = (seq: number | null) => (seq === null ? null : events[seq - 1]?.payload.kind);

  it("steps by event and stays inside the log", () => {
    expect(stepTo(events, 1, -1)).toBe(1);
    expect(stepTo(events, 4, 1)).toBe(5);
    expect(stepTo(events, events.length, 1)).toBe(events.length);
    expect(stepTo([], 0, 1)).toBe(0);
  });

  it("steps by turn", () => {
    const first = turnTo(events, 1, 1);
    expect(kindAt(first)).toBe("turn.started");
    expect(turnTo(events, turnTo(events, first, 1), -1)).toBe(first);
    expect(turnTo(events, events.length - 1, 1)).toBe(events.length);
    expect(turnTo(events, first, -1)).toBe(1);
  });

  it("finds the approvals, questions and errors", () => {
    const failed = markTo(events, 1, 1);
    expect(kindAt(failed)).toBe("model.failed");
    expect(kindAt(markTo(events, failed ?? 0, 1))).toBe("approval.requested");
    expect(markTo(events, 1, -1)).toBeNull();
  });

  it("folds a wait of an hour and spreads events of one moment", () => {
    const decided = events.findIndex((event) => event.payload.kind === "approval.decided");
    expect(gapAfter(events, decided, 1)).toBe(MAX_GAP_MS);
    expect(gapAfter(events, decided, 10)).toBe(MAX_GAP_MS / 10);
    const burst = new LogBuilder().add("run.created").add("run.claimed", {}, { after: 0 }).events;
    expect(gapAfter(burst, 1, 1)).toBe(MIN_GAP_MS);
    expect(gapAfter(burst, 2, 1)).toBeNull();
  });

  it("plays to the same place in many small frames as in one", () => {
    let at = { seq: 1, left: 0, ended: false };
    for (let frame = 0; frame < 100; frame += 1) at = playFrom(events, at.seq, at.left + 16, 2);
    expect(at.seq).toBe(playFrom(events, 1, 1_600, 2).seq);
    expect(playFrom(events, 1, 1e9, 10)).toEqual({ seq: events.length, left: 0, ended: true });
  });
});

describe("the timeline's axis", () => {
  const log = new RunLog();
  log.append(reportRun());
  const times = monotonicTimes(log.events);
  const byTime = makeAxis("time", log.head.bars, times);

  it("folds the hour of waiting and leaves the work wide", () => {
    const folded = byTime.stretches.filter((stretch) => stretch.folded);
    expect(folded).toHaveLength(1);
    expect((folded[0]?.to ?? 0) - (folded[0]?.from ?? 0)).toBeLessThan(0.1);
    expect(byTime.positionOf(1, times[0] ?? 0)).toBe(0);
    expect(byTime.positionOf(0, times.at(-1) ?? 0)).toBeCloseTo(1);
  });

  it.each(["time", "events"] as const)("finds every event back by its place (%s)", (scale) => {
    const axis = makeAxis(scale, log.head.bars, times);
    times.forEach((at, index) => {
      expect(axis.seqAt(axis.positionOf(index + 1, at))).toBe(index + 1);
    });
  });

  it("has a place for nothing", () => {
    const empty = makeAxis("time", [], []);
    expect(empty.seqAt(0.5)).toBe(0);
    expect(makeAxis("events", [], []).seqAt(1)).toBe(0);
  });

  it("goes by events when they stand on one another", () => {
    expect(bestScale(times)).toBe("time");
    expect(bestScale(times.map((_, index) => index))).toBe("events");
  });
});
