"""Strategies for teams of any kind and nesting, with models that follow scripts."""

from __future__ import annotations

from itertools import count
from typing import Any

from hypothesis import strategies as st

from tests.runtime.support import Json, agent, calls, model, team
from tests.runtime.test_teams import component, flow, selector, swarm

WORDS = ("yes", "no", "draft", "fine", "again", "done")
DEPTH = 3


class _Builder:
    """Draws one spec; every name in it is another."""

    def __init__(self, draw: st.DrawFn) -> None:
        self._draw = draw
        self._numbers = count(1)

    def name(self, kind: str) -> str:
        return f"{kind}{next(self._numbers)}"

    def text(self) -> str:
        return self._draw(st.sampled_from(WORDS))

    def several(self, most: int = 3) -> range:
        return range(self._draw(st.integers(1, most)))

    def chance(self) -> bool:
        return self._draw(st.booleans())

    # Agents ------------------------------------------------------------------------------------

    def reply(self, *tools: str) -> Json | str:
        if not tools or self.chance():
            return self.text()
        names = self._draw(st.lists(st.sampled_from(tools), min_size=1, max_size=2))
        arguments = {"search_notes": {"query": "bees"}, "current_time": {}}
        return calls(*((name, arguments.get(name, {"task": self.text()})) for name in names))

    def assistant(self, depth: int) -> Json:
        name = self.name("agent")
        tools: list[Any] = []
        callable_names: list[str] = []
        if self.chance():
            tools.append(
                {
                    "provider": "troupe.tools.SampleNotes",
                    "component_type": "tool",
                    "config": {},
                }
            )
            callable_names.append("search_notes")
        if depth > 0 and self.chance():
            inner = self.runner_tool(depth - 1)
            tools.append(inner)
            config = inner["config"]
            callable_names.append(config.get("name") or config["agent"]["config"]["name"])
        replies = [self.reply(*callable_names) for _ in self.several(4)]
        return agent(
            name,
            model(*replies, self.text()),
            tools=tools,
            reflect_on_tool_use=self.chance(),
            max_tool_iterations=self._draw(st.integers(1, 3)),
            model_client_stream=self.chance(),
        )

    def runner_tool(self, depth: int) -> Json:
        if self.chance():
            return component("tools.AgentTool", "tool", agent=self.assistant(depth))
        return component(
            "tools.TeamTool",
            "tool",
            name=self.name("crew"),
            description="Asks a crew.",
            team=self.team(depth),
            return_value_as_last_message=self.chance(),
        )

    def society(self, depth: int) -> Json:
        return component(
            "agents.SocietyOfMindAgent",
            "agent",
            name=self.name("society"),
            team=self.team(depth - 1),
            model_client=model(*(self.text() for _ in self.several())),
        )

    def member(self, depth: int) -> Json:
        kinds = ["assistant", "assistant"] + (["society", "team"] if depth > 0 else [])
        kind = self._draw(st.sampled_from(kinds))
        if kind == "assistant":
            return self.assistant(depth)
        return self.society(depth) if kind == "society" else self.team(depth - 1)

    # Teams -------------------------------------------------------------------------------------

    def team(self, depth: int) -> Json:
        kind = self._draw(st.sampled_from(["round_robin", "selector", "swarm", "flow"]))
        made: Json = getattr(self, f"_{kind}")(depth)
        made["config"].update(name=self.name("team"), max_turns=self._draw(st.integers(1, 4)))
        if self.chance():
            made["config"]["termination_condition"] = self._termination()
        return made

    def _termination(self) -> Json:
        if self.chance():
            most = self._draw(st.integers(2, 8))
            return component("conditions.MaxMessageTermination", "termination", max_messages=most)
        return component("conditions.TextMentionTermination", "termination", text="done")

    def _round_robin(self, depth: int) -> Json:
        return team(*(self.member(depth) for _ in self.several()))

    def _selector(self, depth: int) -> Json:
        members = [self.member(depth), *(self.member(depth) for _ in self.several(2))]
        names = [member["config"]["name"] for member in members]
        answers = [self._draw(st.sampled_from([*names, "nobody"])) for _ in self.several(4)]
        return selector(model(*answers), *members, allow_repeated_speaker=self.chance())

    def _swarm(self, depth: int) -> Json:
        names = [self.name("agent") for _ in range(self._draw(st.integers(2, 3)))]
        members = []
        for name in names:
            others = [other for other in names if other != name]
            replies: list[Json | str] = []
            for _ in self.several(3):
                to = self._draw(st.sampled_from([*others, ""]))
                call = (f"transfer_to_{to}", {}) if to else ("search_notes", {"query": "bees"})
                replies.append(calls(call))
            script = model(*replies, self.text())
            members.append(agent(name, script, "SampleNotes", handoffs=others))
        return swarm(*members)

    def _flow(self, depth: int) -> Json:
        """Without cycles: edges lead onwards. Conditions are on all edges of a node or on none."""
        members = [self.member(depth) for _ in range(self._draw(st.integers(2, 4)))]
        names = [member["config"]["name"] for member in members]
        how = {name: self._draw(st.sampled_from(["all", "any"])) for name in names}
        edges: dict[str, list[Any]] = {}
        for place, name in enumerate(names):
            onwards = names[place + 1 :]
            targets = self._draw(st.lists(st.sampled_from(onwards), unique=True)) if onwards else []
            conditional = self.chance()
            edges[name] = [
                {
                    "target": target,
                    "activation_condition": how[target],
                    **({"condition": self.text()} if conditional else {}),
                }
                for target in targets
            ]
        return flow(edges, *members)


@st.composite
def teams(draw: st.DrawFn) -> Json:
    return _Builder(draw).team(draw(st.integers(0, DEPTH - 1)))
