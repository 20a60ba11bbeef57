"""Keeps secrets out of logs: what looks like a key, and every secret that this process knows."""

from __future__ import annotations

import base64
import logging
import re
import threading
from urllib.parse import quote

_PATTERNS = re.compile(
    r"(sk-[A-Za-z0-9_\-]{8,}|trp_[A-Za-z0-9_\-]{8,}|(?i:bearer)\s+[A-Za-z0-9_\-\.=]{8,}"
    r"|://[^/\s:@]+:[^/\s@]+@|[?&]t=[A-Za-z0-9_\-]{16,})"
)
_MASK = "[redacted]"
_known: set[str] = set()
_guard = threading.Lock()


def remember_secret(value: str) -> None:
    """From now on `value`, its base64 and its URL-encoded form never appear in a log line."""
    if len(value) < 8:
        return
    with _guard:
        _known.update({value, base64.b64encode(value.encode()).decode(), quote(value, safe="")})


def redact(text: str) -> str:
    with _guard:
        known = sorted(_known, key=len, reverse=True)
    for value in known:
        text = text.replace(value, _MASK)
    return _PATTERNS.sub(_MASK, text)


class RedactSecrets(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        record.msg = redact(record.getMessage())
        record.args = ()
        if record.exc_info:
            text = logging.Formatter().formatException(record.exc_info)
            record.exc_text = redact(text)
        return True
