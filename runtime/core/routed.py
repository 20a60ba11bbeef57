"""Actors whose methods declare the message types they handle."""

from __future__ import annotations

import inspect
import types
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, ClassVar, TypeVar, Union, get_args, get_origin, get_type_hints, overload

from runtime.core.actor import Actor, unhandled
from runtime.core.context import MessageContext

Handler = TypeVar("Handler", bound=Callable[..., Awaitable[Any]])
Match = Callable[[Any, MessageContext], bool]
_MARK = "__handles_messages__"


@dataclass(frozen=True, slots=True)
class _Mark:
    sends: bool
    publications: bool
    match: Match | None


@dataclass(frozen=True, slots=True)
class _Route:
    name: str
    mark: _Mark


@dataclass(frozen=True, slots=True)
class _Plan:
    """What one class does with one type of message that came one way."""

    handlers: tuple[tuple[str, Match | None], ...]
    known: bool
    """Some handler declares the type, for messages that come the other way perhaps."""


@overload
def handles(method: Handler) -> Handler: ...
@overload
def handles(*, match: Match | None = None) -> Callable[[Handler], Handler]: ...
def handles(method: Any = None, *, match: Match | None = None) -> Any:
    """Marks `async def method(self, message: T, context)` as the handler of T: a class, or a union
    of classes, whether it was sent or published. A subclass of T is handled too, unless a more
    specific handler declares it. Of several handlers of one type the first declared whose `match`
    agrees is called, and no other."""
    return _marked(method, _Mark(True, True, match))


@overload
def rpc(method: Handler) -> Handler: ...
@overload
def rpc(*, match: Match | None = None) -> Callable[[Handler], Handler]: ...
def rpc(method: Any = None, *, match: Match | None = None) -> Any:
    """As `handles`, for messages that were sent."""
    return _marked(method, _Mark(True, False, match))


@overload
def event(method: Handler) -> Handler: ...
@overload
def event(*, match: Match | None = None) -> Callable[[Handler], Handler]: ...
def event(method: Any = None, *, match: Match | None = None) -> Any:
    """As `handles`, for messages that were published."""
    return _marked(method, _Mark(False, True, match))


def _marked(method: Any, mark: _Mark) -> Any:
    def set_mark(method: Any) -> Any:
        setattr(method, _MARK, mark)
        return method

    return set_mark if method is None else set_mark(method)


class RoutedActor(Actor):
    """A sent message that no handler takes is an error of its sender. A published one is an error
    only where no handler declares its type at all: one that `match` or the way it came excludes
    was not meant for this actor."""

    # Named so that no subclass takes them by chance.
    __routes: ClassVar[dict[type, tuple[_Route, ...]]] = {}
    __sent: ClassVar[dict[type, _Plan]] = {}
    __published: ClassVar[dict[type, _Plan]] = {}

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        own: dict[type, list[_Route]] = {}
        for name, member in vars(cls).items():
            mark = getattr(member, _MARK, None)
            if mark is not None:
                for message_type in message_types(member):
                    own.setdefault(message_type, []).append(_Route(name, mark))
        inherited = {
            kind: tuple(route for route in routes if not _is_redeclared(cls, route.name))
            for kind, routes in cls.__routes.items()
        }
        kinds = dict.fromkeys((*own, *inherited))
        cls.__routes = {
            kind: routes
            for kind in kinds
            if (routes := (*own.get(kind, ()), *inherited.get(kind, ())))
        }
        cls.__sent, cls.__published = {}, {}

    @classmethod
    def handled_types(cls) -> tuple[type, ...]:
        return tuple(cls.__routes)

    async def on_message(self, message: Any, context: MessageContext) -> Any:
        is_rpc = context.is_rpc
        kind = type(message)
        try:
            plan = (self.__sent if is_rpc else self.__published)[kind]
        except KeyError:
            plan = self.__plan(kind, is_rpc)
        for name, match in plan.handlers:
            if match is None or match(message, context):
                return await getattr(self, name)(message, context)
        if is_rpc or not plan.known:
            raise unhandled(message, self.id, context)
        return None

    @classmethod
    def __plan(cls, kind: type, is_rpc: bool) -> _Plan:
        routes = [route for base in kind.__mro__ for route in cls.__routes.get(base, ())]
        wanted = [r for r in routes if (r.mark.sends if is_rpc else r.mark.publications)]
        plan = _Plan(tuple((r.name, r.mark.match) for r in wanted), bool(routes))
        (cls.__sent if is_rpc else cls.__published)[kind] = plan
        return plan


def _is_redeclared(cls: type, name: str) -> bool:
    return getattr(vars(cls).get(name), _MARK, None) is not None


def message_types(function: Callable[..., Any], *, is_method: bool = True) -> list[type]:
    """What `function` declares that it handles. Raises TypeError where it does not say."""
    name = getattr(function, "__qualname__", repr(function))
    if not inspect.iscoroutinefunction(function):
        raise TypeError(f"{name} must be an async function to handle messages")
    parameters = list(inspect.signature(function).parameters)
    wanted = 3 if is_method else 2
    hints = get_type_hints(function)
    if len(parameters) != wanted or parameters[wanted - 2] not in hints:
        shape = "(self, message: Type, context)" if is_method else "(message: Type, context)"
        raise TypeError(f"{name} must be declared as {shape}")
    declared = hints[parameters[wanted - 2]]
    union = get_origin(declared) in (Union, types.UnionType)
    return [_as_class(kind) for kind in (get_args(declared) if union else (declared,))]


def _as_class(kind: Any) -> Any:
    """`list[int]` is told from other messages by `list`."""
    return get_origin(kind) or (object if kind is Any else kind)
