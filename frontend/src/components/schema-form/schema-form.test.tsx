import { MantineProvider } from "@mantine/core";
import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";

import type { JsonSchema } from "@/api/types";

import { schemaFields } from "./fields";
import { SchemaForm } from "./SchemaForm";

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
      <MantineProvider env="test">
        <SchemaForm schema={schema} value={{ name: "a", max_turns: 4 }} onChange={(...change) => changes.push(change)} errors={{ name: "Taken." }} />
      </MantineProvider>,
    );
    expect(screen.queryByText("Tools")).toBeNull();
    expect(screen.getByRole("textbox", { name: "Name" })).toHaveAccessibleDescription("Taken.");
    await user.clear(screen.getByRole("textbox", { name: "Max turns" }));
    await user.type(screen.getByRole("textbox", { name: "Max turns" }), "7");
    await user.click(screen.getByRole("switch", { name: /Stream the text/ }));
    expect(changes).toContainEqual(["max_turns", undefined]);
    expect(changes.some(([field, value]) => field === "max_turns" && typeof value === "number")).toBe(true);
    expect(changes.at(-1)).toEqual(["stream", false]);
  });
});
