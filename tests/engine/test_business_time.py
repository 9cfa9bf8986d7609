"""Time as people write it against instants: days, business days and hours, months."""

from datetime import UTC, date, datetime, timedelta, tzinfo
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.business_time import (
    BusinessCalendar,
    add_business_minutes,
    add_months,
    business_days_back,
    business_days_forward,
    business_time_between,
    calendar_of,
    day_after_months,
    days_between,
    end_of_day,
    first_day,
    first_day_of_months,
    first_day_of_year,
    instant,
    last_day_of_months,
    local_day,
    start_of_day,
)
from engine.errors import PolicyError
from engine.facts.vocabulary import Window
from engine.organization import Entity

# Clocks that jump over midnight, jump by half an hour, skipped a day, or never change.
ZONES = (
    "America/New_York",
    "Europe/Berlin",
    "Asia/Tokyo",
    "Asia/Kuwait",
    "America/Sao_Paulo",
    "Asia/Beirut",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "America/Havana",
    "UTC",
)
KUWAIT = BusinessCalendar("Asia/Kuwait", frozenset({6, 0, 1, 2, 3}), 8 * 60, 17 * 60)
BERLIN = BusinessCalendar("Europe/Berlin", holidays=frozenset({date(2027, 1, 1)}))

zones = st.sampled_from(ZONES)
days = st.dates(date(1995, 1, 1), date(2037, 12, 31))
moments = st.datetimes(
    datetime(1995, 1, 1),  # noqa: DTZ001
    datetime(2037, 12, 31),  # noqa: DTZ001
    timezones=st.just(UTC),
)
calendars = st.builds(
    BusinessCalendar,
    zone=zones,
    workdays=st.frozensets(st.integers(0, 6), min_size=1),
    opens=st.integers(0, 720),
    closes=st.integers(721, 1440),
    holidays=st.frozensets(days, max_size=5),
)


def at(text: str, zone: str | tzinfo) -> datetime:
    place = ZoneInfo(zone) if isinstance(zone, str) else zone
    return datetime.fromisoformat(text).replace(tzinfo=place)


def test_nine_business_hours_from_thursday_afternoon_in_kuwait_end_on_sunday_afternoon() -> None:
    submitted = at("2027-04-08T15:00", "Asia/Kuwait")
    assert submitted.weekday() == 3
    due = add_business_minutes(submitted, 9 * 60, KUWAIT)
    assert due == at("2027-04-11T15:00", "Asia/Kuwait")
    assert business_time_between(submitted, due, KUWAIT) == timedelta(hours=9)


def test_a_year_from_leap_day_ends_with_the_last_of_february() -> None:
    first = date(2028, 2, 29)
    assert last_day_of_months(first, 12) == date(2029, 2, 28)
    start, end = days_between(first, last_day_of_months(first, 12), "America/New_York")
    assert start == at("2028-02-29T00:00", "America/New_York")
    assert end == at("2029-03-01T00:00", "America/New_York")


def test_a_yearly_window_from_leap_day_has_no_gap_and_no_double_day() -> None:
    first = date(2028, 2, 29)
    assert first_day_of_months(date(2029, 2, 28), 12) == first
    assert day_after_months(first, 12) == date(2029, 3, 1)
    assert day_after_months(first, 48) == date(2032, 2, 29)


def test_a_day_has_its_last_moment_before_24_00() -> None:
    end = end_of_day(date(2027, 7, 15), "America/New_York")
    assert end == at("2027-07-16T00:00", "America/New_York")
    assert local_day(end - timedelta(microseconds=1), "America/New_York") == date(2027, 7, 15)


