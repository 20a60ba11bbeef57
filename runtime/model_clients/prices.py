"""What models cost, in US dollars for a million tokens, at their vendors' own list prices.

Vendors change them; a model that is not listed has no known price, which is said as such and never
as zero. As known at the end of 2025.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from runtime.messages import RequestUsage

MILLION = Decimal(1_000_000)
_DATE = re.compile(r"-(?:\d{4}-\d{2}-\d{2}|\d{8}|latest)$")


@dataclass(frozen=True)
class Price:
    prompt: Decimal
    completion: Decimal
    cached: Decimal


def _price(prompt: str, completion: str, cached: str) -> Price:
    return Price(Decimal(prompt), Decimal(completion), Decimal(cached))


PRICES: dict[str, Price] = {
    "gpt-5": _price("1.25", "10", "0.125"),
    "gpt-5-mini": _price("0.25", "2", "0.025"),
    "gpt-5-nano": _price("0.05", "0.40", "0.005"),
    "gpt-4.1": _price("2", "8", "0.50"),
    "gpt-4.1-mini": _price("0.40", "1.60", "0.10"),
    "gpt-4.1-nano": _price("0.10", "0.40", "0.025"),
    "gpt-4o": _price("2.50", "10", "1.25"),
    "gpt-4o-mini": _price("0.15", "0.60", "0.075"),
    "o3": _price("2", "8", "0.50"),
    "o4-mini": _price("1.10", "4.40", "0.275"),
    "claude-opus-4-5": _price("5", "25", "0.50"),
    "claude-opus-4-1": _price("15", "75", "1.50"),
    "claude-sonnet-4-5": _price("3", "15", "0.30"),
    "claude-haiku-4-5": _price("1", "5", "0.10"),
    "claude-3-7-sonnet": _price("3", "15", "0.30"),
    "claude-3-5-sonnet": _price("3", "15", "0.30"),
    "claude-3-5-haiku": _price("0.80", "4", "0.08"),
}


def cost_usd(model: str, usage: RequestUsage) -> str | None:
    """Exact decimal text; None when the price is not known."""
    price = PRICES.get(_DATE.sub("", model))
    if price is None:
        return None
    cached = usage.cached_tokens or 0
    total = (
        price.prompt * (usage.prompt_tokens - cached)
        + price.cached * cached
        + price.completion * usage.completion_tokens
    )
    return format((total / MILLION).normalize(), "f")
