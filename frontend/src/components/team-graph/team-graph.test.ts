import type { Component } from "@/api/types";

import { flowGraph } from "./flow";
import { SIZE } from "./place";
import { componentTree, type TeamItem } from "./tree";

const agent = (name: string, config: Record<string, unknown> = {}): Component => ({
  provider: "autogen_agentchat.agents.AssistantAgent",
  component_type: "agent",
  config: { name, ...config },
});
const tool = (name: string): Component => ({ provider: `troupe.tools.${name}`, component_type: "tool", config: { name } });
const team = (name: string, participants: Component[], config: Record<string, unknown> = {}): Component => ({
  provider: "autogen_agentchat.teams.RoundRobinGroupChat",
  component_type: "team",
  config: { name, participants, ...config },
});

const graphOf = (component: Component, layout = { nodes: {} }) => flowGraph(componentTree(component), layout);

describe("the tree of a team", () => {
  it("numbers participants in speaking order and names their agent paths", () => {
    const root = componentTree(team("outer", [agent("a"), team("inner", [agent("b")])])) as TeamItem;
    const inner = root.participants[1] as TeamItem;
    expect(root.participants.map((item) => [item.order, item.agentPath])).toEqual([[1, "a"], [2, "inner"]]);
    expect(inner.participants[0]?.agentPath).toBe("inner/b");
    expect(inner.participants[0]?.path).toBe("$.config.participants[1].config.participants[0]");
  });

  it.each([
    ["tools", { tools: [tool("x")] }, "$.config.tools[0]"],
    ["a list of workbenches", { workbench: [{ provider: "autogen_core.tools.StaticStreamWorkbench", config: { tools: [tool("x")] } }] }, "$.config.workbench[0].config.tools[0]"],
    ["one workbench", { workbench: { provider: "autogen_core.tools.StaticWorkbench", config: { tools: [tool("x")] } } }, "$.config.workbench.config.tools[0]"],
    ["an MCP workbench as a tool of its own", { workbench: [{ provider: "autogen_ext.tools.mcp.McpWorkbench", config: {} }] }, "$.config.workbench[0]"],
  ])("finds tools in %s", (_, config, path) => {
    const root = componentTree(agent("a", config));
    expect(root.kind === "agent" && root.tools.map((item) => item.path)).toEqual([path]);
  });

  it("survives what is not a component at all", () => {
    const broken = { ...team("t", []), config: { name: 7, participants: [null, 3, { provider: "x" }], termination_condition: "never" } };
    expect(graphOf(broken as unknown as Component).nodes).toHaveLength(2);
  });
});

describe("the graph of a team", () => {
  it("draws the order as a circle and every tool under its agent", () => {
    const { nodes, edges } = graphOf(team("t", [agent("a", { tools: [tool("x"), tool("y")] }), agent("b"), agent("c")]));
    const order = edges.filter((edge) => edge.type === "order");
    expect(order.map((edge) => [edge.source.slice(-2, -1), edge.target.slice(-2, -1), edge.data?.loop])).toEqual([["0", "1", false], ["1", "2", false], ["2", "0", true]]);
    const tools = nodes.filter((node) => node.type === "tool");
    expect(tools.map((node) => node.parentId)).toEqual(Array(2).fill("$.config.participants[0]"));
    expect(edges.filter((edge) => edge.type === "tool").map((edge) => edge.target)).toEqual(Array(2).fill("$.config.participants[0]"));
  });

  it("draws no order for a single participant", () => {
    expect(graphOf(team("t", [agent("a")])).edges).toEqual([]);
  });

  it("makes the group large enough for everything in it, wherever it was put", () => {
    const layout = { nodes: { "$.config.participants[1]": { x: 900, y: 700 } } };
    const { nodes } = graphOf(team("t", [agent("a"), agent("b", { tools: [tool("x")] })]), layout);
    const [group, , b] = nodes;
    expect(b?.position).toEqual({ x: 900, y: 700 });
    expect(group?.width).toBeGreaterThanOrEqual(900 + SIZE.agentWidth);
    expect(group?.height).toBeGreaterThanOrEqual(700 + SIZE.agentHeight + SIZE.toolTop + SIZE.toolHeight);
  });

  it("lets no automatic places overlap, nested teams included", () => {
    const many = [...Array(9).keys()].map((n) => (n === 4 ? team(`t${n}`, [agent("x"), agent("y")]) : agent(`a${n}`, { tools: [tool("z")] })));
    const { nodes } = graphOf(team("t", many));
    const boxes = nodes.filter((node) => node.parentId === "$");
    for (const [i, one] of boxes.entries()) {
      for (const other of boxes.slice(i + 1)) {
        const apart =
          one.position.x + (one.width ?? 0) <= other.position.x || other.position.x + (other.width ?? 0) <= one.position.x ||
          one.position.y + (one.height ?? 0) <= other.position.y || other.position.y + (other.height ?? 0) <= one.position.y;
        expect(apart, `${one.id} and ${other.id}`).toBe(true);
      }
    }
  });

  it("lights who acts and counts what passed between them", () => {
    const facts = { active: new Set(["b"]), passes: new Map([["a\u2192b", 3]]), messages: new Map([["a", 2]]) };
    const { nodes, edges } = flowGraph(componentTree(team("t", [agent("a"), agent("b")])), { nodes: {} }, facts);
    expect(nodes.map((node) => node.type === "agent" && node.data.active)).toEqual([false, false, true]);
    expect(edges[0]?.data).toMatchObject({ passes: 3, active: true });
  });

  it("gives teammates ten different colours before it repeats one", () => {
    const { colors } = graphOf(team("t", [...Array(10).keys()].map((n) => agent(`agent${n}`))));
    expect(new Set(colors.values()).size).toBe(10);
  });
});

