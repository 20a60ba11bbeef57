"""Changing the models of a component: who runs somebody else's team has their own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from runtime.components.registry import canonical_provider, find_component, unsupported_reason
from runtime.components.spec import Component
from runtime.components.tree import slots
from runtime.messages import JsonObject

SCRIPTED_MODEL: Final[JsonObject] = {
    "provider": "troupe.models.ScriptedChatCompletionClient",
    "component_type": "model",
    "version": 1,
    "component_version": 1,
    "label": "Scripted model",
    "config": {"chunk_delay_ms": 0},
}
_KEYLESS = frozenset(
    {
        "troupe.models.ScriptedChatCompletionClient",
        "autogen_ext.models.replay.ReplayChatCompletionClient",
    }
)
Change = Callable[[JsonObject], JsonObject]


def with_model(component: Component | JsonObject, model: Component | JsonObject) -> Component:
    """A copy in which `model` stands wherever a model that can be talked to stood; embeddings,
    which it may not have, come from this machine."""
    raw = model.model_dump(exclude_unset=True) if isinstance(model, Component) else model
    changed = _without_embeddings(_plain(component))
    return Component.model_validate(change_models(changed, lambda _: raw))


def change_models(spec: Any, change: Change) -> Any:
    """A copy with each model component replaced by what `change` makes of it; not those inside
    one, which are that model's own."""
    if isinstance(spec, list):
        return [change_models(item, change) for item in spec]
    if not isinstance(spec, dict):
        return spec
    if _is_model(spec):
        return change(spec)
    return {key: change_models(item, change) for key, item in spec.items()}


def is_scripted(spec: Any) -> bool:
    """Whether any of its models is none: scripted, or a replay of given replies."""
    if isinstance(spec, list):
        return any(is_scripted(item) for item in spec)
    if not isinstance(spec, dict):
        return False
    provider = spec.get("provider")
    if isinstance(provider, str) and canonical_provider(provider) in _KEYLESS:
        return True
    return any(is_scripted(item) for item in spec.values())


def _is_model(spec: JsonObject) -> bool:
    provider = spec.get("provider")
    if not isinstance(provider, str):
        return False
    found = find_component(provider)
    if found is not None:
        return found.component_type == "model"
    known = unsupported_reason(provider) is not None
    return spec.get("component_type") == "model" or (known and ".models." in provider)


def _without_embeddings(spec: Any) -> Any:
    if isinstance(spec, list):
        return [_without_embeddings(item) for item in spec]
    if not isinstance(spec, dict):
        return spec
    copy = {key: _without_embeddings(item) for key, item in spec.items()}
    provider, config = copy.get("provider"), copy.get("config")
    found = find_component(provider) if isinstance(provider, str) else None
    if found is not None and isinstance(config, dict) and "embedding" in slots(found.Config):
        config.pop("embedding", None)
        config.pop("embedding_model", None)
    return copy


def _plain(component: Component | JsonObject) -> JsonObject:
    if isinstance(component, Component):
        return component.model_dump(exclude_unset=True)
    return component
