import { describe, expect, it } from "vitest";

import type { JsonSchema } from "@/api/types";

import { checkArguments } from "./check-arguments";
import { countHiddenIn, visibleParts } from "./visible-text";

const SCHEMA: JsonSchema = { type: "object", properties: { path: { type: "string" } }, required: ["path"], additionalProperties: false };

describe("exact text", () => {
  const marks = (text: string) => visibleParts(text).flatMap((part) => (part.mark === null ? [] : [part.mark]));

  it.each([
    ["a\u202Eb", ["RLO"]],
    ["a\u200bb\u0007", ["ZWSP", "BEL"]],
    ["\u{E0041}", ["U+E0041"]],
    ["\ud800x", ["U+D800"]],
    ["caf\u00e9\n\ttab ok, 👋🏽 ❤️ שלום", []],
    ["x\ufe0f", ["U+FE0F"]],
    ["one\u00a0two", ["NBSP"]],
  ])("%j hides %j", (text, expected) => {
    expect(marks(text)).toEqual(expected);
    expect(visibleParts(text).map((part) => part.text).join("")).toBe(text);
  });

  it("counts in keys and nested values", () => {
    expect(countHiddenIn({ "k\u200b": [{ v: "\u202e" }, 1, null] })).toBe(2);
  });
});

describe("checkArguments", () => {
  it.each([
    ["{", "This is not JSON"],
    ["[]", "Arguments are a JSON object"],
    ["{}", "required"],
    ['{"path": 3}', "type"],
    ['{"path": "a", "x": 1}', "x"],
  ])("refuses %s", (text, part) => {
    const { problems } = checkArguments(text, SCHEMA);
    expect(problems.map(({ path, detail }) => `${path} ${detail}`).join("\n")).toContain(part);
  });

  it("takes what fits", () => {
    expect(checkArguments('{"path": "a"}', SCHEMA)).toEqual({ value: { path: "a" }, problems: [] });
  });
});
