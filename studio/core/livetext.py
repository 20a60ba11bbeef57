"""Text of messages that are being written, for who starts watching in the middle.

Embedded, a dictionary of this process; with Redis, a hash per run that expires by itself. Losing it
costs nothing but the text until the message's event.
"""

from __future__ import annotations

import json
import logging
import threading
from functools import cache
from typing import Any, Protocol

from django.conf import settings

logger = logging.getLogger(__name__)
EXPIRE_SECONDS = 600


class LiveTexts(Protocol):
    def put(self, run_id: str, message_key: str, text: dict[str, Any]) -> None:
        """`{agent_path, attempt, text}`: all of the text so far."""

    def drop(self, run_id: str, message_key: str) -> None: ...

    def of_run(self, run_id: str) -> dict[str, dict[str, Any]]:
        """By message key."""


class MemoryLiveTexts:
    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._runs: dict[str, dict[str, dict[str, Any]]] = {}

    def put(self, run_id: str, message_key: str, text: dict[str, Any]) -> None:
        with self._guard:
            self._runs.setdefault(run_id, {})[message_key] = text

    def drop(self, run_id: str, message_key: str) -> None:
        with self._guard:
            texts = self._runs.get(run_id, {})
            texts.pop(message_key, None)
            if not texts:
                self._runs.pop(run_id, None)

    def of_run(self, run_id: str) -> dict[str, dict[str, Any]]:
        with self._guard:
            return dict(self._runs.get(run_id, {}))


class RedisLiveTexts:
    def __init__(self, url: str) -> None:
        import redis

        self._errors = (redis.RedisError, OSError)
        self._redis = redis.Redis.from_url(url, socket_timeout=1, socket_connect_timeout=1)

    @staticmethod
    def _name(run_id: str) -> str:
        return f"troupe:live:{run_id}"

    def put(self, run_id: str, message_key: str, text: dict[str, Any]) -> None:
        try:
            pipe = self._redis.pipeline(transaction=False)
            pipe.hset(self._name(run_id), message_key, json.dumps(text))
            pipe.expire(self._name(run_id), EXPIRE_SECONDS)
            pipe.execute()
        except self._errors as error:
            logger.info("live text lost: %s", error)

    def drop(self, run_id: str, message_key: str) -> None:
        try:
            self._redis.hdel(self._name(run_id), message_key)
        except self._errors as error:
            logger.info("live text not dropped, it expires: %s", error)

    def of_run(self, run_id: str) -> dict[str, dict[str, Any]]:
        try:
            found = self._redis.hgetall(self._name(run_id))
        except self._errors as error:
            logger.info("live text unavailable: %s", error)
            return {}
        return {_text(key): json.loads(value) for key, value in found.items()}


def _text(key: bytes | str) -> str:
    return key if isinstance(key, str) else key.decode()


@cache
def live_texts() -> LiveTexts:
    return RedisLiveTexts(settings.REDIS_URL) if settings.ENV.production else MemoryLiveTexts()