@pytest.mark.parametrize(
    ("day", "zone", "first"),
    [
        # Midnight did not exist: the day begins at 01:00.
        (date(2018, 11, 4), "America/Sao_Paulo", "2018-11-04T03:00:00+00:00"),
        (date(2021, 3, 28), "Asia/Beirut", "2021-03-27T22:00:00+00:00"),
        # 23:00 came twice: the day begins once, after the second.
        (date(2018, 2, 18), "America/Sao_Paulo", "2018-02-18T03:00:00+00:00"),
        # 00:00 came twice: the day begins with the first.
        (date(2021, 11, 7), "America/Havana", "2021-11-07T04:00:00+00:00"),
        # The day was skipped: it is empty, and lies where the next one begins.
        (date(2011, 12, 30), "Pacific/Apia", "2011-12-30T10:00:00+00:00"),
        (date(2011, 12, 31), "Pacific/Apia", "2011-12-30T10:00:00+00:00"),
    ],
)
def test_a_day_begins_with_its_first_instant(day: date, zone: str, first: str) -> None:
    assert start_of_day(day, zone) == datetime.fromisoformat(first)


def test_a_time_that_clocks_jump_over_is_the_instant_of_the_jump() -> None:
    jump = datetime.fromisoformat("2027-03-14T07:00:00+00:00")
    for minute in (0, 1, 30, 59):
        clock = datetime(2027, 3, 14, 2, minute)  # noqa: DTZ001
        assert instant(clock, "America/New_York") == jump


def test_a_time_that_clocks_show_twice_is_the_first() -> None:
    clock = datetime(2027, 11, 7, 1, 30)  # noqa: DTZ001
    assert instant(clock, "America/New_York") == datetime(2027, 11, 7, 5, 30, tzinfo=UTC)


@given(days, zones)
def test_every_moment_belongs_to_the_one_day_whose_bounds_hold_it(day: date, zone: str) -> None:
    start, end = start_of_day(day, zone), end_of_day(day, zone)
    assert start <= end
    if start < end:
        assert local_day(start, zone) == day
        assert local_day(end - timedelta(microseconds=1), zone) == day
        assert local_day(start - timedelta(microseconds=1), zone) < day
    assert start == end_of_day(day - timedelta(days=1), zone)


@given(moments, zones)
def test_the_local_day_of_a_moment_holds_the_moment(moment: datetime, zone: str) -> None:
    day = local_day(moment, zone)
    assert start_of_day(day, zone) <= moment < end_of_day(day, zone)


def test_days_at_both_ends_of_time_do_not_overflow() -> None:
    for zone in ZONES:
        assert start_of_day(date.min, zone) < end_of_day(date.max, zone)


@given(days, st.integers(0, 40), calendars)
def test_business_days_back_and_forward_undo_each_other(
    day: date, count: int, calendar: BusinessCalendar
) -> None:
    later = business_days_forward(day, count, calendar)
    assert later >= day
    assert count == 0 or calendar.is_business_day(later)
    between = [
        day + timedelta(days=n)
        for n in range(1, (later - day).days + 1)
        if calendar.is_business_day(day + timedelta(days=n))
    ]
    assert len(between) == count
    if calendar.is_business_day(day):
        assert business_days_back(later, count, calendar) == day


@given(moments, st.integers(0, 6_000), st.integers(0, 6_000), calendars)
def test_business_minutes_add_up(
    moment: datetime, some: int, more: int, calendar: BusinessCalendar
) -> None:
    at_once = add_business_minutes(moment, some + more, calendar)
    in_two = add_business_minutes(add_business_minutes(moment, some, calendar), more, calendar)
    assert at_once == in_two
    assert business_time_between(moment, at_once, calendar) == timedelta(minutes=some + more)


def test_work_that_ends_as_the_day_closes_is_due_at_closing() -> None:
    start = at("2027-03-12T15:00", "Europe/Berlin")  # a Friday
    assert add_business_minutes(start, 120, BERLIN) == at("2027-03-12T17:00", "Europe/Berlin")
    assert add_business_minutes(start, 121, BERLIN) == at("2027-03-15T09:01", "Europe/Berlin")


def test_a_night_shift_over_the_clock_change_counts_the_hours_that_pass() -> None:
    night = BusinessCalendar("Europe/Berlin", frozenset(range(7)), 0, 24 * 60)
    start = at("2027-03-28T00:00", "Europe/Berlin")  # 23 hours long
    assert add_business_minutes(start, 23 * 60, night) == at("2027-03-29T00:00", "Europe/Berlin")


