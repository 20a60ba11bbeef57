from __future__ import annotations

import uuid
from typing import Any

from django.utils import timezone

from runtime.ports import Secret
from studio.core.dbpool import run_db
from studio.core.errors import Unavailable
from studio.credentials.models import Credential
from studio.credentials.services import credential_open


class WorkspaceSecrets:
    """Credentials of one workspace, opened right before use."""

    def __init__(self, workspace_id: Any) -> None:
        self._workspace_id = workspace_id

    async def get(self, credential_id: str) -> Secret | None:
        return await run_db(self._get, credential_id)

    def _get(self, credential_id: str) -> Secret | None:
        try:
            row_id = uuid.UUID(credential_id)
        except ValueError:
            return None
        row = Credential.objects.filter(workspace_id=self._workspace_id, pk=row_id).first()
        if row is None:
            return None
        Credential.objects.filter(pk=row.pk).update(last_used_at=timezone.now())
        try:
            values = credential_open(row)
        except Unavailable:
            return None
        return Secret(kind=row.kind, base_url=row.base_url or None, values=values)
