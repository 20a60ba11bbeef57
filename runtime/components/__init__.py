"""Component JSON: what it may say, what is wrong with it, and the objects it stands for."""

from __future__ import annotations

from runtime.components.base import ComponentBase, ComponentConfig, Palette, Problem
from runtime.components.builder import Builder
from runtime.components.catalog import REFERENCE
from runtime.components.describe import describe, describe_one
from runtime.components.references import find_references, make_reference, resolve
from runtime.components.registry import canonical_provider, find_component, unsupported_reason
from runtime.components.spec import Component, ComponentType
from runtime.components.validate import has_errors, validate

__all__ = [
    "REFERENCE",
    "Builder",
    "Component",
    "ComponentBase",
    "ComponentConfig",
    "ComponentType",
    "Palette",
    "Problem",
    "canonical_provider",
    "describe",
    "describe_one",
    "find_component",
    "find_references",
    "has_errors",
    "make_reference",
    "resolve",
    "unsupported_reason",
    "validate",
]
