import { createContext, useContext, useSyncExternalStore } from "react";

import type { DefinitionDetail, Problem } from "@/api/types";

import type { DraftSync } from "./document/draft-sync";
import type { Command } from "./document/model";
import type { BuilderState, DocumentStore } from "./document/store";

export interface BuilderValue {
  definition: DefinitionDetail;
  store: DocumentStore;
  sync: DraftSync;
  problems: readonly Problem[];
  readOnly: boolean;
  /** Why nothing can be changed. */
  readOnlyReason?: string;
}

export const BuilderContext = createContext<BuilderValue | null>(null);

export function useBuilder(): BuilderValue {
  const value = useContext(BuilderContext);
  if (!value) throw new Error("This component belongs inside the builder");
  return value;
}

export function useBuilderState(): BuilderState {
  const { store } = useBuilder();
  return useSyncExternalStore(store.subscribe, store.getState);
}

/** Runs commands, unless the person may only look. */
export function useRun(): (command: Command) => void {
  const { store, readOnly } = useBuilder();
  return (command) => {
    if (!readOnly) store.run(command);
  };
}
