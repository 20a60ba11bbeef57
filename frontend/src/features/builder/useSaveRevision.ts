import { useQueryClient } from "@tanstack/react-query";
import { useCallback } from "react";

import { newKey } from "@/api/client";
import { definitionQuery, saveRevision } from "@/api/definitions";
import type { Revision } from "@/api/types";

import { useBuilder } from "./context";

/** Freezes the draft as a revision; what is still on its way to the server is saved first. */
export function useSaveRevision() {
  const { definition, sync } = useBuilder();
  const client = useQueryClient();
  const { id } = definition;

  const save = useCallback(
    async (note: string): Promise<Revision> => {
      const version = await sync.flush();
      const revision = await saveRevision(id, { note, version }, newKey());
      await client.invalidateQueries({ queryKey: ["definitions"] });
      return revision;
    },
    [client, id, sync],
  );

  /** The number of a revision that is what the draft is now. */
  const ensureRevision = useCallback(async (): Promise<number> => {
    await sync.flush();
    const known = await client.fetchQuery({ ...definitionQuery(id), staleTime: 0 });
    if (known.latest_revision !== null && !known.draft_changed) return known.latest_revision;
    return (await save("")).number;
  }, [client, id, save, sync]);

  return { save, ensureRevision };
}
