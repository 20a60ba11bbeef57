from __future__ import annotations

from typing import Any

from rest_framework import serializers

from studio.accounts.models import ApiToken, Membership, Role
from studio.presentation.fields import ComponentField, Input, NamedOut, UserOut


class MeUserOut(UserOut):
    has_password = serializers.BooleanField(source="has_usable_password")


class CanOut(serializers.Serializer[Any]):
    edit = serializers.BooleanField()
    run = serializers.BooleanField()
    decide = serializers.BooleanField()
    admin = serializers.BooleanField()


class MeOut(serializers.Serializer[Any]):
    user = MeUserOut()
    workspace = NamedOut()
    role = serializers.ChoiceField(Role.choices)
    can = CanOut()
    mode = serializers.ChoiceField(["embedded", "production"])
    version = serializers.CharField()
    scripted_default = serializers.BooleanField()


class WorkspaceOut(serializers.Serializer[Any]):
    name = serializers.CharField()
    default_model = ComponentField(allow_null=True)
    default_model_source = serializers.ChoiceField(["workspace", "environment", "scripted"])
    effective_model = ComponentField()


class WorkspaceIn(Input):
    name = serializers.CharField(required=False, max_length=120)
    default_model = ComponentField(required=False, allow_null=True)


class MemberOut(serializers.ModelSerializer[Membership]):
    user = UserOut()

    class Meta:
        model = Membership
        fields = ("id", "user", "role", "created_at")


class TokenOut(serializers.ModelSerializer[ApiToken]):
    user = UserOut()

    class Meta:
        model = ApiToken
        fields = ("id", "name", "prefix", "user", "created_at", "expires_at", "last_used_at")


class TokenCreatedOut(TokenOut):
    token = serializers.CharField()

    class Meta(TokenOut.Meta):
        fields = (*TokenOut.Meta.fields, "token")  # type: ignore[assignment]


class TokenIn(Input):
    name = serializers.CharField(max_length=120)
    expires_at = serializers.DateTimeField(required=False, allow_null=True)


class PasswordIn(Input):
    new = serializers.CharField(max_length=500)
    current = serializers.CharField(required=False, allow_null=True, max_length=500)
