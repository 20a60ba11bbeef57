import { describe, expect, it } from "vitest";

import { apply, fold } from "./apply";
import type { RunEvent } from "./events";
import type { ItemOf, Item } from "./items";
import { LogBuilder, longRun, reportRun } from "./testing/logs";
import { PAYLOADS, textMessage } from "./testing/payloads";
import type { RunView } from "./view";
import { emptyView } from "./view";

const foldAll = (events: readonly RunEvent[]): RunView => fold(events, emptyView());

function plain(view: RunView): unknown {
  return JSON.parse(
    JSON.stringify({ ...view, items: view.items.toArray(), bars: view.bars.toArray() }, (_key, value: unknown) =>
      value instanceof Map ? [...value] : value instanceof Set ? [...value] : value,
    ),
  );
}

function itemsOf<T extends Item["type"]>(view: RunView, type: T): ItemOf<T>[] {
  return view.items.toArray().filter((item): item is ItemOf<T> => item.type === type);
}

function asOf(events: readonly RunEvent[], kind: string): RunView {
  const index = events.findIndex((event) => event.payload.kind === kind);
  return foldAll(events.slice(0, index + 1));
}

describe("folding a run", () => {
  it("ends with the state, the reason and the sums the log gives", () => {
    const view = foldAll(reportRun());
    expect(view.state).toBe("completed");
    expect(view.stopReason).toBe("Text 'DONE' mentioned");
    expect(view.turn).toBe(4);
    expect(view.tokens).toEqual({ prompt: 300, completion: 60, cached: 150 });
    expect(view.cost).toEqual({ usd: "0.000246", unknownCalls: 1 });
    expect(view.activity.size).toBe(0);
    expect(view.pending.size).toBe(0);
    expect(view.origin).toMatchObject({ runNumber: 3, teamName: "Research & write", revision: 7 });
  });

  it("shows one item for a streamed call and the message it became, retries included", () => {
    const [first] = itemsOf(foldAll(reportRun()), "model");
    expect(first).toMatchObject({ status: "completed", attempt: 2, content: "Facts" });
    expect(first?.failures).toHaveLength(1);
    expect(first?.message?.id).toBe("m1");
    expect(first?.seqs).toEqual([6, 7, 8, 9, 10]);
  });

  it("does not repeat the task or an answer when their messages are posted", () => {
    const view = foldAll(reportRun());
    expect(itemsOf(view, "task")).toHaveLength(1);
    expect(itemsOf(view, "input")[0]).toMatchObject({ answer: { text: "Engineers" }, message: { id: "m3" } });
    expect(itemsOf(view, "message").map((item) => item.message.id)).toEqual(["m2"]);
  });

  it("keeps the proposed call, its verdict, its decision and its result in one card", () => {
    const [call] = itemsOf(foldAll(reportRun()), "tool");
    expect(call).toMatchObject({ status: "done", outcome: "done", result: "8 bytes written" });
    expect(call?.gates[0]?.verdict).toBe("ask");
    expect(call?.approvals[0]?.decision).toMatchObject({ verb: "approve", by: { name: "Ada" } });
  });

  it("waits for an approval with the request open, and only until it is decided", () => {
    const waiting = asOf(reportRun(), "run.parked");
    expect(waiting.state).toBe("waiting");
    expect([...waiting.pending.keys()]).toEqual(["r1"]);
    expect(waiting.activity.get("writer")).toBe("waiting");
    const decided = asOf(reportRun(), "approval.decided");
    expect(decided.pending.size).toBe(0);
    expect(decided.activity.get("writer")).toBe("turn");
  });

  it("opens a group where the speaker changes", () => {
    const opened = foldAll(reportRun()).items.toArray().filter((item) => item.opensGroup);
    expect(opened.map((item) => item.group?.speaker)).toEqual(["researcher", "writer", "user_proxy", "researcher"]);
  });

  it("counts who handed over to whom", () => {
    const { edges, turnCounts, messageCounts } = foldAll(reportRun());
    expect(Object.fromEntries(messageCounts)).toEqual({ researcher: 2, writer: 1, user_proxy: 1 });
    expect(Object.fromEntries(edges)).toEqual({
      "→researcher": 1,
      "researcher→writer": 1,
      "writer→user_proxy": 1,
      "user_proxy→researcher": 1,
    });
    expect(turnCounts.get("researcher")).toBe(2);
  });

  it("draws a bar for every call and wait, closed at its end", () => {
    const bars = foldAll(reportRun()).bars.toArray();
    expect(bars.map((bar) => `${bar.agentPath} ${bar.type} ${bar.failed}`)).toEqual([
      "researcher model true",
      "researcher model false",
      "writer model false",
      "writer wait false",
      "writer tool false",
      "user_proxy wait false",
      "researcher model false",
    ]);
    expect(bars.every((bar) => bar.end !== null)).toBe(true);
  });
});

