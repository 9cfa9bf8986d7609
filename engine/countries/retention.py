"""Until when a document has to be kept by the law of a country. Legal holds are asked elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from types import MappingProxyType
from typing import Final

from engine.countries.country import Clock, Country, Kept

_ONE_DAY: Final = timedelta(days=1)
# What the built-in types are to laws on retention. A type that is not listed is kept the longest.
CLASS_OF_TYPE: Final[Mapping[str, Kept]] = MappingProxyType(
    {
        "invoice": Kept.VOUCHERS,
        "credit_note": Kept.VOUCHERS,
        "expense_report": Kept.VOUCHERS,
        "goods_receipt": Kept.VOUCHERS,
        "payment": Kept.VOUCHERS,
        "customer_refund": Kept.VOUCHERS,
        "subscription_adjustment": Kept.VOUCHERS,
        "journal_entry": Kept.BOOKS,
        "contract": Kept.LETTERS,
        "purchase_order": Kept.LETTERS,
        "requisition": Kept.LETTERS,
    }
)


def retention_until(
    country: Country, document_type: str, day: date, fiscal_year_starts: int = 1
) -> date | None:
    """The last day on which a document of `day` has to be kept; `None`: for ever.

    `fiscal_year_starts` is the month in which the entity's year begins. A type that nobody assigned
    to a class, or a class of which the file says nothing, is kept as long as the longest class of
    the file; where the file says nothing at all, for ever. So is what leaves the calendar.
    """
    kept = CLASS_OF_TYPE.get(document_type)
    rule = None if kept is None else country.retention.get(kept)
    rules = [rule] if rule is not None else [*country.retention.values()]
    ends = [_end(one.clock, one.years, day, fiscal_year_starts) for one in rules]
    known = [end for end in ends if end is not None]
    return max(known) if known and len(known) == len(ends) else None


def _end(clock: Clock, years: int, day: date, fiscal_year_starts: int) -> date | None:
    """The last day of so many years, which begin on the day after the clock's day."""
    try:
        match clock:
            case Clock.CALENDAR_YEAR_END:
                return date(day.year + years, 12, 31)
            case Clock.FISCAL_YEAR_END:
                begun = day.year - (day.month < fiscal_year_starts)
                return date(begun + 1 + years, fiscal_year_starts, 1) - _ONE_DAY
            case Clock.DOCUMENT_DATE:
                return _anniversary(day, years)
    except (ValueError, OverflowError):
        return None


def _anniversary(day: date, years: int) -> date:
    """The same day so many years later; for 29 February the first of March.

    A day too long is harmless here, a day too short is not.
    """
    if (day.month, day.day) == (2, 29):
        return date(day.year + years, 3, 1)
    return date(day.year + years, day.month, day.day)
