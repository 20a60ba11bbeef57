from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from studio.accounts.services import link_create, owner_ensure, owner_has_password
from studio.execution.guard import check_exposure, check_port


class Command(BaseCommand):
    help = "A web process of a production installation (PostgreSQL and Redis)."

    def handle(self, *args: Any, **options: Any) -> None:
        env = settings.ENV
        if not env.production:
            raise CommandError("Set DATABASE_URL and REDIS_URL first, or use `make run`.")
        check_port(env.host, env.port)
        check_exposure(env.host)

        from studio.execution.serve import serve_http

        def ready() -> None:
            address = env.public_urls[0] if env.public_urls else f"http://{env.host}:{env.port}"
            self.stdout.write(f"Troupe's web process is ready: {address}")
            if not owner_has_password():
                token = link_create(user=owner_ensure())
                self.stdout.write(f"Sign in: {address}/enter?t={token}")
            self.stdout.flush()

        serve_http(host=env.host, port=env.port, on_ready=ready, parts=[])
