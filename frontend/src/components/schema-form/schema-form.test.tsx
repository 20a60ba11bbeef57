import { MantineProvider } from "@mantine/core";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { fireEvent, render, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useState, type ReactNode } from "react";
import { MemoryRouter } from "react-router";

import { componentsQuery } from "@/api/components";
import { credentialsQuery } from "@/api/credentials";
import type { Credential, JsonSchema } from "@/api/types";

import { schemaFields } from "./fields";
import { SchemaForm } from "./SchemaForm";
import { SlotOpener } from "./slot-opener";

const schema: JsonSchema = {
  type: "object",
  required: ["name"],
  $defs: { Effort: { enum: ["low", "high"], type: "string" } },
  properties: {
    name: { type: "string", title: "Name" },
    max_turns: { anyOf: [{ type: "integer", minimum: 1 }, { type: "null" }], title: "Max Turns" },
    effort: { anyOf: [{ $ref: "#/$defs/Effort" }, { type: "null" }] },
    stream: { type: "boolean", default: true, title: "Stream the text" },
    sources: { type: "array", items: { type: "string" } },
    tools: { anyOf: [{ type: "array", items: { type: "object", "x-component-types": ["tool"] } }, { type: "null" }] },
    extra: { type: "object" },
  },
};

const entry = (provider: string, component_type: string, label: string, config_schema: JsonSchema = {}, defaults = {}) => ({ provider, component_type, label, summary: `${label}.`, group: "", icon: "", hidden: false, config_schema, defaults });
const registry = [
  entry("memory.List", "memory", "List of facts", { properties: { k: { type: "integer", title: "K" } } }, { k: 3 }),
  entry("memory.Vector", "memory", "Vector memory"),
  entry("executor.Docker", "code_executor", "Sandbox", { properties: { timeout: { type: "integer", title: "Timeout" } } }, { timeout: 60 }),
];
const key = (id: string, name: string, kind: Credential["kind"]): Credential => ({ id, name, kind, base_url: null, hint: "…", source: "user", created_at: null, last_used_at: null });

function Around({ children }: { children: ReactNode }) {
  const client = new QueryClient({ defaultOptions: { queries: { retry: false, staleTime: Infinity } } });
  client.setQueryData(componentsQuery.queryKey, { results: registry, next: null } as never);
  client.setQueryData(credentialsQuery.queryKey, { results: [key("c1", "Shop", "sql"), key("c2", "Claude", "anthropic")], next: null });
  return <MantineProvider env="test"><QueryClientProvider client={client}><MemoryRouter>{children}</MemoryRouter></QueryClientProvider></MantineProvider>;
}

/** A form that keeps what is changed; `last()` is what would be saved. */
function editing(form: JsonSchema, value: Record<string, unknown>, open?: (keys: readonly (string | number)[]) => void) {
  let latest = value;
  function Form() {
    const [held, setHeld] = useState(value);
    const change = (field: string, next: unknown) => {
      latest = Object.fromEntries(Object.entries({ ...held, [field]: next }).filter(([, kept]) => kept !== undefined));
      setHeld(latest);
    };
    return <SlotOpener.Provider value={open ?? null}><SchemaForm schema={form} value={held} onChange={change} at={open ? [] : undefined} /></SlotOpener.Provider>;
  }
  render(<Around><Form /></Around>);
  return { last: () => latest, user: userEvent.setup() };
}

describe("schemaFields", () => {
  it("finds the control for each property, optional ones and references included", () => {
    expect(schemaFields(schema).map((field) => [field.name, field.kind, field.nullable, field.label])).toEqual([
      ["name", "text", false, "Name"],
      ["max_turns", "integer", true, "Max turns"],
      ["effort", "choice", true, "Effort"],
      ["stream", "boolean", false, "Stream the text"],
      ["sources", "strings", false, "Sources"],
      ["tools", "components", true, "Tools"],
      ["extra", "json", false, "Extra"],
    ]);
  });
});

describe("SchemaForm", () => {
  it("removes an emptied optional value, keeps numbers numbers, shows what is wrong", async () => {
    const changes: [string, unknown][] = [];
    const user = userEvent.setup();
    render(
      <Around>
        <SchemaForm schema={schema} value={{ name: "a", max_turns: 4 }} onChange={(...change) => changes.push(change)} errors={{ name: "Taken." }} />
      </Around>,
    );
    expect(screen.getByRole("textbox", { name: "Name" })).toHaveAccessibleDescription("Taken.");
    await user.clear(screen.getByRole("textbox", { name: "Max turns" }));
    await user.type(screen.getByRole("textbox", { name: "Max turns" }), "7");
    await user.click(screen.getByRole("switch", { name: /Stream the text/ }));
    expect(changes).toContainEqual(["max_turns", undefined]);
    expect(changes.some(([field, value]) => field === "max_turns" && typeof value === "number")).toBe(true);
    expect(changes.at(-1)).toEqual(["stream", false]);
  });
});

