"""Local days, business days and hours, months: the arithmetic of time, exact across clock changes.

A day is a calendar day of an IANA zone. It begins with its first instant: where clocks jump over
midnight that is the instant of the jump, and a day that a zone skipped is empty. Instants that
leave this module are in UTC, because Python compares two datetimes of one zone by their clock
faces, which lies where the clock is set back.

Ends are inclusive in what people write and exclusive inside: from the first day to the last means
`start_of_day(first) <= moment < end_of_day(last)`.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from engine.errors import PolicyError
from engine.facts.vocabulary import Window
from engine.organization import Entity

_DAY: Final = timedelta(days=1)
_FURTHEST: Final = 3660  # days looked through for the next business day
_MOST_MINUTES: Final = 3660 * 24 * 60
_BEGINNING: Final = datetime.min.replace(tzinfo=UTC)
_END: Final = datetime.max.replace(tzinfo=UTC)
_FIRST_YEAR: Final = 2
_LAST_YEAR: Final = 9998


@dataclass(frozen=True, slots=True)
class BusinessCalendar:
    """When an entity works. `workdays` are 0 (Monday) to 6; `opens`, `closes` minutes of the day.

    `closes` is at most 24 * 60. `holidays` are local days off, beyond the days of the week.
    """

    zone: str
    workdays: frozenset[int] = frozenset(range(5))
    opens: int = 9 * 60
    closes: int = 17 * 60
    holidays: frozenset[date] = frozenset()
    fiscal_year_starts: int = 1

    def is_business_day(self, day: date) -> bool:
        """Whether the entity works on the local day."""
        return day.weekday() in self.workdays and day not in self.holidays


def calendar_of(entity: Entity, holidays: Mapping[str, frozenset[date]]) -> BusinessCalendar:
    """The calendar of an entity, with its days off from the master data."""
    return BusinessCalendar(
        zone=entity.zone,
        workdays=entity.workdays,
        opens=entity.opens,
        closes=entity.closes,
        holidays=holidays.get(entity.holidays, frozenset()),
        fiscal_year_starts=entity.fiscal_year_starts,
    )


def local_day(moment: datetime, zone: str) -> date:
    """The calendar day that an aware moment falls on in the zone."""
    return moment.astimezone(ZoneInfo(zone)).date()


def instant(clock: datetime, zone: str) -> datetime:
    """The first instant at which clocks of the zone show `clock` (naive), in UTC.

    A time that clocks jump over is the instant of the jump; one they show twice is the first.
    """
    place = ZoneInfo(zone)
    late = clock.replace(tzinfo=place, fold=0).astimezone(UTC)
    early = clock.replace(tzinfo=place, fold=1).astimezone(UTC)
    if early >= late:  # shown once, or twice with fold=0 first
        return late
    while late - early > timedelta(microseconds=1):  # the jump lies in (early, late]
        middle = early + (late - early) // 2
        if middle.astimezone(place).replace(tzinfo=None) < clock:
            early = middle
        else:
            late = middle
    return late


def start_of_day(day: date, zone: str) -> datetime:
    """The first instant of a local day, in UTC; at both ends of time the end itself."""
    if not _FIRST_YEAR <= day.year <= _LAST_YEAR:
        return _BEGINNING if day.year < _FIRST_YEAR else _END
    return instant(datetime(day.year, day.month, day.day), zone)  # noqa: DTZ001 (a clock face)


def end_of_day(day: date, zone: str) -> datetime:
    """The first instant after a local day, in UTC: 24:00, which no longer belongs to it."""
    return start_of_day(day + _DAY if day < date.max else day, zone)


def days_between(first: date, last: date, zone: str) -> tuple[datetime, datetime]:
    """The instants of a period of local days, both inclusive: first instant, first one after."""
    return start_of_day(first, zone), end_of_day(last, zone)


def business_days_forward(day: date, count: int, calendar: BusinessCalendar) -> date:
    """The `count`-th business day after `day`; `day` itself for 0. Raises `PolicyError`."""
    return _walk(day, count, calendar, _DAY)


def business_days_back(day: date, count: int, calendar: BusinessCalendar) -> date:
    """The `count`-th business day before `day`; `day` itself for 0. Raises `PolicyError`."""
    return _walk(day, count, calendar, -_DAY)


def closing(day: date, calendar: BusinessCalendar) -> datetime:
    """The instant at which a business day closes, in UTC."""
    return _hours(day, calendar)[1]


def add_business_minutes(
    moment: datetime, minutes_count: int, calendar: BusinessCalendar
) -> datetime:
    """When `minutes_count` minutes of opening hours after `moment` have passed, in UTC.

    Work that ends as the day closes is due at closing, not at the next opening. Raises
    `PolicyError` below 0, beyond ten years, and where the calendar hardly ever opens.
    """
    if not 0 <= minutes_count <= _MOST_MINUTES:
        raise PolicyError(f"{minutes_count} business minutes is no deadline of ten years at most")
    now, left = moment.astimezone(UTC), timedelta(minutes=minutes_count)
    day = local_day(now, calendar.zone)
    idle = 0
    while left:
        start, end = _hours(day, calendar)
        begin = max(start, now)
        if begin < end:
            if left <= end - begin:
                return begin + left
            left -= end - begin
            idle = 0
        day, idle = _next(day), idle + 1
        if idle > _FURTHEST:
            raise PolicyError(f"no business hours within {_FURTHEST} days after {day}")
    return now


def business_time_between(start: datetime, end: datetime, calendar: BusinessCalendar) -> timedelta:
    """How much opening time lies between two moments; zero where `end` is not later."""
    first, last = start.astimezone(UTC), end.astimezone(UTC)
    total = timedelta(0)
    day, until = local_day(first, calendar.zone), local_day(last, calendar.zone)
    while first < last and day <= until:
        opens, closes = _hours(day, calendar)
        total += max(min(closes, last) - max(opens, first), timedelta(0))
        day = _next(day)
    return total


def add_months(day: date, months: int) -> date:
    """The same day of the month `months` later (or earlier), the month's last day at most."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    _check_year(year)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def day_after_months(first: date, months: int) -> date:
    """The day after a period of whole months that begins on `first`.

    Where the month has no such day it is the first of the next: a year from 2028-02-29 ends with
    2029-02-28 and the next one begins on 2029-03-01, without a gap and without a double day.
    """
    clamped = add_months(first, months)
    return clamped if clamped.day == first.day else clamped + _DAY


