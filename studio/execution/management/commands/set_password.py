from __future__ import annotations

import argparse
import getpass
import sys
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from studio.accounts.models import User
from studio.accounts.services import owner_ensure


class Command(BaseCommand):
    help = "Sets a user's password (the owner's if none is named), asked for in the terminal."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--user")

    def handle(self, *args: Any, **options: Any) -> None:
        name = options["user"]
        user = User.objects.filter(username=name).first() if name else owner_ensure()
        if user is None:
            raise CommandError(f"There is no user {name!r}.")
        # Never an argument: those show in the list of processes and in the shell's history.
        text = getpass.getpass("New password: ") if sys.stdin.isatty() else sys.stdin.readline()
        try:
            validate_password(text.rstrip("\n"), user)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        user.set_password(text.rstrip("\n"))
        user.save(update_fields=["password"])
        self.stdout.write(f"The password of {user.username} is set.")
