"""Credentials and files."""

from __future__ import annotations

from django.http import HttpResponse
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from studio import presentation as s
from studio.api.base import View
from studio.api.schema import page_of
from studio.core.errors import ApplicationError
from studio.credentials.selectors import credential_get, credentials_list
from studio.credentials.services import (
    credential_create,
    credential_delete,
    credential_update,
)
from studio.execution.credential_test import credential_test
from studio.runs.files import FileProblem, file_read, files_list

Q = OpenApiParameter
SHOWN_CHARS = 200_000


class CredentialsView(View):
    write_ability = "admin"

    @extend_schema(responses=page_of(s.CredentialOut), operation_id="credentials_list")
    def get(self, request: Request) -> Response:
        return self.page(
            credentials_list(self.access), lambda rows: s.CredentialOut(rows, many=True).data
        )

    @extend_schema(
        request=s.CredentialIn,
        responses={201: s.CredentialOut},
        operation_id="credentials_create",
    )
    def post(self, request: Request) -> Response:
        row = credential_create(access=self.access, **self.checked(s.CredentialIn))
        return Response(s.CredentialOut(row).data, status=201)


class CredentialView(View):
    write_ability = "admin"

    @extend_schema(responses=s.CredentialOut, operation_id="credentials_get")
    def get(self, request: Request, id: str) -> Response:
        return Response(s.CredentialOut(credential_get(self.access, id)).data)

    @extend_schema(
        request=s.CredentialPatchIn, responses=s.CredentialOut, operation_id="credentials_update"
    )
    def patch(self, request: Request, id: str) -> Response:
        values = self.checked(s.CredentialPatchIn)
        row = credential_update(access=self.access, credential_id=id, **values)
        return Response(s.CredentialOut(row).data)

    @extend_schema(responses={204: None}, operation_id="credentials_delete")
    def delete(self, request: Request, id: str) -> Response:
        credential_delete(access=self.access, credential_id=id)
        return Response(status=204)


class CredentialTestView(View):
    write_ability = "admin"

    @extend_schema(request=None, responses=s.CredentialTestOut, operation_id="credentials_test")
    def post(self, request: Request, id: str) -> Response:
        return Response(credential_test(credential_get(self.access, id)))


def _read(view: View, request: Request) -> tuple[str, bytes]:
    path = request.query_params.get("path", "")
    try:
        return path, file_read(view.access.workspace.pk, path)
    except FileProblem as problem:
        raise ApplicationError("file_problem", str(problem)) from problem


class FilesView(View):
    @extend_schema(responses=page_of(s.FileOut), operation_id="files_list")
    def get(self, request: Request) -> Response:
        files = files_list(self.access.workspace.pk)
        return Response({"results": s.FileOut(files, many=True).data, "next": None})


class FileTextView(View):
    @extend_schema(
        parameters=[Q("path", str, required=True)],
        responses=s.FileTextOut,
        operation_id="files_text",
    )
    def get(self, request: Request) -> Response:
        path, data = _read(self, request)
        text = data.decode(errors="replace").replace("\0", "\ufffd")
        return Response(
            {
                "path": path,
                "size": len(data),
                "text": text[:SHOWN_CHARS],
                "truncated": len(text) > SHOWN_CHARS,
            }
        )


class FileContentView(View):
    @extend_schema(
        parameters=[Q("path", str, required=True)],
        responses={(200, "application/octet-stream"): bytes},
        operation_id="files_content",
    )
    def get(self, request: Request) -> HttpResponse:
        """An agent wrote it, so it is never shown by the browser under our origin."""
        _, data = _read(self, request)
        return HttpResponse(
            data,
            content_type="application/octet-stream",
            headers={
                "Content-Disposition": "attachment",
                "Content-Security-Policy": "sandbox; default-src 'none'",
                "X-Content-Type-Options": "nosniff",
            },
        )
