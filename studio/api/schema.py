"""What drf-spectacular cannot see by itself."""

from __future__ import annotations

from functools import cache
from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework import serializers


class BearerTokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = "studio.api.authentication.BearerTokenAuthentication"
    name = "bearerToken"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        return {"type": "http", "scheme": "bearer"}


@cache
def page_of(row: type[serializers.BaseSerializer[Any]]) -> type[serializers.Serializer[Any]]:
    """The shape of a list: `results`, and the cursor of the `next` page."""
    fields = {
        "results": row(many=True),
        "next": serializers.CharField(allow_null=True),
    }
    name = f"{row.__name__.removesuffix('Out')}PageOut"
    return type(name, (serializers.Serializer,), fields)
