/** The builder's one source of truth. Everything on the screen is derived from it; it is never changed in place. */
import type { Component, Layout, TeamSettings } from "@/api/types";

export interface Doc {
  component: Component;
  layout: Layout;
  settings: TeamSettings;
}

/** What a command makes of a document; `select` is the path of what it is about, afterwards. */
export interface Outcome {
  doc: Doc;
  select?: string | null;
}

/** One undoable edit. Pure; returns null when there is nothing to do. */
export interface Command {
  /** As the undo button names it: "Add writer". */
  label: string;
  /** Edits in a row with the same key, such as typing in one field, undo as one. */
  mergeKey?: string;
  /** It brings a whole document, in which names are taken as they are. */
  whole?: boolean;
  apply(doc: Doc): Outcome | null;
}
