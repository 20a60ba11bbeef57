"""Says everything that is wrong with a component. Never raises, imports nothing that the component
names, executes nothing of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pydantic import ValidationError

from runtime.components.base import ComponentBase, Problem
from runtime.components.catalog import REFERENCE
from runtime.components.registry import find_component, unsupported_reason
from runtime.components.spec import Component, ComponentType
from runtime.components.tree import children, measure, slots
from runtime.messages import JsonObject

MAX_PROBLEMS = 200
MASKED = "**********"
_SECRET_KEYS = frozenset(
    {"api_key", "azure_ad_token", "aws_access_key", "aws_secret_key", "aws_session_token"}
)
_ENVELOPE = frozenset(Component.model_fields)


def validate(
    component: Component | JsonObject, *, expect: ComponentType | None = None
) -> list[Problem]:
    """Errors first, at most `MAX_PROBLEMS`. With `expect`, the component must be of that type."""
    raw = component.model_dump() if isinstance(component, Component) else component
    fault = measure(raw).fault
    if fault is not None:
        code, detail = fault
        return [Problem("$", "error", code, detail, "Split it into definitions of its own.")]
    problems: dict[tuple[str, str], Problem] = {}
    for problem in _component(raw, "$", (expect,) if expect else ()):
        problems.setdefault((problem.path, problem.code), problem)
        if len(problems) >= MAX_PROBLEMS:
            break
    return sorted(problems.values(), key=lambda problem: problem.severity != "error")


def has_errors(problems: list[Problem]) -> bool:
    return any(problem.severity == "error" for problem in problems)


def _component(raw: Any, path: str, expect: tuple[str, ...]) -> Iterator[Problem]:
    if not isinstance(raw, dict) or not isinstance(raw.get("provider"), str):
        yield _error(path, "not_a_component", "This is not a component: it has no provider.")
        return
    yield from _secrets(raw.get("config"), f"{path}.config")
    provider: str = raw["provider"]
    if provider == REFERENCE:
        yield from _reference(raw, path, expect)
        return
    found = find_component(provider)
    if found is None:
        yield _unknown(provider, path)
        return
    yield from _envelope(raw, found, path, expect)
    config = raw.get("config", {})
    if not isinstance(config, dict):
        yield _error(f"{path}.config", "invalid_config", "The config must be an object.")
        return
    yield from _config(found, config, f"{path}.config")
    for place, child, slot in children(found.Config, config):
        yield from _component(child, f"{path}.config.{place}", slot.component_types)


def _envelope(
    raw: JsonObject, found: type[ComponentBase[Any]], path: str, expect: tuple[str, ...]
) -> Iterator[Problem]:
    stated = raw.get("component_type")
    if stated not in (None, found.component_type, found.written_type):
        yield _error(
            f"{path}.component_type",
            "wrong_type",
            f"{found.palette.label} is a {found.component_type}, not a {stated!s:.40}.",
        )
    if expect and found.component_type not in expect:
        yield _misplaced(path, found.component_type, expect)
    version = raw.get("component_version")
    if isinstance(version, int) and version > found.component_version:
        yield Problem(
            f"{path}.component_version",
            "warning",
            "newer_version",
            f"It was written for version {version}; this is version {found.component_version}.",
        )
    for key in raw.keys() - _ENVELOPE:
        yield _unknown_field(path, key)


def _config(found: type[ComponentBase[Any]], config: JsonObject, path: str) -> Iterator[Problem]:
    for key in config.keys() - _known_fields(found):
        if key not in _SECRET_KEYS:
            yield _unknown_field(path, key)
    try:
        parsed = found.Config.model_validate(config)
    except ValidationError as error:
        yield from _invalid_fields(found, error, path)
        return
    except RecursionError:
        yield _error(path, "too_deep", "The config is nested too deep.")
        return
    yield from found.check(parsed, path)


def _invalid_fields(
    found: type[ComponentBase[Any]], error: ValidationError, path: str
) -> Iterator[Problem]:
    """A fault inside a nested component is left to that component's own check."""
    nested = slots(found.Config)
    seen = set()
    for fault in error.errors(include_url=False, include_input=False, include_context=False):
        location = fault["loc"]
        if len(location) > 1 and location[0] in nested:
            continue
        place = _place(location)
        if place not in seen:
            seen.add(place)
            code = "missing" if fault["type"] == "missing" else "invalid_value"
            yield _error(f"{path}.{place}" if place else path, code, f"{fault['msg']}.")


def _place(location: tuple[int | str, ...]) -> str:
    text = ""
    for part in location:
        if isinstance(part, int):
            text += f"[{part}]"
        elif part.isidentifier():
            text += f".{part}" if text else part
    return text


def _secrets(config: Any, path: str) -> Iterator[Problem]:
    if not isinstance(config, dict):
        return
    for key in sorted(_SECRET_KEYS & config.keys()):
        if config[key] not in (None, "", MASKED):
            yield _error(
                f"{path}.{key}",
                "inline_secret",
                "A component must not carry a secret.",
                "Save it under Settings, Credentials, and choose that credential here.",
            )
    headers = config.get("default_headers")
    for name in headers if isinstance(headers, dict) else ():
        if isinstance(name, str) and name.lower() in ("authorization", "x-api-key", "api-key"):
            yield _error(
                f"{path}.default_headers",
                "inline_secret",
                f"The header {name} carries a secret.",
                "Save it under Settings, Credentials, and choose that credential here.",
            )


def _reference(raw: JsonObject, path: str, expect: tuple[str, ...]) -> Iterator[Problem]:
    config = raw.get("config")
    if not isinstance(config, dict) or not isinstance(config.get("definition"), str):
        yield _error(f"{path}.config.definition", "missing", "The reference names no definition.")
    revision = config.get("revision") if isinstance(config, dict) else None
    if revision is not None and (not isinstance(revision, int) or isinstance(revision, bool)):
        yield _error(f"{path}.config.revision", "invalid_value", "A revision is a number.")
    stated = raw.get("component_type")
    if expect and stated is not None and stated not in expect:
        yield _misplaced(path, str(stated), expect)


def _unknown(provider: str, path: str) -> Problem:
    reason = unsupported_reason(provider)
    if reason is not None:
        detail = f"{provider.rpartition('.')[2]} cannot run. {reason}"
        return _error(f"{path}.provider", "unsupported_component", detail)
    return _error(
        f"{path}.provider",
        "unknown_component",
        f"There is no component {provider[:120]!r}.",
        "Choose one from the palette.",
    )


def _unknown_field(path: str, key: Any) -> Problem:
    name = str(key)[:60]
    return Problem(
        f"{path}.{name}", "warning", "unknown_field", f"The field {name!r} is not known here."
    )


def _misplaced(path: str, is_type: str, expect: tuple[str, ...]) -> Problem:
    wanted = " or ".join(expect)
    return _error(path, "wrong_type", f"Here belongs a component of type {wanted}, not {is_type}.")


def _known_fields(found: type[ComponentBase[Any]]) -> set[str]:
    fields = found.Config.model_fields
    return set(fields) | {field.alias for field in fields.values() if field.alias}


def _error(path: str, code: str, detail: str, hint: str | None = None) -> Problem:
    return Problem(path, "error", code, detail, hint)
