from __future__ import annotations

from django.db.models import QuerySet

from studio.accounts.selectors import Access
from studio.core.errors import NotFound
from studio.core.models import Id
from studio.credentials.models import Credential


def credentials_list(access: Access) -> QuerySet[Credential]:
    return Credential.objects.filter(workspace=access.workspace).order_by("name", "id")


def credential_get(access: Access, credential_id: Id) -> Credential:
    found = credentials_list(access).filter(pk=credential_id).first()
    if found is None:
        raise NotFound("This key")
    return found
