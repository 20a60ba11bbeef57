/** Shapes of /api/v1 under the names of docs/design/wire.md. They come from the generated
 * `schema.gen.ts`; what the schema leaves loose (JSON documents, open strings) is narrowed here. */
import type { components } from "./schema.gen";

type Schemas = components["schemas"];

/** The server sends every field; the generator marks those that have a default as optional. */
type Sent<T> = { -readonly [Key in keyof T]-?: Exclude<T[Key], undefined> };
type Narrow<T, Narrower> = Omit<Sent<T>, keyof Narrower> & Narrower;

export type ComponentType =
  | "team"
  | "agent"
  | "model"
  | "tool"
  | "workbench"
  | "termination"
  | "memory"
  | "chat_completion_context"
  | "code_executor"
  | "structured_message";

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

export type Severity = Schemas["Severity"];

export type Problem = Omit<Sent<Schemas["ProblemOut"]>, "hint"> & { hint?: string | null };

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
  discriminator?: { propertyName: string; mapping?: Record<string, string> };
  "x-widget"?: string;
  "x-component-types"?: ComponentType[];
}

/** One entry of the registry: what the palette offers. */
export type RegistryEntry = Omit<Schemas["ComponentInfoOut"], "component_type" | "config_schema" | "effect"> & {
  component_type: ComponentType;
  config_schema: JsonSchema;
  effect?: Effect | null;
};

export type Effect = Schemas["EffectEnum"];
export type Role = Schemas["Role"];

export type Me = Sent<Schemas["MeOut"]>;

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

export type Definition = Narrow<Omit<Schemas["DefinitionOut"], "archived_at">, { component_type: ComponentType; last_run: RunSummary | null }>;

export type Draft = Narrow<Schemas["DraftOut"], { component: Component; layout: Layout; settings: TeamSettings; problems: Problem[] }>;

export interface DefinitionDetail extends Definition {
  draft: Draft;
}

export type Person = Sent<Schemas["UserOut"]>;

export type Revision = Narrow<Schemas["RevisionOut"], { created_by: Person | null }>;

export interface RevisionDetail extends Revision {
  component: Component;
  layout: Layout;
  settings: TeamSettings;
}

export type GalleryTeam = Narrow<Schemas["GalleryOut"], { component: Component; layout: Layout }>;

export type RunState = Schemas["RunState"];

export type ErrorInfo = Sent<Schemas["ReasonOut"]>;

export type Wait = Sent<Schemas["WaitOut"]>;

export type RunSummary = Narrow<Schemas["RunSummaryOut"], { error: ErrorInfo | null; pause: ErrorInfo | null; waits: Wait[] }>;

export interface Run extends RunSummary {
  component: Component;
  layout: Layout;
  previous_run: string | null;
  next_run: string | null;
}

export type Session = Narrow<Schemas["SessionOut"], { last_run: RunSummary | null }>;

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

export type RequestState = Schemas["RequestState"];

export type DecisionVerb = Schemas["DecideInVerbEnum"];

export interface Request {
  id: string;
  kind: "tool" | "in_doubt" | "input";
  state: RequestState;
  run: { id: string; state: RunState; team_name: string; session: string; scripted: boolean };
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

export type CredentialKind = Schemas["CredentialKind"];

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

export type ApiToken = Sent<Omit<Schemas["TokenOut"], "user">>;

export interface Page<T> {
  results: T[];
  next: string | null;
}
