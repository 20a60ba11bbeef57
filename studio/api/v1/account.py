"""Who am I, the workspace, its members, tokens and sign-in."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth import logout, update_session_auth_hash
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from studio import VERSION
from studio import presentation as s
from studio.accounts.models import Workspace
from studio.accounts.selectors import members_list, tokens_list
from studio.accounts.services import (
    password_set,
    token_create,
    token_revoke,
    workspace_update,
)
from studio.api.base import View
from studio.api.schema import page_of
from studio.core.broadcast import signed_out
from studio.credentials.services import workspace_default_model_set
from studio.execution.freeze import workspace_model
from studio.library.services import require_valid


class MeView(View):
    @extend_schema(responses=s.MeOut, operation_id="me_get")
    def get(self, request: Request) -> Response:
        access = self.access
        data = {
            "user": access.user,
            "workspace": access.workspace,
            "role": access.role,
            "can": {name: access.can(name) for name in ("edit", "run", "decide", "admin")},
            "mode": "production" if settings.ENV.production else "embedded",
            "version": VERSION,
            "scripted_default": workspace_model(access.workspace)[1] == "scripted",
        }
        return Response(s.MeOut(data).data)


def _workspace(workspace: Workspace) -> dict[str, Any]:
    model, source = workspace_model(workspace)
    return {
        "name": workspace.name,
        "default_model": workspace.default_model,
        "default_model_source": source,
        "effective_model": model,
    }


class WorkspaceView(View):
    write_ability = "admin"

    @extend_schema(responses=s.WorkspaceOut, operation_id="workspace_get")
    def get(self, request: Request) -> Response:
        return Response(s.WorkspaceOut(_workspace(self.access.workspace)).data)

    @extend_schema(request=s.WorkspaceIn, responses=s.WorkspaceOut, operation_id="workspace_update")
    def patch(self, request: Request) -> Response:
        values = self.checked(s.WorkspaceIn)
        workspace = workspace_update(access=self.access, name=values.get("name"))
        if "default_model" in values:
            model = values["default_model"]
            if model is not None:
                require_valid(self.access, model, "model")
            workspace = workspace_default_model_set(access=self.access, component=model)
        return Response(s.WorkspaceOut(_workspace(workspace)).data)


class MembersView(View):
    @extend_schema(responses=page_of(s.MemberOut), operation_id="members_list")
    def get(self, request: Request) -> Response:
        return self.page(members_list(self.access), lambda rows: s.MemberOut(rows, many=True).data)


class TokensView(View):
    write_ability = "run"

    @extend_schema(responses=page_of(s.TokenOut), operation_id="tokens_list")
    def get(self, request: Request) -> Response:
        return self.page(tokens_list(self.access), lambda rows: s.TokenOut(rows, many=True).data)

    @extend_schema(
        request=s.TokenIn, responses={201: s.TokenCreatedOut}, operation_id="tokens_create"
    )
    def post(self, request: Request) -> Response:
        token, text = token_create(access=self.access, **self.checked(s.TokenIn))
        return Response({**s.TokenOut(token).data, "token": text}, status=201)


class TokenView(View):
    write_ability = "run"

    @extend_schema(responses={204: None}, operation_id="tokens_revoke")
    def delete(self, request: Request, id: str) -> Response:
        token_revoke(access=self.access, token_id=id)
        return Response(status=204)


class PasswordView(View):
    write_ability = "view"

    @extend_schema(request=s.PasswordIn, responses={204: None}, operation_id="password_set")
    def post(self, request: Request) -> Response:
        values = self.checked(s.PasswordIn)
        password_set(user=self.access.user, new=values["new"], current=values.get("current"))
        # Signs the user's other sessions out and keeps this one, under a new key.
        update_session_auth_hash(request._request, self.access.user)
        signed_out(self.access.user.pk)
        return Response(status=204)


class LogoutView(View):
    write_ability = "view"

    @extend_schema(request=None, responses={204: None}, operation_id="logout")
    def post(self, request: Request) -> Response:
        user_id = self.access.user.pk
        logout(request._request)
        signed_out(user_id)
        return Response(status=204)
