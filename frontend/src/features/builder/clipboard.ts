/** Copy and paste of components as AutoGen's JSON, also between windows. */
import type { Component } from "@/api/types";
import { asComponent } from "@/lib/components";

export function copyText(component: Component): string {
  return JSON.stringify(component, null, 2);
}

/** The component in a clipboard text; null when it is something else. */
export function parseComponent(text: string): Component | null {
  if (text.length > 1_000_000) return null;
  try {
    return asComponent(JSON.parse(text));
  } catch {
    return null;
  }
}
