"""From what an operator sets to a place where spans go."""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import cache
from importlib import import_module
from typing import Any

from runtime.errors import SpecError
from runtime.telemetry.watch import Telemetry

_EXPORTERS = (
    "opentelemetry.exporter.otlp.proto.http.trace_exporter",
    "opentelemetry.exporter.otlp.proto.grpc.trace_exporter",
)


def telemetry_from_environment(environ: Mapping[str, str] = os.environ) -> Telemetry | None:
    """`TROUPE_TELEMETRY`: empty is off, `otlp` sends spans to where OpenTelemetry's own variables
    say, `console` writes them to the error output. `TROUPE_TELEMETRY_CONTENTS=1` adds what was
    said. Raises SpecError for other values, and when the packages are missing."""
    wanted = environ.get("TROUPE_TELEMETRY", "")
    if wanted in ("", "0", "off"):
        return None
    if wanted not in ("otlp", "1", "console"):
        raise SpecError(
            f"TROUPE_TELEMETRY is {wanted[:40]!r}", hint="It is otlp or console; empty is off."
        )
    contents = environ.get("TROUPE_TELEMETRY_CONTENTS") == "1"
    try:
        return Telemetry(_provider(wanted), contents=contents)
    except ImportError as error:
        raise SpecError(
            "TROUPE_TELEMETRY is on, and OpenTelemetry is not installed",
            hint="Install the extra: pip install 'troupe[telemetry]'.",
        ) from error


@cache
def _provider(wanted: str) -> Any:
    """One for the process: it has a thread that sends."""
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    resource = Resource.create({"service.name": os.environ.get("OTEL_SERVICE_NAME", "troupe")})
    provider = TracerProvider(resource=resource)
    provider.add_span_processor(BatchSpanProcessor(_exporter(wanted)))
    return provider


def _exporter(wanted: str) -> Any:
    if wanted == "console":
        import sys

        from opentelemetry.sdk.trace.export import ConsoleSpanExporter

        return ConsoleSpanExporter(out=sys.stderr)
    for name in _EXPORTERS:
        try:
            return import_module(name).OTLPSpanExporter()
        except ImportError:
            continue
    raise ImportError("no OTLP exporter")
