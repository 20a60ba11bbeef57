"""Functions as actors: to take results out of a runtime, or for one small reaction."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, Literal

from runtime.core.actor import Actor, unhandled
from runtime.core.context import MessageContext
from runtime.core.routed import message_types
from runtime.core.runtime import ActorRuntime
from runtime.core.subscriptions import DEFAULT_TOPIC, TypeSubscription

Closure = Callable[[Any, MessageContext], Awaitable[Any]]


class ClosureActor(Actor):
    """Calls `async def closure(message: T, context)` for messages of T and its subclasses."""

    def __init__(self, closure: Closure, *, unknown: Literal["error", "ignore"] = "error") -> None:
        self._closure = closure
        self._types = tuple(message_types(closure, is_method=False))
        self._unknown = unknown

    async def on_message(self, message: Any, context: MessageContext) -> Any:
        if isinstance(message, self._types):
            return await self._closure(message, context)
        if self._unknown == "error":
            raise unhandled(message, self.id, context)
        return None


def register_closure(
    runtime: ActorRuntime,
    agent_type: str,
    closure: Closure,
    *,
    topics: tuple[str, ...] = (DEFAULT_TOPIC,),
    unknown: Literal["error", "ignore"] = "error",
) -> None:
    """Every key of the type has an actor of its own that calls the same closure."""
    runtime.register(agent_type, lambda: ClosureActor(closure, unknown=unknown))
    for topic in topics:
        runtime.subscribe(TypeSubscription(topic, agent_type))