@given(days, st.integers(1, 60))
def test_periods_of_months_follow_each_other_without_gap_or_double_day(
    first: date, months: int
) -> None:
    bounds = [day_after_months(first, months * n) for n in range(4)]
    assert bounds[0] == first
    assert bounds == sorted(set(bounds))
    assert all((later - earlier).days >= 28 * months for earlier, later in pairwise(bounds))


@given(days, st.integers(1, 60))
def test_a_trailing_window_begins_with_the_earliest_period_that_contains_the_day(
    day: date, months: int
) -> None:
    first = first_day_of_months(day, months)
    assert day_after_months(first, months) > day
    assert day_after_months(first - timedelta(days=1), months) <= day


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2027, 1, 31), 1, date(2027, 2, 28)),
        (date(2028, 1, 31), 1, date(2028, 2, 29)),
        (date(2027, 3, 31), -1, date(2027, 2, 28)),
        (date(2027, 12, 15), 1, date(2028, 1, 15)),
    ],
)
def test_a_month_later_is_the_same_day_or_the_last(day: date, months: int, expected: date) -> None:
    assert add_months(day, months) == expected


@pytest.mark.parametrize(
    ("window", "expected"),
    [
        (Window(1, "days"), date(2027, 3, 15)),
        (Window(30, "days"), date(2027, 2, 14)),
        (Window(1, "business_days"), date(2027, 3, 15)),
        (Window(5, "business_days"), date(2027, 3, 9)),
        (Window(12, "months"), date(2026, 3, 16)),
        (Window(0, "fiscal_year"), date(2026, 4, 1)),
        (Window(0, "calendar_year"), date(2027, 1, 1)),
        (Window(0, "ever"), date.min),
        (Window(10**9, "days"), date.min),
        (Window(10**6, "business_days"), date.min),
        (Window(10**6, "months"), date.min),
    ],
)
def test_a_window_begins(window: Window, expected: date) -> None:
    calendar = BusinessCalendar("Europe/Berlin", fiscal_year_starts=4)
    assert first_day(window, date(2027, 3, 15), calendar) == expected  # a Monday


def test_on_a_weekend_five_business_days_are_those_of_the_week_before() -> None:
    assert first_day(Window(5, "business_days"), date(2027, 3, 14), BERLIN) == date(2027, 3, 8)


def test_where_nobody_ever_works_a_window_of_business_days_reaches_back_for_ever() -> None:
    idle = BusinessCalendar("UTC", frozenset())
    assert first_day(Window(5, "business_days"), date(2027, 3, 14), idle) == date.min


@given(days, st.integers(1, 12))
def test_a_fiscal_year_contains_its_day(day: date, starts: int) -> None:
    first = first_day_of_year(day, starts)
    assert first <= day < add_months(first, 12)
    assert (first.month, first.day) == (starts, 1)


@pytest.mark.parametrize(
    "ask",
    [
        lambda: add_business_minutes(datetime(2027, 1, 1, tzinfo=UTC), -1, BERLIN),
        lambda: add_business_minutes(datetime(2027, 1, 1, tzinfo=UTC), 10**9, BERLIN),
        lambda: add_business_minutes(
            datetime(2027, 1, 1, tzinfo=UTC), 1, BusinessCalendar("UTC", frozenset())
        ),
        lambda: business_days_back(date(2027, 1, 1), -1, BERLIN),
        lambda: business_days_forward(date(2027, 1, 1), 1, BusinessCalendar("UTC", frozenset())),
        lambda: business_days_back(date(3, 1, 1), 10**6, BERLIN),
        lambda: first_day(Window(1, "fortnights"), date(2027, 1, 1), BERLIN),
        lambda: add_months(date(2027, 1, 1), 10**6),
    ],
)
def test_what_cannot_be_counted_says_so(ask: object) -> None:
    with pytest.raises(PolicyError):
        ask()  # type: ignore[operator]


def test_the_calendar_of_an_entity_takes_its_days_off_from_the_master_data() -> None:
    entity = Entity("DE01", "DE", "europe", "EUR", "Europe/Berlin", holidays="DE")
    calendar = calendar_of(entity, {"DE": frozenset({date(2027, 1, 1)})})
    assert not calendar.is_business_day(date(2027, 1, 1))
    assert calendar.is_business_day(date(2027, 1, 4))
