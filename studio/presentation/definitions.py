from __future__ import annotations

from typing import Any

from rest_framework import serializers

from studio.library.models import Definition, Revision
from studio.presentation.fields import ComponentField, Input, ObjectField, ProblemOut, UserOut
from studio.presentation.runs import RunSummaryOut


class ComponentInfoOut(serializers.Serializer[Any]):
    provider = serializers.CharField()
    component_type = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    summary = serializers.CharField()
    group = serializers.CharField()
    icon = serializers.CharField()
    config_schema = ObjectField()
    defaults = ObjectField()
    side_effects = serializers.BooleanField(required=False, allow_null=True)
    effect = serializers.CharField(required=False, allow_null=True)
    tool_name = serializers.CharField(required=False, allow_null=True)
    component_version = serializers.IntegerField(required=False)
    hidden = serializers.BooleanField(required=False)


class ValidateIn(Input):
    component = serializers.JSONField()
    component_type = serializers.CharField(required=False, allow_null=True)


class ProblemsOut(serializers.Serializer[Any]):
    problems = ProblemOut(many=True)


class CountsOut(serializers.Serializer[Any]):
    errors = serializers.IntegerField()  # type: ignore[assignment]
    warnings = serializers.IntegerField()


class DefinitionOut(serializers.ModelSerializer[Definition]):
    draft_changed = serializers.SerializerMethodField()
    problems = CountsOut(source="problem_counts")
    scripted = serializers.BooleanField()
    last_run = RunSummaryOut(allow_null=True)
    agents = serializers.ListField(child=serializers.CharField())

    class Meta:
        model = Definition
        fields = (
            "id",
            "name",
            "description",
            "component_type",
            "latest_revision",
            "draft_changed",
            "draft_version",
            "problems",
            "scripted",
            "agents",
            "created_at",
            "updated_at",
            "archived_at",
            "last_run",
        )

    def get_draft_changed(self, row: Definition) -> bool:
        return row.draft_version != row.revision_draft_version


class DraftOut(serializers.Serializer[Any]):
    component = ComponentField()
    layout = ObjectField()
    settings = ObjectField()
    version = serializers.IntegerField()
    updated_at = serializers.DateTimeField()
    problems = ProblemOut(many=True)


class DefinitionDetailOut(DefinitionOut):
    draft = DraftOut(source="draft_view")

    class Meta(DefinitionOut.Meta):
        fields = (*DefinitionOut.Meta.fields, "draft")  # type: ignore[assignment]


class DefinitionIn(Input):
    name = serializers.CharField(required=False, max_length=200, allow_blank=True)
    description = serializers.CharField(required=False, allow_blank=True, max_length=5000)
    component_type = serializers.CharField(required=False, max_length=32)
    component = ComponentField(required=False, allow_null=True)
    layout = ObjectField(required=False)
    settings = ObjectField(required=False)
    copy_of = serializers.UUIDField(required=False)
    gallery = serializers.CharField(required=False, max_length=100)


class DefinitionPatchIn(Input):
    name = serializers.CharField(required=False, max_length=200)
    description = serializers.CharField(required=False, allow_blank=True, max_length=5000)


class DraftIn(Input):
    component = ComponentField()
    layout = ObjectField(required=False)
    settings = ObjectField(required=False)
    version = serializers.IntegerField(min_value=1)


class RevisionIn(Input):
    note = serializers.CharField(required=False, allow_blank=True, max_length=500)
    version = serializers.IntegerField(required=False, min_value=1)


class RevisionOut(serializers.ModelSerializer[Revision]):
    created_by = UserOut(allow_null=True)

    class Meta:
        model = Revision
        fields = ("number", "note", "created_at", "created_by")


class RevisionDetailOut(RevisionOut):
    component = ComponentField()
    layout = ObjectField()
    settings = ObjectField()

    class Meta(RevisionOut.Meta):
        fields = (*RevisionOut.Meta.fields, "component", "layout", "settings")  # type: ignore[assignment]


class ImportIn(Input):
    document = serializers.JSONField()
    name = serializers.CharField(required=False, allow_blank=True, max_length=200)


class ImportOut(serializers.Serializer[Any]):
    definition = DefinitionOut()
    problems = ProblemOut(many=True)


class GalleryOut(serializers.Serializer[Any]):
    slug = serializers.CharField()
    name = serializers.CharField()
    description = serializers.CharField()
    tags = serializers.ListField(child=serializers.CharField())
    agents = serializers.ListField(child=serializers.CharField())
    example_task = serializers.CharField()
    component = ComponentField()
    layout = ObjectField()
