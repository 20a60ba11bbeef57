/**
 * A run's events in memory, the view of the newest of them, and any moment before it.
 *
 * Views share what did not change, so a keyframe is one reference; a seek folds at most
 * `KEYFRAME_EVERY` events.
 */
import { apply } from "./apply";
import type { RunEvent } from "./events";
import type { RunView } from "./view";
import { emptyView } from "./view";

export const KEYFRAME_EVERY = 200;

export class RunLog {
  private readonly stored: RunEvent[] = [];
  private readonly keyframes: RunView[] = [emptyView()];
  private current: RunView = emptyView();
  private lastSought: RunView | null = null;

  /** The view after every event held. */
  get head(): RunView {
    return this.current;
  }

  get events(): readonly RunEvent[] {
    return this.stored;
  }

  /**
   * Takes events in any number of pieces and says how many were new. What is known already is
   * ignored; at a gap it stops, and `head.gap` says where to read on.
   */
  append(events: Iterable<RunEvent>): number {
    const before = this.current.seq;
    for (const event of events) {
      this.current = apply(this.current, event);
      if (this.current.gap !== null) break;
      if (this.current.seq === this.stored.length) continue;
      this.stored.push(event);
      if (this.current.seq % KEYFRAME_EVERY === 0) this.keyframes.push(this.current);
    }
    return this.current.seq - before;
  }

  eventAt(seq: number): RunEvent | null {
    return this.stored[seq - 1] ?? null;
  }

  /** The view as of `seq`, clamped to what is held. */
  viewAt(seq: number): RunView {
    const target = Math.max(0, Math.min(Math.trunc(seq), this.current.seq));
    if (target === this.current.seq) return this.current;
    let view = this.keyframes[Math.floor(target / KEYFRAME_EVERY)] ?? emptyView();
    const near = this.lastSought;
    if (near !== null && near.seq <= target && near.seq > view.seq) view = near;
    for (let next = view.seq; next < target; next += 1) {
      const event = this.stored[next];
      if (event === undefined) break;
      view = apply(view, event);
    }
    this.lastSought = view;
    return view;
  }
}
