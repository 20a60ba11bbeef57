/**
 * One run on the screen: reads its log, follows it while it goes on, and tells who listens.
 * Knows no React; the screen reads snapshots of it.
 */
import { fetchEvents, fetchIndex, type RunIndex } from "@/api/run-log";
import type { Event, Run, RunSummary } from "@/api/types";
import { type FollowState, RunSocket } from "@/lib/socket/run-socket";
import { hasEnded, isMark, LiveText, type RunEvent, RunLog, type RunView } from "@/run-model";

export const PAGE = 500;
/** Listeners hear of a burst of events once. */
const NOTIFY_MS = 16;

export interface RunSnapshot {
  readonly head: RunView;
  /** How much of a long log has been read; null once all of it has. */
  readonly loading: { readonly loaded: number; readonly total: number } | null;
  readonly connection: FollowState;
  readonly run: RunSummary;
  /** Columns of the whole log, read before the bodies of a long run. */
  readonly index: RunIndex | null;
  readonly error: unknown;
}

/** The API's events are the log's: their payloads are checked by kind when they are folded. */
function asRunEvents(events: readonly Event[]): RunEvent[] {
  return events as unknown as RunEvent[];
}

export class RunController {
  readonly log = new RunLog();
  readonly live = new LiveText();
  /** Time of every event held, never going back: grows with the log. */
  readonly times: number[] = [];
  /** `seq` of the approvals, questions and errors held. */
  readonly marks: number[] = [];
  private snapshot: RunSnapshot;
  private readonly listeners = new Set<() => void>();
  private timer: ReturnType<typeof setTimeout> | undefined;
  /** Calls whose preview goes once the screen has their outcome, so that no text blinks. */
  private finished: [messageKey: string, attempt: number][] = [];
  private abort = new AbortController();
  private socket: RunSocket | null = null;

  constructor(
    run: Run,
    private readonly onEnd: () => void = () => {},
  ) {
    this.snapshot = {
      head: this.log.head,
      loading: { loaded: 0, total: run.head_seq },
      connection: "connecting",
      run,
      index: null,
      error: null,
    };
  }

  readonly read = (): RunSnapshot => this.snapshot;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** Reads the log and follows it; returns what stops it. Can be started again. */
  start(): () => void {
    this.abort = new AbortController();
    void this.load(this.abort.signal);
    return () => this.stop();
  }

  retry(): void {
    this.stop();
    this.update({ error: null });
    this.start();
  }

  reconnect(): void {
    this.socket?.retryNow();
  }

  private stop(): void {
    this.abort.abort();
    this.socket?.close();
    this.socket = null;
  }

  private async load(signal: AbortSignal): Promise<void> {
    try {
      if (this.snapshot.run.head_seq > PAGE && this.snapshot.index === null) {
        this.update({ index: await fetchIndex(this.snapshot.run.id, signal) });
      }
      await this.readPages(signal);
    } catch (error) {
      if (!signal.aborted) this.update({ error, connection: "offline" });
      return;
    }
    if (signal.aborted) return;
    this.update({ loading: null });
    if (hasEnded(this.log.head)) this.update({ connection: "closed" });
    else this.follow();
  }

  /** While one page is folded the next is on its way. */
  private async readPages(signal: AbortSignal): Promise<void> {
    const page = (after: number) => fetchEvents(this.snapshot.run.id, after, PAGE, signal);
    let next = page(this.log.head.seq);
    for (;;) {
      const { results, head_seq: head } = await next;
      const reached = results.at(-1)?.seq ?? head;
      const more = reached < head;
      if (more) next = page(reached);
      this.take(asRunEvents(results));
      this.update({ loading: { loaded: this.log.head.seq, total: head } });
      if (!more) return;
    }
  }

  private follow(): void {
    this.socket = new RunSocket({
      runId: this.snapshot.run.id,
      lastSeq: () => this.log.head.seq,
      onEvents: (events) => this.take(events),
      onDelta: (delta) => void this.live.apply(delta),
      onRun: (run) => this.update({ run }),
      onState: (connection) => this.update({ connection }),
      onRefused: () => this.update({ connection: "refused" }),
      fetchAfter: async (after) => asRunEvents((await fetchEvents(this.snapshot.run.id, after, PAGE)).results),
    });
    this.socket.open();
  }

  private take(events: readonly RunEvent[]): { gap: boolean } {
    const before = this.log.head.seq;
    const wasOver = hasEnded(this.log.head);
    this.log.append(events);
    for (const event of this.log.events.slice(before)) {
      const { payload } = event;
      this.times.push(Math.max(this.times.at(-1) ?? 0, Date.parse(event.occurred_at) || 0));
      if (isMark(event)) this.marks.push(event.seq);
      if (payload.kind === "model.completed" || payload.kind === "model.failed") {
        this.finished.push([payload.message_key, payload.attempt]);
      }
    }
    this.update({ head: this.log.head });
    if (!wasOver && hasEnded(this.log.head) && this.socket !== null) {
      this.socket.close();
      this.socket = null;
      this.onEnd();
    }
    return { gap: this.log.head.gap !== null };
  }

  private update(changes: Partial<RunSnapshot>): void {
    this.snapshot = { ...this.snapshot, ...changes };
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      for (const listener of this.listeners) listener();
      for (const [key, attempt] of this.finished.splice(0)) this.live.finish(key, attempt);
    }, NOTIFY_MS);
  }
}
