import { notifications } from "@mantine/notifications";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useMemo } from "react";

import { errorText } from "@/api/client";
import { componentsQuery, useRegistry } from "@/api/components";
import { definitionQuery, definitionsQuery } from "@/api/definitions";
import type { Component, ComponentType } from "@/api/types";

import { useBuilder } from "./context";
import { belongs, placeComponent, type Target } from "./document/add";
import { paletteGroups, type PaletteGroup, type PaletteItem } from "./palette-items";

const FITS: Partial<Record<ComponentType, ComponentType[]>> = {
  team: ["agent", "tool", "workbench", "termination", "model", "team", "memory", "chat_completion_context", "code_executor", "structured_message"],
  agent: ["tool", "workbench", "model", "memory", "chat_completion_context", "code_executor", "structured_message"],
};

/** Everything that can be added to the component being edited, grouped. */
export function usePaletteGroups(): { groups: PaletteGroup[]; pending: boolean; error: unknown } {
  const { definition } = useBuilder();
  const registry = useQuery(componentsQuery);
  const library = useQuery(definitionsQuery());
  const fits = FITS[definition.component_type];
  const groups = useMemo(() => {
    const others = (library.data?.results ?? []).filter((item) => item.id !== definition.id && item.component_type !== "team");
    return fits ? paletteGroups(registry.data?.results ?? [], others, fits) : [];
  }, [registry.data, library.data, fits, definition.id]);
  return { groups, pending: registry.isPending, error: registry.error };
}

/** Puts a palette item into the document where `target` says, linked to the library or as a copy of its own. */
export function usePlaceItem(): (key: string, target: Target, as?: "link" | "copy") => Promise<void> {
  const { store, readOnly } = useBuilder();
  const { groups } = usePaletteGroups();
  const client = useQueryClient();
  const registry = useRegistry();
  const resolve = async (item: PaletteItem, as: "link" | "copy"): Promise<Component> => {
    if (as === "link" || !item.definition) return item.component;
    return (await client.fetchQuery(definitionQuery(item.definition))).draft.component;
  };
  return async (key, target, as = "link") => {
    const item = groups.flatMap((group) => group.items).find((candidate) => candidate.key === key);
    if (!item || readOnly) return;
    try {
      const command = placeComponent(store.getState().doc, await resolve(item, as), target, (provider) => registry.get(provider)?.config_schema);
      if (command) store.run(command);
      else notifications.show({ title: `${item.label} does not fit there`, message: belongs(item.componentType), color: "yellow" });
    } catch (error) {
      notifications.show({ title: `${item.label} could not be copied`, message: errorText(error), color: "red" });
    }
  };
}
