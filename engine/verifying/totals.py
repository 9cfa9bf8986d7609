"""Control totals of a contiguous selection: what the documents state that came in within it.

For each record that holds a document, the `net` of its lines, summed by currency. Every version
counts, since each was submitted; a document without lines, or without amounts on them, adds
nothing. Where lines are withheld the total cannot be worked out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from fractions import Fraction
from typing import Any, Final

from engine.documents.reading_back import is_withheld

_AMOUNT: Final = re.compile(r"-?\d{1,40}(?:\.\d{1,40})?", re.ASCII)


def exact_amount(text: str) -> Fraction:
    """A decimal amount in major units. Raises `ValueError`."""
    if _AMOUNT.fullmatch(text) is None:
        raise ValueError(f"expected a decimal amount, found `{text[:40]}`")
    return Fraction(text)


class Totals:
    """The totals so far, by currency, and how many documents were withheld."""

    def __init__(self) -> None:
        self.by_currency: dict[str, Fraction] = {}
        self.withheld_count = 0

    def add(self, body: Mapping[str, Any]) -> None:
        """One more record. Raises `ValueError` for an amount that is none."""
        document = body.get("document")
        if not isinstance(document, dict):
            return
        lines = document.get("lines", [])
        if is_withheld(document) or is_withheld(lines):
            self.withheld_count += 1
            return
        if not isinstance(lines, list):
            raise ValueError("the lines of its document are no list")
        nets = [line.get("net") for line in lines if isinstance(line, dict)]
        stated = [net for net in nets if isinstance(net, str)]
        if stated:
            currency = str(document.get("currency", ""))
            added = sum(map(exact_amount, stated), Fraction(0))
            self.by_currency[currency] = self.by_currency.get(currency, Fraction(0)) + added
