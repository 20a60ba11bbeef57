from __future__ import annotations

import hashlib
import re
from typing import Any

from runtime.errors import ToolError
from studio.core.dbpool import run_db
from studio.runs.models import Blob

MAX_BLOB = 20_000_000
_DIGEST = re.compile(r"[0-9a-f]{64}")


class WorkspaceBlobs:
    """The runtime's Blobs over a table, of one workspace."""

    def __init__(self, workspace_id: Any) -> None:
        self._workspace_id = workspace_id

    async def put(self, data: bytes) -> str:
        if len(data) > MAX_BLOB:
            raise ToolError(
                f"{len(data):,} bytes are more than the {MAX_BLOB // 1_000_000} MB that are kept",
                hint="Split it, or leave out what is not needed.",
            )
        return await run_db(self._put, bytes(data))

    async def get(self, digest: str) -> bytes:
        return await run_db(self._get, digest)

    def _put(self, data: bytes) -> str:
        digest = hashlib.sha256(data).hexdigest()
        row = Blob(workspace_id=self._workspace_id, digest=digest, data=data)
        if not self._rows(digest).exists():
            Blob.objects.bulk_create([row], ignore_conflicts=True)
        return digest

    def _get(self, digest: str) -> bytes:
        row = self._rows(digest).first() if _DIGEST.fullmatch(digest) else None
        if row is None:
            raise ToolError(f"There is no stored data with the digest {digest[:12]!r}")
        return bytes(row.data)

    def _rows(self, digest: str) -> Any:
        return Blob.objects.filter(workspace_id=self._workspace_id, digest=digest)
