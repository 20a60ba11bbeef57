"""Members speak along the edges of a graph."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar, Self

from pydantic import Field

from runtime.agents.base import AnyParticipant
from runtime.components.base import Palette, Problem
from runtime.components.builder import Builder
from runtime.durable.step import StepContext
from runtime.errors import TeamError
from runtime.expressions import ExpressionError
from runtime.messages import JsonObject
from runtime.teams.base import BaseGroupChat, TeamConfig, build_members
from runtime.teams.checks import participant_name
from runtime.teams.frame import Next, Over, Taken
from runtime.teams.graph import Graph, GraphEdge, check_graph
from runtime.terminations.base import AnyTermination

COMPLETE = "Digraph execution is complete"


class GraphFlowConfig(TeamConfig):
    graph: Graph = Field(title="Graph", json_schema_extra={"x-widget": "graph"})


class GraphFlow(BaseGroupChat[GraphFlowConfig]):
    """In supersteps: everyone who is ready speaks in parallel, then the edges of all of them are
    looked at, in declared order. A join waits for each parent that may still come; once none of
    them can, it goes on with those that did. A run that was stopped in the middle goes on there;
    one that reached the end begins anew."""

    provider = "autogen_agentchat.teams.GraphFlow"
    manager_name = "GraphManager"
    Config = GraphFlowConfig
    defaults: ClassVar[JsonObject] = {
        "name": "flow",
        "description": "",
        "participants": [],
        "graph": {"nodes": {}},
        "max_turns": 20,
    }
    palette = Palette("Graph", "Members speak along a graph.", "Teams", "sitemap")

    def __init__(
        self,
        config: GraphFlowConfig,
        participants: list[AnyParticipant],
        termination: AnyTermination | None,
    ) -> None:
        super().__init__(config, participants, termination)
        self._graph = config.graph
        self._groups = config.graph.groups()
        self._rewind()

    @classmethod
    def build(cls, config: GraphFlowConfig, builder: Builder) -> Self:
        return cls(config, *build_members(config, builder))

    @classmethod
    def check(cls, config: Any, path: str) -> Iterable[Problem]:
        yield from super().check(config, path)
        names = [participant_name(member) for member in config.participants]
        yield from check_graph(config.graph, names, f"{path}.graph")
        if not config.max_turns and not config.termination_condition and config.graph.has_cycle():
            yield Problem(
                path,
                "error",
                "no_end",
                "The graph has a cycle, and nothing ends the conversation.",
                "Add a termination condition or a number of turns.",
            )

    def _rewind(self) -> None:
        self._ready: list[str] = self._graph.starts()
        self._open: dict[str, dict[str, int]] = {}
        """By target and group: how many edges are still to come, of those that wait for all."""

    # Turns -------------------------------------------------------------------------------------

    async def choose(self, step: StepContext) -> Next | Over:
        speakers, self._ready = self._ready, []
        if not speakers:
            speakers = self._stranded()
            for name in speakers:
                del self._open[name]
        for name in speakers:
            self._arm_again(name)
        return Next([self.by_name[name] for name in speakers])

    def _arm_again(self, name: str) -> None:
        """The groups that made it ready count anew, so that a loop can come back to it."""
        groups = {group: left for group, left in self._open.get(name, {}).items() if left > 0}
        if groups:
            self._open[name] = groups
        else:
            self._open.pop(name, None)

    def interrupted(self, speakers: list[AnyParticipant]) -> None:
        self._ready = [speaker.name for speaker in speakers]

    def took_turns(self, taken: list[Taken]) -> None:
        for each in taken:
            name, messages = each.turn.speaker.name, each.spoken.messages
            for edge in self._graph.nodes[name].edges if messages else ():
                if self._is_taken(edge, each):
                    self._arrive(edge)

    def _is_taken(self, edge: GraphEdge, taken: Taken) -> bool:
        try:
            return edge.is_taken(taken.spoken.messages[-1])
        except ExpressionError as error:
            name = taken.turn.speaker.name
            raise TeamError(f"The edge from {name} to {edge.target}: {error}") from error

    def _arrive(self, edge: GraphEdge) -> None:
        if not self._graph.joins_any(edge):
            groups = self._open.setdefault(edge.target, {})
            left = groups.get(edge.group, self._groups[edge.target][edge.group]) - 1
            groups[edge.group] = left
            if left > 0:
                return
        if edge.target not in self._ready:
            self._ready.append(edge.target)

    def _stranded(self) -> list[str]:
        """Joins that some parents have reached, when no other can come any more: the first of
        them, so that what follows from it can still reach the others."""
        waiting = [name for name in self._graph.nodes if name in self._open]
        after = {name: self._graph.reaches(name) for name in waiting}
        first = [
            name
            for name in waiting
            if not any(name in after[other] and other not in after[name] for other in waiting)
        ]
        alone = [name for name in first if not any(name in after[o] for o in first if o != name)]
        return alone or first[:1]

    def complete(self) -> str | None:
        return None if self._ready or self._open else COMPLETE

    # State -------------------------------------------------------------------------------------

    def begin_run(self) -> None:
        super().begin_run()
        if self.complete() is not None:
            self._rewind()

    def forget(self) -> None:
        super().forget()
        self._rewind()

    def save_state(self) -> JsonObject:
        return {**super().save_state(), "ready": list(self._ready), "open": self._open}

    def load_state(self, state: JsonObject) -> None:
        super().load_state(state)
        if "ready" in state:
            self._ready = list(state["ready"])
            self._open = {name: dict(groups) for name, groups in state["open"].items()}
