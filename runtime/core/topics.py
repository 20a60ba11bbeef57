"""The topic that means: those who share my key."""

from __future__ import annotations

from runtime.core.cell import CURRENT
from runtime.core.ids import TopicId
from runtime.core.subscriptions import DEFAULT_TOPIC


def default_topic(topic_type: str = DEFAULT_TOPIC, source: str | None = None) -> TopicId:
    """Inside a handler the source is the key of its actor, so that instances of other keys do not
    hear it; outside, "default"."""
    if source is None:
        caller = CURRENT.get()
        source = caller.id.key if caller is not None else "default"
    return TopicId(topic_type, source)