describe("components inside a component", () => {
  const memory: JsonSchema = { properties: { memory: { title: "Memory", anyOf: [{ type: "array", items: { "x-component-types": ["memory"] } }, { type: "null" }] } } };
  const executor: JsonSchema = { required: ["executor"], properties: { executor: { title: "Executor", "x-component-types": ["code_executor"] } } };

  it("are chosen from those that fit, added to a list, and removed", async () => {
    const { last, user } = editing(memory, {});
    await user.click(screen.getByRole("button", { name: "Add memory" }));
    expect(await screen.findByRole("menuitem", { name: /Vector memory/ })).toBeInTheDocument();
    expect(screen.queryByRole("menuitem", { name: /Sandbox/ })).toBeNull();
    await user.click(screen.getByRole("menuitem", { name: /List of facts/ }));
    expect(last().memory).toMatchObject([{ provider: "memory.List", component_type: "memory", config: { k: 3 } }]);
    await user.click(screen.getByRole("button", { name: "Remove Memory 1" }));
    expect(last()).toEqual({});
  });

  it("are edited in place, and keep what their schema does not know", async () => {
    const { last, user } = editing(executor, { executor: { provider: "executor.Docker", version: 1, config: { timeout: 5, odd: true } } });
    expect(screen.queryByRole("button", { name: "Remove Executor" })).toBeNull();
    await user.click(screen.getByRole("button", { name: "Open Executor: Sandbox" }));
    fireEvent.change(screen.getByRole("textbox", { name: "Timeout" }), { target: { value: "9" } });
    expect(last().executor).toEqual({ provider: "executor.Docker", version: 1, config: { timeout: 9, odd: true } });
  });

  it("are opened elsewhere where there is such a place, one that AutoGen wrote without its list included", async () => {
    const opened: unknown[] = [];
    const { user } = editing(memory, { memory: { provider: "memory.Vector", config: {} } }, (keys) => opened.push(keys));
    await user.click(screen.getByRole("button", { name: "Open Memory 1: Vector memory" }));
    expect(opened).toEqual([["memory"]]);
  });
});

describe("groups of fields", () => {
  const $defs: Record<string, JsonSchema> = {
    Source: { type: "object", required: ["source"], properties: { source: { type: "string", title: "From" }, count: { anyOf: [{ type: "integer" }, { type: "null" }], title: "How many" } } },
    Http: { type: "object", required: ["url"], properties: { type: { const: "Http" }, url: { type: "string", title: "Address" }, timeout: { type: "number", title: "Timeout" } } },
    Program: { type: "object", required: ["command"], properties: { type: { const: "Program" }, command: { type: "string", title: "Command" }, timeout: { type: "number", title: "Timeout" } } },
  };
  const form: JsonSchema = {
    $defs,
    properties: {
      sources: { type: "array", title: "Sources", items: { $ref: "#/$defs/Source" } },
      headers: { type: "object", title: "Headers", additionalProperties: { $ref: "#/$defs/Source" } },
      server: { title: "Server", discriminator: { propertyName: "type", mapping: { Http: "#/$defs/Http", Program: "#/$defs/Program" } }, oneOf: [{ $ref: "#/$defs/Http" }, { $ref: "#/$defs/Program" }] },
    },
  };

  it("come and go in a list and by name", async () => {
    const { last, user } = editing(form, { sources: [{ source: "a", odd: 1 }] });
    await user.click(screen.getByRole("button", { name: "Add to sources" }));
    fireEvent.change(within(screen.getByRole("group", { name: "Sources 2" })).getByRole("textbox", { name: "From" }), { target: { value: "b" } });
    expect(last().sources).toEqual([{ source: "a", odd: 1 }, { source: "b" }]);
    await user.click(screen.getByRole("button", { name: "Remove sources 1" }));
    expect(last().sources).toEqual([{ source: "b" }]);
    await user.click(screen.getByRole("button", { name: "Add to headers" }));
    fireEvent.change(screen.getByRole("textbox", { name: "Name in headers" }), { target: { value: "Authorization" } });
    expect(last().headers).toEqual({ Authorization: { source: "" } });
  });

  it("change their kind and take along what both kinds know", async () => {
    const { last, user } = editing(form, { server: { type: "Http", url: "https://x", timeout: 4 } });
    expect(screen.getByRole("textbox", { name: "Address" })).toHaveValue("https://x");
    await user.click(screen.getByRole("combobox", { name: "Kind" }));
    await user.click(await screen.findByRole("option", { name: "Program" }));
    expect(last().server).toEqual({ type: "Program", command: "", timeout: 4 });
  });
});

describe("values that do not fit their control", () => {
  it("are shown as JSON and not lost", () => {
    editing({ properties: { stop: { type: "string", title: "Stop" }, sources: { type: "array", title: "Sources", items: { type: "string" } } } }, { stop: ["a", "b"], sources: { odd: 1 } });
    expect(screen.queryByRole("textbox", { name: "Stop" })?.tagName).not.toBe("INPUT");
    expect(document.body).toHaveTextContent('"odd": 1');
  });

  it("are kept when they are a choice that the list does not have", () => {
    const { last } = editing({ properties: { mode: { enum: ["x", "y"], type: "string", title: "Mode" } } }, { mode: "old" });
    expect(screen.getByRole("combobox", { name: "Mode" })).toHaveValue("old");
    expect(last()).toEqual({ mode: "old" });
  });
});

describe("keys", () => {
  it("are offered only where they can be used", async () => {
    const { last, user } = editing({ title: "SqlQueryConfig", required: ["credential"], properties: { credential: { type: "string", title: "Database", "x-widget": "credential" } } }, { credential: "" });
    await user.click(screen.getByRole("combobox", { name: /Database/ }));
    expect(screen.queryByRole("option", { name: /Claude/ })).toBeNull();
    await user.click(await screen.findByRole("option", { name: /Shop/ }));
    expect(last()).toEqual({ credential: "c1" });
  });
});