describe("a worker that is lost", () => {
  it("ends what it was at, and the next attempt begins a bar of its own", () => {
    const log = new LogBuilder().add("run.created").add("run.claimed").turnOf("writer", 1);
    log.add("model.started", { message_key: "k" });
    log.add("run.lease_expired", {}, { agent: "" }).add("run.claimed");
    log.add("model.started", { message_key: "k", attempt: 2 }, { agent: "writer" });
    log.add("model.completed", { message_key: "k", attempt: 2, content: "Done" });
    const bars = foldAll(log.events).bars.toArray();
    expect(bars.map((bar) => [bar.startSeq, bar.endSeq, bar.failed])).toEqual([
      [4, 5, true],
      [7, 8, false],
    ]);
  });
});

describe("the end of a run", () => {
  it("interrupts what was under way and cancels what was asked", () => {
    const log = new LogBuilder().add("run.created").add("run.claimed").turnOf("writer", 1);
    log.add("tool.requested").add("approval.requested").add("input.requested");
    log.add("model.started").add("run.stopped");
    const view = foldAll(log.events);
    expect(view.state).toBe("stopped");
    expect(itemsOf(view, "tool")[0]).toMatchObject({ status: "interrupted", approvals: [{ cancelled: true }] });
    expect(itemsOf(view, "input")[0]?.cancelled).toBe(true);
    expect(itemsOf(view, "model")[0]?.status).toBe("interrupted");
    expect(view.bars.toArray().every((bar) => bar.end !== null)).toBe(true);
  });

  it("keeps the error of a failed run", () => {
    const view = foldAll(new LogBuilder().add("run.created").add("run.failed").events);
    expect(view.error).toMatchObject({ code: "bad_request", status: 400 });
  });
});

describe("states and commands", () => {
  it.each([
    ["run.claimed", "running"],
    ["run.parked", "waiting"],
    ["run.paused", "paused"],
    ["run.released", "queued"],
    ["run.requeued", "queued"],
    ["run.lease_expired", "queued"],
    ["run.quarantined", "quarantined"],
  ] as const)("%s makes the run %s", (kind, state) => {
    expect(foldAll(new LogBuilder().add("run.created").add(kind).events).state).toBe(state);
  });

  it("remembers a command until it has been applied", () => {
    const log = new LogBuilder().add("run.created").add("run.claimed").add("command.received");
    expect(foldAll(log.events).pendingCommand).toEqual({ command: "pause", seq: 3 });
    log.add("command.applied", { command_seq: 3 });
    expect(foldAll(log.events).pendingCommand).toBeNull();
  });

  it("starts a new item when a call that failed for good is made again", () => {
    const log = new LogBuilder().add("run.created").turnOf("writer", 1).add("model.started");
    log.add("model.failed", { will_retry: false }).add("run.paused").add("run.requeued");
    log.add("model.started", { attempt: 2 }).add("model.completed", { attempt: 2 });
    expect(itemsOf(foldAll(log.events), "model").map((item) => item.status)).toEqual(["failed", "completed"]);
  });

  it("counts calls without a price as unknown, those of a scripted model not", () => {
    const scripted = { provider: "scripted", model: "scripted", scripted: true };
    const log = new LogBuilder().add("run.created");
    log.add("model.started", { model: scripted });
    log.add("model.completed", { model: scripted, cost_usd: null });
    const view = foldAll(log.events);
    expect(view.cost).toEqual({ usd: "0", unknownCalls: 0 });
    expect(view.scripted).toBe(true);
  });
});

