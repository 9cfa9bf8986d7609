"""Amounts as other people write them, and how the language does: `200.000,00 USD`, `$200k`.

Only for the help of a report: nothing here is ever taken for a value.
"""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Final

from engine.money import EXPONENTS

_SYMBOLS: Final = {"$": "USD", "€": "EUR", "£": "GBP", "¥": "JPY", "₹": "INR"}
_TIMES: Final = {"k": 3, "tsd": 3, "t": 3, "m": 6, "mn": 6, "mio": 6, "bn": 9, "mrd": 9}
_CODE: Final = r"[A-Za-z]{3}|[$€£¥₹]"
_WHOLE: Final = re.compile(
    rf"(?P<before>{_CODE})?\s*(?P<sign>-?)(?P<number>[0-9][0-9., '_]*?)\s*"
    rf"(?P<times>k|tsd\.?|t|mn|mio\.?|m|bn|mrd\.?)?\s*(?P<after>{_CODE})?",
    re.IGNORECASE,
)
_NUMBER: Final = re.compile(r"[0-9]+(?:[ '_][0-9]+)*(?:[.,][0-9]+)*")
_LONGEST: Final = 40


def amount_as_meant(text: str, default: str, *, is_bare: bool) -> str | None:
    """What to write instead; `None` where it cannot be told.

    `default` is the currency of an amount that states none, empty for unknown; with `is_bare` it
    needs not be written.
    """
    match = _WHOLE.fullmatch(text.strip()) if len(text) <= _LONGEST else None
    if match is None:
        return None
    before, after = (_currency(match[name]) for name in ("before", "after"))
    if before and after and before != after:
        return None
    currency = before or after or default
    if currency not in EXPONENTS:
        return None
    plain = _plain(match["number"], EXPONENTS[currency])
    if plain is None:
        return None
    times = _TIMES[match["times"].lower().rstrip(".")] if match["times"] else 0
    places = EXPONENTS[currency]
    minor = Fraction(plain) * 10 ** (times + places)
    if minor.denominator != 1:
        return None
    whole, rest = divmod(int(minor), 10**places)
    written = f"{match['sign']}{whole:_}" + (f".{rest:0{places}}" if places else "")
    return written if is_bare and not (before or after) else f"{written} {currency}"


def _currency(text: str | None) -> str:
    return "" if text is None else _SYMBOLS.get(text, text.upper())


def _plain(number: str, places: int) -> str | None:
    """The number with a decimal point and nothing between its digits; `None` for no number."""
    if not _NUMBER.fullmatch(number):
        return None
    digits = re.sub(r"[ '_]", "", number)
    points, commas = digits.count("."), digits.count(",")
    if points and commas:
        last = max(".", ",", key=digits.rfind)
        other = "," if last == "." else "."
        digits = digits.replace(other, "")
        return digits.replace(last, ".") if digits.count(last) == 1 else None
    for mark in (".", ","):
        parts = digits.split(mark)
        if len(parts) > 1:
            is_grouped = all(len(part) == 3 for part in parts[1:]) and len(parts[0]) <= 3
            if is_grouped and (len(parts) > 2 or places < 3 or mark == ","):
                return "".join(parts)
            return ".".join(parts) if len(parts) == 2 else None
    return digits
