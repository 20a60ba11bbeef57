"""Asks the vendor which models a key may use: the cheapest call that proves the key."""

from __future__ import annotations

from typing import Any

from studio.credentials.models import MODEL_KINDS, Credential, CredentialKind
from studio.credentials.services import credential_open

TIMEOUT_SECONDS = 15
MAX_MODELS = 200


def credential_test(row: Credential) -> dict[str, Any]:
    """`{ok, detail, models}`; never raises for what the vendor says."""
    if row.kind not in MODEL_KINDS:
        detail = "Keys of tools are not tried out here; a tool says when its key does not work."
        return {"ok": False, "detail": detail, "models": []}
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
        models = _ids(client.models.list())
    except openai.APIStatusError as error:
        return _refused(error.status_code, base_url)
    except openai.APIError as error:
        return _unreachable(base_url or "api.openai.com", error)
    except ValueError:
        models = None
    finally:
        client.close()
    return _works(models)


def _anthropic(api_key: str, base_url: str) -> dict[str, Any]:
    import anthropic

    client = anthropic.Anthropic(
        api_key=api_key, base_url=base_url or None, timeout=TIMEOUT_SECONDS, max_retries=0
    )
    try:
        models = _ids(client.models.list(limit=100))
    except anthropic.APIStatusError as error:
        return _refused(error.status_code, base_url)
    except anthropic.APIError as error:
        return _unreachable(base_url or "api.anthropic.com", error)
    except ValueError:
        models = None
    finally:
        client.close()
    return _works(models)


def _ids(page: object) -> list[str] | None:
    """The SDKs do not check what a server at a person's base URL answers; None: no model list."""
    data = getattr(page, "data", None)
    if not isinstance(data, list):
        return None
    found = [getattr(model, "id", None) for model in data]
    return sorted(name for name in found if isinstance(name, str) and name)


def _works(models: list[str] | None) -> dict[str, Any]:
    if models is None:
        detail = "Something answers at this address, but not with a list of models. Check it."
        return {"ok": False, "detail": detail, "models": []}
    count = f"{len(models)} {'model' if len(models) == 1 else 'models'}"
    return {"ok": True, "detail": f"It works; {count}.", "models": models[:MAX_MODELS]}


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
