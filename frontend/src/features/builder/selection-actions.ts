/** What can be done with the selected component: for its toolbar, the keyboard and the palette alike. Pure. */
import { looseIndex } from "@/components/team-graph/flow";
import { isLinkPath } from "@/components/team-graph/links";
import { formatPath, getAt, parsePath } from "@/lib/component-path";

import { duplicate, moveParticipant, remove, removeLoose } from "./document/commands";
import type { Command, Doc } from "./document/model";

export interface SelectionAction {
  id: "earlier" | "later" | "duplicate" | "delete";
  label: string;
  shortcut: string;
  command: Command;
}

export function selectionActions(doc: Doc, selected: string): SelectionAction[] {
  const loose = looseIndex(selected);
  if (loose !== null) return [{ id: "delete", label: "Delete", shortcut: "Del", command: removeLoose(loose) }];
  if (selected === "$") return [];
  if (isLinkPath(selected)) return [{ id: "delete", label: "Delete", shortcut: "Del", command: remove(selected) }];
  const keys = parsePath(selected);
  const index = keys.at(-1);
  const actions: SelectionAction[] = [];
  if (typeof index === "number" && keys.at(-2) === "participants") {
    const team = formatPath(keys.slice(0, -3));
    const siblings = getAt(doc.component, keys.slice(0, -1));
    const count = Array.isArray(siblings) ? siblings.length : 0;
    if (index > 0) actions.push({ id: "earlier", label: "Speak earlier", shortcut: "Alt+←", command: moveParticipant(team, index, index - 1) });
    if (index < count - 1) actions.push({ id: "later", label: "Speak later", shortcut: "Alt+→", command: moveParticipant(team, index, index + 1) });
  }
  if (typeof index === "number") actions.push({ id: "duplicate", label: "Duplicate", shortcut: "Ctrl+D", command: duplicate(selected) });
  actions.push({ id: "delete", label: "Delete", shortcut: "Del", command: remove(selected) });
  return actions;
}
