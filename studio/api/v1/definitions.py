from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from runtime.components.describe import describe
from studio import presentation as s
from studio.accounts.selectors import Access
from studio.api.base import View, idempotent, number_of
from studio.api.schema import page_of
from studio.core.errors import Unprocessable
from studio.execution.freeze import workspace_model, would_be_scripted
from studio.library.gallery import gallery_list
from studio.library.models import Definition
from studio.library.selectors import (
    component_problems,
    definition_get,
    definitions_list,
    revision_get,
    revisions_list,
)
from studio.library.services import (
    definition_archive,
    definition_copy,
    definition_create,
    definition_export,
    definition_from_gallery,
    definition_import,
    definition_update,
    draft_save,
    revision_create,
)
from studio.runs.selectors import last_runs

Q = OpenApiParameter


def _agents(component: Any) -> list[str]:
    config = component.get("config") if isinstance(component, dict) else None
    participants = config.get("participants") if isinstance(config, dict) else None
    if not isinstance(participants, list):
        return []
    return [
        str(p["config"].get("name") or p.get("label") or "agent")
        for p in participants
        if isinstance(p, dict) and isinstance(p.get("config"), dict)
    ]


def present(access: Access, rows: list[Definition]) -> list[Definition]:
    """Adds what lists show beside the columns; two queries whatever the number of rows."""
    runs = last_runs(access, definition_id__in=[row.pk for row in rows]) if rows else {}
    default = workspace_model(access.workspace)[0]
    for row in rows:
        problems = component_problems(access, row.draft, component_type=row.component_type)
        errors = sum(p.severity == "error" for p in problems)
        row.problem_counts = {"errors": errors, "warnings": len(problems) - errors}  # type: ignore[attr-defined]
        row.scripted = would_be_scripted(default, row.draft, row.settings)  # type: ignore[attr-defined]
        row.agents = _agents(row.draft)  # type: ignore[attr-defined]
        row.last_run = runs.get(row.pk)  # type: ignore[attr-defined]
        row.draft_view = {  # type: ignore[attr-defined]
            "component": row.draft,
            "layout": row.layout,
            "settings": row.settings,
            "version": row.draft_version,
            "updated_at": row.draft_updated_at,
            "problems": problems,
        }
    return rows


def detail(access: Access, row: Definition) -> Any:
    return s.DefinitionDetailOut(present(access, [row])[0]).data


class ComponentsView(View):
    @extend_schema(responses=page_of(s.ComponentInfoOut), operation_id="components_list")
    def get(self, request: Request) -> Response:
        return Response({"results": s.ComponentInfoOut(describe(), many=True).data, "next": None})


class ValidateView(View):
    # Reading in the form of a POST: nothing is changed.
    write_ability = "view"

    @extend_schema(
        request=s.ValidateIn, responses=s.ProblemsOut, operation_id="components_validate"
    )
    def post(self, request: Request) -> Response:
        values = self.checked(s.ValidateIn)
        problems = component_problems(
            self.access, values["component"], component_type=values.get("component_type")
        )
        return Response(s.ProblemsOut({"problems": problems}).data)


class DefinitionsView(View):
    write_ability = "edit"

    @extend_schema(
        parameters=[Q("component_type", str), Q("search", str), Q("archived", bool)],
        responses=page_of(s.DefinitionOut),
        operation_id="definitions_list",
    )
    def get(self, request: Request) -> Response:
        query = request.query_params
        rows = definitions_list(
            self.access,
            component_type=query.get("component_type"),
            search=query.get("search", "")[:200],
            archived=query.get("archived") == "true",
        )
        return self.page(
            rows, lambda found: s.DefinitionOut(present(self.access, found), many=True).data
        )

    @extend_schema(
        request=s.DefinitionIn,
        responses={201: s.DefinitionDetailOut},
        operation_id="definitions_create",
    )
    @idempotent
    def post(self, request: Request) -> Response:
        values = self.checked(s.DefinitionIn)
        return Response(detail(self.access, _create(self.access, values)), status=201)


def _create(access: Access, values: dict[str, Any]) -> Definition:
    if values.get("gallery"):
        return definition_from_gallery(access=access, slug=values["gallery"])
    if values.get("copy_of"):
        return definition_copy(access=access, definition_id=values["copy_of"])
    if not values.get("component_type"):
        raise Unprocessable(
            "component_type_required",
            "Say what is to be made.",
            fields={"component_type": ["Say what is to be made (team, agent, …)."]},
        )
    return definition_create(
        access=access,
        name=values.get("name", ""),
        component_type=values["component_type"],
        description=values.get("description", ""),
        component=values.get("component"),
        layout=values.get("layout"),
        settings=values.get("settings"),
    )


