/** Commands of the page on the screen, listed in the command palette while it is mounted. */
import { useEffect, useSyncExternalStore } from "react";

export interface Command {
  id: string;
  label: string;
  description?: string;
  /** As people read it: "Ctrl + S". */
  shortcut?: string;
  disabled?: boolean;
  run: () => void;
}

let owners = new Map<symbol, Command[]>();
let snapshot: Command[] = [];
const listeners = new Set<() => void>();

function publish(): void {
  snapshot = [...owners.values()].flat();
  listeners.forEach((listener) => listener());
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Puts `commands` into the palette; memoise the list, it is published anew when it changes. */
export function useCommands(commands: Command[]): void {
  useEffect(() => {
    const owner = Symbol("commands");
    owners.set(owner, commands);
    publish();
    return () => {
      owners = new Map([...owners].filter(([key]) => key !== owner));
      publish();
    };
  }, [commands]);
}

export function useRegisteredCommands(): Command[] {
  return useSyncExternalStore(subscribe, () => snapshot);
}
