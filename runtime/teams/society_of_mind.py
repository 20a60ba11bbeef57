"""A team that speaks as one agent."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Annotated, Any, ClassVar, Self

from pydantic import Field

from runtime.agents.base import AnyParticipant, Participant, reset
from runtime.agents.inference import Inference
from runtime.agents.message_filter import DEFAULT_AGENT
from runtime.agents.names import check_name
from runtime.agents.protocol import Spoken
from runtime.agents.transcript import Transcript
from runtime.components.base import ComponentConfig, Palette, Problem
from runtime.components.builder import Builder
from runtime.components.spec import Component, ContextSlot, ModelSlot, Slot
from runtime.durable.history import History
from runtime.durable.step import StepContext
from runtime.messages import ChatMessage, HandoffMessage, JsonObject, TextMessage, UserMessage
from runtime.model_clients.base import BaseChatCompletionClient
from runtime.model_contexts.base import AnyContext, ChatCompletionContext
from runtime.model_contexts.unbounded import UnboundedChatCompletionContext, UnboundedConfig
from runtime.ports import ModelRequest
from runtime.teams.base import BaseGroupChat
from runtime.teams.round_robin import RoundRobinGroupChat

NO_RESPONSE = "No response."
TeamSlot = Annotated[Component, Slot("team")]


class SocietyOfMindConfig(ComponentConfig):
    name: str = Field(title="Name", description="A word: letters, digits and underscores.")
    team: TeamSlot = Field(title="Team")
    model_client: ModelSlot = Field(
        title="Model", description="It puts the team's work into words."
    )
    description: str | None = Field(
        "An agent that uses an inner team of agents to generate responses.", title="Description"
    )
    instruction: str | None = Field(
        "Others have worked on a request. These are their messages:",
        title="Before the messages",
        json_schema_extra={"x-widget": "textarea"},
    )
    response_prompt: str | None = Field(
        "Answer the request from these messages. Do not mention that there were any.",
        title="After the messages",
        json_schema_extra={"x-widget": "textarea"},
    )
    model_context: ContextSlot | None = Field(None, title="Model context")


class SocietyOfMindAgent(Participant[SocietyOfMindConfig]):
    """Lets its team talk about what it heard, has a model put the outcome into one answer, and
    lets the team forget. Others hear the answer alone."""

    provider = "autogen_agentchat.agents.SocietyOfMindAgent"
    component_type = "agent"
    hides_inside = True
    Config = SocietyOfMindConfig
    defaults: ClassVar[JsonObject] = {
        "name": "society",
        "team": RoundRobinGroupChat.dump(
            {**RoundRobinGroupChat.defaults, "participants": [DEFAULT_AGENT], "max_turns": 2}
        ).model_dump(exclude_none=True),
        "model_client": {
            "provider": "troupe.models.WorkspaceModel",
            "component_type": "model",
            "config": {},
        },
    }
    palette = Palette("Society of mind", "A team that speaks as one.", "Agents", "users-group")

    def __init__(
        self,
        config: SocietyOfMindConfig,
        team: BaseGroupChat[Any],
        inference: Inference,
        view: AnyContext,
    ) -> None:
        self.config = config
        self.name = config.name
        self.description = config.description or ""
        self._team = team
        self._inference = inference
        self._view = view
        self._transcript = Transcript(config.name)

    @classmethod
    def build(cls, config: SocietyOfMindConfig, builder: Builder) -> Self:
        everything = UnboundedChatCompletionContext(UnboundedConfig(initial_messages=None))
        view: AnyContext = everything
        if config.model_context is not None:
            view = builder.build(config.model_context, ChatCompletionContext, "model_context")
        team = builder.build(config.team, BaseGroupChat, "team")
        model = builder.build(config.model_client, BaseChatCompletionClient, "model_client")
        return cls(config, team, Inference(model, everything, config.instruction, True), view)

    @classmethod
    def check(cls, config: Any, path: str) -> Iterable[Problem]:
        return check_name(config.name, f"{path}.name")

    def place(self, path: str) -> None:
        super().place(path)
        self._team.place(f"{path}/{self._team.name}")

    def members(self) -> Iterator[AnyParticipant]:
        yield self
        yield from self._team.members()

    def restore(self, history: History) -> None:
        self._transcript = Transcript.restore(self.name, self.path, history)

    def forget(self) -> None:
        self._transcript = Transcript(self.name)

    async def respond(self, heard: list[ChatMessage], step: StepContext) -> Spoken:
        earlier = self._view.view(self._transcript.messages)
        self._transcript.hear(heard)
        task: list[ChatMessage] = list(heard)
        if earlier:
            before = HandoffMessage(
                id=step.derive_id("earlier"),
                source=self.name,
                target="",
                created_at=step.now(),
                content="Here are the relevant previous messages.",
                context=earlier,
            )
            task.insert(0, before)
        result = await self._team.converse(task, step.child("team", 1).untraced())
        words, usage, key = NO_RESPONSE, None, None
        if result.said:
            said = [UserMessage(content=m.to_model_content(), source=m.source) for m in result.said]
            request = self._inference.request(said)
            if self.config.response_prompt:
                last = UserMessage(content=self.config.response_prompt, source="user")
                request = ModelRequest(messages=[*request.messages, last])
            reply = await self._inference.infer(step.child("model", 1), request)
            self._transcript.said(reply)
            words, usage, key = reply.content or "", reply.usage, reply.message_key
        await reset(self._team, step.child("reset", 1))
        message = TextMessage(
            id=step.derive_id("message"),
            source=self.name,
            models_usage=usage,
            created_at=step.now(),
            content=words,
        )
        return Spoken([message], message_key=key)
