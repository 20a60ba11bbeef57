from __future__ import annotations

from django.apps import AppConfig


class ExecutionConfig(AppConfig):
    name = "studio.execution"
    label = "execution"

    def ready(self) -> None:
        from studio.core.wakeups import register_waker
        from studio.execution.wakeup import send_wakeup_lazily

        register_waker(send_wakeup_lazily)
