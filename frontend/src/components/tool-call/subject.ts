/** What a person decides about, whether it comes from the API or from a run's log. */
import type { Effect, JsonSchema, Request } from "@/api/types";
import type { Approval, InputItem } from "@/run-model";

export interface Subject {
  readonly id: string;
  readonly kind: "tool" | "in_doubt" | "input";
  readonly agent: string;
  readonly tool: string;
  readonly description: string;
  readonly arguments: unknown;
  readonly argsHash: string;
  readonly argsSchema: JsonSchema | null;
  readonly effect: Effect | null;
  readonly prompt: string;
  readonly createdAt: string;
  readonly deadlineAt: string | null;
}

export function subjectOfRequest(request: Request): Subject {
  return {
    id: request.id,
    kind: request.kind,
    agent: request.agent,
    tool: request.tool ?? "",
    description: request.description,
    arguments: request.arguments,
    argsHash: request.args_hash,
    argsSchema: request.args_schema,
    effect: request.effect,
    prompt: request.prompt ?? "",
    createdAt: request.created_at,
    deadlineAt: request.deadline_at,
  };
}

export function subjectOfApproval(approval: Approval): Subject {
  return {
    id: approval.requestId,
    kind: approval.purpose === "in_doubt" ? "in_doubt" : "tool",
    agent: approval.agent,
    tool: approval.tool,
    description: approval.description,
    arguments: approval.arguments,
    argsHash: approval.argsHash,
    argsSchema: approval.argsSchema as JsonSchema,
    effect: approval.effect,
    prompt: "",
    createdAt: new Date(approval.at).toISOString(),
    deadlineAt: approval.deadlineAt,
  };
}

export function subjectOfInput(item: InputItem): Subject {
  return {
    id: item.requestId,
    kind: "input",
    agent: item.agent,
    tool: "",
    description: "",
    arguments: null,
    argsHash: "",
    argsSchema: null,
    effect: null,
    prompt: item.prompt,
    createdAt: new Date(item.at).toISOString(),
    deadlineAt: item.deadlineAt,
  };
}
