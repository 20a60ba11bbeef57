from __future__ import annotations

import argparse
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from studio.accounts.models import User
from studio.accounts.selectors import access_for
from studio.accounts.services import owner_ensure, token_create


class Command(BaseCommand):
    help = "Makes an API token and prints it once."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--user", help="user name; the owner if none is given")
        parser.add_argument("--name", default="command line")
        parser.add_argument("--days", type=int, help="days until it expires; never if not given")

    def handle(self, *args: Any, **options: Any) -> None:
        owner = owner_ensure()
        name = options["user"]
        user = User.objects.filter(username=name).first() if name else owner
        access = access_for(user) if user else None
        if access is None:
            raise CommandError(f"There is no member {name!r}.")
        days = options["days"]
        expires = timezone.now() + timedelta(days=days) if days else None
        _, text = token_create(access=access, name=options["name"], expires_at=expires)
        self.stdout.write(text)