def last_day_of_months(first: date, months: int) -> date:
    """The last day of a period of whole months that begins on `first`, inclusive."""
    return day_after_months(first, months) - _DAY


def first_day_of_months(last: date, months: int) -> date:
    """The first day of the period of whole months that ends with `last`, inclusive.

    It is the earliest day from which a period of that length still contains `last`.
    """
    return add_months(last, -months) + _DAY


def first_day(window: Window, day: date, calendar: BusinessCalendar) -> date:
    """The first local day of a window that ends with `day`, both inclusive.

    A window of n days or business days counts `day` itself where it is one: one day is that day.
    A window that reaches further than there are days begins with the first day there is, as does
    `ever`. Raises `PolicyError` for a unit nobody knows.
    """
    count = max(window.count, 1)
    match window.unit:
        case "days":
            return date.fromordinal(max(day.toordinal() - count + 1, 1))
        case "business_days":
            try:
                return business_days_back(day, count - calendar.is_business_day(day), calendar)
            except PolicyError:
                return date.min
        case "months":
            reachable = (day.year - _FIRST_YEAR) * 12
            return first_day_of_months(day, count) if count < reachable else date.min
        case "fiscal_year":
            return first_day_of_year(day, calendar.fiscal_year_starts)
        case "calendar_year":
            return date(day.year, 1, 1)
        case "ever":
            return date.min
        case unit:
            raise PolicyError(f"`{unit}` is no unit of a window")


def first_day_of_year(day: date, starts: int) -> date:
    """The first day of the fiscal year that contains `day`; `starts` is its first month."""
    return date(day.year if day.month >= starts else day.year - 1, starts, 1)


def _hours(day: date, calendar: BusinessCalendar) -> tuple[datetime, datetime]:
    """First and first-closed instant of a day's opening hours; equal where it stays closed."""
    midnight = datetime(day.year, day.month, day.day)  # noqa: DTZ001 (a clock face)
    opens = instant(midnight + timedelta(minutes=calendar.opens), calendar.zone)
    if not calendar.is_business_day(day):
        return opens, opens
    return opens, max(instant(midnight + timedelta(minutes=calendar.closes), calendar.zone), opens)


def _walk(day: date, count: int, calendar: BusinessCalendar, step: timedelta) -> date:
    if count < 0:
        raise PolicyError("business days are counted from 0")
    idle = 0
    while count:
        _check_year(day.year)
        day, idle = day + step, idle + 1
        if calendar.is_business_day(day):
            count, idle = count - 1, 0
        if idle > _FURTHEST:
            raise PolicyError(f"no business day within {_FURTHEST} days of {day}")
    return day


def _next(day: date) -> date:
    _check_year(day.year)
    return day + _DAY


def _check_year(year: int) -> None:
    if not _FIRST_YEAR <= year <= _LAST_YEAR:
        raise PolicyError(f"the year {year} is out of reach")
