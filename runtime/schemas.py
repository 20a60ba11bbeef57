"""Checks values against JSON Schemas that users, models and servers wrote."""

from __future__ import annotations

from itertools import islice
from typing import Any

import jsonschema
from referencing import Registry
from referencing.exceptions import Unresolvable


class BadSchema(ValueError):
    """The schema itself cannot be used."""


def violations(value: Any, schema: Any, limit: int = 3) -> list[str]:
    """The first faults, with their JSON paths; [] when the value fits. Nothing is fetched: by
    itself the library would ask the network for what a `$ref` names. Raises BadSchema."""
    try:
        validator = jsonschema.Draft202012Validator(schema, registry=Registry())
        return [
            f"{fault.json_path}: {fault.message[:300]}"
            for fault in islice(validator.iter_errors(value), limit)
        ]
    except (jsonschema.SchemaError, Unresolvable, RecursionError, AttributeError) as error:
        raise BadSchema(f"{type(error).__name__}: {error}") from error
    except jsonschema.exceptions.UnknownType as error:
        raise BadSchema(str(error)) from error
