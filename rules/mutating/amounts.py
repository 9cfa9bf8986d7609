"""Written numbers, amounts, lengths of time and days, each a unit up and a unit down."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final

from engine.facts.kinds import Kind
from engine.money import EXPONENTS, exponent
from rules.checks.wording import grouped
from rules.mutating.faults import Words

_NUMBER: Final = re.compile(r"(?P<number>-?[0-9][0-9_]*(?:\.[0-9]+)?)(?: (?P<currency>[A-Z]{3}))?")
_LENGTH: Final = re.compile(r"(?P<count>[0-9]+) (?P<unit>[a-z ]+)")
_SHARE: Final = re.compile(r"(?P<number>[0-9]+(?:\.[0-9]+)?)(?P<rest>\s?%.*)")
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def neighbours(text: str, kind: Kind, words: Words, currency: str = "") -> Iterator[str]:
    """The values next to a written one, below and above; nothing for a name or another word."""
    share = _SHARE.fullmatch(text)
    length = _LENGTH.fullmatch(text)
    number = _NUMBER.fullmatch(text)
    if share is not None:
        yield from (f"{new}{share['rest']}" for new in _digits(share["number"]))
    elif _DAY.fullmatch(text):
        day = date.fromisoformat(text)
        yield from (str(day + timedelta(days=step)) for step in (-1, 1))
    elif length is not None and kind is not Kind.MONEY:
        yield from _lengths(int(length["count"]), length["unit"])
    elif number is not None and kind is Kind.MONEY:
        yield from _amounts(number["number"], number["currency"] or "", currency or words.currency)
    elif number is not None and number["currency"] is None:
        yield from _digits(text)


def _amounts(number: str, written: str, currency: str) -> Iterator[str]:
    """A minor unit of the currency less and more."""
    known = written or currency
    if known not in EXPONENTS:
        return
    digits = exponent(known)
    whole, _, decimals = number.replace("_", "").partition(".")
    if len(decimals) > digits:
        return
    minor = int(whole + decimals.ljust(digits, "0"))
    for step in (-1, 1):
        yield f"{grouped(minor + step, known)}{f' {written}' if written else ''}"


def _digits(number: str) -> Iterator[str]:
    """One less and one more in the last digit."""
    plain = number.replace("_", "")
    decimals = len(plain.partition(".")[2])
    value = int(plain.replace(".", ""))
    for step in (-1, 1):
        if value + step < 0 <= value:
            continue
        text = str(value + step).rjust(decimals + 1, "0")
        yield f"{text[:-decimals]}.{text[-decimals:]}" if decimals else text


def _lengths(count: int, unit: str) -> Iterator[str]:
    stem = unit.removesuffix("s")
    for new in (count - 1, count + 1):
        if new > 0:
            yield f"{new} {stem}" if new == 1 else f"{new} {stem}s"


def levels_beside(level: str, levels: tuple[str, ...]) -> Iterator[str]:
    """The levels just below and just above one."""
    position = levels.index(level)
    for other in (position - 1, position + 1):
        if 0 <= other < len(levels):
            yield levels[other]
