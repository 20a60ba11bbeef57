"""How the actors of one type come into being."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from runtime.core.actor import Actor
from runtime.core.ids import AgentId
from runtime.core.supervision import RESUME, Supervision

ActorFactory = Callable[[], Actor | Awaitable[Actor]]


@dataclass(frozen=True, slots=True)
class Registration:
    factory: ActorFactory
    expected_class: type[Actor] | None = None
    supervision: Supervision = RESUME
    is_instance: bool = False
    """The one actor exists already and cannot be made again."""

    async def make(self, agent_id: AgentId) -> Actor:
        """Raises ValueError when the factory makes something else than it was registered for."""
        made = self.factory()
        actor = await made if inspect.isawaitable(made) else made
        expected = self.expected_class or Actor
        if not isinstance(actor, expected):
            raise ValueError(
                f"The factory of {agent_id.type!r} made a {type(actor).__name__}, "
                f"not a {expected.__name__}"
            )
        actor.id = agent_id
        return actor
