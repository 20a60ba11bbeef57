/** Where a component goes when it is dropped on, or added next to, something. Pure. */
import type { Component, NodePosition } from "@/api/types";
import { parsePath, formatPath, joinPath, getAt } from "@/lib/component-path";
import { asComponent, componentAt, isTeam } from "@/lib/components";

import { addLoose, addParticipant, addTool, receives, setTeamModel, setValue } from "./commands";
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

/** The only agent there is, if there is just one. */
function onlyAgent(doc: Doc): string | null {
  if (doc.component.component_type === "agent") return "$";
  const items = getAt(doc.component, ["config", "participants"]);
  if (!Array.isArray(items)) return null;
  const agents = items.flatMap((item, index) => (asComponent(item)?.component_type === "agent" ? [index] : []));
  return agents.length === 1 ? joinPath("$", "config", "participants", agents[0] ?? 0) : null;
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
export function placeComponent(doc: Doc, component: Component, target: Target): Command | null {
  const start = target.path && !target.path.startsWith("loose:") ? target.path : "$";
  const host = nearest(doc, start, (candidate) => receives(candidate, component) !== null) ?? (receives(doc.component, component) ? "$" : null);
  const type = component.component_type;
  if (type === "tool" || type === "workbench") {
    const agent = host ?? (target.path === null ? null : onlyAgent(doc));
    return agent ? addTool(agent, component) : addLoose(component, target.looseAt);
  }
  if (host === null) return null;
  switch (receives(componentAt(doc.component, host) ?? doc.component, component)) {
    case "participant":
      return addParticipant(host, component, { index: target.index, at: target.at, tidy: target.tidy });
    case "termination": {
      const path = joinPath(host, "config", "termination_condition");
      const present = componentAt(doc.component, path);
      return setValue(path, addCondition(present, [], component), "Add a termination condition");
    }
    case "model": {
      const holder = componentAt(doc.component, host);
      return holder && isTeam(holder) ? setTeamModel(component) : setValue(joinPath(host, "config", "model_client"), component, "Change model");
    }
    default:
      return null;
  }
}
