from __future__ import annotations

from typing import Any, cast

from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet

from runtime.components.base import Problem
from runtime.components.references import resolve
from runtime.components.spec import Component, ComponentType
from runtime.components.validate import validate
from runtime.errors import SpecError
from studio.accounts.selectors import Access
from studio.core.errors import NotFound
from studio.core.models import Id
from studio.library.models import Definition, Revision


def definitions_list(
    access: Access, *, component_type: str | None = None, search: str = "", archived: bool = False
) -> QuerySet[Definition]:
    found = Definition.objects.filter(
        workspace=access.workspace, archived_at__isnull=not archived
    ).order_by("-updated_at", "id")
    if component_type:
        found = found.filter(component_type__in=component_type.split(","))
    if search:
        found = found.filter(Q(name__icontains=search) | Q(description__icontains=search))
    return found


def definition_get(access: Access, definition_id: Id) -> Definition:
    found = Definition.objects.filter(workspace=access.workspace, pk=definition_id).first()
    if found is None:
        raise NotFound("This definition")
    return found


def revisions_list(access: Access, definition_id: Id) -> QuerySet[Revision]:
    definition = definition_get(access, definition_id)
    return definition.revisions.select_related("created_by").order_by("-number")


def revision_get(access: Access, definition_id: Id, number: int | None = None) -> Revision:
    """The numbered revision, or the latest."""
    revisions = revisions_list(access, definition_id)
    if number is not None:
        revisions = revisions.filter(number=number)
    found = revisions.first()
    if found is None:
        raise NotFound("This revision")
    return found


def component_lookup(access: Access) -> Any:
    """What `resolve` asks: a definition's revision (or its latest, or a draft that has none)."""

    def lookup(definition_id: str, revision: int | None) -> Component | None:
        try:
            definition = definition_get(access, definition_id)
            if revision is None and definition.latest_revision is None:
                return Component.model_validate(definition.draft)
            return Component.model_validate(revision_get(access, definition_id, revision).component)
        except (NotFound, ValueError, ValidationError):
            return None

    return lookup


def component_problems(
    access: Access, raw: Any, *, component_type: str | None = None
) -> list[Problem]:
    """All that is wrong with a component, its references followed; executes nothing."""
    expected = cast("ComponentType | None", component_type)  # an unknown name matches nothing
    problems = validate(raw, expect=expected)
    if any(p.severity == "error" for p in problems) or not isinstance(raw, dict):
        return problems
    try:
        resolved = resolve(Component.model_validate(raw), component_lookup(access))
    except SpecError as error:
        return [
            *problems,
            Problem(
                path=error.path,
                severity="error",
                code=error.code,
                detail=error.detail,
                hint=error.hint,
            ),
        ]
    seen = {(p.path, p.code) for p in problems}
    more = validate(resolved.model_dump(), expect=expected)
    return problems + [p for p in more if (p.path, p.code) not in seen]
