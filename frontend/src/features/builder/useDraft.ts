import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useState, useSyncExternalStore } from "react";

import { definitionQuery, saveDraft } from "@/api/definitions";
import type { DefinitionDetail, Draft } from "@/api/types";

import { DraftSync, dropBackup, readBackup, type SyncState } from "./document/draft-sync";
import type { Doc } from "./document/model";
import { DocumentStore } from "./document/store";

export function docOf(source: Pick<Draft, "component" | "layout" | "settings">): Doc {
  const { component, layout, settings } = source;
  return { component, layout: { ...layout, nodes: layout?.nodes ?? {} }, settings: settings ?? {} };
}

interface Opened {
  store: DocumentStore;
  sync: DraftSync;
  /** Edits of this browser that the server never got, taken up again. */
  restored: boolean;
}

/** What is still only in this browser goes on as the newest edit; a newer draft on the server makes it a conflict. */
function open(definition: DefinitionDetail, save: (write: Parameters<typeof saveDraft>[1]) => Promise<Draft>): Opened {
  const { draft } = definition;
  const backup = readBackup(definition.id);
  const same = backup && JSON.stringify(backup.doc) === JSON.stringify(docOf(draft));
  if (same) dropBackup(definition.id);
  const kept = backup && !same ? backup : null;
  const store = new DocumentStore(kept ? kept.doc : docOf(draft));
  const sync = new DraftSync({ id: definition.id, version: kept ? kept.version : draft.version, savedAt: draft.updated_at, save });
  return { store, sync, restored: Boolean(kept) };
}

/** The document being edited and its way to the server. */
export function useDraft(definition: DefinitionDetail): Opened {
  const client = useQueryClient();
  const { id } = definition;
  const [opened] = useState(() =>
    open(definition, async (write) => {
      const draft = await saveDraft(id, write);
      client.setQueryData(definitionQuery(id).queryKey, (known) => (known ? { ...known, draft, draft_version: draft.version, draft_changed: true } : known));
      return draft;
    }),
  );
  useEffect(() => {
    const { store, sync, restored } = opened;
    if (restored) sync.update(store.getState().doc);
    let last = store.getState().doc;
    const stop = store.subscribe(() => {
      const { doc } = store.getState();
      if (doc === last) return;
      last = doc;
      sync.update(doc);
    });
    window.addEventListener("online", sync.retryNow);
    return () => {
      stop();
      window.removeEventListener("online", sync.retryNow);
      sync.close();
    };
  }, [opened]);
  return opened;
}

export function useSyncState(sync: DraftSync): SyncState {
  return useSyncExternalStore(sync.subscribe, sync.getState);
}
