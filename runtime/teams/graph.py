"""The graph of a GraphFlow: which member may speak after which, and under what condition."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

from pydantic import Field

from runtime.components.base import ComponentConfig, Problem
from runtime.expressions import ExpressionError, compile_expression
from runtime.messages import ChatMessage

Activation = Literal["all", "any"]


class GraphEdge(ComponentConfig):
    target: str = Field(title="To")
    condition: str | None = Field(
        None, title="If it says", description="A text that the message must contain."
    )
    expression: str | None = Field(
        None,
        title="If",
        description="Troupe's own: such as 'APPROVE' in text and length < 500.",
    )
    activation_group: str = Field("", title="Group")
    activation_condition: Activation = Field(
        "all", title="Join", description="The target waits for all edges of its group, or any."
    )

    @property
    def group(self) -> str:
        return self.activation_group or self.target

    @property
    def is_conditional(self) -> bool:
        return self.condition is not None or self.expression is not None

    def is_taken(self, message: ChatMessage) -> bool:
        text = message.to_text()
        if self.condition is not None and self.condition not in text:
            return False
        if self.expression is None:
            return True
        values = {"text": text, "source": message.source, "type": message.type, "length": len(text)}
        return bool(compile_expression(self.expression, values).evaluate(values))


class GraphNode(ComponentConfig):
    name: str
    edges: list[GraphEdge] = Field(default_factory=list)
    activation: Activation = "all"


class Graph(ComponentConfig):
    nodes: dict[str, GraphNode]
    default_start_node: str | None = None

    def edges(self) -> Iterator[tuple[str, GraphEdge]]:
        for name, node in self.nodes.items():
            for edge in node.edges:
                yield name, edge

    def starts(self) -> list[str]:
        if self.default_start_node is not None:
            return [self.default_start_node]
        targets = {edge.target for _, edge in self.edges()}
        return [name for name in self.nodes if name not in targets]

    def groups(self) -> dict[str, dict[str, int]]:
        """By target and group: how many edges lead in."""
        found: dict[str, dict[str, int]] = {name: {} for name in self.nodes}
        for _, edge in self.edges():
            into = found.setdefault(edge.target, {})
            into[edge.group] = into.get(edge.group, 0) + 1
        return found

    def joins_any(self, edge: GraphEdge) -> bool:
        """What the node itself says counts for all its edges; AutoGen writes it and ignores it."""
        target = self.nodes.get(edge.target)
        return edge.activation_condition == "any" or (
            target is not None and target.activation == "any"
        )

    def reaches(self, start: str) -> set[str]:
        """Every node that can come after this one."""
        found: set[str] = set()
        stack = [start]
        while stack:
            node = self.nodes.get(stack.pop())
            for edge in node.edges if node is not None else ():
                if edge.target not in found:
                    found.add(edge.target)
                    stack.append(edge.target)
        return found

    def has_cycle(self, *, unconditional: bool = False) -> bool:
        """With `unconditional`, one that no condition can ever leave."""
        state: dict[str, int] = {}
        for root in self.nodes:
            stack = [(root, False)]
            while stack:
                name, done = stack.pop()
                if done:
                    state[name] = 2
                    continue
                if state.get(name):
                    continue
                state[name] = 1
                stack.append((name, True))
                for edge in self.nodes[name].edges if name in self.nodes else ():
                    if unconditional and edge.is_conditional:
                        continue
                    if state.get(edge.target) == 1:
                        return True
                    if not state.get(edge.target):
                        stack.append((edge.target, False))
        return False


def check_graph(graph: Graph, names: list[str | None], path: str) -> Iterator[Problem]:
    """`names` of the participants; None: not known before a reference is resolved."""

    def error(place: str, code: str, detail: str, hint: str | None = None) -> Problem:
        return Problem(f"{path}.{place}" if place else path, "error", code, detail, hint)

    if not graph.nodes:
        yield error("", "no_nodes", "The graph has no nodes.", "Add a node for each member.")
        return
    known = set(names)
    for name, node in graph.nodes.items():
        if None not in known and name not in known:
            yield error(f"nodes.{name}", "unknown_member", f"No member is named {name}.")
        if len({edge.is_conditional for edge in node.edges}) > 1:
            detail = f"{name} has edges with and without conditions."
            yield error(f"nodes.{name}.edges", "mixed_edges", detail, "Give all of them one.")
        for index, edge in enumerate(node.edges):
            yield from _check_edge(graph, edge, f"{path}.nodes.{name}.edges[{index}]")
    start = graph.default_start_node
    if start is not None and start not in graph.nodes:
        yield error("default_start_node", "no_start", f"There is no node {start}.")
    elif not graph.starts():
        yield error("", "no_start", "No node can begin: each has one before it.", "Name a start.")
    if all(node.edges for node in graph.nodes.values()):
        yield error("", "no_leaf", "No node can end: each has one after it.")
    if graph.has_cycle(unconditional=True):
        yield error("", "endless_cycle", "A cycle has no condition that could end it.")
    yield from _check_groups(graph, path)


def _check_edge(graph: Graph, edge: GraphEdge, path: str) -> Iterator[Problem]:
    if edge.target not in graph.nodes:
        yield Problem(f"{path}.target", "error", "no_target", f"There is no node {edge.target}.")
    if edge.expression is not None:
        try:
            compile_expression(edge.expression, ("text", "source", "type", "length"))
        except ExpressionError as fault:
            yield Problem(f"{path}.expression", "error", "bad_expression", str(fault))


def _check_groups(graph: Graph, path: str) -> Iterator[Problem]:
    seen: dict[tuple[str, str], Any] = {}
    for name, edge in graph.edges():
        key = (edge.target, edge.group)
        if seen.setdefault(key, edge.activation_condition) != edge.activation_condition:
            yield Problem(
                f"{path}.nodes.{name}.edges",
                "error",
                "conflicting_join",
                f"The edges of group {edge.group} into {edge.target} wait for all and for any.",
                "Give them one join, or groups of their own.",
            )
