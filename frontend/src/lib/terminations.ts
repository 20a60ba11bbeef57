/** Termination conditions in words. */
import type { Component } from "@/api/types";

import { AND_TERMINATION, OR_TERMINATION, asComponent, className } from "./components";

export function isCombination(component: Component): boolean {
  return component.provider === OR_TERMINATION || component.provider === AND_TERMINATION;
}

export function conditionsOf(component: Component): Component[] {
  const conditions = component.config.conditions;
  return Array.isArray(conditions) ? conditions.flatMap((item) => asComponent(item) ?? []) : [];
}

function words(component: Component): string {
  const { config } = component;
  const text = (field: string) => String(config[field] ?? "…");
  switch (className(component.provider)) {
    case "MaxMessageTermination": {
      const count = text("max_messages");
      return count === "1" ? "1 message" : `${count} messages`;
    }
    case "TextMentionTermination":
      return `text ${text("text")}`;
    case "StopMessageTermination":
      return "a stop message";
    case "TokenUsageTermination":
      return `${String(config.max_total_token ?? config.max_prompt_token ?? config.max_completion_token ?? "…")} tokens`;
    case "TimeoutTermination":
      return `${text("timeout_seconds")} s`;
    case "HandoffTermination":
      return `handoff to ${text("target")}`;
    case "SourceMatchTermination":
      return `${Array.isArray(config.sources) ? config.sources.join(", ") : "an agent"} spoke`;
    case "ExternalTermination":
      return "a signal from outside";
    default:
      return component.label ?? className(component.provider).replace(/Termination$/, "");
  }
}

/** "text TASK_COMPLETE or 10 messages"; combinations inside combinations in brackets. */
export function terminationText(component: Component, nested = false): string {
  if (!isCombination(component)) return words(component);
  const joiner = component.provider === AND_TERMINATION ? " and " : " or ";
  const parts = conditionsOf(component).map((condition) => terminationText(condition, true));
  if (parts.length === 0) return "nothing yet";
  const text = parts.join(joiner);
  return nested && parts.length > 1 ? `(${text})` : text;
}
