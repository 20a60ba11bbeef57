from __future__ import annotations

from drf_spectacular.utils import OpenApiParameter, extend_schema
from pydantic import BaseModel
from rest_framework.request import Request
from rest_framework.response import Response

from runtime.events import Event as LogEvent
from studio import presentation as s
from studio.api.base import View, idempotent
from studio.api.schema import page_of
from studio.approvals.selectors import policy_of, request_context, request_get, requests_list
from studio.approvals.services import approval_decide, policy_update
from studio.runs.log import COLUMNS, wire_object

Q = OpenApiParameter


class ContextOut(BaseModel):
    """The events before a request."""

    results: list[LogEvent]


class ApprovalsView(View):
    @extend_schema(
        parameters=[Q("state", str, enum=["pending", "decided", "all"]), Q("kind", str)],
        responses=page_of(s.RequestOut),
        operation_id="approvals_list",
    )
    def get(self, request: Request) -> Response:
        rows = requests_list(
            self.access,
            state=request.query_params.get("state", "pending"),
            kind=request.query_params.get("kind", ""),
        )
        return self.page(rows, lambda found: s.RequestOut(found, many=True).data)


class ApprovalView(View):
    @extend_schema(responses=s.RequestOut, operation_id="approvals_get")
    def get(self, request: Request, id: str) -> Response:
        return Response(s.RequestOut(request_get(self.access, id)).data)


class ApprovalContextView(View):
    @extend_schema(responses=ContextOut, operation_id="approvals_context")
    def get(self, request: Request, id: str) -> Response:
        events = request_context(request_get(self.access, id)).values(*COLUMNS)
        return Response({"results": [wire_object(row) for row in events]})


class DecideView(View):
    write_ability = "decide"

    @extend_schema(request=s.DecideIn, responses=s.RequestOut, operation_id="approvals_decide")
    @idempotent
    def post(self, request: Request, id: str) -> Response:
        values = self.checked(s.DecideIn)
        row = approval_decide(access=self.access, request_id=id, **values)
        return Response(s.RequestOut(row).data)


class PolicyView(View):
    write_ability = "admin"

    @extend_schema(responses=s.PolicyOut, operation_id="policy_get")
    def get(self, request: Request) -> Response:
        return Response(self._shown())

    @extend_schema(request=s.PolicyIn, responses=s.PolicyOut, operation_id="policy_update")
    def put(self, request: Request) -> Response:
        values = self.checked(s.PolicyIn)
        policy_update(
            access=self.access,
            rules=[dict(rule) for rule in values["rules"]],
            deadline_seconds=values.get("deadline_seconds"),
            version=values["version"],
        )
        return Response(self._shown())

    def _shown(self) -> object:
        policy = policy_of(self.access.workspace)
        return s.PolicyOut(
            {
                "version": policy.version,
                "rules": policy.rules,
                "default_side_effects": "ask",
                "deadline_seconds": policy.deadline_seconds,
            }
        ).data
