import type { Component } from "@/api/types";
import { componentAt } from "@/lib/components";

import * as commands from "./commands";
import { localProblems } from "./local-problems";
import type { Command, Doc } from "./model";
import { DocumentStore } from "./store";

const agent = (name: string, tools: Component[] = []): Component => ({
  provider: "autogen_agentchat.agents.AssistantAgent",
  component_type: "agent",
  config: { name, tools },
});
const tool = (name: string): Component => ({ provider: `troupe.tools.${name}`, component_type: "tool", config: {} });
const P = (index: number) => `$.config.participants[${index}]`;

function doc(names: string[], extra: Partial<Doc> = {}): Doc {
  const component: Component = {
    provider: "autogen_agentchat.teams.RoundRobinGroupChat",
    component_type: "team",
    config: { name: "t", participants: names.map((name) => agent(name, [tool(`of_${name}`)])), max_turns: 5 },
  };
  return { component, layout: { nodes: {} }, settings: {}, ...extra };
}

const namesOf = (value: Doc) => (value.component.config.participants as Component[]).map((item) => item.config.name);
const toolsAt = (value: Doc, path: string) => (componentAt(value.component, path)?.config.tools as Component[]).map((item) => item.provider);
const apply = (value: Doc, command: Command) => {
  const outcome = command.apply(value);
  if (!outcome) throw new Error(`${command.label} did nothing`);
  return outcome;
};

describe("commands", () => {
  it("adds a participant at the end, under a free name, and selects it", () => {
    const { doc: next, select } = apply(doc(["writer", "writer_2"]), commands.addParticipant("$", agent("writer")));
    expect(namesOf(next)).toEqual(["writer", "writer_2", "writer_3"]);
    expect(select).toBe(P(2));
  });

  it("inserts in the middle and takes the places of those behind along", () => {
    const start = doc(["a", "b"], { layout: { nodes: { [P(0)]: { x: 1, y: 1 }, [P(1)]: { x: 2, y: 2 } } } });
    const { doc: next } = apply(start, commands.addParticipant("$", agent("c"), { index: 1, at: { x: 9, y: 9 } }));
    expect(namesOf(next)).toEqual(["a", "c", "b"]);
    expect(next.layout.nodes).toEqual({ [P(0)]: { x: 1, y: 1 }, [P(1)]: { x: 9, y: 9 }, [P(2)]: { x: 2, y: 2 } });
  });

  it("deletes a participant with its places, and moves those behind up", () => {
    const start = doc(["a", "b", "c"], { layout: { nodes: { [P(1)]: { x: 2, y: 2 }, [P(2)]: { x: 3, y: 3 }, [`${P(2)}.config.participants[0]`]: { x: 4, y: 4 } } } });
    const { doc: next, select } = apply(start, commands.remove(P(1)));
    expect(namesOf(next)).toEqual(["a", "c"]);
    expect(next.layout.nodes).toEqual({ [P(1)]: { x: 3, y: 3 }, [`${P(1)}.config.participants[0]`]: { x: 4, y: 4 } });
    expect(select).toBeNull();
  });

  it("refuses to delete the team itself", () => {
    expect(commands.remove("$").apply(doc(["a"]))).toBeNull();
  });

  it("reorders: people move, the hand-made places stay", () => {
    const start = doc(["a", "b", "c"], { layout: { nodes: { [P(0)]: { x: 0, y: 0 }, [P(1)]: { x: 1, y: 1 }, [P(2)]: { x: 2, y: 2 } } } });
    const { doc: next, select } = apply(start, commands.moveParticipant("$", 0, 2));
    expect(namesOf(next)).toEqual(["b", "c", "a"]);
    expect(next.layout.nodes).toEqual(start.layout.nodes);
    expect(select).toBe(P(2));
    expect(commands.moveParticipant("$", 0, 3).apply(start)).toBeNull();
    expect(commands.moveParticipant("$", 1, 1).apply(start)).toBeNull();
  });

  it("connects a tool: to `tools`, or into the workbench an AutoGen agent keeps them in", () => {
    const { doc: next } = apply(doc(["a"]), commands.addTool(P(0), tool("x")));
    expect(toolsAt(next, P(0))).toEqual(["troupe.tools.of_a", "troupe.tools.x"]);
    const bench = { provider: "autogen_core.tools.StaticStreamWorkbench", config: { tools: [] } };
    const imported = apply(doc([]), commands.addParticipant("$", { ...agent("a"), config: { name: "a", workbench: [bench] } })).doc;
    const { doc: filled, select } = apply(imported, commands.addTool(P(0), tool("x")));
    expect(select).toBe(`${P(0)}.config.workbench[0].config.tools[0]`);
    expect(componentAt(filled.component, String(select))?.provider).toBe("troupe.tools.x");
  });

  it("moves a tool from one agent to another", () => {
    const { doc: next, select } = apply(doc(["a", "b"]), commands.moveTool(`${P(0)}.config.tools[0]`, P(1)));
    expect(toolsAt(next, P(0))).toEqual([]);
    expect(toolsAt(next, P(1))).toEqual(["troupe.tools.of_b", "troupe.tools.of_a"]);
    expect(select).toBe(`${P(1)}.config.tools[1]`);
    expect(commands.moveTool(`${P(0)}.config.tools[0]`, P(0)).apply(doc(["a"]))).toBeNull();
  });

  it("keeps a loose tool with the draft until it is connected", () => {
    const loose = apply(doc(["a"]), commands.addLoose(tool("x"), { x: 5, y: 6 }));
    expect(loose.select).toBe("loose:0");
    expect(localProblems(loose.doc).map((item) => item.code)).toEqual(["tool_unconnected"]);
    const { doc: next } = apply(loose.doc, commands.attachLoose(0, P(0)));
    expect(next.layout.loose).toEqual([]);
    expect(toolsAt(next, P(0))).toEqual(["troupe.tools.of_a", "troupe.tools.x"]);
  });

  it("duplicates an agent right behind itself, under a free name", () => {
    const { doc: next, select } = apply(doc(["a", "b"]), commands.duplicate(P(0)));
    expect(namesOf(next)).toEqual(["a", "a_2", "b"]);
    expect(select).toBe(P(1));
  });

  it("gives a library reference no name of its own", () => {
    const reference: Component = { provider: "troupe.library.Reference", component_type: "agent", label: "critic", config: { definition: "d", revision: null } };
    expect(componentAt(apply(doc([]), commands.addParticipant("$", reference)).doc.component, P(0))?.config).toEqual({ definition: "d", revision: null });
  });

  it("never changes a document in place", () => {
    const start = doc(["a", "b"], { layout: { nodes: { [P(0)]: { x: 0, y: 0 } } } });
    const before = JSON.stringify(start);
    for (const command of [commands.remove(P(0)), commands.moveParticipant("$", 0, 1), commands.addTool(P(0), tool("x")), commands.setValue(`${P(0)}.config.name`, "z"), commands.placeNodes({ [P(1)]: { x: 3, y: 3 } }), commands.autoLayout()]) {
      apply(start, command);
    }
    expect(JSON.stringify(start)).toBe(before);
  });
});

