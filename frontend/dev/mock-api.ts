/** An in-memory /api/v1 inside the Vite dev server. It keeps the contract's shapes, not its rules. */
import type { IncomingMessage, ServerResponse } from "node:http";

import type { Plugin } from "vite";

import type { ApiToken, Component, Credential, DefinitionDetail, Policy, Revision, RevisionDetail } from "../src/api/types";
import { gallery, interview, registry, research, run } from "./fixtures.ts";

type Body = Record<string, unknown>;
type Handler = (context: { params: string[]; query: URLSearchParams; body: Body }) => [number, unknown];

const now = () => new Date().toISOString();
let counter = 0;
const definitions = new Map<string, DefinitionDetail>();
const archived = new Map<string, DefinitionDetail>();
const revisions = new Map<string, RevisionDetail[]>();
const credentials: Credential[] = [];
const tokens: ApiToken[] = [];
let policy: Policy = { version: 1, rules: [], default_side_effects: "ask", deadline_seconds: null };
const workspace = { name: "Studio", default_model: null as Component | null, default_model_source: "scripted" };
const role = process.env.TROUPE_MOCK === "viewer" ? "viewer" : "owner";
const first = process.env.TROUPE_MOCK === "first";

function define(name: string, component: Component, description = ""): DefinitionDetail {
  const id = `00000000-0000-4000-8000-${String(++counter).padStart(12, "0")}`;
  const made: DefinitionDetail = { id, name, description, component_type: component.component_type ?? "team", latest_revision: null, draft_changed: true, draft_version: 1, problems: { errors: 0, warnings: 0 }, scripted: true, agents: ((component.config.participants ?? []) as Component[]).map((item) => String(item.config.name)), created_at: now(), updated_at: now(), last_run: null, draft: { component, layout: { nodes: {} }, settings: {}, version: 1, updated_at: now(), problems: [] } };
  definitions.set(id, made);
  return made;
}

if (!first) {
  const one = define("Research and write", research, "One looks things up, the other writes the report.");
  one.last_run = run("r1", "waiting", 4, one.id, one.name);
  const two = define("Interview", interview);
  two.last_run = run("r3", "failed", 300, two.id, two.name);
  define("researcher", (research.config.participants as Component[])[0] as Component, "Finds facts.");
}
const runs = () => first ? [] : [...definitions.values()].flatMap((d) => (d.last_run ? [d.last_run] : [])).concat(first ? [] : [run("r2", "completed", 90, "x", "Research and write"), run("r4", "running", 1, "x", "Research and write")]);
const list = (results: unknown) => ({ results, next: null });
const missing: [number, unknown] = [404, { code: "not_found", detail: "There is nothing here.", hint: null, fields: null }];

function one(id: string | undefined, act: (definition: DefinitionDetail) => [number, unknown]): [number, unknown] {
  const definition = definitions.get(id ?? "");
  return definition ? act(definition) : missing;
}

