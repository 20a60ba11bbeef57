import { describe, expect, it } from "vitest";

import type { RunState, RunSummary, Session } from "@/api/types";

import { matchingSessions, withLiveRuns } from "./filter-sessions";

const run = (session: string, state: RunState, number = 1) => ({ id: `${session}-${number}`, session, state, number, task: `Task of ${session}` }) as unknown as RunSummary;
const session = (id: string, last: RunSummary | null) => ({ id, name: `Session ${id}`, definition: { id: "d", name: "Duel" }, last_run: last }) as unknown as Session;

const SESSIONS = [session("a", run("a", "completed")), session("b", run("b", "waiting")), session("c", null)];
const ids = (sessions: readonly Session[]) => sessions.map(({ id }) => id);

describe("matchingSessions", () => {
  it.each([
    [{ state: "", text: "" }, ["a", "b", "c"]],
    [{ state: "open", text: "" }, ["b"]],
    [{ state: "completed", text: "" }, ["a"]],
    [{ state: "", text: "  OF  b " }, ["b"]],
    [{ state: "", text: "duel session" }, ["a", "b", "c"]],
    [{ state: "failed", text: "" }, []],
  ])("%j finds %j", (filter, expected) => {
    expect(ids(matchingSessions(SESSIONS, filter))).toEqual(expected);
  });
});

describe("withLiveRuns", () => {
  it("shows the newer state and the newer run, never an older one", () => {
    const shown = withLiveRuns(
      [session("a", run("a", "queued")), session("b", run("b", "completed", 3))],
      [run("a", "running"), run("b", "running", 2)],
    );
    expect(shown.map(({ last_run: last }) => `${last?.number} ${last?.state}`)).toEqual(["1 running", "3 completed"]);
  });
});
