from __future__ import annotations

import argparse
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from studio.accounts.models import User
from studio.accounts.services import link_create, owner_ensure


class Command(BaseCommand):
    help = "Prints a one-time sign-in link, good for ten minutes."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--user", help="user name; the owner if none is given")

    def handle(self, *args: Any, **options: Any) -> None:
        user = owner_ensure()
        if options["user"]:
            found = User.objects.filter(username=options["user"]).first()
            if found is None:
                raise CommandError(f"There is no user {options['user']!r}.")
            user = found
        env = settings.ENV
        base = env.public_urls[0] if env.public_urls else f"http://{env.host}:{env.port}"
        self.stdout.write(f"{base}/enter?t={link_create(user=user)}")
