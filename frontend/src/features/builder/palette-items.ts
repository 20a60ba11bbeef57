/** What the palette offers: the registry's components and the library's agents and tools. Pure. */
import type { Component, ComponentType, Definition, RegistryEntry } from "@/api/types";
import { componentOf, REFERENCE } from "@/lib/components";

export const DRAG_TYPE = "application/x-troupe-palette";

export interface PaletteItem {
  key: string;
  label: string;
  summary: string;
  icon: string | null;
  componentType: ComponentType;
  sideEffects?: boolean | null;
  /** Library entry this item refers to. */
  definition?: string;
  component: Component;
}

export interface PaletteGroup {
  title: string;
  items: PaletteItem[];
  /** Begins folded. */
  folded?: boolean;
}

/** In the order in which a team is put together; what only a few teams need begins folded. */
const GROUPS: { types: ComponentType[]; title: string; folded?: boolean }[] = [
  { types: ["agent"], title: "Agents" },
  { types: ["team"], title: "Teams" },
  { types: ["tool", "workbench"], title: "Tools" },
  { types: ["model"], title: "Models", folded: true },
  { types: ["termination"], title: "Terminations" },
  { types: ["memory"], title: "Memory", folded: true },
  { types: ["chat_completion_context"], title: "Contexts", folded: true },
  { types: ["code_executor"], title: "Executors", folded: true },
  { types: ["structured_message"], title: "Output", folded: true },
];

export function referenceTo(definition: Definition): Component {
  return {
    provider: REFERENCE,
    component_type: definition.component_type,
    version: 1,
    component_version: 1,
    label: definition.name,
    description: definition.description || null,
    config: { definition: definition.id, revision: null },
  };
}

function registryItem(entry: RegistryEntry): PaletteItem {
  const { label, summary, icon, component_type, side_effects, tool_name } = entry;
  return { key: entry.provider, label: tool_name ?? label, summary, icon, componentType: component_type, sideEffects: side_effects, component: componentOf(entry) };
}

function libraryItem(definition: Definition): PaletteItem {
  return {
    key: `library:${definition.id}`,
    label: definition.name,
    summary: definition.description || "From your library",
    icon: null,
    componentType: definition.component_type,
    definition: definition.id,
    component: referenceTo(definition),
  };
}

export function paletteGroups(entries: readonly RegistryEntry[], library: readonly Definition[], fits: readonly ComponentType[]): PaletteGroup[] {
  const groups = GROUPS.map(({ types, title, folded }) => ({
    title,
    folded,
    items: entries.filter((entry) => types.includes(entry.component_type) && fits.includes(entry.component_type) && !isCombinator(entry)).map(registryItem),
  }));
  const own = library.filter((definition) => fits.includes(definition.component_type)).map(libraryItem);
  return [...groups, { title: "Library", items: own }].filter((group) => group.items.length > 0);
}

/** AND and OR are made in the termination editor, and a static workbench is only a box around tools. */
function isCombinator(entry: RegistryEntry): boolean {
  return entry.hidden === true || /\.(Or|And)TerminationCondition$|\.Static(Stream)?Workbench$/.test(entry.provider);
}

export function searchGroups(groups: readonly PaletteGroup[], search: string): PaletteGroup[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  const found = (item: PaletteItem) => words.every((word) => `${item.label} ${item.summary} ${item.component.provider}`.toLowerCase().includes(word));
  return groups.map((group) => ({ ...group, items: group.items.filter(found) })).filter((group) => group.items.length > 0);
}
