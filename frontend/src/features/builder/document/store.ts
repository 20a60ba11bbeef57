/** Holds the document, its history and the selection; framework-free. */
import { getAt, parsePath } from "@/lib/component-path";

import { redo, run, startHistory, undo, type History } from "./history";
import type { Command, Doc } from "./model";

export interface BuilderState {
  doc: Doc;
  selected: string | null;
  /** A field to put the cursor into, as a path inside the selected component; cleared once done. */
  focusField: string | null;
  undoLabel: string | null;
  redoLabel: string | null;
}

export class DocumentStore {
  private history: History;
  private state: BuilderState;
  private readonly listeners = new Set<() => void>();

  constructor(doc: Doc) {
    this.history = startHistory(doc);
    this.state = { doc, selected: null, focusField: null, undoLabel: null, redoLabel: null };
  }

  getState = (): BuilderState => this.state;

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  run = (command: Command): boolean => {
    const result = run(this.history, command, Date.now());
    // An edge that is there already changes nothing, and is selected all the same.
    if (!result) {
      const select = command.apply(this.history.doc)?.select;
      if (select) this.select(select);
      return false;
    }
    this.history = result.history;
    const { select } = result.outcome;
    this.publish(select === undefined ? this.state.selected : select);
    return true;
  };

  undo = (): void => {
    this.history = undo(this.history);
    this.publish(this.state.selected);
  };

  redo = (): void => {
    this.history = redo(this.history);
    this.publish(this.state.selected);
  };

  select = (path: string | null, focusField: string | null = null): void => {
    if (path === this.state.selected && focusField === this.state.focusField) return;
    this.state = { ...this.state, selected: path, focusField };
    this.emit();
  };

  private publish(selected: string | null): void {
    const { doc, past, future } = this.history;
    this.state = {
      doc,
      selected: selected !== null && exists(doc, selected) ? selected : null,
      focusField: null,
      undoLabel: past.at(-1)?.label ?? null,
      redoLabel: future.at(-1)?.label ?? null,
    };
    this.emit();
  }

  private emit(): void {
    this.listeners.forEach((listener) => listener());
  }
}

function exists(doc: Doc, path: string): boolean {
  if (path.startsWith("loose:")) return Boolean(doc.layout.loose?.[Number(path.slice(6))]);
  return getAt(doc.component, parsePath(path)) !== undefined;
}
