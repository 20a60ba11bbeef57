/**
 * What waits for a person in this workspace and what runs, kept current by `ws/inbox` and, when
 * that cannot be had, by REST. One store for the whole page; it connects while somebody looks.
 */
import type { Page, Request, RunState, RunSummary } from "@/api/types";

import type { ConnectionState } from "./connection";
import { Connection, socketUrl } from "./connection";
import { POLL_AFTER_FAILURES, type FollowState } from "./run-socket";

export interface Inbox {
  /** False until the first answer: a count of nothing would be a guess. */
  readonly loaded: boolean;
  readonly pending: number;
  /** Open requests, oldest first. */
  readonly requests: readonly Request[];
  readonly activeRuns: readonly RunSummary[];
  readonly connection: FollowState;
}

export interface InboxSources {
  readonly fetchRequests: () => Promise<Page<Request>>;
  readonly fetchRuns: () => Promise<Page<RunSummary>>;
  /** A request or a run changed: lists that show them should be read again. */
  readonly onChange: (what: "request" | "run") => void;
  readonly random?: () => number;
}

interface Frame {
  readonly type?: unknown;
  readonly pending?: number;
  readonly requests?: Request[];
  readonly active_runs?: RunSummary[];
  readonly request?: Request;
  readonly run?: RunSummary;
}

export const INBOX_POLL_MS = 10_000;
const ACTIVE: ReadonlySet<RunState> = new Set(["queued", "running", "waiting", "paused"]);
const EMPTY: Inbox = { loaded: false, pending: 0, requests: [], activeRuns: [], connection: "closed" };

export class InboxStore {
  private inbox: Inbox = EMPTY;
  private readonly listeners = new Set<() => void>();
  private readonly connection: Connection;
  private pollTimer: ReturnType<typeof setTimeout> | undefined;
  private polling = false;

  constructor(private readonly sources: InboxSources) {
    this.connection = new Connection({
      url: socketUrl("/ws/inbox"),
      onOpen: () => {
        this.stopPolling();
        this.connection.send({ type: "subscribe" });
      },
      onMessage: (message) => this.receive(message as Frame),
      onState: (state: ConnectionState) => {
        if (state === "live" || !this.polling) this.update({ connection: state });
      },
      onRefused: () => this.update({ connection: "refused" }),
      onFailure: (failures) => {
        if (failures >= POLL_AFTER_FAILURES) this.startPolling();
      },
      random: sources.random,
    });
  }

  readonly read = (): Inbox => this.inbox;

  readonly subscribe = (listener: () => void): (() => void) => {
    if (this.listeners.size === 0) this.connection.open();
    this.listeners.add(listener);
    return () => {
      this.listeners.delete(listener);
      if (this.listeners.size > 0) return;
      this.stopPolling();
      this.connection.close();
    };
  };

  /** What a decision answered, before the socket says it too. */
  readonly noteRequest = (request: Request): void => {
    const others = this.inbox.requests.filter(({ id }) => id !== request.id);
    const requests =
      request.state === "pending"
        ? [...others, request].sort((a, b) => a.created_at.localeCompare(b.created_at))
        : others;
    const change = requests.length - this.inbox.requests.length;
    this.update({ requests, pending: Math.max(requests.length, this.inbox.pending + change) });
  };

  private receive(frame: Frame): void {
    if (frame.type === "snapshot") {
      const requests = frame.requests ?? [];
      this.update({
        loaded: true,
        requests,
        pending: frame.pending ?? requests.length,
        activeRuns: frame.active_runs ?? [],
      });
      this.sources.onChange("request");
      this.sources.onChange("run");
    } else if (frame.type === "request" && frame.request !== undefined) {
      this.noteRequest(frame.request);
      this.sources.onChange("request");
    } else if (frame.type === "run" && frame.run !== undefined) {
      this.noteRun(frame.run);
      this.sources.onChange("run");
    }
  }

  private noteRun(run: RunSummary): void {
    const at = this.inbox.activeRuns.findIndex(({ id }) => id === run.id);
    const runs = [...this.inbox.activeRuns];
    if (!ACTIVE.has(run.state)) {
      if (at >= 0) runs.splice(at, 1);
    } else if (at >= 0) runs[at] = run;
    else runs.unshift(run);
    this.update({ activeRuns: runs });
  }

  private startPolling(): void {
    if (this.polling) return;
    this.polling = true;
    void this.poll();
  }

  private stopPolling(): void {
    this.polling = false;
    clearTimeout(this.pollTimer);
  }

  private async poll(): Promise<void> {
    const answer = await Promise.all([this.sources.fetchRequests(), this.sources.fetchRuns()]).then(
      ([requests, runs]) => ({ requests: requests.results, runs: runs.results }),
      // The connection's own state tells why; the last known lists stay.
      () => null,
    );
    if (!this.polling) return;
    if (answer === null) this.update({ connection: this.connection.state });
    else {
      this.update({
        loaded: true,
        requests: answer.requests,
        pending: answer.requests.length,
        activeRuns: answer.runs.filter((run) => ACTIVE.has(run.state)),
        connection: "polling",
      });
    }
    this.pollTimer = setTimeout(() => void this.poll(), INBOX_POLL_MS);
  }

  private update(changes: Partial<Inbox>): void {
    this.inbox = { ...this.inbox, ...changes };
    for (const listener of this.listeners) listener();
  }
}
