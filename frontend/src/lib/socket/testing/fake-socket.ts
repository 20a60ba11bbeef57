/** A WebSocket under the test's control. */
export class FakeSocket {
  static all: FakeSocket[] = [];
  static get last(): FakeSocket {
    const socket = FakeSocket.all[FakeSocket.all.length - 1];
    if (socket === undefined) throw new Error("No socket was opened");
    return socket;
  }

  onopen: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;
  readonly sent: Record<string, unknown>[] = [];
  closed = false;
  /** 0 CONNECTING, 1 OPEN, as browsers number them. */
  readyState = 0;

  constructor(readonly url: string) {
    FakeSocket.all.push(this);
  }

  send(text: string): void {
    this.sent.push(JSON.parse(text) as Record<string, unknown>);
  }

  close(): void {
    this.closed = true;
  }

  accept(): this {
    this.readyState = 1;
    this.onopen?.();
    return this;
  }

  say(message: object): this {
    this.onmessage?.({ data: JSON.stringify(message) });
    return this;
  }

  fail(code = 1006): void {
    this.onclose?.({ code });
  }
}
