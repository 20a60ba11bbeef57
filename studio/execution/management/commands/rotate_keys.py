from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from studio.credentials.services import credentials_rotate


class Command(BaseCommand):
    help = "Encrypts all stored keys with the first encryption key; the old key may go afterwards."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{credentials_rotate()} keys are encrypted with the first key now.")
