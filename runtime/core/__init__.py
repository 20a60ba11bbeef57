"""Actors: identities, mailboxes, delivery, interventions, cancellation."""

from __future__ import annotations

from runtime.core.actor import Actor
from runtime.core.cancellation import CancellationToken
from runtime.core.context import MessageContext
from runtime.core.ids import AgentId, TopicId
from runtime.core.interventions import DROP, Intervention
from runtime.core.routed import RoutedActor, handles
from runtime.core.runtime import ActorRuntime
from runtime.core.subscriptions import TypePrefixSubscription, TypeSubscription

__all__ = [
    "DROP",
    "Actor",
    "ActorRuntime",
    "AgentId",
    "CancellationToken",
    "Intervention",
    "MessageContext",
    "RoutedActor",
    "TopicId",
    "TypePrefixSubscription",
    "TypeSubscription",
    "handles",
]
