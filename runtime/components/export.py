"""Writing components for AutoGen: files that its own loader takes.

AutoGen insists on keys that it could do without, and each version on the shape of its own time.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import Any, Final, Literal

from pydantic import ValidationError

from runtime.components.base import ComponentBase, Problem
from runtime.components.dump import dump
from runtime.components.registry import canonical_provider, find_component
from runtime.components.spec import Component
from runtime.components.tree import slots
from runtime.messages import JsonObject

Target = Literal["0.7", "0.5"]
"""AutoGen 0.6 to 0.7, or AutoGen 0.5 with the published AutoGen Studio 0.4.2.2."""

ASSISTANT: Final = "autogen_agentchat.agents.AssistantAgent"
STATIC: Final = "autogen_core.tools.StaticWorkbench"
STATIC_STREAM: Final = "autogen_core.tools.StaticStreamWorkbench"

_REQUIRED: Final[dict[str, tuple[str, ...]]] = {
    ASSISTANT: ("description", "tool_call_summary_format"),
    "autogen_agentchat.teams.SelectorGroupChat": ("selector_prompt", "allow_repeated_speaker"),
    "autogen_agentchat.teams.MagenticOneGroupChat": ("max_stalls", "final_answer_prompt"),
    "autogen_agentchat.conditions.TokenUsageTermination": (
        "max_total_token",
        "max_prompt_token",
        "max_completion_token",
    ),
    "autogen_ext.tools.http.HttpTool": ("description", "headers"),
    "autogen_core.tools.FunctionTool": (
        "description",
        "global_imports",
        "has_cancellation_support",
    ),
}
"""Keys that AutoGen's loader wants although a default would do."""
_MODEL_INFO: Final[JsonObject] = {
    "vision": False,
    "function_calling": False,
    "json_output": False,
    "family": "unknown",
    "structured_output": False,
}


@dataclass(frozen=True)
class Exported:
    document: JsonObject
    problems: list[Problem]
    """What AutoGen cannot take, or takes without."""


def export(component: Component | JsonObject, target: Target = "0.7") -> Exported:
    """The component as AutoGen of this version loads it. What nobody knows stays verbatim."""
    exporter = _Exporter(target)
    document = exporter.component(copy.deepcopy(dump(component)), "$")
    return Exported(dump(document), exporter.problems)


