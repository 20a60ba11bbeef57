"""OpenAI's models at Azure."""

from __future__ import annotations

from typing import Any, ClassVar
from urllib.parse import quote

from pydantic import Field

from runtime.components.base import Palette
from runtime.messages import JsonObject
from runtime.model_clients.base import GROUP
from runtime.model_clients.connection import NO_KEY, Endpoint
from runtime.model_clients.openai import ChatCompletionsClient, OpenAIParameters
from runtime.model_clients.transport import http_client


class AzureOpenAIConfig(OpenAIParameters):
    model: str = Field(
        min_length=1, title="Model", description="Which model the deployment serves: gpt-4.1-mini."
    )
    azure_endpoint: str = Field(
        min_length=1,
        title="Endpoint",
        description="Such as https://my-resource.openai.azure.com/; the credential names it too.",
    )
    api_version: str = Field(min_length=1, title="API version", description="Such as 2024-10-21.")
    azure_deployment: str | None = Field(
        None, title="Deployment", description="Its name; empty: that of the model."
    )
    azure_ad_token: Any = Field(
        None,
        title="Token",
        description="Of the directory; Troupe keeps it in the credential and ignores this.",
        json_schema_extra={"x-widget": "hidden"},
    )
    azure_ad_token_provider: JsonObject | None = Field(
        None,
        title="Token provider",
        description="AutoGen's; kept as it is. Troupe uses the credential.",
        json_schema_extra={"x-widget": "hidden"},
    )


class AzureOpenAIChatCompletionClient(ChatCompletionsClient[AzureOpenAIConfig]):
    """The key goes to the endpoint that the credential names, in Azure's own header; a credential
    with `azure_ad_token` is sent as a bearer token instead."""

    provider = "autogen_ext.models.openai.AzureOpenAIChatCompletionClient"
    vendor = "Azure OpenAI"
    host = ""
    Config = AzureOpenAIConfig
    defaults: ClassVar[JsonObject] = {
        "model": "gpt-4.1-mini",
        "azure_endpoint": "https://my-resource.openai.azure.com/",
        "api_version": "2024-10-21",
    }
    palette = Palette("Azure OpenAI", "OpenAI's models in an Azure resource.", GROUP, "brand-azure")

    @classmethod
    def address(cls, config: AzureOpenAIConfig) -> str | None:
        return config.azure_endpoint

    @property
    def serves_openai(self) -> bool:
        return True

    def _settings(self) -> tuple[object, ...]:
        return (*super()._settings(), self.config.api_version)

    def _path(self, body: JsonObject) -> str:
        """Embeddings have a deployment of their own, named by their model."""
        deployment = None if "input" in body else self.config.azure_deployment
        return f"/deployments/{quote(deployment or body['model'], safe='')}{super()._path(body)}"

    def _make(self, endpoint: Endpoint) -> Any:
        import openai

        return openai.AsyncAzureOpenAI(
            azure_endpoint=(endpoint.base_url or self.config.azure_endpoint).rstrip("/"),
            api_version=self.config.api_version,
            api_key=None if endpoint.token and endpoint.api_key == NO_KEY else endpoint.api_key,
            azure_ad_token=endpoint.token,
            timeout=openai.Timeout(self.config.timeout, connect=10.0),
            max_retries=0,
            default_headers=dict(self._headers()),
            http_client=http_client(openai),
        )
