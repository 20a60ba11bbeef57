"""Vectors without a model and without a download: hashed words and parts of words.

Texts that share words, or spell them alike, come near to each other; texts that mean the same in
other words do not. That is weak beside any embedding model, and enough to find a note again by
what it is about. Deterministic: the same text has the same vector everywhere and for ever.
"""

from __future__ import annotations

import asyncio
import hashlib
import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence

DIMENSIONS = 512
MAX_CHARACTERS = 8_000
_WORD = re.compile(r"\w+")
_COMMON_TEXT = """
a an and are as at be but by can did do does for from had has have he how i if in into is it its me
my no not of on or our she so than that the their them then there they this to too us was we were
what when where which who why will with would you your
"""
_COMMON = frozenset(_COMMON_TEXT.split())


class LocalEmbeddings:
    """A `ports.EmbeddingClient`."""

    name = f"local-hash-{DIMENSIONS}"

    async def embed(self, texts: Sequence[str]) -> list[list[float]]:
        return await asyncio.to_thread(lambda: [embed(text) for text in texts])


def embed(text: str) -> list[float]:
    """Of length one; all zeros for a text without any word."""
    vector = [0.0] * DIMENSIONS
    for feature, weight in _features(text):
        number = int.from_bytes(hashlib.blake2b(feature.encode(), digest_size=8).digest(), "big")
        # Half of the features count down, so that those which fall on one place cancel out.
        vector[number % DIMENSIONS] += weight if number >> 63 else -weight
    length = math.sqrt(math.fsum(x * x for x in vector))
    return [x / length for x in vector] if length else vector


def _features(text: str) -> Iterator[tuple[str, float]]:
    plain = unicodedata.normalize("NFKC", text[:MAX_CHARACTERS]).casefold()
    words = Counter(_WORD.findall(plain))
    for word, count in words.items():
        weight = (0.1 if word in _COMMON else 1.0) * (1 + math.log(count))
        yield f"w {word}", weight
        padded = f" {word} "
        grams = [padded[i : i + 3] for i in range(len(padded) - 2)]
        for gram in grams:
            yield f"g {gram}", 0.5 * weight / math.sqrt(len(grams))
