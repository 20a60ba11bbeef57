from __future__ import annotations

import os
import uuid
from urllib.parse import urlsplit

from django.db import IntegrityError, transaction

from studio.accounts.models import Workspace
from studio.accounts.selectors import Access
from studio.core.errors import Conflict, Unprocessable
from studio.core.models import Id
from studio.core.redaction import remember_secret
from studio.credentials.models import Credential, CredentialKind
from studio.credentials.seal import reseal, seal, unseal
from studio.credentials.selectors import credential_get

DEFAULT_MODELS = {CredentialKind.OPENAI: "gpt-5-mini", CredentialKind.ANTHROPIC: "claude-sonnet-5"}


def _check(kind: str, base_url: str, api_key: str | None) -> None:
    fields: dict[str, list[str]] = {}
    parts = urlsplit(base_url)
    if base_url and (parts.scheme not in {"http", "https"} or not parts.hostname):
        fields["base_url"] = ["A base URL starts with http:// or https:// and names a host."]
    if base_url and (parts.username or parts.password):
        fields["base_url"] = ["Put no user or password into the base URL."]
    if kind == CredentialKind.OPENAI_COMPATIBLE and not base_url:
        fields["base_url"] = ["An OpenAI-compatible server needs its base URL."]
    if kind == CredentialKind.HTTP and not base_url:
        fields["base_url"] = ["Enter the address that this key is for; it is sent nowhere else."]
    if kind == CredentialKind.SQL and api_key is not None and "://" not in api_key:
        fields["api_key"] = ["Enter a connection URL: postgresql://user:password@host/database."]
    elif api_key is not None:
        if kind != CredentialKind.OPENAI_COMPATIBLE and not api_key.strip():
            fields["api_key"] = ["Enter the key."]
        if not api_key.isascii() or any(c.isspace() for c in api_key.strip()):
            fields["api_key"] = ["A key has no spaces and only plain characters."]
    if fields:
        raise Unprocessable("invalid_credential", "Please correct the key's fields.", fields=fields)


def _hint(api_key: str, kind: str) -> str:
    """The end of a connection URL can be anything, so nothing of it is shown."""
    shown = len(api_key) >= 12 and kind != CredentialKind.SQL
    return f"…{api_key[-4:]}" if shown else "…"


def credential_create(
    *, access: Access, name: str, kind: str, base_url: str = "", api_key: str, source: str = "user"
) -> Credential:
    """Raises Unprocessable, Conflict `name_taken`."""
    access.require("admin")
    _check(kind, base_url, api_key)
    row_id = uuid.uuid4()
    try:
        with transaction.atomic():
            return Credential.objects.create(
                id=row_id,
                workspace=access.workspace,
                name=name.strip() or CredentialKind(kind).label,
                kind=kind,
                base_url=base_url.strip(),
                sealed=seal(row_id, {"api_key": api_key.strip()}),
                hint=_hint(api_key.strip(), kind),
                source=source,
                created_by=access.user,
            )
    except IntegrityError as error:
        raise Conflict(
            "name_taken",
            f"There is a key named {name!r} already.",
            fields={"name": ["This name is taken."]},
        ) from error


def credential_update(
    *,
    access: Access,
    credential_id: Id,
    name: str | None = None,
    base_url: str | None = None,
    api_key: str | None = None,
) -> Credential:
    access.require("admin")
    row = credential_get(access, credential_id)
    _check(row.kind, row.base_url if base_url is None else base_url, api_key)
    if name is not None and name.strip():
        row.name = name.strip()
    if base_url is not None:
        row.base_url = base_url.strip()
    if api_key is not None:
        row.sealed = seal(row.id, {"api_key": api_key.strip()})
        row.hint = _hint(api_key.strip(), row.kind)
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        raise Conflict(
            "name_taken",
            f"There is a key named {name!r} already.",
            fields={"name": ["This name is taken."]},
        ) from error
    return row


def credential_delete(*, access: Access, credential_id: Id) -> None:
    access.require("admin")
    credential_get(access, credential_id).delete()


def credential_open(row: Credential) -> dict[str, str]:
    """The secret values, for the worker right before use; log lines never show them again."""
    values = unseal(row.id, row.sealed)
    for value in values.values():
        remember_secret(value)
    return values


def credentials_rotate() -> int:
    """Encrypts every row with the first key; safe to repeat and while in use."""
    count = 0
    for row_id in list(Credential.objects.order_by("id").values_list("id", flat=True)):
        with transaction.atomic():
            row = Credential.objects.select_for_update().filter(pk=row_id).first()
            if row is not None:
                Credential.objects.filter(pk=row.pk).update(sealed=reseal(row.pk, row.sealed))
                count += 1
    return count


def credentials_from_environment(*, access: Access) -> list[Credential]:
    """Takes up OPENAI_API_KEY, OPENAI_BASE_URL, ANTHROPIC_API_KEY and ANTHROPIC_BASE_URL.

    The environment wins over what an earlier start took from it; keys entered by people stay.
    """
    found = []
    for kind, prefix in (
        (CredentialKind.OPENAI, "OPENAI"),
        (CredentialKind.ANTHROPIC, "ANTHROPIC"),
    ):
        api_key = os.environ.get(f"{prefix}_API_KEY", "")
        base_url = os.environ.get(f"{prefix}_BASE_URL", "")
        if not api_key and not (base_url and kind == CredentialKind.OPENAI):
            continue
        wanted = (
            CredentialKind.OPENAI_COMPATIBLE if base_url and kind == CredentialKind.OPENAI else kind
        )
        name = f"{CredentialKind(kind).label} (environment)"
        old = Credential.objects.filter(
            workspace=access.workspace, name=name, source="environment"
        ).first()
        if old is not None and old.kind == wanted:
            found.append(
                credential_update(
                    access=access, credential_id=old.id, base_url=base_url, api_key=api_key
                )
            )
            continue
        if old is not None:
            old.delete()
        found.append(
            credential_create(
                access=access,
                name=name,
                kind=wanted,
                base_url=base_url,
                api_key=api_key,
                source="environment",
            )
        )
    return found


def model_component(credential: Credential, model: str | None = None) -> dict[str, object]:
    """Component JSON of a client that uses this credential."""
    anthropic = credential.kind == CredentialKind.ANTHROPIC
    provider = (
        "autogen_ext.models.anthropic.AnthropicChatCompletionClient"
        if anthropic
        else "autogen_ext.models.openai.OpenAIChatCompletionClient"
    )
    kind = CredentialKind.ANTHROPIC if anthropic else CredentialKind.OPENAI
    return {
        "provider": provider,
        "component_type": "model",
        "version": 1,
        "component_version": 1,
        "label": credential.name,
        "config": {"model": model or DEFAULT_MODELS[kind], "credential": str(credential.id)},
    }


def workspace_default_model_set(
    *, access: Access, component: dict[str, object] | None
) -> Workspace:
    access.require("admin")
    Workspace.objects.filter(pk=access.workspace.pk).update(default_model=component)
    return Workspace.objects.get(pk=access.workspace.pk)
