/**
 * The log's vocabulary as the browser sees it. `events.gen.ts` is generated from
 * `runtime.events` (see scripts/dump_event_schema.py); this module only names its parts.
 */
import type { components } from "./events.gen";

type Schemas = components["schemas"];

export type RunEvent = Schemas["Event"];
export type Payload = RunEvent["payload"];
export type EventKind = Payload["kind"];
export type PayloadOf<K extends EventKind> = Extract<Payload, { kind: K }>;

export type Actor = Schemas["Actor"];
export type ChatMessage = PayloadOf<"message.posted">["message"];
export type ErrorInfo = Schemas["ErrorInfo"];
export type FunctionCall = Schemas["FunctionCall"];
export type ModelInfo = Schemas["ModelInfo"];
export type RequestUsage = Schemas["RequestUsage"];
export type Wait = Schemas["Wait"];
export type Effect = PayloadOf<"tool.requested">["effect"];
export type Verdict = PayloadOf<"tool.gated">["verdict"];
export type DecisionVerb = PayloadOf<"approval.decided">["verb"];
export type ToolOutcome = PayloadOf<"tool.completed">["outcome"];

/** What a delta frame of the run's socket carries (docs/design/wire.md). */
export interface Delta {
  readonly message_key: string;
  readonly agent_path: string;
  readonly attempt: number;
  readonly offset: number;
  readonly text: string;
}

export const TERMINAL_KINDS: ReadonlySet<string> = new Set([
  "run.completed",
  "run.failed",
  "run.stopped",
]);
