"""Actors: identities, mailboxes, delivery, interventions, supervision, cancellation."""

from __future__ import annotations

from runtime.core.actor import Actor
from runtime.core.cancellation import CancellationToken
from runtime.core.closure import ClosureActor, register_closure
from runtime.core.context import MessageContext
from runtime.core.eviction import IdleEviction
from runtime.core.ids import AgentId, TopicId
from runtime.core.interventions import DROP, Intervention
from runtime.core.routed import RoutedActor, event, handles, rpc
from runtime.core.runtime import ActorRuntime
from runtime.core.serialization import MessageTypes, UnknownPayload
from runtime.core.subscriptions import (
    TypePrefixSubscription,
    TypeSubscription,
    default_subscription,
    subscribes,
)
from runtime.core.supervision import Supervision
from runtime.core.topics import default_topic

__all__ = [
    "DROP",
    "Actor",
    "ActorRuntime",
    "AgentId",
    "CancellationToken",
    "ClosureActor",
    "IdleEviction",
    "Intervention",
    "MessageContext",
    "MessageTypes",
    "RoutedActor",
    "Supervision",
    "TopicId",
    "TypePrefixSubscription",
    "TypeSubscription",
    "UnknownPayload",
    "default_subscription",
    "default_topic",
    "event",
    "handles",
    "register_closure",
    "rpc",
    "subscribes",
]
