"""Every team and agent among AutoGen's samples runs here on the scripted model; those with parts
that Troupe does not run are refused, with the place and the reason."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

import runtime
from runtime.components import SCRIPTED_MODEL, Component, is_scripted, load, with_model
from runtime.operator import Operator
from tests.components.samples import FILES, NAMES, read, sample

SURFER = "MultimodalWebSurfer cannot run here"
REFUSED = {
    "components/agent-assistant-multi-workbench $": "'uvx' is not an MCP command",
    "components/agent-file-surfer $": "FileSurfer cannot run here",
    "components/agent-magentic-one-coder $": "MagenticOneCoderAgent cannot run here",
    "components/agent-web-surfer $": SURFER,
    "components/team-magentic-one $": f"{SURFER}.*participants.1.",
    "components-autogen-0.5.7/team-graphflow-conditional-loop $": "nothing ends the conversation",
    **{
        f"{gallery} $.components.{place}": SURFER
        for gallery in (
            "gallery/default_gallery.ags-0.4.2.2.autogen-0.5.7",
            "repo/default_gallery.frontend-HEAD",
        )
        for place in ("agents[1]", "teams[2]")
    },
}
SAID = {
    # Only the word that its inner team's termination waits for ends it; its instructions ask for
    # another one.
    "components/agent-society-of-mind $": "Well done. APPROVE",
}


@dataclass
class Case:
    name: str
    component: Component


def cases() -> Iterator[Case]:
    for path, name in zip(FILES, NAMES, strict=True):
        for part in load(read(path)).parts:
            if part.component.provider.split(".")[1] in ("agents", "teams"):
                yield Case(f"{name} {part.path}", part.component)


CASES = list(cases())


def scripted(case: Case) -> dict[str, Any]:
    config: dict[str, Any] = dict(SCRIPTED_MODEL["config"])
    if case.name in SAID:
        config["replies"] = [{"content": SAID[case.name]}]
    return {**SCRIPTED_MODEL, "config": config}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
async def test_a_sample_runs_to_its_end(case: Case) -> None:
    component = with_model(case.component, scripted(case))
    run = runtime.run(
        component,
        "Write a short report on trees",
        ask=lambda question: "exit. APPROVE. TERMINATE",
        operator=Operator(local_executor=True),
    )
    if case.name in REFUSED:
        with pytest.raises(runtime.RunError, match=REFUSED[case.name]) as caught:
            await run
        assert caught.value.code == "invalid_spec"
        return
    result = await run
    assert result.outcome == "completed"
    assert result.stop_reason
    assert len(result.messages) >= 2


def test_every_refusal_is_of_a_sample() -> None:
    assert {case.name for case in CASES} >= REFUSED.keys() | SAID.keys()


def test_models_are_replaced_wherever_they_stand() -> None:
    team = sample("team-selector")
    changed = with_model(load(team).component, SCRIPTED_MODEL).model_dump_json()
    assert "OpenAIChatCompletionClient" not in changed
    assert is_scripted(with_model(load(team).component, SCRIPTED_MODEL).model_dump())
    assert not is_scripted(team)
    cache = sample("model-cache-inmemory")
    assert with_model(load(cache).component, SCRIPTED_MODEL).model_dump(exclude_unset=True) == (
        SCRIPTED_MODEL
    )
    assert is_scripted(sample("model-replay"))


def test_a_model_that_we_do_not_run_is_replaced_too() -> None:
    agent = sample("agent-assistant-minimal")
    agent["config"]["model_client"] = sample("model-anthropic-bedrock")
    assert "Bedrock" not in with_model(load(agent).component, SCRIPTED_MODEL).model_dump_json()


def test_embeddings_of_a_replaced_model_are_this_machines() -> None:
    memory = {
        "provider": "troupe.memory.VectorMemory",
        "component_type": "memory",
        "config": {"name": "m", "embedding": sample("model-openai-minimal"), "k": 3},
    }
    config = with_model(load(memory).component, SCRIPTED_MODEL).config
    assert config == {"name": "m", "k": 3}