class _Exporter:
    def __init__(self, target: Target) -> None:
        self._old = target == "0.5"
        self.problems: list[Problem] = []

    def component(self, raw: JsonObject, path: str) -> JsonObject:
        provider = canonical_provider(raw["provider"])
        raw["provider"] = provider
        found = find_component(provider)
        config = raw.setdefault("config", {})
        if found is None or not isinstance(config, dict):
            return raw
        if not provider.startswith("autogen_"):
            self._refuse(path, "not_in_autogen", f"AutoGen has no {found.palette.label}.")
        for name in slots(found.Config):
            config[name] = self._nested(config.get(name), f"{path}.config.{name}")
        raw["config"] = {key: item for key, item in config.items() if item is not None}
        parsed = _parsed(found, raw["config"])
        _complete(raw["config"], _REQUIRED.get(provider, ()), parsed)
        if provider == ASSISTANT:
            self._assistant(raw["config"], parsed, path)
        if self._old:
            self._to_old(raw, path)
        raw["component_type"] = found.written_type or found.component_type
        version = 1 if self._old else found.component_version
        raw["version"] = raw["component_version"] = version
        return raw

    def _nested(self, value: Any, path: str) -> Any:
        if isinstance(value, list):
            return [self._nested(item, f"{path}[{index}]") for index, item in enumerate(value)]
        if isinstance(value, dict) and isinstance(value.get("provider"), str):
            return self.component(value, path)
        return value

    # The assistant's shapes --------------------------------------------------------------------

    def _assistant(self, config: JsonObject, parsed: JsonObject, path: str) -> None:
        if config.get("reflect_on_tool_use") is None:
            config["reflect_on_tool_use"] = "structured_message_factory" in config
        if config.get("handoffs"):
            config["handoffs"] = parsed.get("handoffs") or config["handoffs"]
        benches = config.pop("workbench", None) or []
        benches = benches if isinstance(benches, list) else [benches]
        tools = config.pop("tools", None) or []
        if self._old:
            self._one_workbench(config, benches, tools, path)
            return
        benches = [_as_stream(bench) for bench in benches]
        config["workbench"] = [*benches, _workbench(STATIC_STREAM, tools)] if tools else benches

    def _one_workbench(
        self, config: JsonObject, benches: list[JsonObject], tools: list[JsonObject], path: str
    ) -> None:
        """AutoGen 0.5 knows one workbench or a list of tools."""
        config.pop("max_tool_iterations", None)
        static = [bench for bench in benches if bench["provider"] in (STATIC, STATIC_STREAM)]
        others = [bench for bench in benches if bench not in static]
        every = [*tools, *(tool for bench in static for tool in bench["config"].get("tools", []))]
        if any(bench["config"].get("tool_overrides") for bench in static):
            detail = "AutoGen 0.5 renames no tools; they have their own names there."
            self._warn(f"{path}.config.workbench", "overrides_lost", detail)
        if len(others) > 1 or (others and every):
            detail = "AutoGen 0.5 gives an agent one workbench, or tools; this one has more."
            self._refuse(f"{path}.config.workbench", "too_many_workbenches", detail)
        config["workbench"] = others[0] if others else _workbench(STATIC, every)

    def _to_old(self, raw: JsonObject, path: str) -> None:
        provider, config = raw["provider"], raw["config"]
        if provider == STATIC_STREAM:
            raw["provider"], raw["label"] = STATIC, "StaticWorkbench"
        server = config.get("server_params")
        if isinstance(server, dict) and server.get("type") == "StreamableHttpServerParams":
            place = f"{path}.config.server_params"
            self._refuse(place, "not_in_autogen", "AutoGen 0.5 knows no MCP over streamable HTTP.")
        for index, member in enumerate(config.get("participants") or ()):
            if isinstance(member, dict) and member.get("component_type") == "team":
                place = f"{path}.config.participants[{index}]"
                self._refuse(place, "not_in_autogen", "In AutoGen 0.5 no team is a participant.")

    def _refuse(self, path: str, code: str, detail: str) -> None:
        self.problems.append(Problem(path, "error", code, detail))

    def _warn(self, path: str, code: str, detail: str) -> None:
        self.problems.append(Problem(path, "warning", code, detail))


def _complete(config: JsonObject, required: tuple[str, ...], defaults: JsonObject) -> None:
    for key in required:
        config.setdefault(key, defaults.get(key))
    if isinstance(info := config.get("model_info"), dict):
        config["model_info"] = {**_MODEL_INFO, **info}
    if config.pop("credential", None) is not None:
        config.setdefault("api_key", "**********")


def _parsed(found: type[ComponentBase[Any]], config: JsonObject) -> JsonObject:
    """The config with its defaults; without those where it is wrong."""
    try:
        parsed: JsonObject = found.Config.model_validate(config).model_dump(mode="json")
    except ValidationError:
        fields = found.Config.model_fields
        return {name: field.default for name, field in fields.items() if not field.is_required()}
    return parsed


def _as_stream(bench: JsonObject) -> JsonObject:
    if bench["provider"] == STATIC:
        return {**bench, "provider": STATIC_STREAM, "label": "StaticStreamWorkbench"}
    return bench


def _workbench(provider: str, tools: list[JsonObject]) -> JsonObject:
    return {
        "provider": provider,
        "component_type": "workbench",
        "version": 1,
        "component_version": 1,
        "label": provider.rpartition(".")[2],
        "config": {"tools": tools},
    }
