/** Which sessions are shown. Pure. */
import type { RunState, RunSummary, Session } from "@/api/types";

export interface SessionFilter {
  readonly state: string;
  readonly text: string;
}

const OPEN: ReadonlySet<RunState> = new Set(["queued", "running", "waiting", "paused", "quarantined"]);

export const STATE_FILTERS = [
  { value: "open", label: "In progress" },
  { value: "waiting", label: "Waiting" },
  { value: "paused", label: "Paused" },
  { value: "completed", label: "Completed" },
  { value: "failed", label: "Failed" },
  { value: "stopped", label: "Stopped" },
] as const;

export function matchingSessions(sessions: readonly Session[], { state, text }: SessionFilter): Session[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return sessions.filter((session) => {
    const now = session.last_run?.state;
    if (state === "open" ? now === undefined || !OPEN.has(now) : state !== "" && now !== state) return false;
    const hay = `${session.name} ${session.definition?.name ?? ""} ${session.last_run?.task ?? ""}`.toLowerCase();
    return words.every((word) => hay.includes(word));
  });
}

/** What the inbox knows of a run is newer than the list. */
export function withLiveRuns(sessions: readonly Session[], active: readonly RunSummary[]): Session[] {
  const newest = new Map(active.map((run) => [run.session, run]));
  return sessions.map((session) => {
    const run = newest.get(session.id);
    return run === undefined || run.number < (session.last_run?.number ?? 0) ? session : { ...session, last_run: run };
  });
}
