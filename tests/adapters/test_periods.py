"""Accounting periods: what is loaded, and that no bad row ever opens one.

Shows (A3, B5).
"""

from datetime import UTC, date, datetime

import pytest

from adapters.master_data import Load, build
from engine.master_data import Period, Span
from engine.organization import Entity, Organization

ORGANIZATION = Organization(
    {
        "US01": Entity("US01", "US", "americas", "USD", "America/New_York"),
        "DE01": Entity("DE01", "DE", "europe", "EUR", "Europe/Berlin"),
    },
    (),
    {},
    (),
)
PEOPLE = [{"id": "rita", "name": "Rita", "entity": "US01"}]
MARCH = {
    "entity": "US01",
    "kind": "AP",
    "name": "2027-03",
    "first_day": "2027-03-01",
    "last_day": "2027-03-31",
    "closed_at": "2027-04-05T18:00:00-04:00",
}
APRIL = {**MARCH, "name": "2027-04", "first_day": "2027-04-01", "last_day": "2027-04-30"}
APRIL["closed_at"] = ""
KEY = ("US01", "AP")


def load(*rows: dict[str, str]) -> Load:
    return build({"people": PEOPLE, "periods": list(rows)}, ORGANIZATION, {})


def periods(*rows: dict[str, str]) -> tuple[Period, ...]:
    found = load(*rows)
    assert found.data is not None, found.refused
    return found.data.periods.get(KEY, ())


def names(*rows: dict[str, str]) -> list[str]:
    """The periods that are kept beside others, so that few rows are bad."""
    others = [{**APRIL, "entity": "DE01", "name": str(n)} for n in range(1, 13)]
    for n, row in enumerate(others, start=1):
        row["first_day"], row["last_day"] = f"2026-{n:02}-01", f"2026-{n:02}-28"
    return [period.name for period in periods(*rows, *others)]


def codes(*rows: dict[str, str]) -> list[str]:
    return sorted({report.code for report in load(*rows).quarantined})


def test_a_closed_period_was_open_until_the_moment_it_was_closed() -> None:
    (march,) = periods(MARCH)
    assert march.is_open(datetime(2027, 4, 5, 21, 59, 59, tzinfo=UTC))
    assert not march.is_open(datetime(2027, 4, 5, 22, 0, tzinfo=UTC))


def test_a_period_opens_with_its_first_day_where_nobody_says_otherwise() -> None:
    (april,) = periods(APRIL)
    assert april.open == (Span(datetime(2027, 4, 1, 4, tzinfo=UTC), None),)
    (early,) = periods({**APRIL, "opens_at": "2027-03-25T09:00:00-04:00"})
    assert early.open[0].start == datetime(2027, 3, 25, 13, tzinfo=UTC)


def test_a_period_that_was_opened_again_has_two_spans_in_order() -> None:
    again = {
        **MARCH,
        "opens_at": "2027-04-07T09:00:00-04:00",
        "closed_at": "2027-04-08T09:00:00-04:00",
    }
    (march,) = periods(again, MARCH)
    assert [span.end for span in march.open] == [
        datetime(2027, 4, 5, 22, tzinfo=UTC),
        datetime(2027, 4, 8, 13, tzinfo=UTC),
    ]
    assert periods(MARCH, again) == (march,)


@pytest.mark.parametrize(
    ("column", "text", "code"),
    [
        ("first_day", "2027-03-32", "bad-date"),
        ("last_day", "", "missing-value"),
        ("last_day", "2027-02-01", "ends-before-start"),
        ("closed_at", "2027-04-05", "bad-date"),
        ("closed_at", "2027-04-05T18:00:00", "no-offset"),
        ("closed_at", "2027-01-01T00:00:00Z", "ends-before-start"),
        ("closed_at", "soon", "bad-date"),
        ("opens_at", "yes", "bad-date"),
        ("kind", "ap", "unknown-kind-of-period"),
        ("entity", "US1", "unknown-entity"),
    ],
)
def test_a_bad_row_leaves_its_whole_period_out(column: str, text: str, code: str) -> None:
    bad = {**MARCH, column: text}
    assert names(bad, APRIL) == ["2027-04"]
    assert code in codes(bad, APRIL)


def test_a_bad_row_takes_the_other_rows_of_its_period_with_it() -> None:
    """Left out alone, the row that was to close it would leave it open."""
    open_for_ever = {**MARCH, "closed_at": ""}
    bad = {**MARCH, "opens_at": "2027-04-07T09:00:00-04:00", "closed_at": "2027-04-08"}
    assert names(open_for_ever, bad, APRIL) == ["2027-04"]


def test_two_rows_that_disagree_about_a_period_leave_it_out() -> None:
    assert names(MARCH, {**MARCH, "closed_at": ""}, APRIL) == ["2027-04"]
    again = {"opens_at": "2027-04-07T09:00:00-04:00", "closed_at": "", "last_day": "2027-03-30"}
    assert names(MARCH, {**MARCH, **again}, APRIL) == ["2027-04"]


def test_periods_that_share_a_day_are_both_left_out() -> None:
    special = {**MARCH, "name": "2027-03-special", "first_day": "2027-03-31"}
    assert names(MARCH, special, APRIL) == ["2027-04"]
    long = {**MARCH, "name": "quarter", "first_day": "2027-01-01"}
    inside = {**special, "first_day": "2027-02-03", "last_day": "2027-02-04"}
    assert names(long, MARCH, APRIL, inside) == ["2027-04"]


def test_a_bad_row_that_names_a_ledger_refuses_the_load() -> None:
    """Left out, the ledger could be gone, and a document no longer be asked for it."""
    assert load({**MARCH, "ledger": "ifrs", "closed_at": "soon"}, APRIL).data is None


def test_a_ledger_that_is_stated_no_more_refuses_the_load() -> None:
    before = load({**MARCH, "ledger": "ifrs"}).row_counts
    assert before["periods.ledger"] == 1


def test_the_order_of_rows_changes_nothing_and_a_closing_changes_the_digest() -> None:
    one, other = load(MARCH, APRIL), load(APRIL, MARCH)
    assert one.data is not None
    assert one.data == other.data
    still_open = load({**MARCH, "closed_at": ""}, APRIL)
    assert still_open.data is not None
    assert still_open.data.digest != one.data.digest


def test_days_are_kept_as_they_are_written() -> None:
    (march,) = periods(MARCH)
    assert (march.first_day, march.last_day) == (date(2027, 3, 1), date(2027, 3, 31))
    assert (march.entity, march.kind, march.ledger) == ("US01", "AP", "")
