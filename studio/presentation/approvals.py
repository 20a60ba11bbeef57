from __future__ import annotations

from typing import Any

from rest_framework import serializers

from studio.approvals.models import ApprovalRequest, RequestKind, RequestState
from studio.presentation.fields import Input, ObjectField, UserOut
from studio.runs.models import RunState


class DecisionOut(serializers.Serializer[Any]):
    verb = serializers.CharField()
    arguments = ObjectField(allow_null=True)
    text = serializers.CharField(allow_null=True)
    reason = serializers.CharField(allow_null=True)


class RequestRunOut(serializers.Serializer[Any]):
    id = serializers.CharField()
    state = serializers.ChoiceField(RunState.choices)
    team_name = serializers.CharField()
    session = serializers.CharField(source="session_id")
    number = serializers.IntegerField()
    scripted = serializers.BooleanField()


class RequestOut(serializers.ModelSerializer[ApprovalRequest]):
    run = RequestRunOut()
    kind = serializers.ChoiceField(RequestKind.choices)
    state = serializers.ChoiceField(RequestState.choices)
    arguments = ObjectField(allow_null=True)
    args_schema = ObjectField(allow_null=True)
    decided_by = UserOut(allow_null=True)
    decision = DecisionOut(allow_null=True)

    class Meta:
        model = ApprovalRequest
        fields = (
            "id",
            "kind",
            "state",
            "run",
            "agent",
            "agent_path",
            "tool",
            "description",
            "arguments",
            "args_hash",
            "args_schema",
            "effect",
            "prompt",
            "created_at",
            "deadline_at",
            "decided_at",
            "decided_by",
            "decision",
            "seq",
        )


class DecideIn(Input):
    verb = serializers.ChoiceField(["approve", "edit", "deny", "answer", "stop"])
    args_hash = serializers.CharField(required=False, allow_blank=True, max_length=64)
    arguments = serializers.JSONField(required=False, allow_null=True)
    text = serializers.CharField(
        required=False, allow_null=True, allow_blank=True, trim_whitespace=False
    )
    reason = serializers.CharField(
        required=False, allow_null=True, allow_blank=True, max_length=5000
    )


class RuleIo(Input):
    tool = serializers.CharField(max_length=200)
    verdict = serializers.ChoiceField(["allow", "ask", "deny"])
    note = serializers.CharField(required=False, allow_blank=True, max_length=500)


class PolicyOut(serializers.Serializer[Any]):
    version = serializers.IntegerField()
    rules = RuleIo(many=True)
    default_side_effects = serializers.CharField()
    deadline_seconds = serializers.IntegerField(allow_null=True)


class PolicyIn(Input):
    version = serializers.IntegerField(min_value=1)
    rules = serializers.ListField(child=RuleIo(), max_length=200)
    deadline_seconds = serializers.IntegerField(
        required=False, allow_null=True, min_value=60, max_value=60 * 60 * 24 * 365
    )
