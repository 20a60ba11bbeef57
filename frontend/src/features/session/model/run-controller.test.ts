import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import type { Run } from "@/api/types";
import { FakeSocket } from "@/lib/socket/testing/fake-socket";
import type { RunEvent } from "@/run-model";
import { longRun, reportRun } from "@/run-model/testing/logs";

import { PAGE, RunController } from "./run-controller";

const run = (events: readonly RunEvent[], held = events.length) => ({ id: "r1", head_seq: held }) as unknown as Run;
let requests: string[];

function serve(events: readonly RunEvent[]): void {
  vi.stubGlobal("fetch", (address: string) => {
    requests.push(address);
    const url = new URL(address, "http://test");
    const after = Number(url.searchParams.get("after"));
    const limit = Number(url.searchParams.get("limit"));
    const body = url.pathname.endsWith("/index")
      ? { head_seq: events.length, columns: { seq: [], kind: [], agent: [], turn: [], at_ms: events.map((_, index) => index), size: [] } }
      : { results: events.slice(after, after + limit), head_seq: events.length, state: "running" };
    return Promise.resolve(new Response(JSON.stringify(body)));
  });
}

beforeEach(() => {
  requests = [];
  FakeSocket.all = [];
  vi.stubGlobal("WebSocket", FakeSocket);
});
afterEach(() => vi.unstubAllGlobals());

describe("RunController", () => {
  it("reads a long log by its index and in pages, then follows it from where it stopped", async () => {
    const events = longRun(2 * PAGE + 10);
    serve(events);
    const controller = new RunController(run(events));
    const stop = controller.start();
    await vi.waitFor(() => expect(FakeSocket.all).toHaveLength(1));
    expect(requests).toEqual([
      "/api/v1/runs/r1/index",
      ...[0, PAGE, 2 * PAGE].map((after) => `/api/v1/runs/r1/events?after=${after}&limit=${PAGE}`),
    ]);
    expect(controller.read()).toMatchObject({ loading: null, index: { head_seq: events.length } });
    expect(controller.times).toHaveLength(events.length);
    FakeSocket.last.accept();
    expect(FakeSocket.last.sent).toEqual([{ type: "subscribe", after: events.length }]);
    stop();
    expect(FakeSocket.last.closed).toBe(true);
  });

  it("opens no socket for a run that is over", async () => {
    serve(reportRun());
    const controller = new RunController(run(reportRun()));
    controller.start();
    await vi.waitFor(() => expect(controller.read().connection).toBe("closed"));
    expect(controller.read().head.state).toBe("completed");
    expect(FakeSocket.all).toHaveLength(0);
  });

  it("says when the run ends and hangs up", async () => {
    const events = reportRun();
    serve(events.slice(0, -1));
    const onEnd = vi.fn();
    const controller = new RunController(run(events, events.length - 1), onEnd);
    controller.start();
    await vi.waitFor(() => expect(FakeSocket.all).toHaveLength(1));
    FakeSocket.last.accept().say({ type: "event", event: events.at(-1) });
    await vi.waitFor(() => expect(onEnd).toHaveBeenCalledOnce());
    expect(FakeSocket.last.closed).toBe(true);
  });

  it("keeps the streamed text until the screen has the call's outcome", async () => {
    const events = reportRun();
    const started = events.findIndex(({ payload }) => payload.kind === "model.started" && payload.message_key === "k3") + 1;
    serve(events.slice(0, started));
    const controller = new RunController(run(events, started));
    controller.start();
    await vi.waitFor(() => expect(FakeSocket.all).toHaveLength(1));
    FakeSocket.last.accept().say({ type: "delta", message_key: "k3", agent_path: "researcher", attempt: 1, offset: 0, text: "DO" });
    const seen: [string | null, string][] = [];
    controller.subscribe(() => seen.push([controller.live.read("k3"), controller.read().head.items.last?.type ?? ""]));
    FakeSocket.last.say({ type: "event", event: events[started] });
    await vi.waitFor(() => expect(controller.log.head.seq).toBe(started + 1));
    await vi.waitFor(() => expect(controller.live.read("k3")).toBeNull());
    expect(seen.at(-1)?.[0]).toBe("DO");
  });

  it("tells an error and reads again when asked", async () => {
    vi.stubGlobal("fetch", () => Promise.reject(new TypeError("down")));
    const controller = new RunController(run(reportRun()));
    controller.start();
    await vi.waitFor(() => expect(controller.read().error).toMatchObject({ code: "unreachable" }));
    serve(reportRun());
    controller.retry();
    await vi.waitFor(() => expect(controller.read().head.state).toBe("completed"));
    expect(controller.read().error).toBeNull();
  });
});
