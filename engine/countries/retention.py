"""Until when a document has to be kept by the law of a country. Legal holds are asked elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from engine.countries.country import Clock, Country, Kept, Retention
from engine.policy import PolicySet

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
    rules = [rule for _, rule in _rules(country, document_type)]
    ends = [_end(one.clock, one.years, day, fiscal_year_starts) for one in rules]
    known = [end for end in ends if end is not None]
    return max(known) if known and len(known) == len(ends) else None


class Because(StrEnum):
    """Why a document is kept until then."""

    CLASS = "class"  # the country's file says it of the document's class
    LONGEST = "longest"  # of no class that the file speaks of: as long as the longest
    COUNTRY_UNKNOWN = "country_unknown"  # the set has no file of the entity's country: for ever
    ENTITY_UNKNOWN = "entity_unknown"  # the set has no such entity: for ever


@dataclass(frozen=True, slots=True)
class Keeping:
    """Until when a document is kept, and what says so; `until` is `None` for ever.

    `kept` are the classes that were asked, `sources` where the country's file has it from. A legal
    hold keeps a document longer, and is not asked here.
    """

    until: date | None
    because: Because
    country: str = ""
    kept: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()

    def plain(self) -> dict[str, object]:
        """As it is answered and recorded."""
        return {
            "until": None if self.until is None else self.until.isoformat(),
            "because": str(self.because),
            "country": self.country,
            "classes": [*self.kept],
            "sources": [*self.sources],
        }


def keeping(policy: PolicySet, entity: str, document_type: str, days: Iterable[date]) -> Keeping:
    """Until when a document of an entity has to be kept, by the law of the entity's country.

    `days` are those that the document may be counted from, as the books of the entity have them:
    its own date, its posting date, the day on which it came in. The latest counts: a day too long
    is harmless. Raises `ValueError` for no day at all.
    """
    day = max(days)
    known = policy.organization.entities.get(entity)
    if known is None:
        return Keeping(None, Because.ENTITY_UNKNOWN)
    country = policy.countries.get(known.country)
    if country is None:
        return Keeping(None, Because.COUNTRY_UNKNOWN, known.country)
    until = retention_until(country, document_type, day, known.fiscal_year_starts)
    rules = _rules(country, document_type)
    is_of_class = CLASS_OF_TYPE.get(document_type) in country.retention
    return Keeping(
        until,
        Because.CLASS if is_of_class else Because.LONGEST,
        country.code,
        tuple(kept.value for kept, _ in rules),
        tuple(dict.fromkeys(rule.source.text for _, rule in rules)),
    )


def _rules(country: Country, document_type: str) -> list[tuple[Kept, Retention]]:
    """That of the class of the type; all where the type has none, or the file no rule for it."""
    kept = CLASS_OF_TYPE.get(document_type)
    if kept is not None and kept in country.retention:
        return [(kept, country.retention[kept])]
    return [*country.retention.items()]


def _end(clock: Clock, years: int, day: date, fiscal_year_starts: int) -> date | None:
    """The last day of so many years, which begin on the day after the clock's day."""
    try:
        match clock:
            case Clock.CALENDAR_YEAR_END:
                return date(day.year + years, 12, 31)
            case Clock.FISCAL_YEAR_END:
                return _fiscal_year_end(day, years, fiscal_year_starts)
            case Clock.CALENDAR_YEAR_OF_FISCAL_YEAR_END:
                return date(_fiscal_year_end(day, years, fiscal_year_starts).year, 12, 31)
            case Clock.DOCUMENT_DATE:
                return _anniversary(day, years)
    except (ValueError, OverflowError):
        return None


def _fiscal_year_end(day: date, years: int, starts: int) -> date:
    """The last day of the fiscal year of the day, so many years later."""
    begun = day.year - (day.month < starts)
    return date(begun + 1 + years, starts, 1) - _ONE_DAY


def _anniversary(day: date, years: int) -> date:
    """The same day so many years later; for 29 February the first of March.

    A day too long is harmless here, a day too short is not.
    """
    if (day.month, day.day) == (2, 29):
        return date(day.year + years, 3, 1)
    return date(day.year + years, day.month, day.day)
