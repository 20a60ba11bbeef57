/** What can be read off a component document without the registry. */
import type { Component, RegistryEntry } from "@/api/types";

import { getAt, joinPath, parsePath } from "./component-path";

export const REFERENCE = "troupe.library.Reference";
export const WORKSPACE_MODEL = "troupe.models.WorkspaceModel";
export const SCRIPTED_MODEL = "troupe.models.ScriptedChatCompletionClient";
export const OPENAI_MODEL = "autogen_ext.models.openai.OpenAIChatCompletionClient";
export const ANTHROPIC_MODEL = "autogen_ext.models.anthropic.AnthropicChatCompletionClient";
export const ASSISTANT = "autogen_agentchat.agents.AssistantAgent";
export const USER_PROXY = "autogen_agentchat.agents.UserProxyAgent";
export const ROUND_ROBIN = "autogen_agentchat.teams.RoundRobinGroupChat";
export const SELECTOR = "autogen_agentchat.teams.SelectorGroupChat";
export const SWARM = "autogen_agentchat.teams.Swarm";
export const GRAPH_FLOW = "autogen_agentchat.teams.GraphFlow";
export const MAGENTIC = "autogen_agentchat.teams.MagenticOneGroupChat";
export const OR_TERMINATION = "autogen_agentchat.base.OrTerminationCondition";
export const AND_TERMINATION = "autogen_agentchat.base.AndTerminationCondition";

/** A fresh component as the palette offers it. */
export function componentOf(entry: RegistryEntry): Component {
  return {
    provider: entry.provider,
    component_type: entry.component_type,
    version: entry.component_version ?? 1,
    component_version: entry.component_version ?? 1,
    description: entry.summary,
    label: entry.label,
    config: structuredClone(entry.defaults ?? {}),
  };
}

export function isComponent(value: unknown): value is Component {
  return value !== null && typeof value === "object" && typeof (value as Component).provider === "string";
}

/** A component whose config is an object for certain, whatever was typed into the JSON view. */
export function asComponent(value: unknown): Component | null {
  if (!isComponent(value)) return null;
  const config: unknown = value.config;
  return config !== null && typeof config === "object" && !Array.isArray(config) ? value : { ...value, config: {} };
}

export function componentAt(document: unknown, path: string): Component | null {
  return asComponent(getAt(document, parsePath(path)));
}

export function className(provider: string): string {
  return provider.slice(provider.lastIndexOf(".") + 1);
}

export function isTeam(component: Component): boolean {
  return component.component_type === "team" || /GroupChat$|(^|\.)(Swarm|GraphFlow)$/.test(component.provider);
}

export function textOf(component: Component, field: string): string {
  const value = component.config[field];
  return typeof value === "string" ? value : "";
}

/** The name people know it by: its own, its label, or its class. */
export function componentName(component: Component): string {
  return textOf(component, "name") || component.label || className(component.provider);
}

export interface Located {
  path: string;
  component: Component;
}

function located(base: Component, path: string, field: string): Located[] {
  const value = base.config[field];
  const items = Array.isArray(value) ? (value as unknown[]) : [];
  return items.flatMap((item, index) => {
    const component = asComponent(item);
    return component ? [{ path: joinPath(path, "config", field, index), component }] : [];
  });
}

export function participantsOf(team: Component, path: string): Located[] {
  return located(team, path, "participants");
}

const STATIC_WORKBENCH = /\.Static(Stream)?Workbench$/;

/** An agent's tools, wherever AutoGen keeps them: `tools`, a static workbench (one or a list), or a workbench itself. */
export function toolsOf(agent: Component, path: string): Located[] {
  const workbench = agent.config.workbench;
  const benches = Array.isArray(workbench)
    ? located(agent, path, "workbench")
    : isComponent(workbench)
      ? [{ path: joinPath(path, "config", "workbench"), component: { ...workbench, config: asComponent(workbench)?.config ?? {} } }]
      : [];
  const inside = benches.flatMap((bench) =>
    STATIC_WORKBENCH.test(bench.component.provider) ? located(bench.component, bench.path, "tools") : [bench],
  );
  return [...located(agent, path, "tools"), ...inside];
}

export interface ModelSummary {
  label: string;
  kind: "workspace" | "scripted" | "own" | "none";
  /** No model writes the words: a deterministic stand-in does. */
  scripted: boolean;
}

/** What would answer for a model slot, given what the workspace's default resolves to. */
export function modelSummary(model: unknown, fallback?: ModelSummary): ModelSummary {
  const component = asComponent(model);
  if (!component) return { label: "No model", kind: "none", scripted: false };
  if (component.provider === WORKSPACE_MODEL) {
    return { label: fallback ? fallback.label : "Workspace default", kind: "workspace", scripted: fallback?.scripted ?? false };
  }
  if (component.provider === SCRIPTED_MODEL) return { label: "Scripted model", kind: "scripted", scripted: true };
  return { label: textOf(component, "model") || componentName(component), kind: "own", scripted: false };
}

export function hasModelSlot(agent: Component): boolean {
  return "model_client" in agent.config || agent.provider === ASSISTANT;
}

/** Every component of a kind inside a document, itself included, with its path. */
export function walkComponents(value: unknown, visit: (component: Component, path: string) => void, path = "$"): void {
  if (Array.isArray(value)) {
    value.forEach((item, index) => walkComponents(item, visit, `${path}[${index}]`));
  } else if (value !== null && typeof value === "object") {
    const component = asComponent(value);
    if (component) visit(component, path);
    for (const [key, item] of Object.entries(value)) walkComponents(item, visit, `${path}.${key}`);
  }
}
