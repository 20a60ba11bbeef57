"""An orchestrator that plans, judges the progress after each turn, and plans anew when stuck."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar, Self

from pydantic import Field

from runtime.agents.base import AnyParticipant, reset
from runtime.agents.inference import Inference
from runtime.components.base import Palette, Problem
from runtime.components.builder import Builder
from runtime.components.spec import ModelSlot
from runtime.durable.step import StepContext
from runtime.errors import TeamError
from runtime.messages import (
    AssistantMessage,
    ChatMessage,
    JsonObject,
    LLMMessage,
    UserMessage,
    fill_template,
)
from runtime.model_clients.base import BaseChatCompletionClient
from runtime.model_contexts.unbounded import UnboundedChatCompletionContext, UnboundedConfig
from runtime.ports import ModelRequest
from runtime.teams import magentic_prompts as prompts
from runtime.teams.base import BaseGroupChat, TeamConfig, build_members
from runtime.teams.frame import Next, Over
from runtime.teams.magentic_ledger import BadLedger, Ledger, read_ledger
from runtime.terminations.base import AnyTermination

MAX_ROUNDS = "Max rounds reached."
MAX_LEDGER_ATTEMPTS = 10


class MagenticOneConfig(TeamConfig):
    model_client: ModelSlot = Field(title="Model", description="The orchestrator's.")
    max_turns: int | None = Field(
        20, ge=1, title="Turns", description="After so many the orchestrator gives its answer."
    )
    max_stalls: int = Field(
        3, ge=1, title="Stalls", description="Turns without progress before it plans anew."
    )
    final_answer_prompt: str = Field(
        prompts.FINAL,
        title="Final question",
        description="With {task}.",
        json_schema_extra={"x-widget": "textarea"},
    )


class MagenticOneGroupChat(BaseGroupChat[MagenticOneConfig]):
    """Two loops, as in AutoGen: the outer one collects facts and makes a plan; the inner one fills
    the progress ledger and gives one member an instruction. Termination conditions see what the
    members say, not the orchestrator."""

    provider = "autogen_agentchat.teams.MagenticOneGroupChat"
    manager_name = "MagenticOneOrchestrator"
    Config = MagenticOneConfig
    defaults: ClassVar[JsonObject] = {
        "name": "team",
        "description": "",
        "participants": [],
        "model_client": {
            "provider": "troupe.models.WorkspaceModel",
            "component_type": "model",
            "config": {},
        },
        "max_turns": 20,
        "max_stalls": 3,
    }
    palette = Palette("Magentic-One", "An orchestrator plans and leads.", "Teams", "route")

    def __init__(
        self,
        config: MagenticOneConfig,
        participants: list[AnyParticipant],
        termination: AnyTermination | None,
        inference: Inference,
    ) -> None:
        super().__init__(config, participants, termination)
        self._inference = inference
        self._start_over()

    @classmethod
    def build(cls, config: MagenticOneConfig, builder: Builder) -> Self:
        view = UnboundedChatCompletionContext(UnboundedConfig(initial_messages=None))
        model = builder.build(config.model_client, BaseChatCompletionClient, "model_client")
        return cls(config, *build_members(config, builder), Inference(model, view, None, True))

    @classmethod
    def check(cls, config: Any, path: str) -> Iterable[Problem]:
        yield from super().check(config, path)
        for index, member in enumerate(config.participants):
            if member.component_type == "team":
                yield Problem(
                    f"{path}.participants[{index}]",
                    "error",
                    "team_in_magentic",
                    "The members of a Magentic-One team are agents.",
                    "Wrap the team in a society of mind, or use it as a tool.",
                )

    def _start_over(self) -> None:
        self._task = ""
        self._facts = ""
        self._plan: str | None = None
        self._stalls = 0
        self._since = 0
        """Where in the thread the current plan begins."""

    def took_task(self, task: list[ChatMessage]) -> None:
        """Without a task it goes on with the one it has."""
        if task:
            self._start_over()
            self._task = "\n".join(message.to_text() for message in task)
            self._since = len(self.thread)

    # Turns -------------------------------------------------------------------------------------

    async def choose(self, step: StepContext) -> Next | Over:
        posts: list[ChatMessage] = []
        if self.turns >= (self.config.max_turns or self.turns + 1):
            return Over(MAX_ROUNDS, [await self._final(posts, step)])
        if self._plan is None:
            posts.append(await self._make_plan(step.child("plan", 1)))
        ledger = await self._judge(posts, step.child("ledger", 1))
        if not ledger.satisfied and self._stuck(ledger):
            posts.append(await self._plan_anew(posts, step.child("plan", 2)))
            ledger = await self._judge(posts, step.child("ledger", 2))
            self._stuck(ledger)
        if ledger.satisfied:
            return Over(ledger.reason, [*posts, await self._final(posts, step)])
        told = self.words(step.child("instruction", 1), ledger.instruction, self.manager_name)
        return Next([self.by_name[ledger.next_speaker]], [*posts, told])

    def end_of_turns(self) -> str | None:
        """The orchestrator gives its answer first."""
        return None

    def _stuck(self, ledger: Ledger) -> bool:
        if ledger.in_loop or not ledger.progress:
            self._stalls += 1
        else:
            self._stalls = max(0, self._stalls - 1)
        return self._stalls >= self.config.max_stalls

    async def _make_plan(self, step: StepContext) -> ChatMessage:
        asked = _user(prompts.FACTS.format(task=self._task))
        self._facts = await self._ask([asked], step.child("facts", 1))
        known = AssistantMessage(content=self._facts, source=self.manager_name)
        plan = _user(prompts.PLAN.format(team=self._team()))
        self._plan = await self._ask([asked, known, plan], step.child("plan", 1))
        return await self._begin_plan(step)

    async def _plan_anew(self, posts: list[ChatMessage], step: StepContext) -> ChatMessage:
        context = self._context(posts)
        asked = _user(prompts.NEW_FACTS.format(task=self._task, facts=self._facts))
        self._facts = await self._ask([*context, asked], step.child("facts", 1))
        known = AssistantMessage(content=self._facts, source=self.manager_name)
        plan = _user(prompts.NEW_PLAN.format(team=self._team()))
        self._plan = await self._ask([*context, asked, known, plan], step.child("plan", 1))
        return await self._begin_plan(step)

    async def _begin_plan(self, step: StepContext) -> ChatMessage:
        """Everyone forgets what was, and starts from the facts and the plan."""
        for index, participant in enumerate(self.participants):
            await reset(participant, step.child("reset", index))
        self._since = len(self.thread)
        self._stalls = 0
        self.thread.delivered = {name: self._since for name in self.by_name}
        values = {"task": self._task, "team": self._team(), "facts": self._facts}
        text = prompts.FULL.format(**values, plan=self._plan)
        return self.words(step, text, self.manager_name)

    async def _judge(self, posts: list[ChatMessage], step: StepContext) -> Ledger:
        names = list(self.by_name)
        schema = prompts.ledger_schema(names)
        question = prompts.LEDGER.format(task=self._task, team=self._team(), names=", ".join(names))
        messages = [*self._context(posts), _user(question)]
        fault = ""
        for attempt in range(1, MAX_LEDGER_ATTEMPTS + 1):
            answer = await self._ask(messages, step.child("attempt", attempt), schema)
            try:
                return read_ledger(answer, schema, names[0] if len(names) == 1 else None)
            except BadLedger as error:
                fault = str(error)
            again = f"That is not the JSON that was asked for: {fault}. Answer again."
            said = AssistantMessage(content=answer, source=self.manager_name)
            messages = [*messages, said, _user(again)]
        raise TeamError(
            f"The orchestrator's model gave no usable ledger in {MAX_LEDGER_ATTEMPTS} attempts: "
            f"{fault}",
            hint="Use a stronger model, or one with structured output.",
        )

    async def _final(self, posts: list[ChatMessage], step: StepContext) -> ChatMessage:
        question = fill_template(self.config.final_answer_prompt, {"task": self._task})
        place = step.child("final", 1)
        answer = await self._ask([*self._context(posts), _user(question)], place)
        return self.words(place, answer, self.manager_name)

    # Inside ------------------------------------------------------------------------------------

    async def _ask(
        self, messages: list[LLMMessage], step: StepContext, schema: JsonObject | None = None
    ) -> str:
        request = ModelRequest(messages=messages, json_schema=schema)
        return (await self._inference.infer(step, request)).content or ""

    def _context(self, posts: list[ChatMessage]) -> list[LLMMessage]:
        """What was said since the plan was made, as the orchestrator's model sees it."""
        said = [*(entry.message for entry in self.thread.entries[self._since :]), *posts]
        return [
            AssistantMessage(content=message.to_text(), source=message.source)
            if message.source == self.manager_name
            else UserMessage(content=message.to_model_content(), source=message.source)
            for message in said
        ]

    def _team(self) -> str:
        return "\n".join(f"{p.name}: {' '.join(p.description.split())}" for p in self.participants)

    def forget(self) -> None:
        super().forget()
        self._start_over()

    def save_state(self) -> JsonObject:
        return {
            **super().save_state(),
            "task": self._task,
            "facts": self._facts,
            "plan": self._plan,
            "n_stalls": self._stalls,
            "since": self._since,
        }

    def load_state(self, state: JsonObject) -> None:
        super().load_state(state)
        self._task = state.get("task", "")
        self._facts = state.get("facts", "")
        self._plan = state.get("plan")
        self._stalls = state.get("n_stalls", 0)
        self._since = state.get("since", 0)


def _user(text: str) -> UserMessage:
    return UserMessage(content=text, source="user")
