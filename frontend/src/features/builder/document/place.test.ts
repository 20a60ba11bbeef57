import type { Component, JsonSchema } from "@/api/types";
import { componentAt } from "@/lib/components";

import { belongs, placeComponent, type SchemaOf } from "./add";
import type { Doc } from "./model";

const slot = (...types: string[]) => ({ "x-component-types": types }) as unknown as JsonSchema;
const SCHEMAS: Record<string, JsonSchema> = {
  assistant: { properties: { model_client: slot("model"), tools: { type: "array", items: slot("tool") }, memory: { type: "array", items: slot("memory") }, model_context: slot("chat_completion_context"), workbench: { anyOf: [{ type: "array", items: slot("workbench") }, slot("workbench")] } } },
  person: { properties: {} },
  coder: { properties: { code_executor: slot("code_executor") } },
  runs: { properties: { executor: slot("code_executor") } },
};
const schemaOf: SchemaOf = (provider) => SCHEMAS[provider];
const make = (provider: string, component_type: Component["component_type"], config: Record<string, unknown> = {}): Component => ({ provider, component_type, config });
const P = (index: number) => `$.config.participants[${index}]`;

function team(...members: Component[]): Doc {
  return { component: make("autogen_agentchat.teams.RoundRobinGroupChat", "team", { participants: members }), layout: { nodes: {} }, settings: {} };
}

function place(doc: Doc, component: Component, path: string | null) {
  const outcome = placeComponent(doc, component, { path, looseAt: { x: 0, y: 0 } }, schemaOf)?.apply(doc);
  return outcome ? { component: outcome.doc.component, select: outcome.select, loose: outcome.doc.layout.loose } : null;
}

describe("what is added goes where it belongs", () => {
  const memory = make("memory", "memory");

  it("into the list or the slot of the agent it was dropped on, and is selected there", () => {
    const doc = team(make("assistant", "agent", { name: "a", memory: [memory] }), make("person", "agent", { name: "p" }));
    expect(place(doc, memory, P(0))).toMatchObject({ select: `${P(0)}.config.memory[1]` });
    const filled = place(doc, make("context", "chat_completion_context"), P(0));
    expect(componentAt(filled?.component, `${P(0)}.config.model_context`)?.provider).toBe("context");
  });

  it("into the tool it was dropped on, not into the agent around it", () => {
    const doc = team(make("coder", "agent", { name: "c", tools: [make("runs", "tool")] }));
    expect(place(doc, make("docker", "code_executor"), `${P(0)}.config.tools[0]`)?.select).toBe(`${P(0)}.config.tools[0].config.executor`);
  });

  it("to the only one that can take it, when the team is selected", () => {
    const doc = team(make("assistant", "agent", { name: "a" }), make("person", "agent", { name: "p" }));
    expect(place(doc, memory, "$")?.select).toBe(`${P(0)}.config.memory[0]`);
    const two = team(make("assistant", "agent", { name: "a" }), make("assistant", "agent", { name: "b" }));
    expect(place(two, memory, "$")).toBeNull();
    expect(belongs("memory")).toMatch(/^A memory belongs to an assistant/);
  });

  it("as a workbench beside the others, also where AutoGen wrote just one", () => {
    const doc = team(make("assistant", "agent", { name: "a", workbench: make("static", "workbench", { tools: [] }) }));
    const placed = place(doc, make("mcp", "workbench"), P(0));
    expect(placed?.select).toBe(`${P(0)}.config.workbench[1]`);
    expect(componentAt(placed?.component, `${P(0)}.config.workbench[0]`)?.provider).toBe("static");
  });

  it("nowhere where it has no place: a tool on a person stays loose", () => {
    const doc = team(make("person", "agent", { name: "p" }));
    expect(place(doc, make("tool", "tool"), P(0))?.loose).toHaveLength(1);
  });

  it("as the model that a team asks itself, or else as the one of its agents", () => {
    const selector: Doc = { ...team(), component: make("autogen_agentchat.teams.SelectorGroupChat", "team", { participants: [], model_client: make("default", "model") }) };
    expect(componentAt(place(selector, make("gpt", "model"), "$")?.component, "$.config.model_client")?.provider).toBe("gpt");
    const outcome = placeComponent(team(), make("gpt", "model"), { path: "$", looseAt: { x: 0, y: 0 } }, schemaOf)?.apply(team());
    expect(outcome?.doc.settings.model?.provider).toBe("gpt");
  });
});
