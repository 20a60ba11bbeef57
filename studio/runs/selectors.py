from __future__ import annotations

from typing import Any

from django.db.models import Count, Max, Q, QuerySet, Sum
from django.db.models.functions import TruncDate

from studio.accounts.selectors import Access
from studio.core.errors import NotFound
from studio.core.models import Id
from studio.runs.models import ENDED, Event, Run, Session


def runs_list(access: Access, *, state: str = "", definition: Id | None = None) -> QuerySet[Run]:
    """`state` is a comma-separated list, or `active`."""
    found = Run.objects.filter(workspace=access.workspace).defer("component", "layout")
    if state == "active":
        found = found.exclude(state__in=ENDED)
    elif state:
        found = found.filter(state__in=state.split(","))
    if definition:
        found = found.filter(definition_id=definition)
    return with_pending(found).order_by("-created_at", "id")


def with_pending(runs: QuerySet[Run]) -> QuerySet[Run]:
    return runs.annotate(pending_requests=Count("requests", filter=Q(requests__state="pending")))


def run_get(access: Access, run_id: Id) -> Run:
    runs = Run.objects.filter(workspace=access.workspace, pk=run_id)
    found = with_pending(runs.defer("component", "layout")).first()
    if found is None:
        raise NotFound("This run")
    return found


def run_neighbours(run: Run) -> tuple[Any, Any]:
    """Ids of the session's run before and after this one."""
    runs = dict(
        Run.objects.filter(
            session_id=run.session_id, number__in=(run.number - 1, run.number + 1)
        ).values_list("number", "id")
    )
    return runs.get(run.number - 1), runs.get(run.number + 1)


def run_index(access: Access, run_id: Id) -> dict[str, Any]:
    """Columns of the whole log, without bodies; `at_ms` counts from the first event."""
    run = run_get(access, run_id)
    rows = list(
        Event.objects.filter(run_id=run.pk)
        .order_by("seq")
        .extra(select={"size": "LENGTH(body)"})
        .values_list("seq", "kind", "agent_path", "turn", "occurred_at", "size")
    )
    start = rows[0][4] if rows else None
    return {
        "head_seq": run.head_seq,
        "columns": {
            "seq": [r[0] for r in rows],
            "kind": [r[1] for r in rows],
            "agent": [r[2] for r in rows],
            "turn": [r[3] for r in rows],
            "at_ms": [round((r[4] - start).total_seconds() * 1000) for r in rows] if start else [],
            "size": [r[5] for r in rows],
        },
    }


def sessions_list(access: Access, *, definition: Id | None = None) -> QuerySet[Session]:
    found = Session.objects.filter(workspace=access.workspace).select_related("definition")
    if definition:
        found = found.filter(definition_id=definition)
    return found.annotate(run_count=Count("runs")).order_by("-updated_at", "id")


def session_get(access: Access, session_id: Id) -> Session:
    found = sessions_list(access).filter(pk=session_id).first()
    if found is None:
        raise NotFound("This session")
    return found


def last_runs(access: Access, **by: Any) -> dict[Any, Run]:
    """The latest run of each of many sessions (`session_id__in`) or teams (`definition_id__in`),
    by that id, in two queries whatever their number."""
    ((name, ids),) = by.items()
    column = name.removesuffix("__in")
    latest = (
        Run.objects.filter(workspace=access.workspace, **{name: ids})
        .order_by(column)
        .values(column)
        .annotate(at=Max("created_at"))
    )
    wanted = {(row[column], row["at"]) for row in latest}
    runs = runs_list(access).filter(**{name: ids}, created_at__in=[at for _, at in wanted])
    return {
        getattr(run, column): run
        for run in runs
        if (getattr(run, column), run.created_at) in wanted
    }


def usage_by_day(access: Access) -> list[Any]:
    """Totals of the last 90 days that had runs, newest first."""
    return list(
        Run.objects.filter(workspace=access.workspace)
        .annotate(day=TruncDate("created_at"))
        .values("day")
        .annotate(
            runs=Count("id"),
            prompt_tokens=Sum("prompt_tokens"),
            completion_tokens=Sum("completion_tokens"),
            cached_tokens=Sum("cached_tokens"),
            cost_usd=Sum("cost_usd"),
        )
        .order_by("-day")[:90]
    )
