"""The Celery app. A task is only a wake-up: the database is the queue."""

from __future__ import annotations

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "studio.settings")


def make_app() -> Celery:
    from django.conf import settings

    app = Celery("troupe")
    app.conf.update(
        broker_url=settings.REDIS_URL if settings.ENV.production else "memory://",
        broker_transport_options=(
            {"socket_connect_timeout": 2, "socket_timeout": 5, "socket_keepalive": True}
            if settings.ENV.production
            # kombu's default looks once a second.
            else {"polling_interval": 0.05}
        ),
        broker_connection_retry_on_startup=True,
        task_ignore_result=True,
        task_default_queue="default",
        task_acks_late=False,
        accept_content=["json"],
        task_serializer="json",
        worker_prefetch_multiplier=1,
        worker_disable_prefetch=settings.ENV.production,
        worker_send_task_events=False,
        worker_hijack_root_logger=False,
        worker_pool="threads",
        worker_concurrency=settings.WORKER_CONCURRENCY,
        task_store_errors_even_if_ignored=False,
    )
    app.autodiscover_tasks(["studio.execution"])
    return app


app = make_app()
