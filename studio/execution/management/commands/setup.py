from __future__ import annotations

from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from studio.accounts.selectors import access_for
from studio.accounts.services import owner_ensure
from studio.core.errors import ApplicationError
from studio.credentials.seal import check_keys
from studio.credentials.services import credentials_from_environment
from studio.execution.guard import check_database


class Command(BaseCommand):
    help = "Brings the database up to date, and makes the owner, workspace and keys."

    def handle(self, *args: Any, **options: Any) -> None:
        check_database()
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            call_command("migrate", interactive=False, verbosity=0)
        owner = owner_ensure()
        check_keys()
        access = access_for(owner)
        if access is not None:
            try:
                credentials_from_environment(access=access)
            except ApplicationError as error:
                fields = "; ".join(f"{k}: {' '.join(v)}" for k, v in (error.fields or {}).items())
                raise CommandError(
                    "The model keys in the environment cannot be used. " + (fields or error.detail)
                ) from error
