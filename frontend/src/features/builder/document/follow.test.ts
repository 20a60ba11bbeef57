import type { Component } from "@/api/types";
import { GRAPH_FLOW, SWARM } from "@/lib/components";

import { addParticipant, moveParticipant, remove, replaceDocument, setValue } from "./commands";
import { connectMembers } from "./links";
import type { Command, Doc } from "./model";
import { DocumentStore } from "./store";
import { asTeamType } from "./team-type";

const agent = (name: string, config: Record<string, unknown> = {}): Component => ({ provider: "autogen_agentchat.agents.AssistantAgent", component_type: "agent", config: { name, ...config } });
const team = (provider: string, config: Record<string, unknown>): Component => ({ provider, component_type: "team", config });
const P = (index: number) => `$.config.participants[${index}]`;
const NAME = (index: number) => `${P(index)}.config.name`;

interface Graph {
  nodes: Record<string, { name: string; edges: { target: string; condition?: string; activation_group?: string }[] }>;
  default_start_node?: string | null;
}

function flow(): Doc {
  const graph: Graph = {
    nodes: {
      a: { name: "a", edges: [{ target: "b", condition: "OK" }] },
      b: { name: "b", edges: [{ target: "c", activation_group: "c" }, { target: "a" }] },
      c: { name: "c", edges: [] },
    },
    default_start_node: "a",
  };
  return { component: team(GRAPH_FLOW, { participants: [agent("a"), agent("b"), agent("c")], graph }), layout: { nodes: {} }, settings: {} };
}

function after(doc: Doc, ...commands: Command[]): Component {
  const store = new DocumentStore(doc);
  commands.forEach((command) => store.run(command));
  return store.getState().doc.component;
}

const graphOf = (component: Component) => component.config.graph as Graph;

describe("a graph follows its members", () => {
  it("gets a node for who joins, and loses the node and the edges of who leaves", () => {
    expect(graphOf(after(flow(), addParticipant("$", agent("d")))).nodes.d).toEqual({ name: "d", edges: [], activation: "all" });
    const without = graphOf(after(flow(), remove(P(0))));
    expect(Object.keys(without.nodes)).toEqual(["b", "c"]);
    expect(without.nodes.b?.edges).toEqual([{ target: "c", activation_group: "c" }]);
    expect(without.default_start_node).toBeNull();
  });

  it("renames in nodes, edges, groups named after the target, and the start", () => {
    const graph = graphOf(after(flow(), setValue(NAME(2), "end"), setValue(NAME(0), "begin")));
    expect(Object.keys(graph.nodes)).toEqual(["begin", "b", "end"]);
    expect(graph.nodes.begin).toMatchObject({ name: "begin", edges: [{ target: "b", condition: "OK" }] });
    expect(graph.nodes.b?.edges).toEqual([{ target: "end", activation_group: "end" }, { target: "begin" }]);
    expect(graph.default_start_node).toBe("begin");
  });

  it("loses nothing while a name is empty or that of another", () => {
    for (const typed of ["", "a"]) {
      const graph = graphOf(after(flow(), setValue(NAME(1), typed), setValue(NAME(1), "middle")));
      expect(Object.keys(graph.nodes)).toEqual(["a", "middle", "c"]);
      expect(graph.nodes.middle?.edges).toHaveLength(2);
      expect(graph.nodes.a?.edges[0]?.target).toBe("middle");
    }
  });

  it("stays as it is when only the order changes, and as a whole document has it", () => {
    expect(graphOf(after(flow(), moveParticipant("$", 0, 2)))).toEqual(graphOf(flow().component));
    const whole = team(GRAPH_FLOW, { participants: [agent("x")], graph: { nodes: {} } });
    expect(after(flow(), replaceDocument({ component: whole }, "JSON"))).toEqual(whole);
  });

  it("undoes a rename together with what followed it", () => {
    const store = new DocumentStore(flow());
    store.run(setValue(NAME(0), "z"));
    store.undo();
    expect(store.getState().doc).toEqual(flow());
  });
});

describe("handoffs follow their targets", () => {
  const swarm = (): Doc => ({
    component: team(SWARM, { participants: [agent("a", { handoffs: ["b", { target: "b", description: "When it hurts.", name: "transfer_to_b" }, "user"] }), agent("b")] }),
    layout: { nodes: {} },
    settings: {},
  });
  const handoffs = (component: Component) => (component.config.participants as Component[])[0]?.config.handoffs;

  it("renames them and keeps what a person wrote", () => {
    expect(handoffs(after(swarm(), setValue(NAME(1), "nurse")))).toEqual(["nurse", { target: "nurse", description: "When it hurts." }, "user"]);
  });

  it("drops those to a member that is gone", () => {
    expect(handoffs(after(swarm(), remove(P(1))))).toEqual(["user"]);
  });
});

describe("lines between members", () => {
  it("become edges of a graph, loops included, and only once", () => {
    const store = new DocumentStore(flow());
    const draw = (from: number, to: number) => {
      const command = connectMembers(store.getState().doc, "$", P(from), P(to));
      if (command) store.run(command);
    };
    draw(2, 2);
    draw(0, 1);
    expect(graphOf(store.getState().doc.component).nodes.c?.edges).toEqual([{ target: "c" }]);
    expect(graphOf(store.getState().doc.component).nodes.a?.edges).toHaveLength(1);
    expect(store.getState().selected).toBe("$.config.graph.nodes.a.edges[0]");
  });

  it("make a node that a file left out", () => {
    const doc = flow();
    doc.component.config.graph = { nodes: {} };
    const command = connectMembers(doc, "$", P(0), P(1));
    expect(graphOf(after(doc, ...(command ? [command] : []))).nodes.a).toEqual({ name: "a", edges: [{ target: "b" }], activation: "all" });
  });

  it("become handoffs in a swarm, and nothing where a model chooses", () => {
    const doc = (provider: string): Doc => ({ component: team(provider, { participants: [agent("a"), agent("b")] }), layout: { nodes: {} }, settings: {} });
    const command = connectMembers(doc(SWARM), "$", P(0), P(1));
    const made = after(doc(SWARM), ...(command ? [command] : []));
    expect((made.config.participants as Component[])[0]?.config.handoffs).toEqual(["b"]);
    expect(connectMembers(doc("autogen_agentchat.teams.SelectorGroupChat"), "$", P(0), P(1))).toBeNull();
  });
});

describe("another kind of team", () => {
  const entry = (provider: string, properties: string[], required: string[], defaults: Record<string, unknown>) =>
    ({ provider, component_type: "team", label: provider, config_schema: { required, properties: Object.fromEntries(properties.map((name) => [name, {}])) }, defaults }) as never;
  const robin = entry("robin", ["name", "participants", "max_turns"], ["participants"], {});
  const graph = entry(GRAPH_FLOW, ["name", "participants", "max_turns", "graph"], ["participants", "graph"], { graph: { nodes: {} } });

  it("keeps the members and what both know, and begins a graph as a chain", () => {
    const made = asTeamType(team("robin", { name: "t", participants: [agent("a"), agent("b")], note: 1 }), graph, robin);
    expect(made.provider).toBe(GRAPH_FLOW);
    expect(made.config).toMatchObject({ name: "t", note: 1, graph: { nodes: { a: { edges: [{ target: "b" }] }, b: { edges: [] } } } });
    expect(asTeamType(made, robin, graph).config).toEqual({ name: "t", participants: made.config.participants, note: 1 });
  });
});
