"""AutoGen's structured message: the shape that an agent's answer must have."""

from __future__ import annotations

import json
from typing import Any, ClassVar, Self

import jsonschema
from pydantic import Field

from runtime.components.base import ComponentBase, ComponentConfig, Palette, Problem
from runtime.components.builder import Builder
from runtime.errors import ModelError
from runtime.messages import JsonObject
from runtime.schemas import BadSchema, violations


class StructureConfig(ComponentConfig):
    json_schema: JsonObject = Field(
        title="JSON Schema",
        description="Of the value that the model answers with; an object.",
        json_schema_extra={"x-widget": "json"},
    )
    content_model_name: str = Field(title="Name", description="What the value is called.")
    format_string: str | None = Field(
        None,
        title="Text",
        description="How others read it, with the value's fields in braces; empty: as JSON.",
    )


class StructuredMessageFactory(ComponentBase[StructureConfig]):
    provider = "autogen_agentchat.messages.StructuredMessageFactory"
    component_type: ClassVar = "structured_message"
    Config = StructureConfig
    defaults: ClassVar[JsonObject] = {
        "content_model_name": "Answer",
        "json_schema": {
            "type": "object",
            "properties": {"answer": {"type": "string"}},
            "required": ["answer"],
        },
    }
    palette = Palette("Structured output", "An answer of a JSON schema.", "Output", "braces")

    def __init__(self, config: StructureConfig) -> None:
        self.config = config

    @classmethod
    def build(cls, config: StructureConfig, builder: Builder) -> Self:
        return cls(config)

    @classmethod
    def check(cls, config: Any, path: str) -> list[Problem]:
        try:
            jsonschema.Draft202012Validator.check_schema(config.json_schema)
        except (jsonschema.SchemaError, RecursionError) as error:
            detail = f"This is no JSON Schema: {getattr(error, 'message', error)!s:.200}."
            return [Problem(f"{path}.json_schema", "error", "invalid_schema", detail)]
        return []

    def parse(self, text: str) -> JsonObject:
        """Raises ModelError for a reply that is not a value of the schema."""
        try:
            value = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise self._wrong(f"it is no JSON: {error}") from error
        if not isinstance(value, dict):
            raise self._wrong("it is no JSON object")
        try:
            faults = violations(value, self.config.json_schema, limit=1)
        except BadSchema as error:
            raise self._wrong(f"its schema cannot be used: {error}") from error
        if faults:
            raise self._wrong(faults[0])
        return value

    def _wrong(self, why: str) -> ModelError:
        return ModelError(
            f"The model's answer does not have the structure "
            f"{self.config.content_model_name!r}: {why}",
            code="model_bad_structure",
            hint="Use a model with structured output, or simplify the schema.",
        )
