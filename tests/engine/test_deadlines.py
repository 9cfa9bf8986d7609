"""Lengths of time over working weeks, changes of the clock and leap days (scenarios 29, 30)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.business_time import BusinessCalendar, closing, day_after_months, last_day_of_months
from engine.deadlines.spans import UNITS, Span, end_of, span_of
from engine.errors import PolicyError

MINUTE = timedelta(minutes=1)
KUWAIT = BusinessCalendar("Asia/Kuwait", frozenset({6, 0, 1, 2, 3}), 8 * 60, 17 * 60)
NEW_YORK = BusinessCalendar("America/New_York")
NIGHT = BusinessCalendar("America/New_York", frozenset(range(7)), 0, 24 * 60)  # clocks change in it
BERLIN = BusinessCalendar("Europe/Berlin", frozenset(range(5)), 9 * 60, 17 * 60)
SUNDAYS = BusinessCalendar("Europe/Berlin", frozenset({6}), 60, 6 * 60)
HALF_HOUR = BusinessCalendar("Australia/Lord_Howe", frozenset(range(7)), 60, 4 * 60)
CALENDARS = (KUWAIT, NEW_YORK, NIGHT, BERLIN, SUNDAYS, HALF_HOUR)


def at(year: int, month: int, day: int, hour: int, zone: str) -> datetime:
    return datetime(year, month, day, hour, tzinfo=ZoneInfo(zone)).astimezone(UTC)


def is_open(moment: datetime, calendar: BusinessCalendar) -> bool:
    """Whether the entity works in the minute that begins then; by the face of the clock."""
    shown = moment.astimezone(ZoneInfo(calendar.zone))
    minute = shown.hour * 60 + shown.minute
    return calendar.is_business_day(shown.date()) and calendar.opens <= minute < calendar.closes


def by_the_minute(hours: int, since: datetime, calendar: BusinessCalendar) -> datetime:
    """The slow way: one minute after the other, until enough of them were worked."""
    left, now = hours * 60, since
    while left:
        left -= is_open(now, calendar)
        now += MINUTE
    return now


def test_scenario_29_nine_business_hours_from_thursday_afternoon_in_kuwait() -> None:
    since = at(2027, 4, 8, 15, "Asia/Kuwait")
    end = end_of(span_of("9 business hours"), since, KUWAIT)
    assert end == at(2027, 4, 11, 15, "Asia/Kuwait")


def test_scenario_30_a_year_from_a_leap_day_has_no_gap_and_no_double_day() -> None:
    first = date(2028, 2, 29)
    assert last_day_of_months(first, 12) == date(2029, 2, 28)
    assert day_after_months(first, 12) == date(2029, 3, 1)
    assert day_after_months(date(2029, 3, 1), 12) == date(2030, 3, 1)


# Around the changes of the clock of 2027 and the leap day of 2028.
MOMENTS = st.one_of(
    *(
        st.integers(0, 8 * 24 * 60).map(lambda m, start=start: start + m * MINUTE)
        for start in (
            datetime(2027, 3, 10, tzinfo=UTC),
            datetime(2027, 3, 25, tzinfo=UTC),
            datetime(2027, 10, 1, tzinfo=UTC),
            datetime(2027, 10, 28, tzinfo=UTC),
            datetime(2028, 2, 26, tzinfo=UTC),
        )
    )
)


@given(st.integers(1, 20), MOMENTS, st.sampled_from(CALENDARS))
@settings(deadline=None)
def test_business_hours_are_what_counting_minutes_gives(
    hours: int, since: datetime, calendar: BusinessCalendar
) -> None:
    assert end_of(Span(hours, "business hours"), since, calendar) == by_the_minute(
        hours, since, calendar
    )


@given(st.integers(1, 10), MOMENTS, st.sampled_from(CALENDARS))
@settings(deadline=None)
def test_business_days_are_what_counting_days_gives(
    count: int, since: datetime, calendar: BusinessCalendar
) -> None:
    day = since.astimezone(ZoneInfo(calendar.zone)).date()
    left = count
    while left:
        day += timedelta(days=1)
        left -= calendar.is_business_day(day)
    end = end_of(Span(count, "business days"), since, calendar)
    assert end == closing(day, calendar)
    assert not is_open(end, calendar) or calendar.closes == 24 * 60
    assert is_open(end - MINUTE, calendar)


@given(st.integers(1, 60), MOMENTS, st.sampled_from(CALENDARS))
@settings(deadline=None)
def test_days_end_with_the_local_day(
    count: int, since: datetime, calendar: BusinessCalendar
) -> None:
    zone = ZoneInfo(calendar.zone)
    end = end_of(Span(count, "days"), since, calendar)
    last = (end - timedelta(microseconds=1)).astimezone(zone).date()
    assert last - since.astimezone(zone).date() == timedelta(days=count)
    assert end.astimezone(zone).date() == last + timedelta(days=1)


@given(st.integers(1, 99), st.sampled_from(UNITS))
def test_a_length_that_was_written_is_read_again(count: int, unit: str) -> None:
    assert span_of(f"{count} {unit}") == Span(count, unit)


@pytest.mark.parametrize("text", ["", "soon", "2 fortnights", "-1 days", "² days", "1"])
def test_what_is_no_length_of_time_is_refused(text: str) -> None:
    with pytest.raises(PolicyError):
        span_of(text)
