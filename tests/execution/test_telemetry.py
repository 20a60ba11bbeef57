"""An operator who turns telemetry on sees the runs of the application as spans."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from runtime.telemetry import Telemetry
from studio.execution import host
from tests.conftest import Person
from tests.support import specs

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def exporter(monkeypatch: pytest.MonkeyPatch) -> InMemorySpanExporter:
    """Before `engine` in a test's parameters: the host reads its environment when it starts."""
    found = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(found))
    monkeypatch.setattr(host, "telemetry_from_environment", lambda: Telemetry(provider))
    return found


def test_a_run_of_the_application_is_spans(
    alice: Person, exporter: InMemorySpanExporter, engine: Callable[[], None]
) -> None:
    team = specs.round_robin(specs.assistant("one", specs.scripted(specs.says("hello"))))
    body = {"name": "T", "component_type": "team", "component": team}
    definition = alice.post("/definitions", body).data["id"]
    alice.post("/runs", {"definition": definition, "task": "Go."})
    engine()
    names = {span.name for span in exporter.get_finished_spans()}
    assert {"chat scripted", "invoke_agent one"} <= names
