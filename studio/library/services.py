from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any, get_args

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from runtime.components.base import Problem
from runtime.components.spec import ComponentType
from studio.accounts.selectors import Access
from studio.core.errors import Conflict, NotFound, Unprocessable
from studio.core.models import Id
from studio.library.gallery import gallery_get
from studio.library.models import Definition, Revision
from studio.library.secrets import inline_secrets
from studio.library.selectors import component_problems, definition_get, revision_get

BLANKS: dict[str, dict[str, Any]] = {
    "team": {
        "provider": "autogen_agentchat.teams.RoundRobinGroupChat",
        "component_type": "team",
        "version": 1,
        "component_version": 1,
        "config": {"participants": []},
    }
}
MAX_COMPONENT_BYTES = 1024 * 1024
SECRET_CODE = "inline_secret"  # noqa: S105 - the name of a problem


def _refuse_unstorable(access: Access, component: Any) -> list[Problem]:
    """Problems of a component that may be stored; raises for one that may not be.

    A draft may be wrong, that is what drafts are for; but a secret must never reach the table,
    and nothing huge.
    """
    if not isinstance(component, dict):
        raise Unprocessable("invalid_component", "A component is a JSON object.")
    if len(json.dumps(component)) > MAX_COMPONENT_BYTES:
        raise Unprocessable("component_too_large", "A component may have at most 1 MB of JSON.")
    places = list(inline_secrets(component))
    if places:
        raise Unprocessable(
            SECRET_CODE,
            "A key stands in the component itself.",
            hint="Enter it in Settings, and choose it there by name.",
            problems=[
                {
                    "path": place,
                    "severity": "error",
                    "code": SECRET_CODE,
                    "detail": "A key stands here.",
                    "hint": "Enter it in Settings, and choose it there by name.",
                }
                for place in places
            ],
        )
    return component_problems(access, component)


def _refuse_secrets(layout: Any) -> None:
    if any(inline_secrets(layout)):
        raise Unprocessable(
            SECRET_CODE,
            "A key stands in the layout.",
            hint="Enter it in Settings, and choose it there by name.",
        )


def _checked_settings(access: Access, settings: Any) -> dict[str, Any]:
    settings = settings or {}
    model = settings.get("model") if isinstance(settings, dict) else None
    if not isinstance(settings, dict) or set(settings) - {"model"}:
        raise Unprocessable("invalid_settings", "A team's settings may name a `model` only.")
    if model is not None:
        problems = component_problems(access, model, component_type="model")
        if any(p.severity == "error" for p in problems):
            raise Unprocessable(
                "invalid_component",
                "The team's model is not valid.",
                problems=[asdict(p) for p in problems],
            )
    return settings


@transaction.atomic
def definition_create(
    *,
    access: Access,
    name: str,
    component_type: str,
    description: str = "",
    component: dict[str, Any] | None = None,
    layout: dict[str, Any] | None = None,
    settings: dict[str, Any] | None = None,
) -> Definition:
    """Raises Unprocessable."""
    access.require("edit")
    component = component or BLANKS.get(component_type)
    if component is None:
        raise Unprocessable(
            "component_required", f"A new {component_type} needs its `component` to start from."
        )
    _refuse_unstorable(access, component)
    _refuse_secrets(layout)
    return Definition.objects.create(
        workspace=access.workspace,
        component_type=component_type,
        name=name.strip()[:200] or "Untitled",
        description=description,
        draft=component,
        layout=layout or {},
        settings=_checked_settings(access, settings),
        created_by=access.user,
    )


def definition_copy(*, access: Access, definition_id: Id) -> Definition:
    source = definition_get(access, definition_id)
    return definition_create(
        access=access,
        name=f"{source.name} (copy)",
        component_type=source.component_type,
        description=source.description,
        component=source.draft,
        layout=source.layout,
        settings=source.settings,
    )


@transaction.atomic
def definition_from_gallery(*, access: Access, slug: str) -> Definition:
    """A copy that is the person's own, with its first revision saved so that it can run."""
    entry = gallery_get(slug)
    definition = definition_create(
        access=access,
        name=entry["name"],
        component_type="team",
        description=entry["description"],
        component=entry["component"],
        layout=entry.get("layout"),
    )
    revision_create(access=access, definition_id=definition.id, note="From the gallery")
    return definition_get(access, definition.id)


def definition_update(
    *, access: Access, definition_id: Id, name: str | None, description: str | None
) -> Definition:
    access.require("edit")
    definition = definition_get(access, definition_id)
    if name is not None and name.strip():
        definition.name = name.strip()[:200]
    if description is not None:
        definition.description = description
    definition.save(update_fields=["name", "description", "updated_at"])
    return definition


