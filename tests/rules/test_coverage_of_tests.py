"""Coverage of a set by its tests: what is counted, and exactly when it is covered."""

from fractions import Fraction

import pytest

from rules.testing.coverage import Counted, Coverage, Sort, coverage
from tests.rules.tested_set import loaded, results_of, with_tests


def covered(*documents: str) -> Coverage:
    """What tests of some documents cover; one of two passes, whatever comes out."""
    expected = ("outcome: route", "outcome: held")
    files = with_tests(*(f"{text} | {outcome}" for text in documents for outcome in expected))
    return coverage(loaded(files), results_of(files))


def hit(found: Coverage) -> set[str]:
    return {f"{item.place.line}: {item.what}" for item in found.hit}


def test_everything_that_is_counted() -> None:
    found = covered("amount: 1.00 USD, urgent: no")
    assert [f"{item.place.file}:{item.place.line}: {item.what}" for item in found.items] == [
        "approvals/orders.yaml:6: `up_to: 500.00 USD`",
        "approvals/orders.yaml:6: row",
        "approvals/orders.yaml:7: `above: 200.00 USD`",
        "approvals/orders.yaml:7: row `urgent`",
        "approvals/orders.yaml:12: required: `case: present`",
        "approvals/orders.yaml:13: `above: 500.00 USD`",
        "approvals/orders.yaml:13: code `big`",
        "approvals/orders.yaml:13: row",
        "organization.yaml:8: `up_to: 100.00 USD`",
        "organization.yaml:8: limit of manager",
        "organization.yaml:9: limit of director",
    ]


@pytest.mark.parametrize(
    ("amounts", "is_covered"),
    [
        (("500.00", "500.01"), True),
        (("500.00",), False),
        (("500.01",), False),
        (("500.00", "500.02"), False),
        (("499.99", "500.00"), False),
        (("499.99", "500.01"), False),
    ],
)
def test_a_bound_is_covered_at_it_and_a_minor_unit_beyond(
    amounts: tuple[str, ...], is_covered: bool
) -> None:
    found = covered(*(f"amount: {amount} USD, urgent: no" for amount in amounts))
    assert ("6: `up_to: 500.00 USD`" in hit(found)) is is_covered
    assert ("13: `above: 500.00 USD`" in hit(found)) is is_covered


def test_a_bound_counts_only_where_it_decides() -> None:
    both = ("amount: 200.00 USD", "amount: 200.01 USD")
    idle = covered(*(f"{amount}, urgent: no" for amount in both))
    assert "7: `above: 200.00 USD`" not in hit(idle)
    asked = covered(*(f"{amount}, urgent: yes" for amount in both))
    assert "7: `above: 200.00 USD`" in hit(asked)


def test_where_an_exception_decides_no_plain_row_is_covered() -> None:
    found = covered("amount: 500.00 USD, urgent: yes", "amount: 500.01 USD, urgent: yes")
    assert hit(found) == {"7: row `urgent`"}


def test_a_requirement_is_covered_when_it_was_met_and_when_it_was_open() -> None:
    met, lacking = (
        "amount: 300.00 USD, urgent: yes, case: present",
        "amount: 300.00 USD, urgent: yes",
    )
    assert "12: required: `case: present`" not in hit(covered(met))
    assert "12: required: `case: present`" not in hit(covered(lacking))
    assert "12: required: `case: present`" in hit(covered(met, lacking))


def test_a_limit_is_covered_when_it_covers_and_its_bound_from_both_sides() -> None:
    at = covered("amount: 100.00 USD, urgent: no")
    assert {"8: limit of manager"} == {text for text in hit(at) if "limit" in text}
    both = covered("amount: 100.00 USD, urgent: no", "amount: 100.01 USD, urgent: no")
    assert {"8: `up_to: 100.00 USD`", "8: limit of manager", "9: limit of director"} <= hit(both)


def test_codes_that_came_out_are_counted_by_document() -> None:
    found = covered("amount: 600.00 USD, urgent: no", "amount: 700.00 USD, urgent: no")
    assert found.codes == {"big": 2}
    assert "13: code `big`" in hit(found)


def test_a_test_that_fails_covers_nothing() -> None:
    files = with_tests("amount: 1.00 USD, urgent: no | outcome: refused")
    (result,) = results_of(files)
    assert not result.passed
    assert not coverage(loaded(files), [result]).hit


@pytest.mark.parametrize(
    ("hit_", "total", "percent"),
    [(0, 0, "100.0%"), (1, 1, "100.0%"), (1999, 2000, "99.9%"), (1, 3, "33.3%"), (0, 7, "0.0%")],
)
def test_a_percentage_is_never_rounded_up(hit_: int, total: int, percent: str) -> None:
    assert Counted(hit_, total).percent == percent
    assert Counted(hit_, total).share == (Fraction(hit_, total) if total else 1)


def test_counts_by_sort_and_file() -> None:
    found = covered("amount: 1.00 USD, urgent: no")
    assert found.counted(Sort.RULE) == Counted(2, 5)
    assert found.counted(Sort.RULE, "organization.yaml") == Counted(1, 2)
    assert found.counted() == Counted(2, 11)
    assert found.files() == ("approvals/orders.yaml", "organization.yaml")
