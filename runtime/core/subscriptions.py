"""Which actors hear which topics."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from runtime.core.ids import AgentId, TopicId

DEFAULT_TOPIC = "default"
_MARK = "__hears_topics__"
_MOST_REMEMBERED = 10_000
ClassT = TypeVar("ClassT", bound=type)


class Subscription(Protocol):
    def recipient(self, topic: TopicId) -> AgentId | None:
        """The actor that hears the topic; None: this subscription does not match it."""


@dataclass(frozen=True, slots=True)
class TypeSubscription:
    topic_type: str
    agent_type: str

    def recipient(self, topic: TopicId) -> AgentId | None:
        if topic.type != self.topic_type:
            return None
        return AgentId(self.agent_type, topic.source)


@dataclass(frozen=True, slots=True)
class TypePrefixSubscription:
    prefix: str
    agent_type: str

    def recipient(self, topic: TopicId) -> AgentId | None:
        if not topic.type.startswith(self.prefix):
            return None
        return AgentId(self.agent_type, topic.source)


def default_subscription(agent_type: str) -> TypeSubscription:
    """To the topic that `default_topic()` names."""
    return TypeSubscription(DEFAULT_TOPIC, agent_type)


def subscribes(*topic_types: str) -> Callable[[ClassT], ClassT]:
    """Class decorator: each type that is registered with this class hears these topics; without
    any, the default one. Not inherited."""

    def decorate(cls: ClassT) -> ClassT:
        setattr(cls, _MARK, topic_types or (DEFAULT_TOPIC,))
        return cls

    return decorate


def topics_of(cls: type) -> tuple[str, ...]:
    found: Any = vars(cls).get(_MARK, ())
    return tuple(found)


class SubscriptionTable:
    """Subscriptions in the order they were added. Looking up a topic costs what it matches, and
    its length, not the number of all subscriptions; only those of a kind of your own are asked
    one by one."""

    def __init__(self) -> None:
        self._order: dict[Subscription, int] = {}
        self._added = 0
        self._by_type: dict[str, dict[Subscription, str]] = {}
        self._by_prefix: dict[str, dict[Subscription, str]] = {}
        self._others: dict[Subscription, None] = {}
        self._longest_prefix = 0
        self._agent_types: dict[str, tuple[str, ...]] = {}
        """By topic type: who hears it, found before."""

    def __contains__(self, subscription: Subscription) -> bool:
        return subscription in self._order

    def add(self, subscription: Subscription) -> None:
        if subscription in self._order:
            raise ValueError(f"{subscription} was already added")
        self._order[subscription] = self._added
        self._added += 1
        self._agent_types.clear()
        if isinstance(subscription, TypeSubscription):
            same = self._by_type.setdefault(subscription.topic_type, {})
            same[subscription] = subscription.agent_type
        elif isinstance(subscription, TypePrefixSubscription):
            same = self._by_prefix.setdefault(subscription.prefix, {})
            same[subscription] = subscription.agent_type
            self._longest_prefix = max(self._longest_prefix, len(subscription.prefix))
        else:
            self._others[subscription] = None

    def remove(self, subscription: Subscription) -> None:
        if subscription not in self._order:
            raise LookupError(f"{subscription} was never added")
        del self._order[subscription]
        self._agent_types.clear()
        if isinstance(subscription, TypeSubscription):
            _discard(self._by_type, subscription.topic_type, subscription)
        elif isinstance(subscription, TypePrefixSubscription):
            _discard(self._by_prefix, subscription.prefix, subscription)
        else:
            del self._others[subscription]

    def recipients(self, topic: TopicId) -> list[AgentId]:
        """Each actor once, however many of its subscriptions match."""
        if self._others:
            return self._all_asked(topic)
        found = self._agent_types.get(topic.type)
        if found is None:
            found = tuple(dict.fromkeys(kind for _, kind in self._matches(topic.type)))
            if len(self._agent_types) >= _MOST_REMEMBERED:
                self._agent_types.clear()
            self._agent_types[topic.type] = found
        return [AgentId(kind, topic.source) for kind in found]

    def _matches(self, topic_type: str) -> list[tuple[int, str]]:
        matching = dict(self._by_type.get(topic_type, {}))
        if self._by_prefix:
            for length in range(min(len(topic_type), self._longest_prefix) + 1):
                matching.update(self._by_prefix.get(topic_type[:length], {}))
        return sorted((self._order[subscription], kind) for subscription, kind in matching.items())

    def _all_asked(self, topic: TopicId) -> list[AgentId]:
        found = [(order, AgentId(kind, topic.source)) for order, kind in self._matches(topic.type)]
        for subscription in self._others:
            recipient = subscription.recipient(topic)
            if recipient is not None:
                found.append((self._order[subscription], recipient))
        found.sort(key=lambda item: item[0])
        return list(dict.fromkeys(recipient for _, recipient in found))


def _discard(
    index: dict[str, dict[Subscription, str]], key: str, subscription: Subscription
) -> None:
    del index[key][subscription]
    if not index[key]:
        del index[key]
