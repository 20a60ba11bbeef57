/** What needs no server to be seen at once: duplicate names, empty teams, endless teams, loose tools. */
import { componentTree, eachItem, type AgentItem, type TeamItem } from "@/components/team-graph/tree";
import { joinPath } from "@/lib/component-path";
import { componentName, GRAPH_FLOW, MAGENTIC, USER_PROXY } from "@/lib/components";
import type { Problem } from "@/api/types";

import type { Doc } from "./model";

const IDENTIFIER = /^[\p{L}_][\p{L}\p{N}_]*$/u;

/** A graph ends where it has no more edges (the server looks for cycles), Magentic-One when its task is done. */
const ENDS_BY_ITSELF: readonly string[] = [GRAPH_FLOW, MAGENTIC];

function problem(path: string, severity: Problem["severity"], code: string, detail: string, hint: string): Problem {
  return { path, severity, code, detail, hint };
}

function nameProblems(team: TeamItem): Problem[] {
  const seen = new Map<string, string>();
  return team.participants.flatMap((item) => {
    const path = joinPath(item.path, "config", "name");
    if (item.kind === "agent" && item.reference) return [];
    const name = item.component.config.name;
    if (item.kind === "agent" && (typeof name !== "string" || name === "")) {
      return [problem(path, "error", "name_missing", "This agent has no name.", "Give it a short name, such as writer.")];
    }
    if (item.kind === "agent" && !IDENTIFIER.test(item.name)) {
      return [problem(path, "error", "name_invalid", `“${item.name}” cannot be an agent's name.`, "Use letters, digits and _, and begin with a letter.")];
    }
    if (seen.has(item.name)) {
      return [problem(path, "error", "name_duplicate", `Two participants are called “${item.name}”.`, "Rename one of them.")];
    }
    seen.set(item.name, item.path);
    return [];
  });
}

function teamProblems(team: TeamItem): Problem[] {
  const found: Problem[] = [];
  if (team.participants.length === 0) {
    found.push(problem(joinPath(team.path, "config", "participants"), "error", "no_participants", `${componentName(team.component)} has no participants.`, "Add an agent from the palette."));
  }
  if (!team.termination && team.maxTurns === null && !ENDS_BY_ITSELF.includes(team.component.provider)) {
    found.push(problem(joinPath(team.path, "config", "termination_condition"), "warning", "endless", "Nothing ends this team.", "Add a termination condition or a maximum number of turns."));
  }
  return [...found, ...nameProblems(team)];
}

function toolProblems(agent: AgentItem): Problem[] {
  if (agent.component.provider === USER_PROXY && agent.tools.length > 0) {
    return [problem(agent.path, "error", "tools_on_person", "A person's seat cannot have tools.", "Move the tools to an assistant agent.")];
  }
  return [];
}

export function localProblems(doc: Doc): Problem[] {
  const found: Problem[] = [];
  eachItem(componentTree(doc.component), (item) => {
    if (item.kind === "team") found.push(...teamProblems(item));
    if (item.kind === "agent") found.push(...toolProblems(item));
  });
  doc.layout.loose?.forEach((loose, index) => {
    found.push(problem(`loose:${index}`, "warning", "tool_unconnected", `${componentName(loose.component)} is connected to no agent.`, "Drag it onto an agent, or delete it."));
  });
  return found;
}

/** The server's word joins the local one; what both found at one path is shown once, in the server's words. */
export function mergeProblems(local: readonly Problem[], server: readonly Problem[]): Problem[] {
  const paths = new Set(server.map((item) => `${item.severity}:${item.path}`));
  const own = local.filter((item) => !paths.has(`${item.severity}:${item.path}`));
  const rank = (item: Problem) => (item.severity === "error" ? 0 : 1);
  return [...own, ...server].sort((a, b) => rank(a) - rank(b));
}