describe("teams without an order", () => {
  const kind = (provider: string, participants: Component[], config: Record<string, unknown> = {}): Component => ({ provider: `autogen_agentchat.teams.${provider}`, component_type: "team", config: { name: "t", participants, ...config } });
  const edge = (target: string, more: Record<string, unknown> = {}) => ({ target, ...more });
  const diamond = kind("GraphFlow", [agent("a"), agent("b"), agent("c"), agent("d")], {
    graph: { nodes: { a: { name: "a", edges: [edge("b"), edge("c")] }, b: { name: "b", edges: [edge("d", { condition: "OK" })] }, c: { name: "c", edges: [edge("d", { expression: "length < 9" })] }, d: { name: "d", edges: [edge("nobody")] } } },
  });

  it("draws a graph's edges with what they ask, from left to right, and says where it begins", () => {
    const { nodes, edges } = graphOf(diamond);
    expect(edges.map((item) => [item.id.replace("$.config.graph.nodes.", ""), item.data?.label])).toEqual([
      ["a.edges[0]", null], ["a.edges[1]", null], ["b.edges[0]", "if says “OK”"], ["c.edges[0]", "if length < 9"],
    ]);
    const [a, b, c, d] = nodes.slice(1).map((node) => node.position);
    expect([b?.x, c?.y === b?.y]).toEqual([c?.x, false]);
    expect((a?.x ?? 0) < (b?.x ?? 0) && (b?.x ?? 0) < (d?.x ?? 0)).toBe(true);
    expect(nodes.map((node) => node.type === "agent" && node.data.place?.text)).toEqual([false, "starts", undefined, undefined, undefined]);
  });

  it("takes a cycle without end for what it is", () => {
    const loop = kind("GraphFlow", [agent("a"), agent("b")], { graph: { nodes: { a: { edges: [edge("b")] }, b: { edges: [edge("a"), edge("b")] } }, default_start_node: "a" } });
    const { edges } = graphOf(loop);
    expect(edges.map((item) => item.data?.lane)).toEqual([undefined, 0, 1]);
  });

  it("draws handoffs between members of a swarm, in both of AutoGen's forms", () => {
    const swarm = kind("Swarm", [agent("a", { handoffs: ["b", "user", { target: "b" }] }), agent("b", { handoffs: [{ target: "a", description: "x" }] })]);
    expect(graphOf(swarm).edges.map((item) => item.ariaLabel)).toEqual(["a can hand over to b", "a can hand over to b", "b can hand over to a"]);
  });

  it("shows what was seen where a model chooses, and nothing before", () => {
    const panel = kind("SelectorGroupChat", [agent("a"), agent("b")]);
    expect(graphOf(panel).edges).toEqual([]);
    const seen = flowGraph(componentTree(panel), { nodes: {} }, { passes: new Map([["a\u2192b", 2]]) });
    expect(seen.edges.map((item) => [item.data?.passes, item.data?.seen])).toEqual([[2, true]]);
  });

  it("survives a graph that is none", () => {
    for (const graph of [null, 3, { nodes: [] }, { nodes: { a: null, b: { edges: "x" } } }]) {
      expect(graphOf(kind("GraphFlow", [agent("a"), agent("b")], { graph })).nodes).toHaveLength(3);
    }
  });
});
