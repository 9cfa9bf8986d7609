"""Lengths of time as a policy writes them, and when one that begins at a moment is over.

Days are whole: 2 business days after a Monday morning end as Wednesday closes, 30 days with the
end of the thirtieth day after. So whoever was asked late in the day has no less time than others.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from engine.business_time import (
    BusinessCalendar,
    add_business_minutes,
    add_months,
    business_days_forward,
    closing,
    end_of_day,
    local_day,
)
from engine.errors import PolicyError
from engine.values import value

UNITS: Final = ("business hours", "business days", "days", "weeks", "months", "years")


@value
class Span:
    """So many of a unit of `UNITS`."""

    count: int
    unit: str


def span_of(text: str) -> Span:
    """What `9 business hours` or `1 day` says. Raises `PolicyError`."""
    count, _, word = text.partition(" ")
    unit = word if word.endswith("s") else f"{word}s"
    if not count.isascii() or not count.isdigit() or unit not in UNITS:
        raise PolicyError(f"`{text}` is no length of time")
    return Span(int(count), unit)


def end_of(span: Span, since: datetime, calendar: BusinessCalendar) -> datetime:
    """The instant, in UTC, at which a span that begins at an aware moment is over.

    Raises `PolicyError` where that is beyond the years that are reckoned with, and where the
    calendar hardly ever opens.
    """
    day = local_day(since, calendar.zone)
    match span.unit:
        case "business hours":
            return add_business_minutes(since, span.count * 60, calendar)
        case "business days":
            return closing(business_days_forward(day, span.count, calendar), calendar)
        case "days" | "weeks":
            days = span.count * (7 if span.unit == "weeks" else 1)
            return end_of_day(day + timedelta(days=days), calendar.zone)
        case _:
            months = span.count * (12 if span.unit == "years" else 1)
            return end_of_day(add_months(day, months), calendar.zone)
