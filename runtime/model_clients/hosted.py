"""What the configs of all models behind a network address share."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from runtime.components.base import ComponentConfig
from runtime.messages import JsonObject


class HostedModelConfig(ComponentConfig):
    credential: str | None = Field(
        None,
        title="Credential",
        description="A credential of the workspace; empty: the server asks for none.",
        json_schema_extra={"x-widget": "credential"},
    )
    api_key: Any = Field(
        None,
        title="Key",
        description="AutoGen keeps keys here; Troupe keeps them as credentials and ignores this.",
        json_schema_extra={"x-widget": "hidden"},
    )
    timeout: float = Field(
        120.0,
        gt=0,
        le=3_600,
        title="Timeout (s)",
        description="How long to wait for the next bytes.",
    )
    default_headers: dict[str, str] | None = Field(None, title="Headers")
    model_info: JsonObject | None = Field(
        None, title="Model info", description="AutoGen's; kept as it is."
    )
    model_capabilities: JsonObject | None = Field(None, title="Model capabilities")
