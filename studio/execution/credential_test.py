"""Asks the vendor which models a key may use: the cheapest call that proves the key."""

from __future__ import annotations

from typing import Any

from studio.credentials.models import Credential, CredentialKind
from studio.credentials.services import credential_open

TIMEOUT_SECONDS = 15


def credential_test(row: Credential) -> dict[str, Any]:
    """`{ok, detail, models}`; never raises for what the vendor says."""
    api_key = credential_open(row)["api_key"]
    if row.kind == CredentialKind.ANTHROPIC:
        return _anthropic(api_key, row.base_url)
    return _openai(api_key, row.base_url)


def _openai(api_key: str, base_url: str) -> dict[str, Any]:
    import openai

    client = openai.OpenAI(
        api_key=api_key or "none",
        base_url=base_url or None,
        timeout=TIMEOUT_SECONDS,
        max_retries=0,
    )
    try:
        models = sorted(model.id for model in client.models.list().data)
    except openai.APIStatusError as error:
        return _refused(error.status_code, base_url)
    except openai.APIError as error:
        return _unreachable(base_url or "api.openai.com", error)
    finally:
        client.close()
    return {"ok": True, "detail": f"It works; {len(models)} models.", "models": models[:200]}


def _anthropic(api_key: str, base_url: str) -> dict[str, Any]:
    import anthropic

    client = anthropic.Anthropic(
        api_key=api_key, base_url=base_url or None, timeout=TIMEOUT_SECONDS, max_retries=0
    )
    try:
        models = [model.id for model in client.models.list(limit=100).data]
    except anthropic.APIStatusError as error:
        return _refused(error.status_code, base_url)
    except anthropic.APIError as error:
        return _unreachable(base_url or "api.anthropic.com", error)
    finally:
        client.close()
    return {"ok": True, "detail": f"It works; {len(models)} models.", "models": models}


def _refused(status: int, base_url: str) -> dict[str, Any]:
    if status in (401, 403):
        detail = "The server does not accept this key. Check it, or make a new one."
    elif status == 404 and base_url:
        detail = "The server has no model list at this base URL; it often ends in /v1."
    else:
        detail = f"The server answered with status {status}."
    return {"ok": False, "detail": detail, "models": []}


def _unreachable(where: str, error: Exception) -> dict[str, Any]:
    detail = f"{where} cannot be reached: {type(error).__name__}."
    return {"ok": False, "detail": detail, "models": []}
