"""This process's engine, where it has one: worker processes and the embedded process do."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from studio.execution.host import EngineHost
    from studio.execution.reconciler import Reconciler

_host: EngineHost | None = None
_reconciler: Reconciler | None = None


def current_host() -> EngineHost | None:
    return _host


def start_engine(*, queue: str = "default") -> EngineHost:
    global _host, _reconciler
    from studio.execution.host import EngineHost
    from studio.execution.reconciler import Reconciler

    _host = EngineHost(queue=queue)
    _host.start()
    _reconciler = Reconciler()
    _reconciler.start()
    return _host


def drain_engine(seconds: float) -> None:
    if _reconciler is not None:
        _reconciler.stop()
    if _host is not None:
        _host.drain(seconds)


def stop_engine() -> None:
    global _host, _reconciler
    if _host is not None:
        _host.stop()
    _host = _reconciler = None
