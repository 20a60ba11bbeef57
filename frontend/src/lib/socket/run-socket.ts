/**
 * Follows one run: events in order without gaps or repeats, live text, the run's row.
 *
 * The socket is the quick way; when it cannot be had the same events are read by REST every few
 * seconds, while the socket goes on trying.
 */
import type { RunSummary } from "@/api/types";
import type { Delta, RunEvent } from "@/run-model";

import type { ConnectionState } from "./connection";
import { Connection, socketUrl } from "./connection";

/** `polling`: there is no socket, but the server answers; it is only slower. */
export type FollowState = ConnectionState | "polling";

export interface RunSocketOptions {
  readonly runId: string;
  /** The last `seq` that is held: everything asked for comes after it. */
  readonly lastSeq: () => number;
  /** Takes events and says whether they left a gap. */
  readonly onEvents: (events: readonly RunEvent[]) => { readonly gap: boolean };
  readonly onDelta: (delta: Delta) => void;
  readonly onRun: (run: RunSummary) => void;
  readonly onState: (state: FollowState) => void;
  readonly onRefused: (closeCode: number) => void;
  /** One page of events after a `seq`, by REST. */
  readonly fetchAfter: (after: number) => Promise<readonly RunEvent[]>;
  readonly random?: () => number;
}

export const POLL_MS = 3_000;
export const POLL_AFTER_FAILURES = 2;
const ACK_EVERY_EVENTS = 100;
const ACK_EVERY_MS = 1_000;
/** Events that arrive together are handed over together. */
export const BATCH_MS = 16;

interface Frame {
  readonly type?: unknown;
  readonly event?: RunEvent;
  readonly run?: RunSummary;
  readonly head_seq?: number;
}

export class RunSocket {
  private readonly connection: Connection;
  private batch: RunEvent[] = [];
  private batchTimer: ReturnType<typeof setTimeout> | undefined;
  private ackTimer: ReturnType<typeof setTimeout> | undefined;
  private pollTimer: ReturnType<typeof setTimeout> | undefined;
  private acked = 0;
  private polling = false;
  private closed = true;

  constructor(private readonly options: RunSocketOptions) {
    this.connection = new Connection({
      url: socketUrl(`/ws/runs/${options.runId}`),
      onOpen: () => {
        this.stopPolling();
        this.subscribe();
      },
      onMessage: (message) => this.receive(message as Frame),
      onState: (state) => {
        if (state === "live" || !this.polling) options.onState(state);
      },
      onRefused: options.onRefused,
      onFailure: (failures) => {
        if (failures >= POLL_AFTER_FAILURES) this.startPolling();
      },
      random: options.random,
    });
  }

  open(): void {
    this.closed = false;
    this.connection.open();
  }

  close(): void {
    this.flush();
    this.closed = true;
    this.stopPolling();
    clearTimeout(this.ackTimer);
    this.connection.close();
  }

  retryNow(): void {
    this.connection.retryNow();
  }

  private subscribe(): void {
    this.connection.send({ type: "subscribe", after: this.options.lastSeq() });
  }

  private receive(frame: Frame): void {
    switch (frame.type) {
      case "event":
        if (frame.event !== undefined) this.take(frame.event);
        break;
      case "delta":
        this.options.onDelta(frame as unknown as Delta);
        break;
      case "state":
        this.flush();
        if (frame.run !== undefined) this.options.onRun(frame.run);
        break;
      case "heartbeat":
        this.flush();
        if ((frame.head_seq ?? 0) > this.options.lastSeq()) this.subscribe();
        break;
      default:
        // `pong`, `error` before a close, and what a newer server adds: nothing to do.
        break;
    }
  }

  private take(event: RunEvent): void {
    this.batch.push(event);
    if (this.batch.length >= ACK_EVERY_EVENTS) this.flush();
    else this.batchTimer ??= setTimeout(() => this.flush(), BATCH_MS);
  }

  private flush(): void {
    clearTimeout(this.batchTimer);
    this.batchTimer = undefined;
    if (this.batch.length === 0) return;
    const events = this.batch;
    this.batch = [];
    const { gap } = this.options.onEvents(events);
    if (gap) this.subscribe();
    this.acknowledge();
  }

  private acknowledge(): void {
    const seq = this.options.lastSeq();
    if (seq - this.acked >= ACK_EVERY_EVENTS) this.sendAck();
    else this.ackTimer ??= setTimeout(() => this.sendAck(), ACK_EVERY_MS);
  }

  private sendAck(): void {
    clearTimeout(this.ackTimer);
    this.ackTimer = undefined;
    const seq = this.options.lastSeq();
    if (this.connection.send({ type: "ack", seq })) this.acked = seq;
  }

  private startPolling(): void {
    if (this.polling || this.closed) return;
    this.polling = true;
    void this.poll();
  }

  private stopPolling(): void {
    this.polling = false;
    clearTimeout(this.pollTimer);
  }

  private async poll(): Promise<void> {
    const reached = await this.options.fetchAfter(this.options.lastSeq()).then(
      (events) => {
        if (this.polling) this.options.onEvents(events);
        return true;
      },
      // Neither way works: that is what `reconnecting` and `offline` say on the screen.
      () => false,
    );
    if (!this.polling) return;
    this.options.onState(reached ? "polling" : this.connection.state);
    this.pollTimer = setTimeout(() => void this.poll(), POLL_MS);
  }
}
