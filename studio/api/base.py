from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar
from urllib.parse import parse_qs, urlsplit

from django.db import transaction
from django.db.models import QuerySet
from rest_framework.pagination import CursorPagination
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from studio.accounts.selectors import Ability, Access
from studio.runs.services import idempotency_begin, idempotency_finish

V = TypeVar("V", bound=Callable[..., Response])


class Page(CursorPagination):
    page_size = 50
    max_page_size = 200
    page_size_query_param = "limit"
    ordering = ("-created_at", "id")

    def get_paginated_response(self, data: Any) -> Response:
        link = self.get_next_link()
        cursor = None
        if link:
            cursor = parse_qs(urlsplit(link).query)["cursor"][0]
        return Response({"results": data, "next": cursor})


class View(APIView):
    """`access` is the caller in the workspace; `write_ability` is what unsafe methods need."""

    read_ability: Ability = "view"
    write_ability: Ability | None = None

    @property
    def access(self) -> Access:
        found: Access = self.request.access  # type: ignore[attr-defined]
        return found

    def page(
        self,
        rows: QuerySet[Any],
        render: Callable[[list[Any]], Any],
        *,
        ordering: tuple[str, ...] | None = None,
    ) -> Response:
        paginator = Page()
        paginator.ordering = ordering or rows.query.order_by or Page.ordering  # type: ignore[assignment]
        found = paginator.paginate_queryset(rows, self.request, view=self)
        return paginator.get_paginated_response(render(found or []))

    def checked(self, serializer: Any, *, partial: bool = False) -> dict[str, Any]:
        read = serializer(data=self.request.data, partial=partial)
        read.is_valid(raise_exception=True)
        values: dict[str, Any] = read.validated_data
        return values


def idempotent(method: V) -> V:
    """With an `Idempotency-Key` header, the same request again gets the first answer."""

    @wraps(method)
    def wrapped(self: View, request: Request, *args: Any, **kwargs: Any) -> Response:
        key = request.headers.get("Idempotency-Key", "").strip()
        if not key:
            return method(self, request, *args, **kwargs)
        said = json.dumps([request.method, request.path, request.data], sort_keys=True)
        digest = hashlib.sha256(said.encode()).hexdigest()
        with transaction.atomic():
            row, new = idempotency_begin(access=self.access, key=key, request_hash=digest)
            if not new:
                return Response(row.response, status=row.status)
            response = method(self, request, *args, **kwargs)
            idempotency_finish(
                row, status=response.status_code, response=json.loads(_rendered(response))
            )
            return response

    return wrapped  # type: ignore[return-value]


def _rendered(response: Response) -> str:
    text: bytes = JSONRenderer().render(response.data)
    return text.decode() or "null"


def number_of(request: Request, name: str, default: int, *, largest: int) -> int:
    """A number of the query within 0 and `largest`; anything else counts as the nearest."""
    text = request.query_params.get(name, "")
    try:
        return min(max(int(text), 0), largest)
    except ValueError:
        return default
