"""Shared parts of what the API takes and gives."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from runtime.components.base import Problem


class Input(serializers.Serializer[Any]):
    """Refuses fields that it does not know, so that a misspelt or smuggled one is noticed."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, dict):
            unknown = set(data) - set(self.fields)
            if unknown:
                raise serializers.ValidationError(
                    {name: ["There is no such field."] for name in sorted(unknown)}
                )
        return super().to_internal_value(data)


class ComponentField(serializers.JSONField):
    """AutoGen's component JSON."""


extend_schema_field(
    {
        "type": "object",
        "properties": {
            "provider": {"type": "string"},
            "component_type": {"type": ["string", "null"]},
            "version": {"type": ["integer", "null"]},
            "component_version": {"type": ["integer", "null"]},
            "description": {"type": ["string", "null"]},
            "label": {"type": ["string", "null"]},
            "config": {"type": "object", "additionalProperties": True},
        },
        "required": ["provider", "config"],
        "additionalProperties": True,
    }
)(ComponentField)


class ObjectField(serializers.JSONField):
    """A JSON object without a fixed shape."""

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, dict):
            raise serializers.ValidationError("This must be an object.")
        return super().to_internal_value(data)


extend_schema_field({"type": "object", "additionalProperties": True})(ObjectField)


class ProblemOut(serializers.Serializer[Problem]):
    path = serializers.CharField()
    severity = serializers.ChoiceField(["error", "warning"])
    code = serializers.CharField()
    detail = serializers.CharField()
    hint = serializers.CharField(allow_null=True)


class ErrorOut(serializers.Serializer[Any]):
    code = serializers.CharField()
    detail = serializers.CharField()
    hint = serializers.CharField(allow_null=True)
    fields = serializers.DictField(  # type: ignore[assignment]
        child=serializers.ListField(child=serializers.CharField()), allow_null=True
    )
    problems = ProblemOut(many=True, required=False)


class NamedOut(serializers.Serializer[Any]):
    id = serializers.CharField()
    name = serializers.CharField()


class UserOut(serializers.Serializer[Any]):
    id = serializers.CharField()
    name = serializers.CharField(source="display_name")