class DefinitionView(View):
    write_ability = "edit"

    @extend_schema(responses=s.DefinitionDetailOut, operation_id="definitions_get")
    def get(self, request: Request, id: str) -> Response:
        return Response(detail(self.access, definition_get(self.access, id)))

    @extend_schema(
        request=s.DefinitionPatchIn,
        responses=s.DefinitionDetailOut,
        operation_id="definitions_update",
    )
    def patch(self, request: Request, id: str) -> Response:
        values = self.checked(s.DefinitionPatchIn)
        row = definition_update(
            access=self.access,
            definition_id=id,
            name=values.get("name"),
            description=values.get("description"),
        )
        return Response(detail(self.access, row))

    @extend_schema(responses={204: None}, operation_id="definitions_archive")
    def delete(self, request: Request, id: str) -> Response:
        definition_archive(access=self.access, definition_id=id, archived=True)
        return Response(status=204)


class RestoreView(View):
    write_ability = "edit"

    @extend_schema(
        request=None, responses=s.DefinitionDetailOut, operation_id="definitions_restore"
    )
    def post(self, request: Request, id: str) -> Response:
        row = definition_archive(access=self.access, definition_id=id, archived=False)
        return Response(detail(self.access, row))


class DraftView(View):
    write_ability = "edit"

    @extend_schema(request=s.DraftIn, responses=s.DraftOut, operation_id="draft_save")
    def put(self, request: Request, id: str) -> Response:
        values = self.checked(s.DraftIn)
        row, _ = draft_save(
            access=self.access,
            definition_id=id,
            version=values["version"],
            component=values["component"],
            layout=values.get("layout", {}),
            settings=values.get("settings"),
        )
        return Response(detail(self.access, row)["draft"])


class DefinitionValidateView(View):
    write_ability = "view"

    @extend_schema(request=None, responses=s.ProblemsOut, operation_id="definitions_validate")
    def post(self, request: Request, id: str) -> Response:
        row = definition_get(self.access, id)
        problems = component_problems(self.access, row.draft, component_type=row.component_type)
        return Response(s.ProblemsOut({"problems": problems}).data)


class RevisionsView(View):
    write_ability = "edit"

    @extend_schema(responses=page_of(s.RevisionOut), operation_id="revisions_list")
    def get(self, request: Request, id: str) -> Response:
        return self.page(
            revisions_list(self.access, id), lambda rows: s.RevisionOut(rows, many=True).data
        )

    @extend_schema(
        request=s.RevisionIn, responses={201: s.RevisionDetailOut}, operation_id="revisions_create"
    )
    @idempotent
    def post(self, request: Request, id: str) -> Response:
        values = self.checked(s.RevisionIn)
        row = revision_create(access=self.access, definition_id=id, **values)
        return Response(s.RevisionDetailOut(row).data, status=201)


class RevisionView(View):
    @extend_schema(responses=s.RevisionDetailOut, operation_id="revisions_get")
    def get(self, request: Request, id: str, number: int) -> Response:
        return Response(s.RevisionDetailOut(revision_get(self.access, id, number)).data)


class ExportView(View):
    @extend_schema(
        parameters=[Q("revision", int)],
        responses={200: {"type": "object", "additionalProperties": True}},
        operation_id="definitions_export",
    )
    def get(self, request: Request, id: str) -> Response:
        number = number_of(request, "revision", 0, largest=10**9)
        component = definition_export(
            access=self.access,
            definition_id=id,
            revision=number or None,
        )
        response = Response(component)
        response["Content-Disposition"] = 'attachment; filename="component.json"'
        return response


class ImportView(View):
    write_ability = "edit"

    @extend_schema(
        request=s.ImportIn, responses={201: s.ImportOut}, operation_id="definitions_import"
    )
    @idempotent
    def post(self, request: Request) -> Response:
        values = self.checked(s.ImportIn)
        row, problems = definition_import(access=self.access, **values)
        shown = {"definition": present(self.access, [row])[0], "problems": problems}
        return Response(s.ImportOut(shown).data, status=201)


class GalleryView(View):
    @extend_schema(responses=page_of(s.GalleryOut), operation_id="gallery_list")
    def get(self, request: Request) -> Response:
        entries = [
            {**entry, "agents": _agents(entry["component"]), "layout": entry.get("layout", {})}
            for entry in gallery_list()
        ]
        return Response({"results": s.GalleryOut(entries, many=True).data, "next": None})
