"""Keys of the environment, for programs and the command line.

A key goes to its vendor, or to the address that the environment itself names; never to one that
only a component names, which may be somebody else's file.
"""

from __future__ import annotations

import os
from collections.abc import Mapping

from runtime.components.models import change_models
from runtime.components.registry import canonical_provider
from runtime.components.spec import Component
from runtime.messages import JsonObject
from runtime.ports import Secret

WORKSPACE_MODEL = "troupe.models.WorkspaceModel"
OPENAI = "autogen_ext.models.openai.OpenAIChatCompletionClient"
ANTHROPIC = "autogen_ext.models.anthropic.AnthropicChatCompletionClient"
AZURE = "autogen_ext.models.openai.AzureOpenAIChatCompletionClient"
CACHE = "autogen_ext.models.cache.ChatCompletionCache"
DEFAULT_MODELS = {OPENAI: "gpt-5-mini", ANTHROPIC: "claude-sonnet-5"}
_ADDRESS = {OPENAI: "base_url", ANTHROPIC: "base_url", AZURE: "azure_endpoint"}
_IDS = {
    OPENAI: "environment:openai",
    ANTHROPIC: "environment:anthropic",
    AZURE: "environment:azure",
}


class EnvironmentSecrets:
    """OPENAI_API_KEY, OPENAI_BASE_URL, ANTHROPIC_API_KEY, ANTHROPIC_BASE_URL,
    AZURE_OPENAI_API_KEY with AZURE_OPENAI_ENDPOINT; as they are when this is made."""

    def __init__(self, environ: Mapping[str, str] = os.environ) -> None:
        self._found: dict[str, Secret] = {}
        self._add(OPENAI, environ, "OPENAI_API_KEY", "OPENAI_BASE_URL", "openai")
        self._add(ANTHROPIC, environ, "ANTHROPIC_API_KEY", "ANTHROPIC_BASE_URL", "anthropic")
        self._add(AZURE, environ, "AZURE_OPENAI_API_KEY", "AZURE_OPENAI_ENDPOINT", "azure_openai")

    def _add(
        self, provider: str, environ: Mapping[str, str], key: str, address: str, kind: str
    ) -> None:
        api_key, base_url = environ.get(key, "").strip(), environ.get(address, "").strip()
        if not api_key and not (base_url and provider == OPENAI):
            return
        if provider == OPENAI and base_url:
            kind = "openai_compatible"
        self._found[_IDS[provider]] = Secret(
            kind=kind, base_url=base_url or None, values={"api_key": api_key}
        )

    async def get(self, credential_id: str) -> Secret | None:
        return self._found.get(credential_id)

    @property
    def default_model(self) -> JsonObject | None:
        """What `WorkspaceModel` stands for here, by the key that is there; OpenAI's where both
        are."""
        for provider, model in DEFAULT_MODELS.items():
            if _IDS[provider] in self._found:
                config = {"model": model, "credential": _IDS[provider]}
                return {"provider": provider, "component_type": "model", "config": config}
        return None

    def fill_in(self, component: Component) -> Component:
        """A copy whose models have the keys that are there, where they name none."""
        raw = change_models(component.model_dump(exclude_unset=True), self._filled)
        return Component.model_validate(raw)

    def _filled(self, model: JsonObject) -> JsonObject:
        provider = canonical_provider(model["provider"])
        config = model.get("config") or {}
        if provider == WORKSPACE_MODEL:
            return self.default_model or model
        if provider == CACHE and isinstance(config.get("client"), dict):
            return {**model, "config": change_models(config, self._filled)}
        secret = self._found.get(_IDS.get(provider, ""))
        if secret is None or config.get("credential"):
            return model
        address = config.get(_ADDRESS[provider])
        if address and _plain(address) != _plain(secret.base_url):
            return model
        return {**model, "config": {**config, "credential": _IDS[provider]}}


def _plain(address: object) -> str:
    return str(address or "").rstrip("/").lower()
