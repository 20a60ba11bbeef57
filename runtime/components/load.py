"""Reading component files: AutoGen's, AutoGen Studio's and our own; JSON or YAML.

Nothing is executed and nothing that a file names is imported. What is unknown stays as it is.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any, Final, Literal, NoReturn, get_args

from pydantic import ValidationError

from runtime.components.base import Problem
from runtime.components.registry import canonical_provider
from runtime.components.spec import Component, ComponentType
from runtime.components.tree import MAX_JSON_DEPTH
from runtime.components.validate import MASKED, validate
from runtime.errors import SpecError
from runtime.messages import JsonObject

MAX_TEXT = 20_000_000
SECTIONS: Final[dict[str, ComponentType]] = {
    "agents": "agent",
    "models": "model",
    "tools": "tool",
    "terminations": "termination",
    "teams": "team",
    "workbenches": "workbench",
}
"""Of a gallery, and what belongs there."""
Shape = Literal["component", "team_row", "gallery", "gallery_row"]


@dataclass(frozen=True)
class Part:
    """A component of a document. `path` is its JSON path there."""

    path: str
    component: Component
    expect: ComponentType | None = None


@dataclass(frozen=True)
class Loaded:
    """A document and the components in it. `document` is what was written, with the aliases of
    providers resolved and nothing else changed."""

    shape: Shape
    document: JsonObject
    parts: list[Part] = field(default_factory=list)

    @property
    def component(self) -> Component:
        """The only one. Raises SpecError for a gallery."""
        if self.shape in ("gallery", "gallery_row"):
            raise SpecError(
                f"This is a gallery of {len(self.parts)} components, not one",
                hint="Save the team that you mean as a file of its own.",
            )
        return self.parts[0].component

    def problems(self) -> list[Problem]:
        """Of all components; errors first."""
        found = [problem for part in self.parts for problem in _problems(part)]
        return sorted(found, key=lambda problem: problem.level != "error")


def load(source: str | bytes | JsonObject) -> Loaded:
    """A component, AutoGen Studio's row of a team, its gallery or its row of a gallery; as text
    (JSON or YAML) or parsed. Raises SpecError when it is none of them."""
    document = source if isinstance(source, dict) else _parse(source)
    if not isinstance(document, dict):
        raise _not_one()
    document = _canonical(document, 0)
    if isinstance(document.get("provider"), str):
        return Loaded("component", document, [_part(document, "$")])
    row = document.get("component")
    if isinstance(row, dict) and isinstance(row.get("provider"), str):
        return Loaded("team_row", document, [_part(row, "$.component")])
    if isinstance(document.get("components"), dict):
        parts = list(_gallery(document, "$"))
        return Loaded("gallery", document, parts)
    config = document.get("config")
    if isinstance(config, dict) and isinstance(config.get("components"), dict):
        return Loaded("gallery_row", document, list(_gallery(config, "$.config")))
    raise _not_one()


def _problems(part: Part) -> Iterator[Problem]:
    raw = part.component.model_dump(exclude_unset=True)
    for problem in validate(raw, expect=part.expect):
        yield replace(problem, path=part.path + problem.path.removeprefix("$"))
    for place in _masks(raw, part.path):
        yield Problem(
            place,
            "warning",
            "missing_secret",
            "The file has a mask in place of the key.",
            "Choose a credential here, or have the key in the environment.",
        )


def _masks(value: Any, path: str) -> Iterator[str]:
    """Where AutoGen has hidden a secret when it wrote the file, and nothing stands for it."""
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from _masks(item, f"{path}[{index}]")
    elif isinstance(value, dict):
        for key, item in value.items():
            if item == MASKED and not value.get("credential"):
                yield f"{path}.{key}"
            else:
                yield from _masks(item, f"{path}.{key}")


def _gallery(gallery: JsonObject, path: str) -> Iterator[Part]:
    for section, entries in gallery["components"].items():
        if not isinstance(entries, list):
            raise SpecError("A gallery's section is a list", path=f"{path}.components.{section}")
        for index, entry in enumerate(entries):
            place = f"{path}.components.{section}[{index}]"
            if not isinstance(entry, dict) or not isinstance(entry.get("provider"), str):
                raise SpecError("This is not a component: it has no provider", path=place)
            yield _part(entry, place, SECTIONS.get(section))


def _part(raw: JsonObject, path: str, expect: ComponentType | None = None) -> Part:
    try:
        return Part(path, Component.model_validate(raw), expect)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise SpecError(f"{first['msg']}", path=f"{path}.{place}") from error


def _canonical(value: Any, depth: int) -> Any:
    """A copy in which each component has its provider's own name."""
    if depth > MAX_JSON_DEPTH:
        raise SpecError(f"The JSON is nested more than {MAX_JSON_DEPTH} deep")
    if isinstance(value, dict):
        copy = {str(key): _canonical(item, depth + 1) for key, item in value.items()}
        if isinstance(copy.get("provider"), str) and _is_envelope(copy):
            copy["provider"] = canonical_provider(copy["provider"])
        return copy
    if isinstance(value, list | tuple):
        return [_canonical(item, depth + 1) for item in value]
    if value is not None and not isinstance(value, str | int | float):
        raise SpecError(f"A {type(value).__name__} is not a value of JSON")
    return value


def _is_envelope(value: JsonObject) -> bool:
    return isinstance(value.get("config"), dict) or value.get("component_type") in get_args(
        ComponentType
    )


# Text ------------------------------------------------------------------------------------------


def _parse(text: str | bytes) -> Any:
    if len(text) > MAX_TEXT:
        raise SpecError(f"The file is larger than {MAX_TEXT // 1_000_000} MB")
    if isinstance(text, bytes):
        try:
            text = text.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise SpecError("The file is not text in UTF-8") from error
    try:
        if text.lstrip("\ufeff \t\r\n").startswith(("{", "[")):
            plain = text.lstrip("\ufeff")
            return json.loads(plain, parse_constant=_no_constant, parse_float=_finite)
        return _parse_yaml(text)
    except RecursionError as error:
        raise SpecError("The file is nested too deep") from error
    except json.JSONDecodeError as error:
        raise SpecError(
            f"The file is not JSON: {error.msg} (line {error.lineno}, column {error.colno})"
        ) from error


def _no_constant(name: str) -> NoReturn:
    raise SpecError(f"{name} is not a value of JSON")


def _finite(text: str) -> float:
    value = float(text)
    return value if math.isfinite(value) else _no_constant(text[:40])


def _parse_yaml(text: str) -> Any:
    try:
        import yaml

        from runtime.components.plain_yaml import PlainLoader
    except ImportError as error:
        raise SpecError(
            "The file is not JSON, and this installation cannot read YAML",
            hint="Install the extra: pip install 'troupe[yaml]'.",
        ) from error
    try:
        return yaml.load(text, Loader=PlainLoader)  # noqa: S506 - builds plain values only
    except (yaml.YAMLError, ValueError) as error:
        raise SpecError(f"The file is neither JSON nor YAML: {str(error)[:300]}") from error


def _not_one() -> SpecError:
    return SpecError(
        "This is neither a component nor a gallery: a component has a `provider` and a `config`",
        hint="Export one from AutoGen Studio or from Troupe.",
    )
