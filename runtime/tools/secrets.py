"""How tools use credentials: by id, opened right before use, and only where they belong."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from urllib.parse import urlsplit

from pydantic import Field

from runtime.components.base import ComponentConfig
from runtime.errors import ToolError
from runtime.ports import Secret, Secrets

SECRET_HEADERS = frozenset(
    {"authorization", "proxy-authorization", "cookie", "api-key", "apikey", "x-api-key"}
    | {"x-auth-token", "x-access-token", "x-subscription-token"}
)
MASKED = "**********"
_PLACE = re.compile(r"\{(\w+)\}")
_PORTS = {"http": 80, "https": 443}


class CredentialHeader(ComponentConfig):
    credential: str = Field(
        title="Credential",
        description="A credential of the workspace, saved with the address it is for.",
        json_schema_extra={"x-widget": "credential"},
    )
    format: str = Field(
        "Bearer {api_key}", title="Format", description="The header's value; {api_key} is the key."
    )


async def open_secret(secrets: Secrets, credential_id: str, kinds: Collection[str] = ()) -> Secret:
    """Raises ToolError: gone, or of another kind."""
    secret = await secrets.get(credential_id)
    if secret is None:
        raise ToolError(
            "The credential that this tool uses has gone",
            hint="Add one under Settings, Credentials, and choose it in the tool.",
        )
    if kinds and secret.kind not in kinds:
        raise ToolError(
            f"The credential is for {secret.kind}, not for {' or '.join(sorted(kinds))}",
            hint="Choose another credential in the tool.",
        )
    return secret


async def secret_headers(
    secrets: Secrets, wanted: Mapping[str, CredentialHeader], url: str
) -> dict[str, str]:
    """The headers for a request to `url`. A key goes to the address that its credential names and
    nowhere else: whoever may edit a tool must not be able to send keys to a server of their own.
    Raises ToolError."""
    headers = {}
    for name, header in wanted.items():
        secret = await open_secret(secrets, header.credential)
        if origin(secret.base_url or "") != origin(url):
            raise ToolError(
                f"The credential is not for {urlsplit(url).netloc}",
                hint="Save that address with the credential, under Settings, Credentials.",
            )
        headers[name] = _filled(header.format, secret)
    return headers


def origin(url: str) -> tuple[str, str, int] | None:
    """Scheme, host and port; None where there is no such thing."""
    try:
        parts = urlsplit(url)
        port = parts.port or _PORTS.get(parts.scheme, 0)
    except ValueError:
        return None
    return (parts.scheme, parts.hostname.rstrip("."), port) if parts.hostname else None


def inline_secret(headers: Mapping[str, object] | None) -> str | None:
    """The first header that carries a secret in the spec itself."""
    for name, value in (headers or {}).items():
        if name.lower() in SECRET_HEADERS and value not in (None, "", MASKED):
            return name
    return None


def plain_headers(headers: Mapping[str, object] | None) -> dict[str, str]:
    """What a spec's headers say, without masked and empty ones."""
    found = {k: str(v) for k, v in (headers or {}).items() if v not in (None, "", MASKED)}
    for name, value in found.items():
        if not _is_header(name, value):
            raise ToolError(f"{name[:60]!r} is not a header that can be sent")
    return found


def _filled(template: str, secret: Secret) -> str:
    def value(match: re.Match[str]) -> str:
        found = secret.values.get(match.group(1))
        if not found:
            raise ToolError(f"The credential has no {match.group(1)!r}")
        return found

    text = _PLACE.sub(value, template)
    if not _is_header("X", text):
        raise ToolError("The credential has characters that no header takes")
    return text


def _is_header(name: str, value: str) -> bool:
    return (
        re.fullmatch(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+", name) is not None
        and value.isascii()
        and not any(ord(character) < 32 or ord(character) == 127 for character in value)
    )
