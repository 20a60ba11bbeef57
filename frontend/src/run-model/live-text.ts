/**
 * Text of messages being written. Not in the log: a delta may be missing or doubled, and the
 * event that ends the call has the whole text, so nothing here is ever more than a preview.
 */
import type { Delta } from "./events";

interface Draft {
  readonly attempt: number;
  readonly text: string;
  /** In code points, as the server counts offsets; `text.length` counts UTF-16 units. */
  readonly points: number;
}

function codePoints(text: string): number {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}

const NOTHING = { text: "", points: 0 } as const;

export class LiveText {
  private readonly drafts = new Map<string, Draft>();
  private readonly finished = new Map<string, number>();
  private readonly listeners = new Map<string, Set<() => void>>();

  /** True when the delta was used. A piece whose offset does not fit is dropped. */
  apply(delta: Delta): boolean {
    const key = delta.message_key;
    if (delta.attempt <= (this.finished.get(key) ?? -1)) return false;
    const held = this.drafts.get(key);
    if (held !== undefined && delta.attempt < held.attempt) return false;
    const before = delta.offset > 0 && held?.attempt === delta.attempt ? held : NOTHING;
    if (delta.offset !== before.points) return false;
    this.drafts.set(key, {
      attempt: delta.attempt,
      text: before.text + delta.text,
      points: before.points + codePoints(delta.text),
    });
    this.notify(key);
    return true;
  }

  /** The text so far of a call that is being written; null when nothing is held. */
  read(messageKey: string): string | null {
    return this.drafts.get(messageKey)?.text ?? null;
  }

  /** The log has the outcome of this attempt: the preview goes, and late deltas are ignored. */
  finish(messageKey: string, attempt: number): void {
    this.finished.set(messageKey, Math.max(attempt, this.finished.get(messageKey) ?? -1));
    const held = this.drafts.get(messageKey);
    if (held !== undefined && held.attempt <= attempt) {
      this.drafts.delete(messageKey);
      this.notify(messageKey);
    }
  }

  subscribe(messageKey: string, listener: () => void): () => void {
    const set = this.listeners.get(messageKey) ?? new Set();
    this.listeners.set(messageKey, set.add(listener));
    return () => {
      set.delete(listener);
      if (set.size === 0) this.listeners.delete(messageKey);
    };
  }

  private notify(key: string): void {
    for (const listener of this.listeners.get(key) ?? []) listener();
  }
}
