from __future__ import annotations

import json
from typing import Any

from django.http import HttpResponse, StreamingHttpResponse
from drf_spectacular.utils import OpenApiParameter, extend_schema
from pydantic import BaseModel
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from runtime.events import Event as LogEvent
from studio import presentation as s
from studio.accounts.selectors import Access
from studio.api.base import View, idempotent, number_of
from studio.api.permissions import current_access
from studio.api.schema import page_of
from studio.api.sse import event_stream
from studio.core.dbpool import run_db
from studio.execution.services import run_start
from studio.library.selectors import definition_get
from studio.runs.log import page_rows, wire_object, wire_text
from studio.runs.models import Run, Session
from studio.runs.selectors import (
    last_runs,
    run_get,
    run_index,
    run_neighbours,
    runs_list,
    session_get,
    sessions_list,
    usage_by_day,
)
from studio.runs.services import run_command, session_create

Q = OpenApiParameter
EVENTS_PER_PAGE = 500


class EventPage(BaseModel):
    """A page of a run's log."""

    results: list[LogEvent]
    head_seq: int
    state: str


def run_data(access: Access, run: Run) -> Any:
    run = run_get(access, run.pk)
    run.previous_run, run.next_run = run_neighbours(run)  # type: ignore[attr-defined]
    return s.RunOut(run, context={"whole_task": True}).data


class RunsView(View):
    write_ability = "run"

    @extend_schema(
        parameters=[Q("state", str), Q("definition", str)],
        responses=page_of(s.RunSummaryOut),
        operation_id="runs_list",
    )
    def get(self, request: Request) -> Response:
        rows = runs_list(
            self.access,
            state=request.query_params.get("state", ""),
            definition=request.query_params.get("definition") or None,
        )
        return self.page(rows, lambda found: s.RunSummaryOut(found, many=True).data)

    @extend_schema(request=s.RunIn, responses={201: s.RunOut}, operation_id="runs_create")
    @idempotent
    def post(self, request: Request) -> Response:
        values = self.checked(s.RunIn)
        run = run_start(
            access=self.access,
            task=values["task"],
            session_id=values.get("session"),
            definition_id=values.get("definition"),
            revision=values.get("revision"),
        )
        return Response(run_data(self.access, run), status=201)


class RunView(View):
    @extend_schema(responses=s.RunOut, operation_id="runs_get")
    def get(self, request: Request, id: str) -> Response:
        return Response(run_data(self.access, run_get(self.access, id)))


class _CommandView(View):
    write_ability = "run"

    def command(self, name: str, id: str) -> Response:
        reason = self.checked(s.CommandIn).get("reason", "")
        run = run_command(access=self.access, run_id=id, command=name, reason=reason)
        return Response(run_data(self.access, run))


class StopView(_CommandView):
    @extend_schema(request=s.CommandIn, responses=s.RunOut, operation_id="runs_stop")
    @idempotent
    def post(self, request: Request, id: str) -> Response:
        return self.command("stop", id)


class PauseView(_CommandView):
    @extend_schema(request=s.CommandIn, responses=s.RunOut, operation_id="runs_pause")
    @idempotent
    def post(self, request: Request, id: str) -> Response:
        return self.command("pause", id)


class ResumeView(_CommandView):
    @extend_schema(request=s.CommandIn, responses=s.RunOut, operation_id="runs_resume")
    @idempotent
    def post(self, request: Request, id: str) -> Response:
        return self.command("resume", id)


class EndView(_CommandView):
    @extend_schema(request=s.CommandIn, responses=s.RunOut, operation_id="runs_end")
    @idempotent
    def post(self, request: Request, id: str) -> Response:
        """Ends the run as completed, once the turn that is under way is done."""
        return self.command("end", id)


class _AnyAccept(DefaultContentNegotiation):
    """`text/event-stream` is answered by the view itself."""

    def select_renderer(self, request: Any, renderers: Any, format_suffix: Any = None) -> Any:
        return renderers[0], renderers[0].media_type


def still_readable(request: Request, run_id: Any) -> bool:
    access = current_access(request)
    return access is not None and runs_list(access).filter(pk=run_id).exists()


