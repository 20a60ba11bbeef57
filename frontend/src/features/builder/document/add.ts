/** Where a component goes when it is dropped on, or added next to, something. Pure. */
import type { Component, ComponentType, JsonSchema, NodePosition } from "@/api/types";
import { schemaFields } from "@/components/schema-form/fields";
import { parsePath, formatPath, joinPath, getAt, setAt } from "@/lib/component-path";
import { asComponent, componentAt, componentName, isTeam } from "@/lib/components";

import { addLoose, addParticipant, addTool, setTeamModel, setValue } from "./commands";
import type { Command, Doc } from "./model";
import { addCondition } from "./terminations";

/** The path itself and those around it, innermost first, that hold components. */
export function enclosing(path: string): string[] {
  const keys = parsePath(path);
  const paths: string[] = [];
  for (let length = keys.length; length >= 0; length--) paths.push(formatPath(keys.slice(0, length)));
  return paths;
}

function nearest(doc: Doc, path: string, fits: (component: Component) => boolean): string | null {
  return enclosing(path).find((candidate) => {
    const component = componentAt(doc.component, candidate);
    return component !== null && fits(component);
  }) ?? null;
}

/** How a component stands in another: in the team's lists, or in a slot of its config. */
type Place = { kind: "participant" | "tool" | "termination" | "model" } | { kind: "slot"; field: string; list: boolean };

export type SchemaOf = (provider: string) => JsonSchema | undefined;

const SLOTS: readonly (ComponentType | null | undefined)[] = ["memory", "chat_completion_context", "code_executor", "structured_message"];

function slotFor(target: Component, component: Component, schemaOf: SchemaOf): Place | null {
  const schema = schemaOf(target.provider);
  if (!schema || !component.component_type || !SLOTS.includes(component.component_type)) return null;
  const type = component.component_type;
  const field = schemaFields(schema).find((candidate) => candidate.componentTypes?.includes(type));
  return field ? { kind: "slot", field: field.name, list: field.kind === "components" } : null;
}

/** Where a component of this kind belongs when it is dropped or pasted onto `target`. */
export function receives(target: Component, component: Component, schemaOf: SchemaOf = () => undefined): Place | null {
  const type = component.component_type;
  const slot = slotFor(target, component, schemaOf);
  if (slot) return slot;
  if (isTeam(target)) {
    if (type === "agent" || type === "team") return { kind: "participant" };
    if (type === "termination") return { kind: "termination" };
    return type === "model" ? { kind: "model" } : null;
  }
  if (target.component_type !== "agent") return null;
  if (type === "tool" || type === "workbench") return takesTools(target, schemaOf) ? { kind: "tool" } : null;
  return type === "model" && takesModel(target, schemaOf) ? { kind: "model" } : null;
}

/** Without a schema (a newer server's agent) it is believed to. */
function takesTools(agent: Component, schemaOf: SchemaOf): boolean {
  const properties = schemaOf(agent.provider)?.properties;
  return properties === undefined || "tools" in properties || "workbench" in properties;
}

function takesModel(agent: Component, schemaOf: SchemaOf): boolean {
  const properties = schemaOf(agent.provider)?.properties;
  return properties === undefined || "model_client" in properties;
}

/** The only agent there is that can take it, if there is just one. */
function onlyAgent(doc: Doc, component: Component, schemaOf: SchemaOf): string | null {
  if (doc.component.component_type === "agent") return receives(doc.component, component, schemaOf) ? "$" : null;
  const items = getAt(doc.component, ["config", "participants"]);
  if (!Array.isArray(items)) return null;
  const agents = items.flatMap((item, index) => {
    const agent = asComponent(item);
    return agent && !isTeam(agent) && receives(agent, component, schemaOf) ? [index] : [];
  });
  return agents.length === 1 ? joinPath("$", "config", "participants", agents[0] ?? 0) : null;
}

/** Where such a component belongs, as a sentence. */
export function belongs(type: ComponentType | null | undefined): string {
  switch (type) {
    case "memory": return "A memory belongs to an assistant: drop it onto one, or select the assistant first.";
    case "chat_completion_context": return "A context belongs to an agent with a model, or to a selector team: drop it there, or select that first.";
    case "code_executor": return "An executor belongs to a code executor agent or to the code execution tool: drop it there, or select that first.";
    case "structured_message": return "An output format belongs to an assistant: drop it onto one, or select the assistant first.";
    case "model": return "A model belongs to an agent with a model, or to the team: drop it there.";
    case "termination": return "A termination belongs to a team: drop it onto one.";
    case "tool": case "workbench": return "Tools belong to an assistant: drop it onto one.";
    default: return "Drop it onto a team or an agent.";
  }
}

export interface Target {
  /** What was dropped on, or is selected; null: the empty canvas. */
  path: string | null;
  /** For a participant: its place in the order and on the canvas. */
  index?: number;
  at?: NodePosition;
  tidy?: boolean;
  /** For what belongs to nobody yet: its place on the canvas. */
  looseAt: NodePosition;
}

/** The command that puts `component` where it fits best at `target`; null: it fits nowhere. */
export function placeComponent(doc: Doc, component: Component, target: Target, schemaOf: SchemaOf = () => undefined): Command | null {
  const start = target.path && !target.path.startsWith("loose:") ? target.path : "$";
  const type = component.component_type;
  const tool = type === "tool" || type === "workbench";
  const alone = tool && target.path === null ? null : onlyAgent(doc, component, schemaOf);
  const host = nearest(doc, start, (candidate) => receives(candidate, component, schemaOf) !== null) ?? alone;
  const holder = host === null ? null : componentAt(doc.component, host);
  const place = holder && receives(holder, component, schemaOf);
  if (host === null || !holder || !place) return tool ? addLoose(component, target.looseAt) : null;
  switch (place.kind) {
    case "participant":
      return addParticipant(host, component, { index: target.index, at: target.at, tidy: target.tidy });
    case "tool":
      return addTool(host, component);
    case "termination": {
      const path = joinPath(host, "config", "termination_condition");
      return setValue(path, addCondition(componentAt(doc.component, path), [], component), "Add a termination condition");
    }
    case "model":
      // A team that asks a model of its own, such as the one that selects, gets it; else all agents do.
      return isTeam(holder) && !takesModelItself(holder) ? setTeamModel(component) : setValue(joinPath(host, "config", "model_client"), component, "Change model");
    case "slot":
      return fillSlot(joinPath(host, "config", place.field), place.list, component);
  }
}

const takesModelItself = (team: Component) => asComponent(team.config.model_client) !== null;

/** Into the list, or in place of what stands there; and leads to it. */
function fillSlot(path: string, list: boolean, component: Component): Command {
  return {
    label: `Add ${componentName(component)}`,
    apply(doc) {
      if (!list) return { doc: { ...doc, component: setAt(doc.component, parsePath(path), component) }, select: path };
      const present = getAt(doc.component, parsePath(path));
      const items = Array.isArray(present) ? (present as unknown[]) : asComponent(present) ? [present] : [];
      return { doc: { ...doc, component: setAt(doc.component, parsePath(path), [...items, component]) }, select: joinPath(path, items.length) };
    },
  };
}
