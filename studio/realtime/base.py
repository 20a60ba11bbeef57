"""What both sockets share: admission, pace, heartbeats, and being thrown out.

A socket only streams; nothing here writes to the database or knows the engine.
"""

from __future__ import annotations

import asyncio
import json
import logging
import time
from typing import Any

from autobahn.exception import Disconnected
from channels.generic.websocket import AsyncWebsocketConsumer
from django.conf import settings
from pydantic import BaseModel, ValidationError

from studio.accounts.selectors import Access
from studio.core.broadcast import BROKER_ERRORS
from studio.core.dbpool import run_db
from studio.realtime.access import access_of, origin_allowed
from studio.realtime.protocol import CLIENT_FRAME, Close

logger = logging.getLogger(__name__)
HEARTBEAT_SECONDS = 15.0
RECHECK_SECONDS = 30.0
MAX_FRAME_CHARS = 4096
RATE_PER_SECOND = 20.0
RATE_BURST = 60.0
SOCKETS_PER_USER = 20

_open_sockets: dict[str, int] = {}


class Socket(AsyncWebsocketConsumer):  # type: ignore[misc]
    """Subclasses give `groups_of`, `admit`, `on_frame`, `tick` and the handlers of hints."""

    access: Access
    _task: asyncio.Task[None] | None = None
    _counted: str | None = None
    _groups: tuple[str, ...] = ()
    _failed = False

    async def connect(self) -> None:
        if not origin_allowed(self.scope):
            await self.close()
            return
        access = await run_db(access_of, self.scope)
        if access is None or not await self.admit(access):
            await self.close()
            return
        user = str(access.user.pk)
        if _open_sockets.get(user, 0) >= SOCKETS_PER_USER:
            await self.close()
            return
        self._counted = user
        _open_sockets[user] = _open_sockets.get(user, 0) + 1
        self.access = access
        self._tokens = RATE_BURST
        self._refilled = time.monotonic()
        self._wake = asyncio.Event()
        self._groups = (*self.groups_of(), f"user.{user}")
        for group in self._groups:
            try:
                await self.channel_layer.group_add(group, self.channel_name)
            except BROKER_ERRORS as error:
                logger.warning("hints unavailable, polling covers: %s", error)
        await self.accept()
        self._task = asyncio.create_task(self._stream())

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            # However it ended: by a goodbye, a cut line, or an error of ours.
            await self._leave()

    async def _leave(self) -> None:
        if self._counted is not None:
            left = _open_sockets.get(self._counted, 1) - 1
            if left > 0:
                _open_sockets[self._counted] = left
            else:
                _open_sockets.pop(self._counted, None)
            self._counted = None
        if self._task is not None:
            self._task.cancel()
        for group in self._groups:
            try:
                await self.channel_layer.group_discard(group, self.channel_name)
            except BROKER_ERRORS as error:
                logger.info("a group is left behind, it expires: %s", error)

    # For subclasses ------------------------------------------------------------------------

    def groups_of(self) -> list[str]:
        raise NotImplementedError

    async def admit(self, access: Access) -> bool:
        """Whether this user may watch; also asked again while the socket is open."""
        raise NotImplementedError

    async def on_frame(self, frame: BaseModel) -> None:
        raise NotImplementedError

    async def tick(self) -> None:
        """Brings the client up to date. Called after hints, acknowledgements and now and then."""
        raise NotImplementedError

    async def heartbeat(self) -> None:
        raise NotImplementedError

    # Frames --------------------------------------------------------------------------------

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        if self._failed:
            return
        if not self._take_token():
            await self.fail(Close.TOO_FAST, "too_fast", "Too many frames; reconnect and slow down.")
            return
        if text_data is None or len(text_data) > MAX_FRAME_CHARS:
            await self.fail(Close.MALFORMED, "malformed", "Frames are short JSON texts.")
            return
        try:
            frame = CLIENT_FRAME.validate_json(text_data)
        except ValidationError:
            await self.fail(Close.MALFORMED, "malformed", "This frame is not understood.")
            return
        await self.on_frame(frame)

    def _take_token(self) -> bool:
        now = time.monotonic()
        refill = (now - self._refilled) * RATE_PER_SECOND
        self._tokens = min(RATE_BURST, self._tokens + refill) - 1
        self._refilled = now
        return self._tokens >= 0

    async def say(self, **frame: Any) -> None:
        text = json.dumps(frame, ensure_ascii=False, default=str)
        await self.send(text_data=text.encode(errors="replace").decode())

    async def fail(self, code: int, name: str, detail: str) -> None:
        self._failed = True
        await self.say(type="error", code=name, detail=detail)
        await self.close(code=code)
        if self._task is not None:
            self._task.cancel()

    def wake(self) -> None:
        self._wake.set()

    async def user_recheck(self, _: dict[str, Any]) -> None:
        await self._recheck()

    # The loop ------------------------------------------------------------------------------

    async def _stream(self) -> None:
        beat = check = time.monotonic()
        try:
            while True:
                try:
                    await asyncio.wait_for(self._wake.wait(), settings.POLL_SECONDS)
                except TimeoutError:
                    logger.debug("no hint for a while; looking anyway")
                self._wake.clear()
                await self.tick()
                now = time.monotonic()
                if now - beat >= HEARTBEAT_SECONDS:
                    beat = now
                    await self.heartbeat()
                if now - check >= RECHECK_SECONDS:
                    check = now
                    await self._recheck()
        except asyncio.CancelledError:
            raise
        except Disconnected:
            logger.debug("the client left in the middle of a frame")
        except Exception:
            # A reader that fails must not look alive: the client reconnects and goes on.
            logger.exception("a socket's stream failed")
            await self.close(code=1011)

    async def _recheck(self) -> None:
        access = await run_db(access_of, self.scope)
        if access is None or access.user != self.access.user:
            await self.fail(Close.SIGNED_OUT, "signed_out", "You are signed out.")
        elif access.workspace != self.access.workspace or not await self.admit(access):
            await self.fail(Close.GONE, "gone", "This is not there any more.")
        else:
            self.access = access
