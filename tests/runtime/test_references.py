"""References between definitions."""

from __future__ import annotations

from typing import Any

import pytest

from runtime.agents.base import Participant
from runtime.components import (
    Builder,
    Component,
    find_references,
    make_reference,
    resolve,
    validate,
)
from runtime.errors import SpecError
from runtime.model_clients.pool import ModelClientPool
from runtime.testing import StaticSecrets
from tests.runtime.support import agent, model, team


def problems(spec: Any, **options: Any) -> list[tuple[str, str, str]]:
    return [(p.severity, p.code, p.path) for p in validate(spec, **options)]


def openai(**config: Any) -> dict[str, Any]:
    return {
        "provider": "autogen_ext.models.openai.OpenAIChatCompletionClient",
        "component_type": "model",
        "config": {"model": "gpt-4o-mini", **config},
    }


def build(spec: Any) -> Participant[Any]:
    builder = Builder(StaticSecrets(), ModelClientPool())
    return builder.build(Component.model_validate(spec), Participant)


class Library(dict[tuple[str, int | None], Any]):
    def __call__(self, definition: str, revision: int | None) -> Component | None:
        raw = self.get((definition, revision))
        return Component.model_validate(raw) if raw is not None else None


def reference(definition: str, kind: str = "agent", revision: int | None = None) -> Any:
    return make_reference(definition, kind, revision).model_dump(exclude_none=True)


def test_references_are_replaced_by_what_they_name() -> None:
    library = Library(
        {
            ("agent-1", 3): agent("a", reference("model-1", "model")),
            ("model-1", None): openai(),
        }
    )
    spec = team(reference("agent-1", revision=3), max_turns=1)
    assert validate(spec) == []
    assert find_references(spec) == [("agent-1", 3)]

    resolved = resolve(Component.model_validate(spec), library)

    inner = resolved.config["participants"][0]
    assert inner["config"]["name"] == "a"
    assert inner["config"]["model_client"]["config"]["model"] == "gpt-4o-mini"
    assert validate(resolved) == []
    assert find_references(resolved) == []


def test_the_same_definition_may_be_used_twice() -> None:
    library = Library({("model-1", None): openai()})
    pair = [agent(name, reference("model-1", "model")) for name in ("a", "b")]
    assert validate(resolve(Component.model_validate(team(*pair, max_turns=1)), library)) == []


def test_a_dangling_reference_is_named_with_its_path() -> None:
    spec = Component.model_validate(team(reference("gone", revision=2), max_turns=1))
    with pytest.raises(SpecError, match=r"gone.*revision 2") as caught:
        resolve(spec, Library())
    assert caught.value.path == "$.config.participants[0]"


def test_a_circle_is_named() -> None:
    library = Library(
        {
            ("t1", None): team(reference("t2", "team"), max_turns=1),
            ("t2", None): team(reference("t1", "team"), max_turns=1),
        }
    )
    with pytest.raises(SpecError, match="t1 → t2 → t1"):
        resolve(Component.model_validate(reference("t1", "team")), library)


def test_references_that_multiply_are_stopped() -> None:
    library = Library(
        {(f"t{i}", None): team(*[reference(f"t{i + 1}", "")] * 10, max_turns=1) for i in range(8)}
        | {("t8", None): agent("a", model("x"))}
    )
    with pytest.raises(SpecError, match="more than"):
        resolve(Component.model_validate(reference("t0", "team")), library)


def test_a_reference_of_another_type() -> None:
    library = Library({("m", None): openai()})
    with pytest.raises(SpecError, match="is a model, not a agent"):
        resolve(Component.model_validate(team(reference("m"), max_turns=1)), library)


def test_an_unresolved_reference_cannot_run() -> None:
    with pytest.raises(SpecError, match="not resolved"):
        build(team(reference("x"), max_turns=1))


def test_malformed_references_are_problems() -> None:
    bad = {"provider": "troupe.library.Reference", "config": {"revision": "x"}}
    assert {code for _, code, _ in problems(bad)} == {"missing", "invalid_value"}


def test_a_long_chain_of_definitions_is_no_stack_overflow() -> None:
    library = Library(
        {(f"t{i}", None): team(reference(f"t{i + 1}", ""), max_turns=1) for i in range(190)}
        | {("t190", None): agent("a", model("x"))}
    )
    with pytest.raises(SpecError, match="deep"):
        resolve(Component.model_validate(reference("t0", "team")), library)
