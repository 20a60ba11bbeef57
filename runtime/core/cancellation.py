"""Cooperative cancellation that several waits share."""

from __future__ import annotations

from collections.abc import Callable


class CancellationToken:
    """Belongs to one event loop. Callbacks run outside any lock and may use the token."""

    def __init__(self) -> None:
        self._cancelled = False
        self._callbacks: dict[int, Callable[[], None]] = {}
        self._next = 0

    @property
    def cancelled(self) -> bool:
        return self._cancelled

    def cancel(self) -> None:
        """Runs each callback once; later calls do nothing."""
        if self._cancelled:
            return
        self._cancelled = True
        callbacks, self._callbacks = list(self._callbacks.values()), {}
        for callback in callbacks:
            callback()

    def on_cancel(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Runs `callback` at cancellation, at once if that was before. Returns the function that
        takes it back, so that a long-lived token does not collect callbacks."""
        if self._cancelled:
            callback()
            return lambda: None
        handle = self._next
        self._next += 1
        self._callbacks[handle] = callback
        return lambda: self._callbacks.pop(handle, None) and None
