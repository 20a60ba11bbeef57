import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";

import { useRegistry } from "@/api/components";
import { meQuery, workspaceQuery } from "@/api/me";
import { policyQuery } from "@/api/policy";
import type { Component, RegistryEntry } from "@/api/types";
import { asComponent, hasModelSlot, modelSummary, textOf, type ModelSummary } from "@/lib/components";
import { toolVerdict } from "@/lib/verdicts";

import type { GraphFacts } from "./flow";

/** What answers for an agent that leaves its model to the workspace. */
export function useDefaultModel(teamModel?: Component | null): ModelSummary {
  const workspace = useQuery(workspaceQuery).data;
  const scripted = useQuery(meQuery).data?.scripted_default ?? false;
  return useMemo(() => {
    const effective = workspace?.default_model ?? workspace?.effective_model;
    const own = modelSummary(effective);
    const fallback: ModelSummary = effective
      ? { ...own, kind: "workspace" }
      : { label: scripted ? "Scripted model" : "Workspace default", kind: "workspace", scripted };
    return teamModel ? modelSummary(teamModel, fallback) : fallback;
  }, [workspace, scripted, teamModel]);
}

/** A tool's own name where its config has none: what its schema says, or the name of the agent it asks. */
function inheritedName(tool: Component, entry: RegistryEntry | undefined): string {
  const agent = asComponent(tool.config.agent);
  const written = entry?.config_schema.properties?.name?.default;
  return (agent && textOf(agent, "name")) || entry?.tool_name || (typeof written === "string" ? written : "");
}

/** The registry's and the policy's part of the picture: model of each agent, verdict and name of each tool. */
export function useGraphFacts(teamModel?: Component | null): Pick<GraphFacts, "model" | "verdict" | "toolName"> {
  const registry = useRegistry();
  const policy = useQuery(policyQuery).data;
  const fallback = useDefaultModel(teamModel);
  return useMemo(() => {
    const toolName: NonNullable<GraphFacts["toolName"]> = ({ component, name }) =>
      textOf(component, "name") || inheritedName(component, registry.get(component.provider)) || component.label || name;
    return {
      toolName,
      model: ({ component, reference }) => {
        if (reference || !hasModelSlot(component)) return null;
        return component.config.model_client ? modelSummary(component.config.model_client, fallback) : fallback;
      },
      verdict: (tool) => toolVerdict(toolName(tool), registry.get(asComponent(tool.component)?.provider ?? "")?.side_effects, policy),
    };
  }, [registry, policy, fallback]);
}
