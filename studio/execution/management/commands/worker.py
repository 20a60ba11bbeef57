from __future__ import annotations

import argparse
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError


class Command(BaseCommand):
    help = "A worker process of a production installation: executes runs."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--queue", default="default")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.ENV.production:
            raise CommandError("Set DATABASE_URL and REDIS_URL first, or use `make run`.")

        from studio.execution.worker_process import run_worker

        run_worker(queue=options["queue"], on_ready=lambda: self._say(options["queue"]))

    def _say(self, queue: str) -> None:
        self.stdout.write(f"Troupe's worker is ready on queue {queue}.")
        self.stdout.flush()
