/**
 * A WebSocket that stays: it reconnects with jittered backoff, notices a silent server, and says
 * what state it is in. What is said over it is the business of its owner.
 */

export type ConnectionState =
  /** The first attempt is under way. */
  | "connecting"
  | "live"
  /** It was live, or the first attempt failed; the next attempt is under way or planned. */
  | "reconnecting"
  /** The browser itself has no network; it tries again when there is one. */
  | "offline"
  /** The server said that trying again is useless (`closeCode` of {@link ConnectionOptions.onRefused}). */
  | "refused"
  | "closed";

export interface ConnectionOptions {
  readonly url: string;
  readonly onOpen: () => void;
  readonly onMessage: (message: unknown) => void;
  readonly onState: (state: ConnectionState) => void;
  readonly onRefused: (closeCode: number) => void;
  /** Called after every failed attempt with how many failed in a row. */
  readonly onFailure?: (failures: number) => void;
  readonly random?: () => number;
}

export const FIRST_DELAY_MS = 500;
export const LONGEST_DELAY_MS = 30_000;
/** The server sends a heartbeat every 15 s; three missed ones mean that nobody is there. */
export const SILENCE_MS = 45_000;
/** Signed out, gone, malformed: asking again gives the same answer. */
const FINAL_CODES: ReadonlySet<number> = new Set([4401, 4404, 4400]);

export class Connection {
  private socket: WebSocket | null = null;
  private failures = 0;
  private everLive = false;
  private retryTimer: ReturnType<typeof setTimeout> | undefined;
  private silenceTimer: ReturnType<typeof setTimeout> | undefined;
  private current: ConnectionState = "closed";
  private readonly random: () => number;

  constructor(private readonly options: ConnectionOptions) {
    this.random = options.random ?? Math.random;
  }

  get state(): ConnectionState {
    return this.current;
  }

  open(): void {
    if (this.current !== "closed") return;
    window.addEventListener("online", this.onOnline);
    window.addEventListener("offline", this.onOffline);
    this.connect();
  }

  close(): void {
    window.removeEventListener("online", this.onOnline);
    window.removeEventListener("offline", this.onOffline);
    this.drop();
    this.become("closed");
  }

  /** False when there is nobody to hear it. */
  send(message: object): boolean {
    if (this.current !== "live" || this.socket === null) return false;
    this.socket.send(JSON.stringify(message));
    return true;
  }

  /** Tries at once instead of waiting for the backoff. */
  retryNow(): void {
    if (this.current === "live" || this.current === "closed" || this.current === "refused") return;
    this.drop();
    this.connect();
  }

  private readonly onOnline = (): void => {
    this.failures = 0;
    this.retryNow();
  };

  private readonly onOffline = (): void => {
    this.drop();
    this.become("offline");
  };

  private connect(): void {
    this.become(this.everLive || this.failures > 0 ? "reconnecting" : "connecting");
    const socket = new WebSocket(this.options.url);
    this.socket = socket;
    socket.onopen = () => {
      if (socket !== this.socket) return;
      this.failures = 0;
      this.everLive = true;
      this.become("live");
      this.watchSilence();
      this.options.onOpen();
    };
    socket.onmessage = (event: MessageEvent<unknown>) => {
      if (socket !== this.socket) return;
      this.watchSilence();
      const message = parse(event.data);
      if (message !== undefined) this.options.onMessage(message);
    };
    socket.onclose = (event: CloseEvent) => {
      if (socket === this.socket) this.lost(event.code);
    };
    this.watchSilence();
  }

  private watchSilence(): void {
    clearTimeout(this.silenceTimer);
    this.silenceTimer = setTimeout(() => {
      this.drop();
      this.lost(1006);
    }, SILENCE_MS);
  }

  private lost(code: number): void {
    this.drop();
    if (FINAL_CODES.has(code)) {
      this.become("refused");
      this.options.onRefused(code);
      return;
    }
    this.failures += 1;
    this.become(navigator.onLine ? "reconnecting" : "offline");
    this.options.onFailure?.(this.failures);
    this.retryTimer = setTimeout(() => this.connect(), this.nextDelay());
  }

  /** Full jitter between half and the whole of a doubling delay. */
  private nextDelay(): number {
    const ceiling = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** (this.failures - 1));
    return ceiling * (0.5 + this.random() / 2);
  }

  private drop(): void {
    clearTimeout(this.retryTimer);
    clearTimeout(this.silenceTimer);
    const socket = this.socket;
    this.socket = null;
    if (socket === null) return;
    socket.onmessage = socket.onclose = null;
    if (socket.readyState === 0 /* CONNECTING */) {
      // Closing it now would make the browser complain of a failure that is none.
      socket.onopen = () => socket.close();
      return;
    }
    socket.onopen = null;
    socket.close();
  }

  private become(state: ConnectionState): void {
    if (state === this.current) return;
    this.current = state;
    this.options.onState(state);
  }
}

/** A frame that is no JSON is no frame; the silence check and the sequence numbers stay the guard. */
function parse(data: unknown): unknown {
  if (typeof data !== "string") return undefined;
  try {
    return JSON.parse(data) as unknown;
  } catch {
    return undefined;
  }
}

export function socketUrl(path: string): string {
  const scheme = window.location.protocol === "https:" ? "wss:" : "ws:";
  return `${scheme}//${window.location.host}${path}`;
}
