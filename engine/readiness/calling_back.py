"""Somebody called a supplier back about changed bank details, as an act of his own and on record.

Unlike what a source states of a call, it is looked at when it is done: the number was on file
before the change came in, and whoever called has no part in it.
"""

from __future__ import annotations

import re
from typing import Final

from engine.master_data import Supplier
from engine.tokens import bare

SHORTEST: Final = 7  # digits: fewer could belong to many
_BETWEEN: Final = re.compile(r"[,;|\n]|\bor\b|\band\b")  # several numbers in one fact


def filed_as(supplier: Supplier | None, number: str) -> str:
    """The fact of the supplier under which the number is on file; empty for none.

    Prefixes may be written in several ways (`+1`, `001`, `0`): one number has to end as the other.
    """
    if supplier is None:
        return ""
    dialled = _digits(number)
    for name, value in sorted(supplier.facts.items()):
        texts = _BETWEEN.split(value) if isinstance(value, str) else ()
        if any(_are_one(dialled, _digits(text)) for text in texts):
            return name
    return ""


def _are_one(one: str, other: str) -> bool:
    shorter, longer = sorted((one, other), key=len)
    return len(shorter) >= SHORTEST and longer.endswith(shorter)


def _digits(text: str) -> str:
    return "".join(char for char in bare(text) if char.isdecimal()).lstrip("0")
