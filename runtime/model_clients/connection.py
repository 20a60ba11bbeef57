"""From a model's config and a credential to an SDK client."""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from runtime.components.builder import SharedClients
from runtime.errors import ModelError
from runtime.ports import Secret, Secrets

log = logging.getLogger(__name__)

_VENDORS = frozenset({"openai", "anthropic"})
"""Kinds of credentials whose keys belong to one vendor."""
_OF_TOOLS = frozenset({"http", "sql", "brave", "tavily"})
"""Kinds that only tools use: no vendor of models may be sent one."""
NO_KEY = "no-key"
"""For servers of one's own that ask for none; the SDKs insist on some text."""


@dataclass(frozen=True)
class Endpoint:
    """Where to, with which key. Never printed."""

    api_key: str
    base_url: str | None
    organization: str | None = None
    token: str | None = None
    """Of Azure's directory, in place of a key."""

    def __repr__(self) -> str:
        return f"Endpoint(base_url={self.base_url!r})"

    def fingerprint(self, *more: object) -> str:
        parts = (self.api_key, self.base_url, self.organization, self.token, *more)
        return hashlib.sha256(repr(parts).encode()).hexdigest()


@dataclass
class Connection:
    """Resolves the credential at the first call of a run and shares the SDK client with everyone
    who has the same one."""

    secrets: Secrets
    clients: SharedClients
    vendor: str
    credential: str | None
    base_url: str | None

    async def endpoint(self) -> Endpoint:
        """Raises ModelError when there is no usable credential."""
        if self.credential is None:
            if self.base_url is None:
                raise _missing(f"No credential was chosen for {self.vendor}")
            return Endpoint(NO_KEY, self.base_url)
        try:
            secret = await self.secrets.get(self.credential)
        except Exception as error:
            log.warning("A credential cannot be read", exc_info=True)
            raise ModelError(
                "The credentials cannot be read at the moment",
                code="credential_store",
                hint="Check the database and the server's key.",
                retryable=True,
            ) from error
        if secret is None:
            raise _missing("The credential that this model uses has gone")
        if secret.kind in _OF_TOOLS:
            raise _missing(f"The credential is for {secret.kind}, not for a model")
        if secret.kind in _VENDORS and secret.kind != self.vendor.lower():
            raise _missing(f"The credential is for {secret.kind}, the model of {self.vendor}")
        return _endpoint(secret, self.base_url)

    async def client(self, make: Callable[[Endpoint], Any], *settings: object) -> Any:
        endpoint = await self.endpoint()
        key = endpoint.fingerprint(self.vendor, *settings)
        # The first use of a vendor imports its SDK, which takes a second or two: not on the loop.
        return await self.clients.get(key, lambda: asyncio.to_thread(make, endpoint))


def host_of(base_url: str | None, default: str) -> str:
    return (urlsplit(base_url).netloc or base_url) if base_url else default


def _endpoint(secret: Secret, base_url: str | None) -> Endpoint:
    """A key goes to its vendor or to the address that its credential names, never to one that
    only the component names: whoever may edit a team must not be able to read keys."""
    if base_url is not None and _plain(base_url) != _plain(secret.base_url):
        raise ModelError(
            f"The credential is not for {host_of(base_url, '')}",
            code="credential_missing",
            hint="Save the address with the credential, or remove it from the model.",
        )
    api_key = secret.values.get("api_key") or ""
    token = secret.values.get("azure_ad_token") or None
    if not api_key and not token and not secret.base_url:
        raise _missing("The credential has no key")
    organization = secret.values.get("organization")
    return Endpoint(api_key or NO_KEY, secret.base_url, organization, token)


def _plain(url: str | None) -> str:
    return (url or "").rstrip("/").lower()


def _missing(detail: str) -> ModelError:
    return ModelError(
        detail,
        code="credential_missing",
        hint="Add one under Settings, Credentials, choose it in the model, then run again.",
    )
