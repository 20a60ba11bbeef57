"""Component JSON: what it may say, what is wrong with it, and the objects it stands for."""

from __future__ import annotations

from runtime.components.base import ComponentBase, ComponentConfig, Palette, Problem
from runtime.components.builder import Builder
from runtime.components.catalog import REFERENCE
from runtime.components.describe import describe, describe_one
from runtime.components.dump import dump, dumps
from runtime.components.export import Exported, export
from runtime.components.load import Loaded, Part, load
from runtime.components.models import SCRIPTED_MODEL, is_scripted, with_model
from runtime.components.references import find_references, make_reference, resolve
from runtime.components.registry import canonical_provider, find_component, unsupported_reason
from runtime.components.spec import Component, ComponentType
from runtime.components.validate import has_errors, validate

__all__ = [
    "REFERENCE",
    "SCRIPTED_MODEL",
    "Builder",
    "Component",
    "ComponentBase",
    "ComponentConfig",
    "ComponentType",
    "Exported",
    "Loaded",
    "Palette",
    "Part",
    "Problem",
    "canonical_provider",
    "describe",
    "describe_one",
    "dump",
    "dumps",
    "export",
    "find_component",
    "find_references",
    "has_errors",
    "is_scripted",
    "load",
    "make_reference",
    "resolve",
    "unsupported_reason",
    "validate",
    "with_model",
]
