"""Which actors hear which topics."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from runtime.core.ids import AgentId, TopicId


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


class SubscriptionTable:
    """Subscriptions in the order they were added."""

    def __init__(self) -> None:
        self._subscriptions: dict[Subscription, None] = {}

    def add(self, subscription: Subscription) -> None:
        if subscription in self._subscriptions:
            raise ValueError(f"{subscription} was already added")
        self._subscriptions[subscription] = None

    def remove(self, subscription: Subscription) -> None:
        if subscription not in self._subscriptions:
            raise LookupError(f"{subscription} was never added")
        del self._subscriptions[subscription]

    def recipients(self, topic: TopicId) -> list[AgentId]:
        """Each actor once, however many of its subscriptions match."""
        return list(dict.fromkeys(self._matches(topic)))

    def _matches(self, topic: TopicId) -> Iterator[AgentId]:
        for subscription in self._subscriptions:
            recipient = subscription.recipient(topic)
            if recipient is not None:
                yield recipient
