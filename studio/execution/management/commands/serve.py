from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from studio.accounts.services import link_create, owner_ensure
from studio.execution.guard import check_exposure, check_port, hold_data_dir
from studio.runs.models import Worker


class Command(BaseCommand):
    help = "Runs all of Troupe in one process: server, engine and worker, on SQLite."

    def handle(self, *args: Any, **options: Any) -> None:
        env = settings.ENV
        if env.production:
            raise CommandError(
                "DATABASE_URL and REDIS_URL are set: start `make web` and `make worker` instead."
            )
        address = f"http://{env.host}:{env.port}"
        lock = hold_data_dir(address)
        check_port(env.host, env.port)
        call_command("setup")
        check_exposure(env.host)
        # Alone on this data, so whoever held runs before is gone: they go on at once.
        Worker.objects.all().delete()
        token = link_create(user=owner_ensure())

        from studio.execution.serve import CeleryPart, EnginePart, serve_http

        parts = [EnginePart(), CeleryPart()]

        def ready() -> None:
            self.stdout.write(f"Troupe is ready. Sign in: {address}/enter?t={token}")
            self.stdout.flush()

        serve_http(host=env.host, port=env.port, on_ready=ready, parts=parts)
        lock.close()
