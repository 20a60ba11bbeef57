"""Write the log's vocabulary as an OpenAPI document, from which the browser's types are made.

Usage, from the repository's root::

    python frontend/scripts/dump_event_schema.py > frontend/src/run-model/events.openapi.json
    cd frontend && npx openapi-typescript src/run-model/events.openapi.json \
        --output src/run-model/events.gen.ts

`run-model` switches over the kinds exhaustively, so a kind added to `runtime.events` fails the
browser's type check until its screens know it.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from runtime.events.envelope import EVENT_ADAPTER, SCHEMA_VERSION


def document() -> dict[str, object]:
    """An OpenAPI 3.1 document whose schemas are `Event` and everything it holds."""
    schema = EVENT_ADAPTER.json_schema(
        mode="serialization", ref_template="#/components/schemas/{model}"
    )
    schemas = schema.pop("$defs")
    schemas["Event"] = schema
    return {
        "openapi": "3.1.0",
        "info": {"title": "Events of a Troupe run", "version": str(SCHEMA_VERSION)},
        "paths": {},
        "components": {"schemas": dict(sorted(schemas.items()))},
    }


if __name__ == "__main__":
    json.dump(document(), sys.stdout, indent=1, ensure_ascii=False)
    sys.stdout.write("\n")
