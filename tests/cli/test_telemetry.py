"""Runs as OpenTelemetry spans, by its conventions for generative AI."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

import pytest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode

import runtime
from runtime.errors import SpecError
from runtime.facade import Session
from runtime.telemetry import Telemetry, telemetry_from_environment
from tests.runtime.support import Json, agent, calls, model, person, team


class Watcher:
    def __init__(self, *, contents: bool = False) -> None:
        self.exporter = InMemorySpanExporter()
        self.provider = TracerProvider()
        self.provider.add_span_processor(SimpleSpanProcessor(self.exporter))
        self.telemetry = Telemetry(self.provider, contents=contents)

    @property
    def spans(self) -> list[ReadableSpan]:
        return list(self.exporter.get_finished_spans())

    def named(self, name: str) -> ReadableSpan:
        (found,) = [span for span in self.spans if span.name == name]
        return found

    def parent(self, span: ReadableSpan) -> str | None:
        ids = {other.context.span_id: other.name for other in self.spans if other.context}
        return ids[span.parent.span_id] if span.parent else None


def counting() -> Json:
    wish = calls(("calculate", {"expression": "6*7"}))
    return team(agent("a", model(wish, "It is 42"), "Calculator"), max_turns=1)


async def test_agents_model_calls_and_tools_are_spans() -> None:
    watcher = Watcher()
    await runtime.run(counting(), "6*7?", telemetry=watcher.telemetry)
    assert sorted(span.name for span in watcher.spans) == [
        "chat scripted",
        "chat scripted",
        "execute_tool calculate",
        "invoke_agent a",
        "invoke_agent team",
    ]
    chat = next(span for span in watcher.spans if span.name == "chat scripted")
    attributes = dict(chat.attributes or {})
    assert chat.kind == SpanKind.CLIENT
    assert attributes["gen_ai.operation.name"] == "chat"
    assert attributes["gen_ai.request.model"] == "scripted"
    assert attributes["gen_ai.response.finish_reasons"] == ("function_calls",)
    assert isinstance(attributes["gen_ai.usage.input_tokens"], int)
    assert isinstance(attributes["gen_ai.usage.output_tokens"], int)
    tool = dict(watcher.named("execute_tool calculate").attributes or {})
    assert tool["gen_ai.tool.name"] == "calculate"
    assert tool["gen_ai.tool.call.id"]
    who = dict(watcher.named("invoke_agent a").attributes or {})
    assert (who["gen_ai.operation.name"], who["gen_ai.agent.name"]) == ("invoke_agent", "a")


async def test_spans_lie_in_each_other_in_place_and_time() -> None:
    watcher = Watcher()
    await runtime.run(counting(), "6*7?", telemetry=watcher.telemetry)
    parents = {span.name: watcher.parent(span) for span in watcher.spans}
    assert parents == {
        "invoke_agent team": None,
        "invoke_agent a": "invoke_agent team",
        "chat scripted": "invoke_agent a",
        "execute_tool calculate": "invoke_agent a",
    }
    for span in watcher.spans:
        assert span.start_time is not None
        assert span.end_time is not None
        assert span.start_time <= span.end_time
    assert len({span.context.trace_id for span in watcher.spans if span.context}) == 1


async def test_a_span_of_the_programs_own_is_around_the_run() -> None:
    watcher = Watcher()
    with watcher.provider.get_tracer("program").start_as_current_span("request"):
        await runtime.run(counting(), "6*7?", telemetry=watcher.telemetry)
    assert watcher.parent(watcher.named("invoke_agent team")) == "request"


async def test_a_team_in_a_team_is_inside_it() -> None:
    watcher = Watcher()
    inner = {**team(agent("a", model("x")), max_turns=1)}
    inner["config"]["name"] = "inner"
    await runtime.run(team(inner, max_turns=1), "Go", telemetry=watcher.telemetry)
    assert watcher.parent(watcher.named("invoke_agent inner")) == "invoke_agent team"
    assert watcher.parent(watcher.named("invoke_agent a")) == "invoke_agent inner"


def everything_in(watcher: Watcher) -> str:
    return json.dumps([dict(span.attributes or {}) for span in watcher.spans], default=str)


async def test_contents_are_there_only_when_asked_for() -> None:
    quiet, open_ = Watcher(), Watcher(contents=True)
    await runtime.run(counting(), "6*7?", telemetry=quiet.telemetry)
    await runtime.run(counting(), "6*7?", telemetry=open_.telemetry)
    for text in ("6*7", "It is 42"):
        assert text not in everything_in(quiet)
    assert "6*7" in everything_in(open_)
    assert "It is 42" in everything_in(open_)


async def test_a_failed_tool_is_marked() -> None:
    watcher = Watcher()
    wish = calls(("calculate", {"expression": "1/0"}))
    spec = agent("a", model(wish, "Oh"), "Calculator")
    await runtime.run(spec, "1/0?", telemetry=watcher.telemetry)
    tool = watcher.named("execute_tool calculate")
    assert tool.status.status_code == StatusCode.ERROR
    assert dict(tool.attributes or {})["error.type"] == "error"


async def test_a_run_that_waits_closes_its_spans_and_what_was_shown_is_not_shown_again() -> None:
    watcher = Watcher()
    spec = team(agent("a", model("x")), person("me"), agent("b", model("y")), max_turns=3)
    session = Session(spec, telemetry=watcher.telemetry)
    waiting = await session.run("Go")
    assert waiting.outcome == "waiting"
    first = [span.name for span in watcher.spans]
    assert sorted(first) == [
        "chat scripted",
        "invoke_agent a",
        "invoke_agent me",
        "invoke_agent team",
    ]
    assert dict(watcher.named("invoke_agent team").attributes or {})["troupe.outcome"] == "parked"
    watcher.exporter.clear()
    session.answer(waiting.waiting[0].request_id, "yes")
    await session.run()
    assert sorted(span.name for span in watcher.spans) == [
        "chat scripted",
        "invoke_agent b",
        "invoke_agent team",
    ]


async def test_a_failing_exporter_fails_no_run() -> None:
    class Broken(TracerProvider):
        def get_tracer(self, *args: Any, **kwargs: Any) -> Any:
            class Tracer:
                def start_span(self, *args: Any, **kwargs: Any) -> Any:
                    raise OSError("no collector")

            return Tracer()

    result = await runtime.run(counting(), "6*7?", telemetry=Telemetry(Broken()))
    assert result.outcome == "completed"


# From the environment --------------------------------------------------------------------------


def test_it_is_off_unless_it_is_turned_on() -> None:
    assert telemetry_from_environment({}) is None
    assert telemetry_from_environment({"TROUPE_TELEMETRY": "off"}) is None
    with pytest.raises(SpecError, match="'yes'"):
        telemetry_from_environment({"TROUPE_TELEMETRY": "yes"})


def test_the_console_gets_spans_and_nothing_is_imported_before() -> None:
    script = (
        "import asyncio, sys, runtime\n"
        "spec = {'provider': 'autogen_agentchat.agents.UserProxyAgent', 'config': {'name': 'me'}}\n"
        "asyncio.run(runtime.run(spec, 'Hi', ask=lambda request: 'hello'))\n"
        "print('opentelemetry.sdk' in sys.modules)\n"
    )
    off = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, env=_environ()
    )
    assert off.stdout == "False\n"
    on = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        check=True,
        env={**_environ(), "TROUPE_TELEMETRY": "console"},
    )
    assert on.stdout == "True\n"
    assert '"name": "invoke_agent me"' in on.stderr
    assert "hello" not in on.stderr


def test_without_the_packages_the_error_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry.sdk.trace", None)
    with pytest.raises(SpecError) as caught:
        telemetry_from_environment({"TROUPE_TELEMETRY": "console"})
    assert "troupe[telemetry]" in str(caught.value.hint)


def _environ() -> dict[str, str]:
    return {k: v for k, v in os.environ.items() if not k.startswith(("TROUPE_", "OTEL_"))}
