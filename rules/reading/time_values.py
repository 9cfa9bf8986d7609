"""Strict readers of dates, moments, times of day and lengths of time.

The module exists because time is where formats that look alike differ: a moment without its offset
is an hour that happens twice a year, and a business day is not a day. Nothing is guessed; what is
written otherwise is refused with one sentence.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from types import MappingProxyType
from typing import Final

from rules.diagnostics import Diagnostics, did_you_mean, shown
from rules.reading.nodes import Node, Scalar
from rules.reading.values import scalar

_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_OTHER_DATE: Final = re.compile(r"[0-9]{1,4}[./-][0-9]{1,2}[./-][0-9]{1,4}|[0-9]{8}")
_TIME: Final = re.compile(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]")
_CLOCK: Final = r"(?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:\.[0-9]{1,6})?)?"
_NAIVE: Final = re.compile(rf"[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}T{_CLOCK}")
_MOMENT: Final = re.compile(rf"({_NAIVE.pattern})(Z|[+-](?:0[0-9]|1[0-4]):[0-5][0-9])")
_SPACED: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2} +[0-9]")
_LENGTH: Final = re.compile(r"([0-9]+) +([a-z]+(?: +[a-z]+)?)")
_LENGTH_LOOSE: Final = re.compile(r"([0-9]+) *([A-Za-z]+(?: +[A-Za-z]+)?)")

OPEN_ENDED: Final = ("ever", "fiscal_year", "calendar_year")

# The largest count of each unit is about a hundred years, so that no date runs over.
_COUNT_MAX: Final[Mapping[str, int]] = MappingProxyType(
    {
        "years": 100,
        "months": 1_200,
        "weeks": 5_200,
        "days": 36_500,
        "business days": 26_000,
        "business hours": 210_000,
    }
)
_UNITS: Final[Mapping[str, str]] = MappingProxyType(
    {word: unit for unit in _COUNT_MAX for word in (unit, unit.removesuffix("s"))}
)


@dataclass(frozen=True, slots=True)
class Duration:
    """A length of time as written: `3 years` is not turned into months, nor months into days.

    `unit` is one of `years`, `months`, `weeks`, `days`, `business_days`, `business_hours`, or one
    of `ever`, `fiscal_year`, `calendar_year`, whose count is 0.
    """

    count: int
    unit: str

    def __str__(self) -> str:
        """Write it as in a policy: `5 business days`, `1 year`, `ever`."""
        if self.unit in OPEN_ENDED:
            return self.unit
        unit = self.unit.replace("_", " ")
        return f"{self.count} {unit.removesuffix('s') if self.count == 1 else unit}"


def day(node: Node, diagnostics: Diagnostics) -> date | None:
    """A day like `2027-01-31`."""
    expected = "a date like `2027-01-31`"
    value = scalar(node, diagnostics, expected)
    if value is None:
        return None
    if not _DATE.fullmatch(value.text):
        other = _OTHER_DATE.fullmatch(value.text)
        help = (_turned(value.text) or "year, month and day, with dashes") if other else None
        _refuse("not-a-date", value, expected, diagnostics, help)
        return None
    try:
        return date.fromisoformat(value.text)
    except ValueError:
        _refuse("not-a-date", value, expected, diagnostics, "there is no such day")
        return None


def _turned(text: str) -> str | None:
    """A date written as `15.3.2024`, or with the year first: what to write instead."""
    parts = re.split(r"[./-]", text)
    if len(parts) == 3 and len(parts[0]) == 4:
        year, month, day = parts
    elif len(parts) == 3 and len(parts[2]) == 4 and "." in text:
        day, month, year = parts
    else:
        return None
    try:
        return f"write `{date(int(year), int(month), int(day))}`"
    except ValueError:
        return None


def moment(node: Node, diagnostics: Diagnostics) -> datetime | None:
    """A moment with its offset from UTC, like `2027-03-15T09:00:00-04:00`; `Z` is UTC."""
    expected = "a moment like `2027-03-15T09:00:00-04:00`"
    value = scalar(node, diagnostics, expected)
    if value is None:
        return None
    if _NAIVE.fullmatch(value.text):
        message = f"expected the offset from UTC after the time, found {shown(value.text)}"
        diagnostics.error(
            "no-offset",
            value.place,
            message,
            f"write `{value.text}-04:00`, say, or `{value.text}Z` for UTC",
        )
        return None
    if not _MOMENT.fullmatch(value.text):
        spaced = _SPACED.match(value.text)
        help = "the date and the time have a `T` between them" if spaced else None
        _refuse("not-a-moment", value, expected, diagnostics, help)
        return None
    try:
        return datetime.fromisoformat(value.text)
    except ValueError:
        _refuse("not-a-moment", value, expected, diagnostics, "there is no such day")
        return None


def time_of_day(node: Node, diagnostics: Diagnostics) -> time | None:
    """A time of day like `09:00` or `17:30`."""
    expected = "a time like `09:00`"
    value = scalar(node, diagnostics, expected)
    if value is None:
        return None
    if _TIME.fullmatch(value.text):
        return time.fromisoformat(value.text)
    help = "two digits for the hour and two for the minute, from 00:00 to 23:59"
    _refuse("not-a-time", value, expected, diagnostics, help)
    return None


def duration(
    node: Node, diagnostics: Diagnostics, *, open_ended: bool = True, minimum: int = 1
) -> Duration | None:
    """A length of time: `90 days`, `5 business days`, and, if `open_ended`, `ever` and the years.

    A number always has its unit; `1 year` and `3 years` are both good.
    """
    expected = "a length of time like `90 days` or `5 business days`"
    value = scalar(node, diagnostics, expected)
    if value is None:
        return None
    if open_ended and value.text in OPEN_ENDED:
        return Duration(0, value.text)
    match = _LENGTH.fullmatch(value.text)
    unit = _UNITS.get(" ".join(match.group(2).split())) if match else None
    if match is None or unit is None:
        help = _duration_help(value.text, open_ended)
        _refuse("not-a-duration", value, expected, diagnostics, help)
        return None
    digits, largest = match.group(1), _COUNT_MAX[unit]
    count = int(digits) if len(digits) <= len(str(largest)) else largest + 1
    if not minimum <= count <= largest:
        message = f"expected {minimum} to {largest} {unit}, found {shown(value.text)}"
        diagnostics.error("out-of-range", value.place, message)
        return None
    return Duration(count, unit.replace(" ", "_"))


def _duration_help(text: str, open_ended: bool) -> str | None:
    if re.fullmatch("[0-9]+", text):
        return f"say of what: {shown(f'{text} days')} or {shown(f'{text} business days')}"
    if text in OPEN_ENDED:
        return "it needs an end here"
    match = _LENGTH_LOOSE.fullmatch(text)
    if match and (unit := _UNITS.get(" ".join(match.group(2).lower().split()))):
        return f"write {shown(f'{match.group(1)} {unit}')}"
    allowed = [*_UNITS, *OPEN_ENDED] if open_ended else list(_UNITS)
    units = ", ".join(_COUNT_MAX)
    return did_you_mean(text.lstrip("0123456789 "), allowed) or f"the units are {units}"


def _refuse(
    code: str, value: Scalar, expected: str, diagnostics: Diagnostics, help: str | None
) -> None:
    message = f"expected {expected}, found {shown(value.text)}"
    diagnostics.error(code, value.place, message, help)
