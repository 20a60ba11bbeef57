import type { Component } from "@/api/types";
import { asComponent, isTeam, REFERENCE, textOf } from "@/lib/components";
import { getAt, parsePath } from "@/lib/component-path";

/** `base`, or `base_2`, `base_3` … when it is taken. */
export function uniqueName(base: string, taken: readonly string[]): string {
  if (!taken.includes(base)) return base;
  const stem = base.replace(/_\d+$/, "");
  for (let n = 2; ; n++) {
    const name = `${stem}_${n}`;
    if (!taken.includes(name)) return name;
  }
}

export function siblingNames(document: Component, array: string): string[] {
  const items = getAt(document, parsePath(array));
  return Array.isArray(items) ? items.flatMap((item) => asComponent(item) ?? []).map((item) => textOf(item, "name")) : [];
}

/** A participant under a name that nobody in its team has. A reference's name is its library entry's. */
export function withUniqueName(component: Component, taken: readonly string[]): Component {
  if (component.provider === REFERENCE) return component;
  const wanted = textOf(component, "name") || (isTeam(component) ? "team" : "agent");
  return { ...component, config: { ...component.config, name: uniqueName(wanted, taken) } };
}
