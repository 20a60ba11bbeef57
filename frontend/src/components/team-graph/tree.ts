/** A team's component document as a tree of what stands on the canvas. Pure. */
import type { Component } from "@/api/types";
import { asComponent, componentName, isTeam, participantsOf, REFERENCE, toolsOf } from "@/lib/components";

interface Base {
  /** Path in the document; also the node's id. */
  path: string;
  component: Component;
  name: string;
}

export interface ToolItem extends Base {
  kind: "tool";
  reference: boolean;
}

export interface AgentItem extends Base {
  kind: "agent";
  /** Names from the root team's participant inwards, joined by `/`, as events carry it. */
  agentPath: string;
  /** Place in the speaking order, from 1. */
  order: number;
  tools: ToolItem[];
  reference: boolean;
}

export interface TeamItem extends Base {
  kind: "team";
  agentPath: string;
  order: number;
  participants: (AgentItem | TeamItem)[];
  termination: Component | null;
  maxTurns: number | null;
}

export type GraphItem = TeamItem | AgentItem | ToolItem;

function toolItem(path: string, component: Component): ToolItem {
  return { kind: "tool", path, component, name: componentName(component), reference: component.provider === REFERENCE };
}

function participant(path: string, component: Component, order: number, parentPath: string): AgentItem | TeamItem {
  const name = componentName(component);
  const agentPath = parentPath ? `${parentPath}/${name}` : name;
  if (component.provider !== REFERENCE && isTeam(component)) return teamItem(component, path, agentPath, order);
  return {
    kind: "agent",
    path,
    component,
    name,
    agentPath,
    order,
    tools: toolsOf(component, path).map((tool) => toolItem(tool.path, tool.component)),
    reference: component.provider === REFERENCE,
  };
}

function teamItem(component: Component, path: string, agentPath: string, order: number): TeamItem {
  const maxTurns = component.config.max_turns;
  return {
    kind: "team",
    path,
    component,
    name: componentName(component),
    agentPath,
    order,
    participants: participantsOf(component, path).map((item, index) =>
      participant(item.path, item.component, index + 1, agentPath),
    ),
    termination: asComponent(component.config.termination_condition),
    maxTurns: typeof maxTurns === "number" ? maxTurns : null,
  };
}

/** The tree of a team, or of a single agent (an agent in the library is edited on its own). */
export function componentTree(component: Component): TeamItem | AgentItem {
  const item = isTeam(component) ? teamItem(component, "$", "", 0) : participant("$", component, 0, "");
  return item;
}

export function eachItem(item: GraphItem, visit: (item: GraphItem) => void): void {
  visit(item);
  if (item.kind === "team") item.participants.forEach((child) => eachItem(child, visit));
  if (item.kind === "agent") item.tools.forEach((tool) => eachItem(tool, visit));
}

export function agentsOf(root: GraphItem): AgentItem[] {
  const agents: AgentItem[] = [];
  eachItem(root, (item) => {
    if (item.kind === "agent") agents.push(item);
  });
  return agents;
}