describe("undo and redo", () => {
  it("goes back and forth over every kind of edit", () => {
    const store = new DocumentStore(doc(["a"]));
    store.run(commands.addParticipant("$", agent("b")));
    store.run(commands.moveParticipant("$", 1, 0));
    store.run(commands.remove(P(1)));
    expect(namesOf(store.getState().doc)).toEqual(["b"]);
    expect(store.getState().undoLabel).toBe("Delete");
    store.undo();
    expect(namesOf(store.getState().doc)).toEqual(["b", "a"]);
    store.undo();
    store.undo();
    expect(namesOf(store.getState().doc)).toEqual(["a"]);
    expect(store.getState().undoLabel).toBeNull();
    store.redo();
    store.redo();
    expect(namesOf(store.getState().doc)).toEqual(["b", "a"]);
    expect(store.getState().redoLabel).toBe("Delete");
  });

  it("undoes typing in one field as one step, and a new edit forgets what was undone", () => {
    const store = new DocumentStore(doc(["a"]));
    const path = `${P(0)}.config.name`;
    for (const text of ["w", "wr", "wri"]) store.run(commands.setValue(path, text));
    store.undo();
    expect(namesOf(store.getState().doc)).toEqual(["a"]);
    store.run(commands.setValue(path, "x"));
    store.redo();
    expect(namesOf(store.getState().doc)).toEqual(["x"]);
  });

  it("does not record an edit that changes nothing", () => {
    const store = new DocumentStore(doc(["a"]));
    expect(store.run(commands.setValue(`${P(0)}.config.name`, "a"))).toBe(false);
    expect(store.getState().undoLabel).toBeNull();
  });

  it("drops a selection that undo took away", () => {
    const store = new DocumentStore(doc(["a"]));
    store.run(commands.addParticipant("$", agent("b")));
    expect(store.getState().selected).toBe(P(1));
    store.undo();
    expect(store.getState().selected).toBeNull();
  });
});

describe("local problems", () => {
  it("finds duplicate and unusable names, empty and endless teams", () => {
    const start = doc(["a", "a", "two words", ""]);
    delete start.component.config.max_turns;
    expect(localProblems(start).map((item) => [item.path, item.code])).toEqual([
      ["$.config.termination_condition", "endless"],
      [`${P(1)}.config.name`, "name_duplicate"],
      [`${P(2)}.config.name`, "name_invalid"],
      [`${P(3)}.config.name`, "name_missing"],
    ]);
    expect(localProblems(doc([])).map((item) => item.code)).toEqual(["no_participants"]);
  });
});