class EventsView(View):
    content_negotiation_class = _AnyAccept

    @extend_schema(
        parameters=[Q("after", int), Q("before", int), Q("limit", int)],
        responses=EventPage,
        operation_id="runs_events",
    )
    def get(self, request: Request, id: str) -> Response | StreamingHttpResponse:
        run = run_get(self.access, id)
        after = number_of(request, "after", 0, largest=2**62)
        if "text/event-stream" in request.headers.get("Accept", ""):
            last = request.headers.get("Last-Event-ID", "")
            after = int(last) if last.isdecimal() and len(last) < 18 else after
            return StreamingHttpResponse(
                event_stream(run.pk, after, lambda: still_readable(request, run.pk)),
                content_type="text/event-stream",
                headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
            )
        limit = number_of(request, "limit", EVENTS_PER_PAGE, largest=EVENTS_PER_PAGE)
        before = number_of(request, "before", 0, largest=2**62)
        rows = page_rows(
            run.pk, after=after, upto=before - 1 if before else None, limit=max(limit, 1)
        )
        return Response(
            {
                "results": [wire_object(row) for row in rows],
                "head_seq": run.head_seq,
                "state": run.state,
            }
        )


class IndexView(View):
    @extend_schema(responses=s.IndexOut, operation_id="runs_index")
    def get(self, request: Request, id: str) -> Response:
        return Response(run_index(self.access, id))


class RunExportView(View):
    @extend_schema(
        responses={200: {"type": "object", "additionalProperties": True}},
        operation_id="runs_export",
    )
    def get(self, request: Request, id: str) -> HttpResponse | StreamingHttpResponse:
        run = run_get(self.access, id)
        head = {"format": "troupe.run/1", "run": json.loads(_as_json(run_data(self.access, run)))}

        async def parts() -> Any:
            yield json.dumps(head)[:-1] + ', "events": ['
            after = 0
            while rows := await run_db(page_rows, run.pk, after=after, upto=run.head_seq):
                for row in rows:
                    yield (", " if after or row["seq"] > 1 else "") + wire_text(row)
                    after = row["seq"]
            yield "]}"

        return StreamingHttpResponse(
            parts(),
            content_type="application/json",
            headers={"Content-Disposition": f'attachment; filename="run-{run.pk}.json"'},
        )


def _as_json(data: Any) -> bytes:
    rendered: bytes = JSONRenderer().render(data)
    return rendered


class UsageView(View):
    @extend_schema(responses=page_of(s.UsageDayOut), operation_id="usage_list")
    def get(self, request: Request) -> Response:
        days = usage_by_day(self.access)
        return Response({"results": s.UsageDayOut(days, many=True).data, "next": None})


# Sessions --------------------------------------------------------------------------------------


def _presented(access: Access, rows: list[Session]) -> list[Session]:
    runs = last_runs(access, session_id__in=[row.pk for row in rows]) if rows else {}
    for row in rows:
        row.last_run = runs.get(row.pk)  # type: ignore[attr-defined]
    return rows


class SessionsView(View):
    write_ability = "run"

    @extend_schema(
        parameters=[Q("definition", str)],
        responses=page_of(s.SessionOut),
        operation_id="sessions_list",
    )
    def get(self, request: Request) -> Response:
        rows = sessions_list(self.access, definition=request.query_params.get("definition") or None)
        return self.page(
            rows, lambda found: s.SessionOut(_presented(self.access, found), many=True).data
        )

    @extend_schema(
        request=s.SessionIn, responses={201: s.SessionDetailOut}, operation_id="sessions_create"
    )
    @idempotent
    def post(self, request: Request) -> Response:
        values = self.checked(s.SessionIn)
        definition = definition_get(self.access, values["definition"])
        session = session_create(
            access=self.access, definition=definition, name=values.get("name", "")
        )
        return Response(_session(self.access, session.pk), status=201)


def _session(access: Access, session_id: Any) -> Any:
    session = _presented(access, [session_get(access, session_id)])[0]
    session.run_list = list(runs_list(access).filter(session=session).order_by("number"))  # type: ignore[attr-defined]
    return s.SessionDetailOut(session).data


class SessionView(View):
    @extend_schema(responses=s.SessionDetailOut, operation_id="sessions_get")
    def get(self, request: Request, id: str) -> Response:
        return Response(_session(self.access, id))
