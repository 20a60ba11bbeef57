from __future__ import annotations

from typing import Any

from rest_framework import serializers

from studio.credentials.models import Credential, CredentialKind
from studio.presentation.fields import Input


class CredentialOut(serializers.ModelSerializer[Credential]):
    """The key itself is write-only."""

    class Meta:
        model = Credential
        fields = (
            "id",
            "name",
            "kind",
            "base_url",
            "hint",
            "source",
            "created_at",
            "last_used_at",
        )


class CredentialIn(Input):
    name = serializers.CharField(max_length=120)
    kind = serializers.ChoiceField(CredentialKind.choices)
    base_url = serializers.CharField(required=False, allow_blank=True, max_length=500)
    api_key = serializers.CharField(max_length=2000, allow_blank=True)


class CredentialPatchIn(Input):
    name = serializers.CharField(required=False, max_length=120)
    base_url = serializers.CharField(required=False, allow_blank=True, max_length=500)
    api_key = serializers.CharField(required=False, max_length=2000, allow_blank=True)


class CredentialTestOut(serializers.Serializer[Any]):
    ok = serializers.BooleanField()
    detail = serializers.CharField()
    models = serializers.ListField(child=serializers.CharField())


class FileOut(serializers.Serializer[Any]):
    path = serializers.CharField()
    size = serializers.IntegerField()
    modified_at = serializers.DateTimeField()


class FileTextOut(serializers.Serializer[Any]):
    path = serializers.CharField()
    size = serializers.IntegerField()
    text = serializers.CharField()
    truncated = serializers.BooleanField()
