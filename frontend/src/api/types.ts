/** Shapes of /api/v1 as docs/design/wire.md names them. */

export type ComponentType =
  | "team"
  | "agent"
  | "model"
  | "tool"
  | "workbench"
  | "termination"
  | "memory"
  | "chat_completion_context"
  | "code_executor";

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

export interface Component {
  provider: string;
  component_type?: ComponentType | null;
  version?: number | null;
  component_version?: number | null;
  description?: string | null;
  label?: string | null;
  config: Record<string, unknown>;
}

export type Severity = "error" | "warning";

export interface Problem {
  path: string;
  severity: Severity;
  code: string;
  detail: string;
  hint?: string | null;
}

export interface JsonSchema {
  type?: string | string[];
  title?: string;
  description?: string;
  default?: unknown;
  enum?: unknown[];
  const?: unknown;
  anyOf?: JsonSchema[];
  oneOf?: JsonSchema[];
  allOf?: JsonSchema[];
  $ref?: string;
  $defs?: Record<string, JsonSchema>;
  properties?: Record<string, JsonSchema>;
  required?: string[];
  items?: JsonSchema;
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  exclusiveMaximum?: number;
  minLength?: number;
  maxLength?: number;
  format?: string;
  additionalProperties?: boolean | JsonSchema;
  "x-widget"?: string;
  "x-component-types"?: ComponentType[];
}

/** One entry of the registry: what the palette offers. */
export interface RegistryEntry {
  provider: string;
  component_type: ComponentType;
  label: string;
  summary: string;
  group: string;
  icon: string;
  config_schema: JsonSchema;
  /** A ready component config for drag and drop. */
  defaults: Record<string, unknown>;
  side_effects?: boolean | null;
  effect?: Effect | null;
  /** The name that agents call and policies match. */
  tool_name?: string | null;
  component_version?: number;
  /** Can be loaded and edited, but is not offered. */
  hidden?: boolean;
}

export type Effect = "pure" | "idempotent" | "at_most_once";
export type Role = "owner" | "member" | "viewer";

export interface Me {
  user: { id: string; name: string; has_password: boolean };
  workspace: { id: string; name: string };
  role: Role;
  can: { edit: boolean; run: boolean; decide: boolean; admin: boolean };
  mode: "embedded" | "production";
  version: string;
  /** True: agents without a model of their own would run on the scripted stand-in. */
  scripted_default: boolean;
}

export interface Workspace {
  name: string;
  default_model: Component | null;
  default_model_source: "workspace" | "environment" | "scripted";
  /** What `default_model` or, without one, the environment comes to. */
  effective_model?: Component | null;
}

export interface NodePosition {
  x: number;
  y: number;
}

export interface Layout {
  nodes: Record<string, NodePosition>;
  viewport?: { x: number; y: number; zoom: number } | null;
  /** Tools that lie on the canvas and belong to no agent yet: kept with the draft, not part of the team. */
  loose?: LooseComponent[];
}

export interface LooseComponent extends NodePosition {
  component: Component;
}

export interface TeamSettings {
  model?: Component | null;
}

export interface Definition {
  id: string;
  name: string;
  description: string;
  component_type: ComponentType;
  latest_revision: number | null;
  draft_changed: boolean;
  draft_version: number;
  problems: { errors: number; warnings: number };
  scripted: boolean;
  /** Names of the participants. */
  agents: string[];
  created_at: string;
  updated_at: string;
  last_run: RunSummary | null;
}

export interface Draft {
  component: Component;
  layout: Layout;
  settings: TeamSettings;
  version: number;
  updated_at: string;
  problems: Problem[];
}

export interface DefinitionDetail extends Definition {
  draft: Draft;
}

export interface Revision {
  number: number;
  note: string;
  created_at: string;
  created_by: { id: string; name: string } | null;
}

export interface RevisionDetail extends Revision {
  component: Component;
  layout: Layout;
  settings: TeamSettings;
}

export interface GalleryTeam {
  slug: string;
  name: string;
  description: string;
  agents: string[];
  component: Component;
  layout: Layout;
  tags: string[];
  example_task: string;
}

export type RunState =
  | "queued"
  | "running"
  | "waiting"
  | "paused"
  | "completed"
  | "failed"
  | "stopped"
  | "quarantined";

export interface ErrorInfo {
  code: string;
  detail: string;
  hint: string | null;
}

export interface Wait {
  kind: "approval" | "input" | "timer" | "credential" | "quota";
  request_id: string | null;
  until: string | null;
  detail: string;
}

export interface RunSummary {
  id: string;
  session: string;
  number: number;
  team: { definition_id: string | null; revision: number | null; name: string };
  state: RunState;
  task: string;
  scripted: boolean;
  created_at: string;
  started_at: string | null;
  ended_at: string | null;
  stop_reason: string | null;
  error: ErrorInfo | null;
  pause: ErrorInfo | null;
  waits: Wait[];
  head_seq: number;
  tokens: { prompt: number; completion: number; cached: number };
  cost_usd: string | null;
  cost_unknown: boolean;
  turns: number;
  pending_requests: number;
}

export interface Run extends RunSummary {
  component: Component;
  layout: Layout;
  previous_run: string | null;
  next_run: string | null;
}

export interface Session {
  id: string;
  name: string;
  definition: { id: string; name: string } | null;
  created_at: string;
  updated_at: string;
  runs: number;
  last_run: RunSummary | null;
}

export interface SessionDetail extends Session {
  run_list: RunSummary[];
}

export interface Event {
  seq: number;
  schema_version: number;
  occurred_at: string;
  key: string;
  agent_path: string;
  turn: number | null;
  correlation_id: string | null;
  payload: { kind: string; [field: string]: unknown };
}

export type RequestState =
  | "pending"
  | "approved"
  | "edited"
  | "denied"
  | "answered"
  | "stopped"
  | "expired"
  | "cancelled";

export type DecisionVerb = "approve" | "edit" | "deny" | "answer" | "stop";

export interface Request {
  id: string;
  kind: "tool" | "in_doubt" | "input";
  state: RequestState;
  run: { id: string; state: RunState; team_name: string; session: string };
  agent: string;
  agent_path: string;
  tool: string | null;
  description: string;
  arguments: unknown;
  args_hash: string;
  args_schema: JsonSchema | null;
  effect: Effect | null;
  prompt: string | null;
  created_at: string;
  deadline_at: string | null;
  decided_at: string | null;
  decided_by: { id: string; name: string } | null;
  decision: { verb: DecisionVerb; arguments: unknown; text: string | null; reason: string | null } | null;
  seq: number;
}

export type Verdict = "allow" | "ask" | "deny";

export interface PolicyRule {
  tool: string;
  verdict: Verdict;
  note?: string | null;
}

export interface Policy {
  version: number;
  rules: PolicyRule[];
  default_side_effects: Verdict;
  deadline_seconds: number | null;
}

export type CredentialKind = "openai" | "anthropic" | "openai_compatible";

export interface Credential {
  id: string;
  name: string;
  kind: CredentialKind;
  base_url: string | null;
  hint: string;
  source: "user" | "environment";
  created_at: string | null;
  last_used_at: string | null;
}

export interface ApiToken {
  id: string;
  name: string;
  /** How its text begins. */
  prefix: string;
  created_at: string;
  last_used_at: string | null;
  expires_at: string | null;
}

export interface Page<T> {
  results: T[];
  next: string | null;
}
