"""YAML that says no more than JSON can: no tags, no aliases, no dates."""

from __future__ import annotations

import math
import re
from typing import Any

import yaml


class PlainLoader(yaml.SafeLoader):
    """`true`, `false` and `null` are the only words with a meaning: `no` is a text, as it is in
    JSON, and not a refusal."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            event: Any = self.peek_event()  # type: ignore[no-untyped-call]
            raise yaml.YAMLError(f"aliases are not allowed (line {event.start_mark.line + 1})")
        return super().compose_node(parent, index)


def _number(loader: yaml.SafeLoader, node: yaml.ScalarNode) -> Any:
    text = str(node.value)
    value = float(text) if re.search(r"[.eE]", text) else int(text)
    if isinstance(value, float) and not math.isfinite(value):
        raise yaml.YAMLError(f"{text[:40]} is not a value of JSON")
    return value


PlainLoader.add_implicit_resolver(
    "tag:yaml.org,2002:bool", re.compile(r"^(?:true|false)$"), list("tf")
)
PlainLoader.add_implicit_resolver(
    "tag:yaml.org,2002:null", re.compile(r"^(?:~|null|)$"), ["~", "n", ""]
)
PlainLoader.add_implicit_resolver(
    "tag:yaml.org,2002:float",
    re.compile(r"^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?$"),
    list("-0123456789"),
)
PlainLoader.add_constructor("tag:yaml.org,2002:float", _number)
