"""Until when a document has to be kept, by the law of its entity's country (F4)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.usecases.drafts import load_draft
from api.usecases.keeping_until import keeping_of, keeping_of_case
from engine.countries.country import Clock, Country, Kept, Retention, Source
from engine.countries.retention import CLASS_OF_TYPE, Because, keeping
from engine.organization import Entity, Organization
from engine.policy import PolicySet
from tests.policies.sets import POLICIES
from tests.readiness.worlds import document, policy

LAW = Source("law", "the commercial code", checked=None)
DE = Country(
    "DE",
    "Germany",
    "v",
    (),
    (),
    (),
    {
        Kept.BOOKS: Retention(10, Clock.CALENDAR_YEAR_END, LAW),
        Kept.VOUCHERS: Retention(8, Clock.FISCAL_YEAR_END, LAW),
    },
)


def under(starts: int = 1, **countries: Country) -> PolicySet:
    entity = Entity("DE01", "DE", "europe", "EUR", "Europe/Berlin", fiscal_year_starts=starts)
    return policy(organization=Organization({"DE01": entity}, (), {}, ()), countries=countries)


def test_a_class_is_kept_as_the_file_of_its_country_says() -> None:
    kept = keeping(under(4, DE=DE), "DE01", "invoice", [date(2027, 3, 31)])
    assert (kept.until, kept.because) == (date(2035, 3, 31), Because.CLASS)
    assert (kept.country, kept.kept, kept.sources) == (
        "DE",
        ("vouchers",),
        ("the commercial code",),
    )
    next_year = keeping(under(4, DE=DE), "DE01", "invoice", [date(2027, 4, 1)])
    assert next_year.until == date(2036, 3, 31)


@given(st.dates(date(1990, 1, 1), date(2090, 12, 31)), st.integers(1, 12))
def test_the_calendar_year_in_which_the_fiscal_year_ends_is_over_when_both_are(
    day: date, starts: int
) -> None:
    ends = {
        clock: keeping(
            under(starts, DE=replace(DE, retention={Kept.BOOKS: Retention(7, clock, LAW)})),
            "DE01",
            "journal_entry",
            [day],
        ).until
        for clock in Clock
    }
    fiscal, both = ends[Clock.FISCAL_YEAR_END], ends[Clock.CALENDAR_YEAR_OF_FISCAL_YEAR_END]
    assert fiscal is not None
    assert both == date(fiscal.year, 12, 31)
    assert both >= max(end for end in ends.values() if end is not None)


@pytest.mark.parametrize("type", ["contract", "of_the_company"])
def test_what_the_file_does_not_speak_of_is_kept_as_long_as_the_longest(type: str) -> None:
    kept = keeping(under(DE=DE), "DE01", type, [date(2027, 3, 31)])
    assert (kept.until, kept.because) == (date(2037, 12, 31), Because.LONGEST)


def test_without_a_file_of_the_country_it_is_kept_for_ever() -> None:
    kept = keeping(under(), "DE01", "invoice", [date(2027, 3, 31)])
    assert (kept.until, kept.because, kept.country) == (None, Because.COUNTRY_UNKNOWN, "DE")
    unknown = keeping(under(DE=DE), "XX01", "invoice", [date(2027, 3, 31)])
    assert (unknown.until, unknown.because) == (None, Because.ENTITY_UNKNOWN)


@given(
    st.lists(st.dates(date(1990, 1, 1), date(2090, 12, 31)), min_size=1, max_size=4),
    st.sampled_from(sorted(CLASS_OF_TYPE)),
    st.integers(1, 12),
)
def test_no_earlier_day_lets_a_document_go_sooner(days: list[date], type: str, starts: int) -> None:
    """Whoever dates a document back cannot have it deleted early."""
    rules = under(starts, DE=DE)
    ends = [keeping(rules, "DE01", type, [day]).until for day in days]
    together = keeping(rules, "DE01", type, days).until
    assert together is not None
    assert together == max(end for end in ends if end is not None) > max(days)


def test_the_day_on_which_it_came_in_counts_in_the_books_of_its_entity() -> None:
    """Half past eleven in the evening of the old year in London is the new year in Berlin."""
    at = datetime(2027, 12, 31, 23, 30, tzinfo=UTC)
    stated = document(
        entity="DE01", document_date=date(2020, 1, 1), posting_date=None, submitted_at=at
    )
    assert keeping_of(under(DE=DE), stated).until == date(2036, 12, 31)
    plain = {"document_date": "2020-01-01", "posting_date": "***"}
    case = keeping_of_case(under(DE=DE), "DE01", "invoice", plain, at)
    assert case.until == date(2036, 12, 31)
    later = keeping_of_case(under(DE=DE), "DE01", "invoice", {"posting_date": "2029-01-01"}, at)
    assert later.until == date(2037, 12, 31)


def test_the_german_set_keeps_an_invoice_for_eight_years() -> None:
    loaded: PolicySet = load_draft(POLICIES / "german-payables").policy
    entity = next(iter(loaded.organization.entities))
    kept = keeping(loaded, entity, "invoice", [date(2027, 3, 1)])
    assert (kept.until, kept.kept) == (date(2035, 12, 31), ("vouchers",))
