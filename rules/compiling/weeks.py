"""A working week in words: `Mon-Fri 09:00-17:00`, `Sun-Thu 08:00-17:00`, `Mon,Wed 10:00-12:30`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from rules.compiling.context import Context
from rules.compiling.shapes import Form
from rules.diagnostics import shown
from rules.reading import values
from rules.reading.nodes import Node

_DAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_WEEK: Final = re.compile(r"(\S+) +([0-9]{2}):([0-9]{2})-([0-9]{2}):([0-9]{2})")
_MIDNIGHT: Final = 24 * 60


@dataclass(frozen=True, slots=True)
class Week:
    """`workdays` are 0 (Monday) to 6; hours are minutes after local midnight."""

    workdays: frozenset[int] = frozenset(range(5))
    opens: int = 9 * 60
    closes: int = 17 * 60


def read_week(node: Node, context: Context) -> Week | None:
    """The week that a text means; `None` after an error."""
    expected = "a week like `Mon-Fri 09:00-17:00`"
    value = values.scalar(node, context.diagnostics, expected)
    if value is None:
        return None
    match = _WEEK.fullmatch(value.text)
    days = _days(match[1]) if match is not None else None
    if match is None or not days:
        message = f"expected {expected}, found {shown(value.text)}"
        context.error("not-a-week", value.place, message, "days are " + ", ".join(_DAYS))
        return None
    opens, closes = _minutes(match[2], match[3]), _minutes(match[4], match[5])
    if opens is None or closes is None or opens >= closes:
        message = f"expected hours like `09:00-17:00`, found {shown(value.text)}"
        context.error("not-a-week", value.place, message, "a working day ends on the same day")
        return None
    return Week(days, opens, closes)


def _days(text: str) -> frozenset[int] | None:
    """`Mon-Fri`, `Sun-Thu`, `Mon,Wed,Fri`; `None` where it is neither."""
    found: set[int] = set()
    for piece in text.split(","):
        first, dash, last = piece.partition("-")
        if first not in _DAYS or (dash and last not in _DAYS):
            return None
        start = _DAYS.index(first)
        length = (_DAYS.index(last) - start) % 7 if dash else 0
        found |= {(start + step) % 7 for step in range(length + 1)}
    return frozenset(found)


def _minutes(hours: str, minutes: str) -> int | None:
    total = int(hours) * 60 + int(minutes)
    return total if int(minutes) < 60 and total <= _MIDNIGHT else None


WEEK: Final[Form[Week]] = Form("working week", read_week)
