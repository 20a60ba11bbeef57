import { agentColors, agentGlyph } from "./agent-colors";
import { formatPath, getAt, insertAt, parsePath, removeAt, setAt } from "./component-path";
import { formatDuration, formatMoney, formatTokens } from "./format";
import { toolVerdict } from "./verdicts";

describe("paths into a document", () => {
  it.each(["$", "$.config.name", "$.config.participants[0].config.tools[12]"])("reads and writes %s", (text) => {
    expect(formatPath(parsePath(text))).toBe(text);
  });

  it("edits copies and shares the rest", () => {
    const start = { a: [{ b: 1 }, { b: 2 }], c: { d: 3 } };
    const next = setAt(start, ["a", 1, "b"], 9);
    expect([getAt(start, ["a", 1, "b"]), getAt(next, ["a", 1, "b"])]).toEqual([2, 9]);
    expect(next.c).toBe(start.c);
    expect(next.a[0]).toBe(start.a[0]);
    expect(removeAt(start, ["a", 0]).a).toEqual([{ b: 2 }]);
    expect(removeAt(start, ["c", "d"])).toEqual({ a: start.a, c: {} });
    expect(insertAt({}, ["list"], 0, 1)).toEqual({ list: [1] });
    expect(getAt(null, ["x", 1])).toBeUndefined();
  });
});

describe("numbers as people read them", () => {
  it("never rounds money or tokens to nothing", () => {
    expect(["0", "0.00000123", "0.0021", "0.5", "12.345"].map(formatMoney)).toEqual(["$0", "< $0.0001", "$0.0021", "$0.500", "$12.35"]);
    expect([0, 7, 999, 8140, 123_456, 2_500_000].map(formatTokens)).toEqual(["0", "7", "999", "8.1k", "123k", "2.5M"]);
    expect([12, 4200, 42_000, 7_500_000, 200_000_000].map(formatDuration)).toEqual(["12 ms", "4.2 s", "0:42", "2 h 05 min", "2 d 7 h"]);
  });
});

describe("agents", () => {
  it("keep their colour when others join, and never share it in a team of ten", () => {
    const names = [..."abcdefghij"];
    const all = agentColors(names);
    expect(new Set(all.values()).size).toBe(10);
    expect(agentColors(["a"]).get("a")).toBe(all.get("a"));
    expect(["web_researcher", "writer", "日本", "__"].map(agentGlyph)).toEqual(["WR", "W", "日", "?"]);
  });
});

describe("what happens when a tool is called", () => {
  const policy = { version: 1, rules: [{ tool: "write_*", verdict: "deny" as const }, { tool: "*", verdict: "allow" as const }], default_side_effects: "ask" as const, deadline_seconds: null };
  it("is decided by the first rule that matches, else by side effects; unknown counts as yes", () => {
    expect(toolVerdict("write_file", true, policy).verdict).toBe("deny");
    expect(toolVerdict("send", true, policy).verdict).toBe("allow");
    expect(toolVerdict("search", false, undefined).verdict).toBe("allow");
    expect(toolVerdict("send", null, undefined).verdict).toBe("ask");
  });
});
