from __future__ import annotations

import json
from typing import Any

from pydantic import TypeAdapter

from runtime.messages import ChatMessage
from studio.runs.models import Event

_MESSAGES: TypeAdapter[list[ChatMessage]] = TypeAdapter(list[ChatMessage])


def task_messages(run_id: Any) -> list[ChatMessage]:
    """The task as the log's first event has it."""
    body = Event.objects.values_list("body", flat=True).get(run_id=run_id, seq=1)
    return _MESSAGES.validate_python(json.loads(body)["task"])
