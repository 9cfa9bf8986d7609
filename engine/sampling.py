"""Samples that anybody can draw again: from a stated population, by a stated seed, without luck.

The order of a random sample is that of SHA-256 over the seed and the name of each item: nobody can
choose what is drawn without choosing the seed, and who knows the seed draws the same items. In
monetary-unit sampling every unit of money has the same chance: an item is drawn with the interval
that its amount spans, so that large items are drawn for certain and none of no amount ever is.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from heapq import nsmallest
from itertools import accumulate


class Method(StrEnum):
    """How a sample is drawn."""

    RANDOM = "random"
    MONETARY_UNIT = "monetary_unit"


@dataclass(frozen=True, slots=True)
class Item:
    """One thing of a population; `amount` is what it weighs in monetary-unit sampling, its sign
    apart."""

    name: str
    amount: Fraction = Fraction(0)


def drawn(items: Iterable[Item], method: Method, size: int, seed: str) -> list[str]:
    """The names of what is drawn, in their order in the population.

    Fewer than `size` where the population has no more, or where one item spans several intervals.
    Raises `ValueError` for a size below 1.
    """
    if size < 1:
        raise ValueError(f"expected a sample of at least 1, found {size}")
    population = list(items)
    if method is Method.RANDOM:
        chosen = nsmallest(size, range(len(population)), lambda n: _rank(seed, population[n].name))
    else:
        chosen = _by_units([abs(item.amount) for item in population], size, seed)
    return [population[n].name for n in sorted(chosen)]


def _rank(seed: str, name: str) -> bytes:
    return hashlib.sha256(f"{seed}\n{name}".encode()).digest()


def _by_units(amounts: Sequence[Fraction], size: int, seed: str) -> list[int]:
    """The items that hold every so-manieth unit, from a start within the first interval on."""
    total = sum(amounts, Fraction(0))
    if not total:
        return []
    interval = total / size
    start = Fraction(int.from_bytes(_rank(seed, "start")[:8], "big"), 2**64) * interval
    found: list[int] = []
    wanted = start
    for n, end in enumerate(accumulate(amounts)):
        if wanted < end:
            found.append(n)
            passed = -((wanted - end) // interval)  # units of the sample before the item's end
            wanted += interval * passed
    return found
