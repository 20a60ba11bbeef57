import { useMemo, useSyncExternalStore } from "react";

import { useCommands, type Command } from "@/lib/commands";

import type { BuilderValue } from "./context";
import { autoLayout } from "./document/commands";
import { selectionActions } from "./selection-actions";
import type { KeyTargets } from "./useBuilderKeys";

/** The builder's actions in the command palette, with their shortcuts. */
export function useBuilderCommands(builder: BuilderValue, targets: KeyTargets): void {
  const { store, readOnly, definition } = builder;
  const { doc, selected, undoLabel, redoLabel } = useSyncExternalStore(store.subscribe, store.getState);
  const team = definition.component_type === "team";
  const commands = useMemo<Command[]>(() => {
    const edit: Command[] = [
      { id: "run", label: "Run this team", shortcut: "Ctrl+Enter", disabled: !team, run: () => targets.onPanel("run") },
      { id: "save", label: "Save revision", shortcut: "Ctrl+S", run: targets.onSave },
      { id: "undo", label: `Undo: ${undoLabel ?? ""}`, shortcut: "Ctrl+Z", disabled: !undoLabel, run: store.undo },
      { id: "redo", label: `Redo: ${redoLabel ?? ""}`, shortcut: "Ctrl+Shift+Z", disabled: !redoLabel, run: store.redo },
      { id: "layout", label: "Tidy up the layout", shortcut: "L", run: () => store.run(autoLayout()) },
      { id: "add", label: "Add a component", shortcut: "/", run: () => targets.searchRef.current?.focus() },
      ...(selected ? selectionActions(doc, selected) : []).map((action) => ({ id: action.id, label: `${action.label} the selected component`, shortcut: action.shortcut, run: () => void store.run(action.command) })),
    ];
    const look: Command[] = [
      { id: "problems", label: "Show problems", run: () => targets.onPanel("problems") },
      { id: "json", label: "Show as JSON", run: () => targets.onPanel("json") },
      { id: "history", label: "Show history", run: () => targets.onPanel("history") },
    ];
    return readOnly ? look : [...edit, ...look];
  }, [doc, selected, undoLabel, redoLabel, readOnly, store, targets, team]);
  useCommands(commands);
}