describe("what a stream can do wrong", () => {
  const events = reportRun();

  it("gives the same view back for an event it has", () => {
    const view = foldAll(events.slice(0, 10));
    expect(apply(view, events[3] as RunEvent)).toBe(view);
  });

  it("flags a gap, changes nothing else, and goes on with the right event", () => {
    const view = foldAll(events.slice(0, 10));
    const gapped = apply(view, events[12] as RunEvent);
    expect(gapped).toEqual({ ...view, gap: { expected: 11, got: 13 } });
    expect(apply(gapped, events[10] as RunEvent).gap).toBeNull();
  });

  it("keeps an event of a kind it does not know", () => {
    const log = new LogBuilder().add("run.created").addRaw({ kind: "run.teleported", to: "Mars" });
    const view = foldAll(log.add("run.claimed").events);
    expect(view.state).toBe("running");
    expect([...view.unknownKinds]).toEqual(["run.teleported"]);
    expect(itemsOf(view, "unknown")[0]).toMatchObject({ kind: "run.teleported", payload: { to: "Mars" } });
  });

  it("takes every kind at the very start of a log", () => {
    for (const kind of Object.keys(PAYLOADS) as (keyof typeof PAYLOADS)[]) {
      const view = foldAll(new LogBuilder().add(kind, {}, { agent: "a" }).events);
      expect(view.seq, kind).toBe(1);
      expect(view.unknownKinds.size, kind).toBe(0);
    }
  });

  it("never lets time go back", () => {
    const log = new LogBuilder().add("run.created").add("run.claimed", {}, { after: -5_000 });
    const view = foldAll(log.events);
    expect(view.startedAt).toBe(view.origin?.createdAt);
  });
});

describe("folding in pieces", () => {
  const logs = { report: reportRun(), long: longRun(600), nested: nestedRun() };

  it.each(Object.entries(logs))("is folding at once, wherever the %s log is cut", (_name, events) => {
    const whole = plain(foldAll(events));
    for (let cut = 0; cut <= events.length; cut += Math.ceil(events.length / 60)) {
      const first = foldAll(events.slice(0, cut));
      const before = plain(first);
      expect(plain(fold(events.slice(cut), first))).toEqual(whole);
      expect(plain(first)).toEqual(before);
    }
  });

  it("does not care about repeats and disorder between the right events", () => {
    const events = logs.report;
    let view = emptyView();
    for (const [at, event] of events.entries()) {
      for (const noise of [events[at + 2], event, events[at - 1], event]) {
        if (noise !== undefined) view = apply(view, noise);
      }
    }
    expect(plain({ ...view, gap: null })).toEqual(plain(foldAll(events)));
  });
});

function nestedRun(): RunEvent[] {
  const log = new LogBuilder().add("run.created").add("run.claimed");
  log.turnOf("panel", 1);
  log.add("frame.started", {}, { agent: "panel" });
  log.add("turn.started", { speaker: "critic" }, { agent: "panel/critic" });
  log.add("model.started", { message_key: "n1" }).add("model.completed", { message_key: "n1" });
  log.add("message.posted", {
    team_path: "panel",
    index: 1,
    message_key: "n1",
    message: textMessage("n1", "critic", "A report"),
  });
  log.add("turn.ended", { speaker: "critic" });
  log.add("message.posted", { message: textMessage("n2", "panel", "Agreed") }, { agent: "panel" });
  log.add("turn.ended", { speaker: "panel" }).add("run.completed", {}, { agent: "" });
  return log.events;
}

describe("a team inside a team", () => {
  it("keeps the inner turn's items apart from the outer one's", () => {
    const view = foldAll(nestedRun());
    const groups = view.items.toArray().filter((item) => item.opensGroup).map((item) => item.group?.agentPath);
    expect(groups).toEqual(["panel/critic", "panel"]);
    expect(view.edges.get("panel→panel/critic")).toBe(1);
  });
});

describe("speakers at the same time", () => {
  const log = new LogBuilder().add("run.created").add("run.claimed");
  const speak = (name: string, turn: number) => log.add("turn.started", { speaker: name }, { agent: name, turn });
  speak("a", 1).add("turn.ended", { speaker: "a" });
  speak("b", 2);
  speak("c", 2);

  it("are all busy, and each comes after who was before them, not after each other", () => {
    const view = foldAll(log.events);
    expect([...view.activity.keys()]).toEqual(["b", "c"]);
    expect([...view.edges]).toEqual([["→a", 1], ["a→b", 1], ["a→c", 1]]);
  });

  it("say when a time limit cut their turn short", () => {
    const cut = new LogBuilder().add("run.created").add("run.claimed");
    cut.add("turn.started", { speaker: "a" }, { agent: "a", turn: 1 }).add("turn.ended", { speaker: "a", interrupted: true }, { agent: "a", turn: 1 });
    const [notice] = itemsOf(foldAll(cut.events), "notice");
    expect(notice).toMatchObject({ agentPath: "a", payload: { kind: "turn.ended", interrupted: true }, group: { speaker: "a" } });
    expect(foldAll(cut.events).openTurns.size).toBe(0);
  });
});
