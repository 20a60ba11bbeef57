/** Saves the draft as it changes and loses nothing when the server is away; framework-free. */
import { ApiError } from "@/api/client";
import type { DraftWrite } from "@/api/definitions";
import type { Draft } from "@/api/types";

import type { Doc } from "./model";

export type SyncState =
  | { kind: "saved"; at: string | null }
  | { kind: "pending" }
  | { kind: "saving" }
  | { kind: "offline" }
  | { kind: "refused"; error: ApiError }
  | { kind: "conflict"; theirs: Draft };

/** What this browser keeps of a draft until the server has it. */
export interface Backup {
  doc: Doc;
  /** The draft version that the edits were made on. */
  version: number;
  at: string;
}

type Storage = Pick<globalThis.Storage, "getItem" | "setItem" | "removeItem">;

const backupKey = (id: string) => `troupe.draft.${id}`;

export function readBackup(id: string, storage: Storage = localStorage): Backup | null {
  try {
    const parsed = JSON.parse(storage.getItem(backupKey(id)) ?? "null") as Backup | null;
    return parsed && typeof parsed.doc.component.provider === "string" && typeof parsed.version === "number" ? parsed : null;
  } catch {
    // Written by another version or cut off when the disk was full: there is nothing to restore.
    return null;
  }
}

export function dropBackup(id: string, storage: Storage = localStorage): void {
  storage.removeItem(backupKey(id));
}

export interface DraftSyncOptions {
  id: string;
  version: number;
  savedAt: string | null;
  save: (draft: DraftWrite) => Promise<Draft>;
  storage?: Storage;
  debounceMs?: number;
  retryMs?: number;
}

export class DraftSync {
  private state: SyncState;
  private version: number;
  private waiting: Doc | null = null;
  private timer: ReturnType<typeof setTimeout> | null = null;
  private running: Promise<void> | null = null;
  private readonly listeners = new Set<() => void>();
  private readonly storage: Storage;

  constructor(private readonly options: DraftSyncOptions) {
    this.version = options.version;
    this.storage = options.storage ?? localStorage;
    this.state = { kind: "saved", at: options.savedAt };
  }

  getState = (): SyncState => this.state;

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  update(doc: Doc): void {
    this.waiting = doc;
    this.backUp(doc);
    if (this.state.kind === "conflict") return;
    if (this.state.kind !== "saving") this.set({ kind: "pending" });
    this.schedule(this.options.debounceMs ?? 800);
  }

  /** Saves now. Answers the draft's version, or throws what keeps it from being saved. */
  async flush(): Promise<number> {
    this.cancelTimer();
    while (this.running ?? this.waiting) {
      await (this.running ?? this.send());
      if (this.state.kind === "offline") throw new ApiError(0, { detail: "The draft is not saved yet: the server cannot be reached." });
      if (this.state.kind === "conflict") throw new ApiError(409, { detail: "Someone else saved this draft. Decide which one to keep first." });
      if (this.state.kind === "refused") throw this.state.error;
    }
    return this.version;
  }

  /** After a conflict: mine is saved over theirs, or theirs is taken (the caller shows it). */
  keepMine(): void {
    if (this.state.kind !== "conflict") return;
    this.version = this.state.theirs.version;
    this.set({ kind: "pending" });
    this.schedule(0);
  }

  takeTheirs(): Draft | null {
    if (this.state.kind !== "conflict") return null;
    const { theirs } = this.state;
    this.version = theirs.version;
    this.waiting = null;
    dropBackup(this.options.id, this.storage);
    this.set({ kind: "saved", at: theirs.updated_at });
    return theirs;
  }

  retryNow = (): void => {
    if (this.waiting && (this.state.kind === "offline" || this.state.kind === "refused")) this.schedule(0);
  };

  /** Leaving the page: what is not saved yet stays in the backup and goes out once more. */
  close(): void {
    this.cancelTimer();
    if (this.waiting && this.state.kind !== "conflict" && !this.running) void this.send();
  }

  private schedule(ms: number): void {
    this.cancelTimer();
    this.timer = setTimeout(() => void (this.running ?? this.send()), ms);
  }

  private cancelTimer(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
  }

  private send(): Promise<void> {
    const doc = this.waiting;
    if (!doc) return Promise.resolve();
    this.waiting = null;
    this.set({ kind: "saving" });
    this.running = this.options
      .save({ component: doc.component, layout: doc.layout, settings: doc.settings, version: this.version })
      .then((draft) => this.saved(draft), (error: unknown) => this.failed(doc, error))
      .finally(() => {
        this.running = null;
      });
    return this.running;
  }

  private saved(draft: Draft): void {
    this.version = draft.version;
    if (this.waiting) {
      this.backUp(this.waiting);
      this.set({ kind: "pending" });
      this.schedule(0);
      return;
    }
    dropBackup(this.options.id, this.storage);
    this.set({ kind: "saved", at: draft.updated_at });
  }

  private failed(doc: Doc, error: unknown): void {
    this.waiting ??= doc;
    const api = error instanceof ApiError ? error : new ApiError(0, { detail: String(error) });
    const theirs = api.body.current as Draft | undefined;
    if (api.code === "stale_draft" && theirs) {
      this.set({ kind: "conflict", theirs });
    } else if (api.status === 0 || api.status >= 500) {
      this.set({ kind: "offline" });
      this.schedule(this.options.retryMs ?? 5000);
    } else {
      this.set({ kind: "refused", error: api });
    }
  }

  private backUp(doc: Doc): void {
    const backup: Backup = { doc, version: this.version, at: new Date().toISOString() };
    try {
      this.storage.setItem(backupKey(this.options.id), JSON.stringify(backup));
    } catch {
      // The browser's storage is full or forbidden: the server's copy is then the only one, as before.
    }
  }

  private set(state: SyncState): void {
    this.state = state;
    this.listeners.forEach((listener) => listener());
  }
}