def definition_archive(*, access: Access, definition_id: Id, archived: bool) -> Definition:
    access.require("edit")
    definition = definition_get(access, definition_id)
    definition.archived_at = timezone.now() if archived else None
    definition.save(update_fields=["archived_at", "updated_at"])
    return definition


def draft_save(
    *,
    access: Access,
    definition_id: Id,
    version: int,
    component: dict[str, Any],
    layout: dict[str, Any],
    settings: dict[str, Any] | None,
) -> tuple[Definition, list[Problem]]:
    """Raises Conflict `stale_draft` when somebody saved since `version` was read."""
    access.require("edit")
    definition = definition_get(access, definition_id)
    problems = _refuse_unstorable(access, component)
    _refuse_secrets(layout)
    if component.get("component_type", definition.component_type) != definition.component_type:
        raise Unprocessable(
            "wrong_component_type",
            f"This definition is a {definition.component_type}; its draft must stay one.",
        )
    now = timezone.now()
    changed = Definition.objects.filter(pk=definition.pk, draft_version=version).update(
        draft=component,
        layout=layout,
        settings=_checked_settings(access, settings),
        draft_version=F("draft_version") + 1,
        draft_updated_at=now,
        updated_at=now,
    )
    definition.refresh_from_db()
    if not changed:
        raise Conflict(
            "stale_draft",
            "This draft was changed elsewhere since you opened it.",
            hint="Keep yours, take theirs, or look at both.",
            current={
                "component": definition.draft,
                "layout": definition.layout,
                "settings": definition.settings,
                "version": definition.draft_version,
                "updated_at": definition.draft_updated_at.isoformat(),
            },
        )
    return definition, problems


@transaction.atomic
def revision_create(
    *, access: Access, definition_id: Id, note: str = "", version: int | None = None
) -> Revision:
    """Freezes the draft.

    Raises Unprocessable `invalid_component` with its problems, Conflict `stale_draft`.
    """
    access.require("edit")
    definition = (
        Definition.objects.select_for_update()
        .filter(workspace=access.workspace, pk=definition_id)
        .first()
    )
    if definition is None:
        raise NotFound("This definition")
    if version is not None and version != definition.draft_version:
        raise Conflict("stale_draft", "This draft was changed elsewhere since you opened it.")
    require_valid(access, definition.draft, definition.component_type)
    number = (definition.latest_revision or 0) + 1
    revision = Revision.objects.create(
        definition=definition,
        number=number,
        component=definition.draft,
        layout=definition.layout,
        settings=definition.settings,
        note=note[:500],
        created_by=access.user,
    )
    Definition.objects.filter(pk=definition.pk).update(
        latest_revision=number,
        revision_draft_version=definition.draft_version,
        updated_at=timezone.now(),
    )
    return revision


def require_valid(access: Access, component: Any, component_type: str) -> list[Problem]:
    """Warnings, if that is all; raises Unprocessable `invalid_component` for errors."""
    problems = component_problems(access, component, component_type=component_type)
    errors = [p for p in problems if p.severity == "error"]
    if errors:
        raise Unprocessable(
            "invalid_component",
            f"{errors[0].detail}" + (f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""),
            hint="The problems panel of the builder shows where.",
            problems=[asdict(p) for p in problems],
        )
    return problems


def definition_import(
    *, access: Access, document: Any, name: str = ""
) -> tuple[Definition, list[Problem]]:
    """Component JSON, bare or in AutoGen Studio's row (`{"component": {…}}`).

    What is unknown is kept verbatim and reported; nothing is executed.
    """
    access.require("edit")
    component = document
    if isinstance(document, dict) and isinstance(document.get("component"), dict):
        component = document["component"]
    if not isinstance(component, dict) or not isinstance(component.get("provider"), str):
        raise Unprocessable(
            "not_a_component",
            "This is not component JSON: it needs a `provider` and a `config`.",
            hint="Export a component from AutoGen Studio or from Troupe and import that file.",
        )
    problems = _refuse_unstorable(access, component)
    component_type = component.get("component_type") or "team"
    if component_type not in get_args(ComponentType):
        raise Unprocessable(
            "not_a_component", f"There are no components of type {str(component_type)[:40]!r}."
        )
    definition = definition_create(
        access=access,
        name=name or str(component.get("label") or "Imported"),
        component_type=component_type,
        description=str(component.get("description") or ""),
        component=component,
    )
    return definition, problems


def definition_export(*, access: Access, definition_id: Id, revision: int | None) -> Any:
    if revision is None:
        return definition_get(access, definition_id).draft
    return revision_get(access, definition_id, revision).component
