"""Coding: what lines are charged to exists, is active on the posting date, and stands together.

Shows (B5).
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from fractions import Fraction

import pytest

from engine.chart import Account, Budget, Combination, TaxCode, Validity, chart_of
from engine.documents.model import Line
from engine.master_data import CostCenter, MasterData, Project, Span, snapshot
from engine.money import Exact, Money
from engine.readiness.coding import (
    AccountActive,
    AccountCombination,
    CostCenterActive,
    LinesMultiply,
    ProjectActive,
    TaxCodeValid,
)
from engine.readiness.finding import LookedUp
from tests.readiness.worlds import DAY, ask, codes, document, line, money, words

MARCH = Validity(date(2027, 3, 1), date(2027, 3, 31))
BEFORE = Validity(None, date(2027, 2, 28))


def data(
    accounts: tuple[Account, ...] = (),
    combinations: tuple[Combination, ...] = (),
    tax_codes: tuple[TaxCode, ...] = (),
    budgets: tuple[Budget, ...] = (),
    centers: Mapping[str, Validity] | None = None,
) -> MasterData:
    rows = list(accounts), list(combinations), list(tax_codes), list(budgets)
    until = Span(None, datetime(2027, 3, 15, 4, tzinfo=UTC))  # midnight in New York
    return snapshot(
        "digest",
        cost_centers=[CostCenter("cc100", "US01"), CostCenter("cc900", "DE01")],
        projects=[
            Project("P-1", "US01"),
            Project("P-2", "US01", span=until),
            Project("P-9", "DE01"),
        ],
        chart=chart_of(*rows, centers or {}),
    )


@pytest.mark.parametrize(
    ("center", "days", "found"),
    [
        ("cc100", None, []),
        ("cc100", MARCH, []),
        ("cc100", BEFORE, ["coding_inactive"]),
        ("cc100", Validity(date(2027, 3, 16), None), ["coding_inactive"]),
        ("cc100", Validity(date(2027, 3, 15), date(2027, 3, 15)), []),
        ("cc900", None, ["coding_of_other_entity"]),
        ("cc404", None, ["coding_unknown"]),
        ("", None, []),
    ],
)
def test_a_cost_center_is_of_the_entity_and_active_on_the_day(
    center: str, days: Validity | None, found: list[str]
) -> None:
    known = data(centers={center: days} if days else {})
    assert codes(ask(CostCenterActive(), document(line(cost_center=center)), known)) == found


def test_a_line_without_a_required_cost_center_is_named() -> None:
    lines = line(1, cost_center="cc100"), line(2), line(7)
    found = ask(CostCenterActive(required=True), document(*lines), data())
    assert words(found) == {"field": "cost_center", "lines": "2, 7"}
    assert codes(found) == ["coding_missing"]


def test_one_wrong_value_is_one_finding_that_names_its_lines() -> None:
    lines = [line(number, cost_center="cc404") for number in (3, 1, 2)]
    found = ask(CostCenterActive(), document(*lines), data())
    assert words(found)["lines"] == "1, 2, 3"


def test_the_day_is_that_of_the_books_and_not_of_the_question() -> None:
    known = data(centers={"cc100": MARCH})
    late = document(line(cost_center="cc100"), posting_date=date(2027, 4, 1))
    assert codes(ask(CostCenterActive(), late, known)) == ["coding_inactive"]
    unsaid = document(line(cost_center="cc100"), posting_date=None, document_date=DAY)
    assert codes(ask(CostCenterActive(), unsaid, known)) == []


@pytest.mark.parametrize(
    ("project", "found"),
    [
        ("P-1", []),
        ("P-2", ["coding_inactive"]),
        ("P-9", ["coding_of_other_entity"]),
        ("P-0", ["coding_unknown"]),
    ],
)
def test_a_project_has_begun_and_not_ended(project: str, found: list[str]) -> None:
    assert codes(ask(ProjectActive(), document(line(project=project)), data())) == found


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        ([], ["coding_unknown"]),
        ([Account("6000", "US01", MARCH)], []),
        ([Account("6000", "*", MARCH)], []),
        ([Account("6000", "DE01", MARCH)], ["coding_unknown"]),
        ([Account("6000", "US01", BEFORE)], ["coding_inactive"]),
        ([Account("6000", "US01", MARCH, is_postable=False)], ["account_not_postable"]),
        # the entity's own row stands before the one for all, whatever it says
        ([Account("6000", "US01", BEFORE), Account("6000", "*", MARCH)], ["coding_inactive"]),
        # blocked for a while in the middle
        ([Account("6000", "US01", BEFORE), Account("6000", "US01", MARCH)], []),
    ],
)
def test_an_account_is_in_the_chart_of_the_entity(rows: list[Account], found: list[str]) -> None:
    on = document(line(gl_account="6000"))
    assert codes(ask(AccountActive(), on, data(accounts=tuple(rows)))) == found


def test_an_account_is_needed_unless_the_policy_says_otherwise() -> None:
    assert codes(ask(AccountActive(), document(line()), data())) == ["coding_missing"]
    assert codes(ask(AccountActive(required=False), document(line()), data())) == []


@pytest.mark.parametrize(
    ("row", "found"),
    [
        (Combination("US01", "6000", "cc100", "P-1", MARCH), []),
        (Combination("*", "*", "*", "*", MARCH), []),
        (Combination("US01", "6000", "*", "", MARCH), ["combination_not_allowed"]),
        (Combination("US01", "6000", "cc100", "P-1", BEFORE), ["combination_not_allowed"]),
        (Combination("DE01", "6000", "cc100", "P-1", MARCH), ["combination_not_allowed"]),
        (Combination("US01", "6001", "cc100", "P-1", MARCH), ["combination_not_allowed"]),
    ],
)
def test_only_what_a_row_allows_may_stand_together(row: Combination, found: list[str]) -> None:
    on = document(line(gl_account="6000", cost_center="cc100", project="P-1"))
    assert codes(ask(AccountCombination(), on, data(combinations=(row,)))) == found


def test_the_erp_can_only_make_combinations_and_codes_stricter() -> None:
    known = data(
        combinations=(Combination("*", "*", "*", "*", MARCH),),
        tax_codes=(TaxCode("V1", "*", None, MARCH),),
    )
    coded = line(gl_account="6000", cost_center="cc100", tax_code="V1")
    no = LookedUp(
        answers={("account_combination", "6000 / cc100 / -"): False, ("tax_code", "V1"): False}
    )
    on = document(coded)
    assert codes(ask(AccountCombination(), on, known, looked_up=no)) == [
        "combination_not_allowed_in_erp"
    ]
    assert codes(ask(TaxCodeValid(), on, known, looked_up=no)) == ["tax_code_refused_in_erp"]
    yes = LookedUp(answers={("account_combination", "6000 / cc100 / -"): True})
    assert codes(ask(AccountCombination(), on, data(), looked_up=yes)) == [
        "combination_not_allowed"
    ]


V19 = TaxCode("V1", "US01", Fraction(19, 100), MARCH)


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        ([line(net="100.00", tax=money("19.00"), tax_code="V1")], []),
        ([line(net="100.00", tax=money("19.01"), tax_code="V1")], []),
        ([line(net="100.00", tax=money("19.02"), tax_code="V1")], ["tax_differs"]),
        ([line(net="100.00", tax=money("18.98"), tax_code="V1")], ["tax_differs"]),
        ([line(net="100.00", tax=money("0.00"), tax_code="V1")], ["tax_differs"]),
        ([line(net="100.00", tax_code="V1")], ["tax_missing"]),
        ([line(net="100.00")], ["coding_missing"]),
        ([line(net="100.00", tax=money("19.00"), tax_code="V9")], ["coding_unknown"]),
        # rounded line by line: three lines may be three cents off, and not four
        ([line(n, "0.03", tax=money("0.00"), tax_code="V1") for n in (1, 2, 3)], []),
    ],
)
def test_the_tax_is_what_its_code_makes_of_the_net(lines: list[Line], found: list[str]) -> None:
    assert codes(ask(TaxCodeValid(), document(*lines), data(tax_codes=(V19,)))) == found


def test_a_stated_tolerance_counts_exactly_and_only_in_its_currency() -> None:
    known = data(tax_codes=(V19,))
    on = document(line(net="100.00", tax=money("19.50"), tax_code="V1"))
    assert codes(ask(TaxCodeValid(tolerance=Money(50, "USD")), on, known)) == []
    assert codes(ask(TaxCodeValid(tolerance=Money(49, "USD")), on, known)) == ["tax_differs"]
    assert codes(ask(TaxCodeValid(tolerance=Money(50, "EUR")), on, known)) == [
        "tolerance_in_other_currency"
    ]
    exact = document(line(net="100.00", tax=money("19.01"), tax_code="V1"))
    assert codes(ask(TaxCodeValid(tolerance=Money(0, "USD")), exact, known)) == ["tax_differs"]


def test_a_code_whose_rate_changed_has_the_rate_of_the_day() -> None:
    earlier = TaxCode("V1", "US01", Fraction(16, 100), BEFORE)
    known = data(tax_codes=(V19, earlier))
    on = document(line(net="100.00", tax=money("16.00"), tax_code="V1"))
    assert words(ask(TaxCodeValid(), on, known))["expected"] == "19.00 USD"
    old = document(
        line(net="100.00", tax=money("16.00"), tax_code="V1"), posting_date=date(2027, 2, 1)
    )
    assert codes(ask(TaxCodeValid(), old, known)) == []


@pytest.mark.parametrize(
    ("net", "quantity", "price_minor", "tolerance", "found"),
    [
        ("100.00", "4", "2500", None, []),
        ("100.01", "4", "2500", None, []),
        ("100.02", "4", "2500", None, ["line_does_not_multiply"]),
        ("99.98", "4", "2500", None, ["line_does_not_multiply"]),
        ("0.33", "1/3", "100", None, []),
        ("0.31", "1/3", "100", None, ["line_does_not_multiply"]),
        ("-100.00", "-4", "2500", None, []),
        ("100.00", "-4", "2500", None, ["line_does_not_multiply"]),
        ("100.50", "4", "2500", Money(50, "USD"), []),
        ("100.01", "4", "2500", Money(0, "USD"), ["line_does_not_multiply"]),
        ("100.00", "4", "2500", Money(50, "EUR"), ["tolerance_in_other_currency"]),
    ],
)
def test_quantity_times_price_is_the_net(
    net: str, quantity: str, price_minor: str, tolerance: Money | None, found: list[str]
) -> None:
    priced = line(net=net, quantity=Fraction(quantity), price=Exact(Fraction(price_minor), "USD"))
    assert codes(ask(LinesMultiply(tolerance), document(priced))) == found


def test_a_line_without_price_or_quantity_is_not_multiplied() -> None:
    on = document(line(quantity=Fraction(3)), line(2, price=Exact(Fraction(1), "USD")), line(3))
    assert codes(ask(LinesMultiply(), on)) == []