const ROUTES: [string, RegExp, Handler][] = [
  ["GET", /^\/me$/, () => [200, { user: { id: "u1", name: "Ada", has_password: false }, workspace: { id: "w1", name: workspace.name }, role, can: { edit: role !== "viewer", run: role !== "viewer", decide: role !== "viewer", admin: role === "owner" }, mode: "embedded", version: "0.1.0", scripted_default: !workspace.default_model }]],
  ["GET", /^\/workspace$/, () => [200, workspace]],
  ["PATCH", /^\/workspace$/, ({ body }) => [200, Object.assign(workspace, body, { default_model_source: body.default_model ? "workspace" : "scripted" })]],
  ["GET", /^\/components$/, () => [200, list(registry)]],
  ["POST", /^\/components\/validate$/, () => [200, { problems: [] }]],
  ["GET", /^\/gallery$/, () => [200, list(gallery)]],
  ["GET", /^\/definitions$/, ({ query }) => [200, list([...definitions.values()].filter((d) => (!query.get("component_type") || d.component_type === query.get("component_type")) && d.name.toLowerCase().includes((query.get("search") ?? "").toLowerCase())))]],
  ["POST", /^\/definitions$/, ({ body }) => {
    const card = gallery.find((item) => item.slug === body.gallery);
    if (card) return [201, define(String(body.name ?? card.name), card.component, card.description)];
    if (body.copy_of) return one(String(body.copy_of), (d) => [201, define(`${d.name} (copy)`, d.draft.component, d.description)]);
    return [201, define(String(body.name), (body.component as Component | undefined) ?? { ...research, config: { name: body.name, participants: [] } })];
  }],
  ["GET", /^\/definitions\/([^/]+)$/, ({ params }) => one(params[0], (d) => [200, d])],
  ["PATCH", /^\/definitions\/([^/]+)$/, ({ params, body }) => one(params[0], (d) => [200, Object.assign(d, body)])],
  ["DELETE", /^\/definitions\/([^/]+)$/, ({ params }) => one(params[0], (d) => { archived.set(d.id, d); definitions.delete(d.id); return [204, undefined]; })],
  ["POST", /^\/definitions\/([^/]+)\/restore$/, ({ params }) => { const d = archived.get(params[0] ?? ""); if (!d) return missing; definitions.set(d.id, d); return [200, d]; }],
  ["PUT", /^\/definitions\/([^/]+)\/draft$/, ({ params, body }) => one(params[0], (d) => {
    if (body.version !== d.draft.version) return [409, { code: "stale_draft", detail: "Somebody else saved this draft.", hint: null, fields: null, current: d.draft }];
    d.draft = { ...d.draft, ...body, version: d.draft.version + 1, updated_at: now() };
    d.draft_changed = true;
    return [200, d.draft];
  })],
  ["GET", /^\/definitions\/([^/]+)\/revisions$/, ({ params }) => [200, list([...(revisions.get(params[0] ?? "") ?? [])].reverse())]],
  ["GET", /^\/definitions\/([^/]+)\/revisions\/(\d+)$/, ({ params }) => { const r = revisions.get(params[0] ?? "")?.[Number(params[1]) - 1]; return r ? [200, r] : missing; }],
  ["POST", /^\/definitions\/([^/]+)\/revisions$/, ({ params, body }) => one(params[0], (d) => {
    const all = revisions.get(d.id) ?? [];
    const made: Revision = { number: all.length + 1, note: String(body.note ?? ""), created_at: now(), created_by: { id: "u1", name: "Ada" } };
    revisions.set(d.id, [...all, { ...made, component: d.draft.component, layout: d.draft.layout, settings: d.draft.settings }]);
    d.latest_revision = made.number;
    d.draft_changed = false;
    return [201, made];
  })],
  ["GET", /^\/runs$/, ({ query }) => [200, list(runs().filter((r) => !query.get("state") || query.get("state") === r.state))]],
  ["POST", /^\/runs$/, () => [201, run("r9", "queued", 0, "x", "Research and write")]],
  ["GET", /^\/runs\/([^/]+)$/, () => [200, { ...run("r9", "queued", 0, "x", "Research and write"), component: research, layout: { nodes: {} }, previous_run: null, next_run: null }]],
  ["GET", /^\/approvals$/, () => [200, list(first ? [] : [{ id: "a1", kind: "tool", state: "pending", run: { id: "r1", state: "waiting", team_name: "Research and write", session: "s1" }, agent: "writer", agent_path: "writer", tool: "write_file", description: "writer wants to write report.md", arguments: { path: "report.md" }, args_hash: "x", args_schema: null, effect: "idempotent", prompt: null, created_at: now(), deadline_at: null, decided_at: null, decided_by: null, decision: null, seq: 30 }])]],
  ["GET", /^\/policy$/, () => [200, policy]],
  ["PUT", /^\/policy$/, ({ body }) => [200, (policy = { ...(body as unknown as Policy), version: policy.version + 1 })]],
  ["GET", /^\/credentials$/, () => [200, list(credentials)]],
  ["POST", /^\/credentials$/, ({ body }) => { const made = { id: `c${++counter}`, name: String(body.name), kind: body.kind as Credential["kind"], base_url: (body.base_url as string) ?? null, hint: `…${String(body.api_key ?? "").slice(-4)}`, source: "user" as const, created_at: now(), last_used_at: null }; credentials.push(made); return [201, made]; }],
  ["DELETE", /^\/credentials\/([^/]+)$/, ({ params }) => { credentials.splice(credentials.findIndex((c) => c.id === params[0]), 1); return [204, undefined]; }],
  ["POST", /^\/credentials\/([^/]+)\/test$/, () => [200, { ok: true, detail: "The key works.", models: ["gpt-4o-mini", "gpt-4.1"] }]],
  ["GET", /^\/tokens$/, () => [200, list(tokens)]],
  ["POST", /^\/tokens$/, ({ body }) => { const made = { id: `t${++counter}`, name: String(body.name), prefix: "trp_9f2c", created_at: now(), last_used_at: null, expires_at: null }; tokens.push(made); return [201, { ...made, token: "trp_9f2c0d7a51be4e0c8d31" }]; }],
  ["DELETE", /^\/tokens\/([^/]+)$/, ({ params }) => { tokens.splice(tokens.findIndex((t) => t.id === params[0]), 1); return [204, undefined]; }],
];

function readBody(request: IncomingMessage): Promise<Body> {
  return new Promise((resolve) => {
    let raw = "";
    request.on("data", (chunk: Buffer) => (raw += chunk.toString()));
    request.on("end", () => resolve(raw ? (JSON.parse(raw) as Body) : {}));
  });
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? "/", "http://mock");
  const path = url.pathname.slice("/api/v1".length);
  const body = await readBody(request);
  const found = ROUTES.find(([method, pattern]) => method === request.method && pattern.test(path));
  const params = found?.[1].exec(path)?.slice(1) ?? [];
  const [status, result] = found ? found[2]({ params, query: url.searchParams, body }) : missing;
  response.writeHead(status, { "Content-Type": "application/json" });
  response.end(result === undefined ? undefined : JSON.stringify(result));
}

export function mockApi(): Plugin {
  return {
    name: "troupe-mock-api",
    configureServer(server) {
      server.middlewares.use((request, response, next) => {
        if (request.url?.startsWith("/api/v1")) void answer(request, response);
        else next();
      });
    },
  };
}
