"""Models behind Ollama, through its OpenAI-compatible endpoint."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from pydantic import Field

from runtime.components.base import Palette, Problem
from runtime.messages import JsonObject
from runtime.model_clients.base import GROUP
from runtime.model_clients.connection import Endpoint
from runtime.model_clients.openai import ChatCompletionsClient, OpenAIParameters
from runtime.model_clients.transport import http_client
from runtime.ports import ModelRequest

_HOST = "http://localhost:11434"
_OPTIONS = {
    "temperature": "temperature",
    "top_p": "top_p",
    "seed": "seed",
    "stop": "stop",
    "num_predict": "max_tokens",
    "presence_penalty": "presence_penalty",
    "frequency_penalty": "frequency_penalty",
}


class OllamaConfig(OpenAIParameters):
    model: str = Field(min_length=1, title="Model", description="Such as llama3.2 or qwen3:8b.")
    host: str | None = Field(
        None, title="Address", description=f"Of the Ollama server; empty: {_HOST}."
    )
    options: JsonObject | None = Field(
        None,
        title="Options",
        description=f"Ollama's: {', '.join(_OPTIONS)}. Others belong into the model's Modelfile.",
        json_schema_extra={"x-widget": "code"},
    )
    headers: dict[str, str] | None = Field(None, title="Headers")
    follow_redirects: bool = Field(
        True, title="Follow redirects", description="AutoGen's; kept as it is."
    )


class OllamaChatCompletionClient(ChatCompletionsClient[OllamaConfig]):
    provider = "autogen_ext.models.ollama.OllamaChatCompletionClient"
    vendor = "Ollama"
    host = ""
    Config = OllamaConfig
    defaults: ClassVar[JsonObject] = {"model": "llama3.2"}
    palette = Palette(
        "Ollama", "Llama, Qwen, Mistral and others on a machine of yours.", GROUP, "server"
    )

    @classmethod
    def address(cls, config: OllamaConfig) -> str | None:
        """A credential of ours says where, for servers that want a key."""
        if config.host is None and config.credential is not None:
            return None
        return f"{_url(config.host or _HOST)}/v1"

    @classmethod
    def check(cls, config: Any, path: str) -> Iterator[Problem]:
        left_out = [name for name in config.options or {} if name not in _OPTIONS]
        if left_out:
            yield Problem(
                f"{path}.options",
                "warning",
                "unsupported_option",
                f"Ollama's OpenAI endpoint takes no {', '.join(sorted(left_out))[:200]}.",
                "Set it in the model's Modelfile, or in the server's environment.",
            )

    def _headers(self) -> tuple[tuple[str, str], ...]:
        given = {**(self.config.headers or {}), **(self.config.default_headers or {})}
        return tuple(sorted(given.items()))

    def _body(self, request: ModelRequest, streaming: bool) -> JsonObject:
        given = self.config.options or {}
        options = {name: given[key] for key, name in _OPTIONS.items() if given.get(key) is not None}
        return options | super()._body(request, streaming)

    def _make(self, endpoint: Endpoint) -> Any:
        import openai

        return openai.AsyncOpenAI(
            api_key=endpoint.api_key,
            base_url=endpoint.base_url or f"{_HOST}/v1",
            timeout=openai.Timeout(self.config.timeout, connect=10.0),
            max_retries=0,
            default_headers=dict(self._headers()),
            http_client=http_client(openai),
        )


def _url(host: str) -> str:
    """Ollama's own clients take a bare host and port too."""
    return (host if "://" in host else f"http://{host}").rstrip("/")
