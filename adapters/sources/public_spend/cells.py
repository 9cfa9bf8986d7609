"""What stands in cells: amounts, days and flags, as British publishers write them.

A day is written day first. Nothing is guessed: what is not one of these forms is refused.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Final

from engine.errors import MoneyError
from engine.money import Money, parse_amount
from engine.quoting import quoted

_AMOUNT: Final = re.compile(
    r"(?P<open>\()?(?P<sign>[-\u2212])?\s*(?:GBP|[\u00a3$\u20ac])?\s*(?P<late>[-\u2212])?"
    r"(?P<whole>\d{1,3}(?:,\d{3})+|\d{1,15})?(?P<part>\.\d{1,12})?\s*(?P<close>\))?"
    r"(?P<behind>[-\u2212]|\s*CR)?",
    re.ASCII | re.IGNORECASE,
)
_ISO: Final = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:[T ]00:00(?::00)?)?", re.ASCII)
_BRITISH: Final = re.compile(
    r"(\d{1,2})[-/. ](\d{1,2}|[a-z]{3,9})[-/. ](\d{4}|\d{2})(?: 00:00(?::00)?)?",
    re.ASCII | re.IGNORECASE,
)
_MONTHS: Final = (
    "january february march april may june july august september october november december".split()
)
_CENTURY: Final = 2000
_FLAGS: Final = {
    "c": True,
    "cap": True,
    "capital": True,
    "r": False,
    "rev": False,
    "revenue": False,
}
_ANSWERS: Final = {"yes": True, "y": True, "no": False, "n": False}


class CellRefused(Exception):
    """A cell cannot be read; the message says what was expected and found."""


def amount(text: str, currency: str) -> Money:
    """`1,234.50`, `-£12.00`, `(5.00)`, `5.00-` or `5.00 CR`; zeros beyond the cents are dropped."""
    found = _AMOUNT.fullmatch(text.strip())
    signs = 0 if found is None else sum(bool(found[name]) for name in ("sign", "late", "behind"))
    if (
        found is None
        or not (found["whole"] or found["part"])
        or bool(found["open"]) != bool(found["close"])
        or signs + bool(found["open"]) > 1
    ):
        raise CellRefused(f"expected an amount, found {quoted(text)}")
    part = (found["part"] or "").rstrip("0").rstrip(".")
    whole = (found["whole"] or "0").replace(",", "")
    try:
        return parse_amount(f"{'-' if signs or found['open'] else ''}{whole}{part}", currency)
    except MoneyError as problem:
        raise CellRefused(str(problem)) from None


def day(text: str) -> date:
    """`2020-06-24`, `24/06/2020`, `24.06.20`, `24-Jun-2020`; midnight may stand behind it."""
    plain = text.strip()
    found = _ISO.fullmatch(plain)
    if found is not None:
        year, month, number = (int(part) for part in found.groups())
    else:
        found = _BRITISH.fullmatch(plain)
        if found is None:
            raise CellRefused(f"expected a day like 24/06/2020, found {quoted(text)}")
        number, month, year = int(found[1]), _month(found[2]), int(found[3])
        year += 0 if year >= 100 else _CENTURY
    try:
        return date(year, month, number)
    except ValueError:
        raise CellRefused(f"there is no day {quoted(text)}; the day comes first") from None


def is_capital(text: str) -> bool | None:
    """True for capital, false for revenue, `None` for an empty cell."""
    return _flag(text, _FLAGS, "`Capital` or `Revenue`")


def is_card(text: str) -> bool | None:
    """Whether it was paid by card; `None` for an empty cell."""
    return _flag(text, _ANSWERS, "`Yes` or `No`")


def _flag(text: str, known: dict[str, bool], expected: str) -> bool | None:
    plain = text.strip().casefold()
    if plain and plain not in known:
        raise CellRefused(f"expected {expected}, found {quoted(text)}")
    return known.get(plain)


def _month(text: str) -> int:
    """The month by number or name; 0 for none, which no day has."""
    if text.isdigit():
        return int(text)
    name = text.casefold()
    return next((n for n, month in enumerate(_MONTHS, 1) if month.startswith(name)), 0)
