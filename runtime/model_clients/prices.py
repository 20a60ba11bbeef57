"""What models cost. The table that ships is `data/prices.json`; an operator's own file is merged
over it. A model that is not listed has no known price, which is said as such and never as zero.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from pathlib import Path
from typing import Any

from runtime.messages import RequestUsage
from runtime.model_clients.tables import shipped

log = logging.getLogger(__name__)

MILLION = Decimal(1_000_000)
_DATE = re.compile(r"-(?:\d{4}-\d{2}-\d{2}|\d{8}|latest)$")


@dataclass(frozen=True)
class Price:
    """US dollars for a million tokens."""

    input: Decimal
    output: Decimal
    cached_input: Decimal
    cache_write: Decimal


@dataclass(frozen=True)
class PriceTable:
    listed: Mapping[str, Price]
    """At the vendor's own address."""
    own: Mapping[str, Price]
    """From the operator's file: at any address."""

    def cost_usd(
        self, model: str, usage: RequestUsage, *, at_vendor: bool, cache_write_tokens: int = 0
    ) -> str | None:
        """Exact decimal text; None when the price is not known."""
        price = _find(self.own, model) or (_find(self.listed, model) if at_vendor else None)
        if price is None:
            return None
        cached = usage.cached_tokens or 0
        total = (
            price.input * max(usage.prompt_tokens - cached - cache_write_tokens, 0)
            + price.cached_input * cached
            + price.cache_write * cache_write_tokens
            + price.output * usage.completion_tokens
        )
        return format((total / MILLION).normalize(), "f")


def price_table(path: Path | None) -> PriceTable:
    """The operator's file is read again when it changes. One that cannot be read is logged and
    left out: it must not stop a run."""
    own: Mapping[str, Price] = {}
    if path is not None:
        try:
            own = _own(path, path.stat().st_mtime_ns)
        except (OSError, ValueError) as error:
            log.error("The price file %s cannot be used: %s", path, error)
    return PriceTable(_shipped(), own)


@lru_cache(maxsize=1)
def _shipped() -> Mapping[str, Price]:
    return parse_prices(shipped("prices.json"))


@lru_cache(maxsize=4)
def _own(path: Path, changed: int) -> Mapping[str, Price]:
    return parse_prices(json.loads(path.read_text("utf-8")))


def parse_prices(data: Any) -> Mapping[str, Price]:
    """`{model: {input, cached_input, output, cache_write}}`, alone or under `models`. Tokens in a
    cache cost as much as others where nothing else is said. Raises ValueError, naming the model."""
    models = data.get("models", data) if isinstance(data, dict) else None
    if not isinstance(models, dict):
        raise ValueError("it is no JSON object of models")
    return {name: _price(name, entry) for name, entry in models.items()}


def _price(name: str, entry: Any) -> Price:
    try:
        given = {key: Decimal(str(entry[key])) for key in ("input", "output")}
        for key in ("cached_input", "cache_write"):
            given[key] = Decimal(str(entry.get(key, entry["input"])))
    except (AttributeError, KeyError, TypeError, InvalidOperation) as error:
        raise ValueError(f"{name} needs input and output, in numbers") from error
    if not all(value.is_finite() and value >= 0 for value in given.values()):
        raise ValueError(f"{name} has a price below zero")
    return Price(**given)


def _find(prices: Mapping[str, Price], model: str) -> Price | None:
    return prices.get(model) or prices.get(_DATE.sub("", model))
