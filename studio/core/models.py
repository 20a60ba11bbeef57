from __future__ import annotations

import uuid

from django.db import models

Id = uuid.UUID | str
"""How callers name a row: text of an address counts as well."""


class BaseModel(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        abstract = True
