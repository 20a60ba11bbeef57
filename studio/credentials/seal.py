"""Encryption at rest: MultiFernet over keys that were made on first start.

The first key of the list encrypts, all of them decrypt, so a key is rotated by putting a new one in
front and running `manage.py rotate_keys`. Fernet binds no context: the row's id is inside the
plaintext, so a token moved to another row does not open.
"""

from __future__ import annotations

import json
import os
from functools import cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.core.management.base import CommandError

from studio.core.errors import Unavailable
from studio.credentials.models import Credential
from studio.settings.env import private_file


def _key_texts() -> list[str]:
    given = os.environ.get("TROUPE_ENCRYPTION_KEYS")
    if given:
        return [key.strip() for key in given.split(",") if key.strip()]
    text = private_file(
        settings.DATA_DIR / "keys" / "encryption_keys", lambda: Fernet.generate_key().decode()
    )
    return [line.strip() for line in text.splitlines() if line.strip()]


@cache
def _fernet() -> MultiFernet:
    try:
        return MultiFernet([Fernet(key) for key in _key_texts()])
    except ValueError as error:
        raise SystemExit(
            "The encryption keys are unreadable: each line of keys/encryption_keys (or each part "
            "of TROUPE_ENCRYPTION_KEYS) must be a Fernet key. Nothing was changed."
        ) from error


def forget_keys() -> None:
    """Reads the keys anew at the next use."""
    _fernet.cache_clear()


def seal(row_id: object, values: dict[str, str]) -> str:
    return _fernet().encrypt(json.dumps({"id": str(row_id), **values}).encode()).decode()


def unseal(row_id: object, sealed: str) -> dict[str, str]:
    """Raises Unavailable when the key is missing or the token is another row's."""
    try:
        values: dict[str, str] = json.loads(_fernet().decrypt(sealed.encode()))
    except InvalidToken as error:
        raise Unavailable(
            "sealed_with_other_key",
            "This key was encrypted with an encryption key that is not here.",
            hint="Restore keys/encryption_keys from a backup, or enter the key again in Settings.",
        ) from error
    if values.pop("id", None) != str(row_id):
        raise Unavailable("sealed_for_other_row", "This key's ciphertext belongs to another row.")
    return values


def reseal(row_id: object, sealed: str) -> str:
    return seal(row_id, unseal(row_id, sealed))


def check_keys() -> None:
    """Refuses to start with keys that open none of what is stored; changes nothing.

    Raises CommandError.
    """
    row = Credential.objects.order_by("created_at").first()
    if row is None:
        _fernet()
        return
    try:
        unseal(row.id, row.sealed)
    except Unavailable as error:
        raise CommandError(
            "The stored keys were encrypted with another encryption key. Restore "
            f"{settings.DATA_DIR}/keys/encryption_keys from a backup (or TROUPE_ENCRYPTION_KEYS). "
            "Nothing was changed."
        ) from error
