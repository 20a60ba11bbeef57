from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from studio.presentation.fields import ComponentField, Input, NamedOut, ObjectField
from studio.runs.models import Run, RunState


class RunTeamOut(serializers.Serializer[Any]):
    definition_id = serializers.CharField(allow_null=True)
    revision = serializers.IntegerField(allow_null=True)
    name = serializers.CharField()


class ReasonOut(serializers.Serializer[Any]):
    code = serializers.CharField()
    detail = serializers.CharField()
    hint = serializers.CharField(allow_null=True)


class TokensOut(serializers.Serializer[Any]):
    prompt = serializers.IntegerField()
    completion = serializers.IntegerField()
    cached = serializers.IntegerField()


class WaitOut(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(["approval", "input", "timer", "credential", "quota"])
    request_id = serializers.CharField(allow_null=True)
    until = serializers.DateTimeField(allow_null=True)
    detail = serializers.CharField()


class RunSummaryOut(serializers.ModelSerializer[Run]):
    session = serializers.CharField(source="session_id")
    team = serializers.SerializerMethodField()
    state = serializers.ChoiceField(RunState.choices)
    task = serializers.SerializerMethodField()
    error = ReasonOut(allow_null=True)
    pause = ReasonOut(allow_null=True)
    waits = WaitOut(many=True)
    tokens = serializers.SerializerMethodField()
    cost_usd = serializers.SerializerMethodField()
    pending_requests = serializers.SerializerMethodField()

    class Meta:
        model = Run
        fields = (
            "id",
            "session",
            "number",
            "team",
            "state",
            "task",
            "scripted",
            "created_at",
            "started_at",
            "ended_at",
            "stop_reason",
            "error",
            "pause",
            "waits",
            "head_seq",
            "tokens",
            "cost_usd",
            "cost_unknown",
            "turns",
            "pending_requests",
        )

    @extend_schema_field(RunTeamOut)
    def get_team(self, run: Run) -> dict[str, Any]:
        return {
            "definition_id": str(run.definition_id) if run.definition_id else None,
            "revision": run.revision,
            "name": run.team_name,
        }

    def get_task(self, run: Run) -> str:
        return run.task if self.context.get("whole_task") else run.task[:500]

    @extend_schema_field(TokensOut)
    def get_tokens(self, run: Run) -> dict[str, int]:
        return {
            "prompt": run.prompt_tokens,
            "completion": run.completion_tokens,
            "cached": run.cached_tokens,
        }

    def get_cost_usd(self, run: Run) -> str | None:
        """Decimal text, never rounded; null when no call had a known price."""
        if run.cost_usd == 0 and run.cost_unknown:
            return None
        return format(run.cost_usd.normalize(), "f")

    def get_pending_requests(self, run: Run) -> int:
        counted = getattr(run, "pending_requests", None)
        return counted if counted is not None else run.requests.filter(state="pending").count()


class RunOut(RunSummaryOut):
    component = ComponentField()
    layout = ObjectField()
    previous_run = serializers.CharField(allow_null=True)
    next_run = serializers.CharField(allow_null=True)

    class Meta(RunSummaryOut.Meta):
        fields = (  # type: ignore[assignment]
            *RunSummaryOut.Meta.fields,
            "component",
            "layout",
            "previous_run",
            "next_run",
        )


class SessionOut(serializers.Serializer[Any]):
    id = serializers.CharField()
    name = serializers.CharField()
    definition = NamedOut(allow_null=True)
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()
    runs = serializers.IntegerField(source="run_count")
    last_run = RunSummaryOut(allow_null=True)


class SessionDetailOut(SessionOut):
    run_list = RunSummaryOut(many=True)


class SessionIn(Input):
    definition = serializers.UUIDField()
    name = serializers.CharField(required=False, allow_blank=True, max_length=200)


class RunIn(Input):
    task = serializers.CharField(allow_blank=True, trim_whitespace=False)
    session = serializers.UUIDField(required=False, allow_null=True)
    definition = serializers.UUIDField(required=False, allow_null=True)
    revision = serializers.IntegerField(required=False, allow_null=True, min_value=1)


class CommandIn(Input):
    reason = serializers.CharField(required=False, allow_blank=True, max_length=500)


class IndexColumnsOut(serializers.Serializer[Any]):
    seq = serializers.ListField(child=serializers.IntegerField())
    kind = serializers.ListField(child=serializers.CharField())
    agent = serializers.ListField(child=serializers.CharField())
    turn = serializers.ListField(child=serializers.IntegerField())
    at_ms = serializers.ListField(child=serializers.IntegerField())
    size = serializers.ListField(child=serializers.IntegerField())


class IndexOut(serializers.Serializer[Any]):
    head_seq = serializers.IntegerField()
    columns = IndexColumnsOut()


class UsageDayOut(serializers.Serializer[Any]):
    day = serializers.DateField()
    runs = serializers.IntegerField()
    prompt_tokens = serializers.IntegerField()
    completion_tokens = serializers.IntegerField()
    cached_tokens = serializers.IntegerField()
    cost_usd = serializers.DecimalField(max_digits=24, decimal_places=9)
