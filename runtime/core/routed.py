"""Actors whose methods declare the message types they handle."""

from __future__ import annotations

import inspect
import types
from collections.abc import Awaitable, Callable
from typing import Any, ClassVar, TypeVar, Union, get_args, get_origin, get_type_hints

from runtime.core.actor import Actor, unhandled
from runtime.core.context import MessageContext

Handler = TypeVar("Handler", bound=Callable[..., Awaitable[Any]])
_MARK = "__handles_messages__"


def handles(method: Handler) -> Handler:
    """Marks `async def method(self, message: T, context)` as the handler of T: a class, or a union
    of classes. A subclass of T is handled too, unless a more specific handler declares it."""
    setattr(method, _MARK, True)
    return method


class RoutedActor(Actor):
    _routes: ClassVar[dict[type, str]] = {}
    _resolved: ClassVar[dict[type, str | None]] = {}

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        routes = dict(cls._routes)
        for name, member in vars(cls).items():
            if getattr(member, _MARK, False):
                for message_type in _message_types(member):
                    routes[message_type] = name
        cls._routes = routes
        cls._resolved = {}

    async def on_message(self, message: Any, context: MessageContext) -> Any:
        kind = type(message)
        try:
            name = self._resolved[kind]
        except KeyError:
            name = self._resolved[kind] = _resolve(self._routes, kind)
        if name is None:
            raise unhandled(message, self.id, context)
        return await getattr(self, name)(message, context)


def _resolve(routes: dict[type, str], kind: type) -> str | None:
    return next((routes[base] for base in kind.__mro__ if base in routes), None)


def _message_types(method: Callable[..., Any]) -> list[type]:
    if not inspect.iscoroutinefunction(method):
        raise TypeError(f"{method.__qualname__} must be an async function to handle messages")
    parameters = list(inspect.signature(method).parameters)
    hints = get_type_hints(method)
    if len(parameters) != 3 or parameters[1] not in hints:
        raise TypeError(f"{method.__qualname__} must be declared as (self, message: Type, context)")
    declared = hints[parameters[1]]
    union = get_origin(declared) in (Union, types.UnionType)
    return list(get_args(declared)) if union else [declared]
