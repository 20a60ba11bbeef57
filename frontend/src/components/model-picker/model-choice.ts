/** A model component as the choice a person makes, and back. Pure. */
import type { Component, Credential } from "@/api/types";
import { ANTHROPIC_MODEL, asComponent, componentName, OPENAI_MODEL, SCRIPTED_MODEL, WORKSPACE_MODEL } from "@/lib/components";

export type ModelKind = "workspace" | "scripted" | "openai" | "anthropic" | "openai_compatible" | "other";

export const KIND_LABELS: Record<Exclude<ModelKind, "other">, string> = {
  workspace: "Workspace default",
  openai: "OpenAI",
  anthropic: "Anthropic",
  openai_compatible: "OpenAI-compatible server",
  scripted: "Scripted (no model)",
};

export function modelKind(model: unknown, credentials: readonly Credential[]): ModelKind {
  const component = asComponent(model);
  if (!component || component.provider === WORKSPACE_MODEL) return "workspace";
  if (component.provider === SCRIPTED_MODEL) return "scripted";
  if (component.provider === ANTHROPIC_MODEL) return "anthropic";
  if (component.provider !== OPENAI_MODEL) return "other";
  const credential = credentials.find((item) => item.id === component.config.credential);
  return component.config.base_url || credential?.kind === "openai_compatible" ? "openai_compatible" : "openai";
}

const PROVIDERS: Record<Exclude<ModelKind, "other">, string> = {
  workspace: WORKSPACE_MODEL,
  scripted: SCRIPTED_MODEL,
  openai: OPENAI_MODEL,
  openai_compatible: OPENAI_MODEL,
  anthropic: ANTHROPIC_MODEL,
};

/** A fresh component of this kind, with the first credential that fits. */
export function modelOfKind(kind: Exclude<ModelKind, "other">, credentials: readonly Credential[]): Component {
  const base = { provider: PROVIDERS[kind], component_type: "model" as const, version: 1, component_version: 1 };
  if (kind === "workspace" || kind === "scripted") return { ...base, config: {} };
  const credential = credentials.find((item) => item.kind === kind);
  return { ...base, config: { model: "", credential: credential?.id ?? null } };
}

/** What keeps this choice from being used, as a sentence; null: nothing. */
export function modelGap(model: Component | null, credentials: readonly Credential[]): string | null {
  const kind = modelKind(model, credentials);
  if (kind === "workspace" || kind === "scripted" || !model) return null;
  if (kind === "other") return "model" in model.config && !model.config.model ? `Choose a model of ${componentName(model)}.` : null;
  if (!model.config.model) return "Choose a model.";
  const local = kind === "openai_compatible" && Boolean(model.config.base_url);
  const known = credentials.some((item) => item.id === model.config.credential);
  return known || local ? null : "Choose a key, or add one under Settings.";
}
