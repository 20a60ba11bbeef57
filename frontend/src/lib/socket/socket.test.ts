import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import type { Page, Request, RunSummary } from "@/api/types";
import type { RunEvent } from "@/run-model";
import { RunLog } from "@/run-model";
import { reportRun } from "@/run-model/testing/logs";

import { FIRST_DELAY_MS, LONGEST_DELAY_MS, SILENCE_MS } from "./connection";
import { INBOX_POLL_MS, InboxStore } from "./inbox-store";
import { BATCH_MS, POLL_MS, RunSocket } from "./run-socket";
import { FakeSocket } from "./testing/fake-socket";

beforeEach(() => {
  vi.useFakeTimers();
  FakeSocket.all = [];
  vi.stubGlobal("WebSocket", FakeSocket);
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const EVENTS = reportRun();

function follow(fetchAfter: (after: number) => Promise<readonly RunEvent[]> = () => Promise.resolve([])) {
  const log = new RunLog();
  const states: string[] = [];
  const refused: number[] = [];
  const deltas: unknown[] = [];
  const socket = new RunSocket({
    runId: "run-1",
    lastSeq: () => log.head.seq,
    onEvents: (events) => {
      log.append(events);
      return { gap: log.head.gap !== null };
    },
    onDelta: (delta) => deltas.push(delta),
    onRun: () => {},
    onState: (state) => states.push(state),
    onRefused: (code) => refused.push(code),
    fetchAfter,
    random: () => 1,
  });
  socket.open();
  return { log, states, refused, deltas, socket };
}

const event = (seq: number) => ({ type: "event", event: EVENTS[seq - 1] });

describe("following a run", () => {
  it("subscribes after what it holds and takes events in batches", () => {
    const { log, states } = follow();
    FakeSocket.last.accept();
    expect(FakeSocket.last.url).toMatch(/^ws:\/\/.*\/ws\/runs\/run-1$/);
    expect(FakeSocket.last.sent).toEqual([{ type: "subscribe", after: 0 }]);
    FakeSocket.last.say(event(1)).say(event(2));
    expect(log.head.seq).toBe(0);
    vi.advanceTimersByTime(BATCH_MS);
    expect(log.head.seq).toBe(2);
    expect(states).toEqual(["connecting", "live"]);
  });

  it("acknowledges within a second, and after a hundred events at once", () => {
    follow();
    const socket = FakeSocket.last.accept().say(event(1));
    vi.advanceTimersByTime(1_100);
    expect(socket.sent.at(-1)).toEqual({ type: "ack", seq: 1 });
  });

  it("asks again from the last event at a gap", () => {
    const { log } = follow();
    const socket = FakeSocket.last.accept().say(event(1)).say(event(4));
    vi.advanceTimersByTime(BATCH_MS);
    expect(socket.sent.filter(({ type }) => type === "subscribe").at(-1)).toEqual({ type: "subscribe", after: 1 });
    for (const seq of [2, 3, 4]) socket.say(event(seq));
    vi.advanceTimersByTime(BATCH_MS);
    expect(log.head).toMatchObject({ seq: 4, gap: null });
  });

  it("notices from a heartbeat that events are missing", () => {
    follow();
    const socket = FakeSocket.last.accept().say(event(1));
    vi.advanceTimersByTime(BATCH_MS);
    socket.say({ type: "heartbeat", head_seq: 1 });
    expect(socket.sent.filter(({ type }) => type === "subscribe")).toHaveLength(1);
    socket.say({ type: "heartbeat", head_seq: 9 });
    expect(socket.sent.at(-1)).toEqual({ type: "subscribe", after: 1 });
  });

  it("loses and repeats nothing across a reconnect", () => {
    const { log, states } = follow();
    const first = FakeSocket.last.accept();
    for (let seq = 1; seq <= 10; seq += 1) first.say(event(seq));
    vi.advanceTimersByTime(BATCH_MS);
    first.fail();
    vi.advanceTimersByTime(FIRST_DELAY_MS);
    const second = FakeSocket.last.accept();
    expect(second.sent).toEqual([{ type: "subscribe", after: 10 }]);
    for (let seq = 9; seq <= EVENTS.length; seq += 1) second.say(event(seq));
    vi.advanceTimersByTime(BATCH_MS);
    expect(log.events).toEqual(EVENTS);
    expect(states).toEqual(["connecting", "live", "reconnecting", "live"]);
  });

  it("waits longer after every failure, up to half a minute", () => {
    follow();
    const waits: number[] = [];
    for (let attempt = 0; attempt < 9; attempt += 1) {
      const count = FakeSocket.all.length;
      FakeSocket.last.fail();
      const before = Date.now();
      while (FakeSocket.all.length === count) vi.advanceTimersByTime(100);
      waits.push(Date.now() - before);
    }
    expect(waits.slice(0, 4)).toEqual([500, 1_000, 2_000, 4_000]);
    expect(Math.max(...waits)).toBe(LONGEST_DELAY_MS);
  });

  it("leaves a server that has fallen silent", () => {
    const { states } = follow();
    const silent = FakeSocket.last.accept();
    vi.advanceTimersByTime(SILENCE_MS - 1);
    silent.say({ type: "heartbeat", head_seq: 0 });
    vi.advanceTimersByTime(SILENCE_MS - 1);
    expect(silent.closed).toBe(false);
    vi.advanceTimersByTime(1);
    expect(silent.closed).toBe(true);
    expect(states.at(-1)).toBe("reconnecting");
  });

  it("lets a connection that is being made be made before it closes it", () => {
    const { socket } = follow();
    socket.close();
    expect(FakeSocket.last.closed).toBe(false);
    FakeSocket.last.accept();
    expect(FakeSocket.last.closed).toBe(true);
    expect(FakeSocket.last.sent).toEqual([]);
  });

  it("does not come back where it is not wanted", () => {
    const { refused, states } = follow();
    FakeSocket.last.accept().fail(4404);
    vi.advanceTimersByTime(120_000);
    expect(refused).toEqual([4404]);
    expect(FakeSocket.all).toHaveLength(1);
    expect(states.at(-1)).toBe("refused");
  });

  it("goes offline with the browser and returns with it at once", () => {
    const { states } = follow();
    FakeSocket.last.accept();
    window.dispatchEvent(new Event("offline"));
    expect(states.at(-1)).toBe("offline");
    window.dispatchEvent(new Event("online"));
    FakeSocket.last.accept();
    expect(states.at(-1)).toBe("live");
  });

  it("ignores frames that are no JSON or unknown", () => {
    const { log } = follow();
    FakeSocket.last.accept().onmessage?.({ data: "<html>" });
    FakeSocket.last.say({ type: "confetti" }).say(event(1));
    vi.advanceTimersByTime(BATCH_MS);
    expect(log.head.seq).toBe(1);
  });

  it("hands deltas over at once", () => {
    const { deltas } = follow();
    FakeSocket.last.accept().say({ type: "delta", message_key: "k", attempt: 1, offset: 0, text: "Hi" });
    expect(deltas).toHaveLength(1);
  });
});

describe("when sockets fail", () => {
  it("reads by REST, says so, and returns to the socket", async () => {
    const fetchAfter = vi.fn((after: number) => Promise.resolve(EVENTS.slice(after, after + 5)));
    const { log, states } = follow(fetchAfter);
    FakeSocket.last.fail();
    vi.advanceTimersByTime(FIRST_DELAY_MS);
    FakeSocket.last.fail();
    await vi.advanceTimersByTimeAsync(0);
    expect(states.at(-1)).toBe("polling");
    expect(log.head.seq).toBe(5);
    await vi.advanceTimersByTimeAsync(POLL_MS);
    expect(log.head.seq).toBe(10);
    FakeSocket.last.accept();
    expect(FakeSocket.last.sent).toEqual([{ type: "subscribe", after: 10 }]);
    expect(states.at(-1)).toBe("live");
    const calls = fetchAfter.mock.calls.length;
    await vi.advanceTimersByTimeAsync(3 * POLL_MS);
    expect(fetchAfter).toHaveBeenCalledTimes(calls);
  });

  it("says that it reconnects when REST fails too, and stops when closed", async () => {
    const fetchAfter = vi.fn(() => Promise.reject(new Error("down")));
    const { states, socket } = follow(fetchAfter);
    FakeSocket.last.fail();
    vi.advanceTimersByTime(FIRST_DELAY_MS);
    FakeSocket.last.fail();
    await vi.advanceTimersByTimeAsync(0);
    expect(states.at(-1)).toBe("reconnecting");
    socket.close();
    const calls = fetchAfter.mock.calls.length;
    await vi.advanceTimersByTimeAsync(60_000);
    expect(fetchAfter).toHaveBeenCalledTimes(calls);
    expect(states.at(-1)).toBe("closed");
  });
});

describe("the inbox", () => {
  const request = (id: string, state = "pending") => ({ id, state, created_at: `2026-01-0${id}` }) as unknown as Request;
  const run = (id: string, state = "running") => ({ id, state }) as unknown as RunSummary;
  const page = <T>(...results: T[]): Promise<Page<T>> => Promise.resolve({ results, next: null });

  function open() {
    const onChange = vi.fn();
    const store = new InboxStore({
      fetchRequests: () => page(request("7")),
      fetchRuns: () => page(run("a"), run("b", "completed")),
      onChange,
      random: () => 1,
    });
    const close = store.subscribe(() => {});
    return { store, close, onChange };
  }

  it("starts with a snapshot and follows what changes", () => {
    const { store, onChange } = open();
    expect(store.read().loaded).toBe(false);
    const socket = FakeSocket.last.accept();
    expect(socket.sent).toEqual([{ type: "subscribe" }]);
    socket.say({ type: "snapshot", pending: 2, requests: [request("1"), request("3")], active_runs: [run("a")] });
    socket.say({ type: "request", request: request("2") });
    expect(store.read().requests.map(({ id }) => id)).toEqual(["1", "2", "3"]);
    expect(store.read().pending).toBe(3);
    socket.say({ type: "request", request: request("1", "approved") });
    expect(store.read()).toMatchObject({ pending: 2, requests: [{ id: "2" }, { id: "3" }] });
    socket.say({ type: "run", run: run("a", "completed") }).say({ type: "run", run: run("c") });
    expect(store.read().activeRuns.map(({ id }) => id)).toEqual(["c"]);
    expect(onChange).toHaveBeenCalledWith("request");
  });

  it("does not count a request twice", () => {
    const { store } = open();
    FakeSocket.last.accept().say({ type: "snapshot", pending: 1, requests: [request("1")], active_runs: [] });
    store.noteRequest(request("1", "denied"));
    FakeSocket.last.say({ type: "request", request: request("1", "denied") });
    expect(store.read().pending).toBe(0);
  });

  it("reads by REST when there is no socket", async () => {
    const { store } = open();
    FakeSocket.last.fail();
    vi.advanceTimersByTime(FIRST_DELAY_MS);
    FakeSocket.last.fail();
    await vi.advanceTimersByTimeAsync(INBOX_POLL_MS);
    expect(store.read()).toMatchObject({ loaded: true, pending: 1, connection: "polling" });
    expect(store.read().activeRuns.map(({ id }) => id)).toEqual(["a"]);
  });

  it("hangs up when nobody looks any more", () => {
    const { close } = open();
    const socket = FakeSocket.last.accept();
    close();
    expect(socket.closed).toBe(true);
    vi.advanceTimersByTime(60_000);
    expect(FakeSocket.all).toHaveLength(1);
  });
});
