"""Names of actors and topics."""

from __future__ import annotations

import re
from dataclasses import dataclass

_AGENT_TYPE = re.compile(r"^[\w\-.]+\Z")
_TOPIC_TYPE = re.compile(r"^[\w\-.:=]+\Z")


@dataclass(frozen=True, slots=True)
class AgentId:
    """`type` says which factory makes the actor, `key` which of its instances is meant."""

    type: str
    key: str

    def __post_init__(self) -> None:
        if not _AGENT_TYPE.match(self.type):
            raise ValueError(
                f"Invalid agent type {self.type!r}: use letters, digits, '_', '-', '.'"
            )

    @classmethod
    def parse(cls, text: str) -> AgentId:
        kind, separator, key = text.partition("/")
        if not separator:
            raise ValueError(f"Invalid agent id {text!r}: write it as type/key")
        return cls(kind, key)

    def __str__(self) -> str:
        return f"{self.type}/{self.key}"


@dataclass(frozen=True, slots=True)
class TopicId:
    """`source` becomes the key of the actors that a subscription maps the topic to."""

    type: str
    source: str = "default"

    def __post_init__(self) -> None:
        if not _TOPIC_TYPE.match(self.type):
            raise ValueError(
                f"Invalid topic type {self.type!r}: use letters, digits, '_', '-', '.', ':', '='"
            )

    @classmethod
    def parse(cls, text: str) -> TopicId:
        kind, separator, source = text.partition("/")
        if not separator:
            raise ValueError(f"Invalid topic id {text!r}: write it as type/source")
        return cls(kind, source)

    def __str__(self) -> str:
        return f"{self.type}/{self.source}"
