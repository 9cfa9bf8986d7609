"""Accounts, combinations, tax codes, budgets and days of cost centers, as loaded.

Shows (A3).
"""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest

from adapters.master_data.building import Load, build
from engine.chart import Account, Budget, Combination, TaxCode, Validity
from engine.master_data import Answer
from engine.money import Money
from engine.organization import Entity, Organization
from engine.tokens import token

ENTITIES = {
    "US01": Entity("US01", "US", "americas", "USD", "America/New_York"),
    "DE01": Entity("DE01", "DE", "europe", "EUR", "Europe/Berlin"),
}
PEOPLE = [{"id": "ann", "name": "Ann", "entity": "US01"}]


def load(**tables: list[dict[str, str]]) -> Load:
    return build({"people": PEOPLE, **tables}, Organization(ENTITIES, (), {}, ()), {})


def codes(found: Load) -> list[str]:
    return [row.code for row in found.quarantined]


def test_what_is_loaded_is_what_the_rows_say() -> None:
    found = load(
        accounts=[
            {"id": "6000", "entity": "*", "from": "2027-01-01", "to": "9999-12-31"},
            {"id": "6", "entity": "US01", "postable": "no"},
        ],
        account_combinations=[
            {"entity": "US01", "gl_account": "6000", "cost_center": "*", "project": ""}
        ],
        tax_codes=[{"id": "V1", "entity": "DE01", "rate": "19%"}, {"id": "V0", "entity": "*"}],
        budgets=[
            {
                "entity": "US01",
                "cost_center": "cc1",
                "amount": "100.00 USD",
                "from": "2027-01-01",
                "to": "2027-12-31",
            }
        ],
        cost_centers=[
            {"id": "cc1", "entity": "US01", "from": "2027-02-01", "to": "2027-02-28"},
            {"id": "cc2", "entity": "US01"},
        ],
    )
    assert found.quarantined == ()
    assert found.data is not None
    chart = found.data.chart
    assert chart.account("US01", "6000") == (
        Account("6000", "*", Validity(date(2027, 1, 1), None)),
    )
    assert chart.account("US01", "6") == (Account("6", "US01", Validity(), is_postable=False),)
    assert chart.account("DE01", "6") == ()
    row = Combination("US01", "6000", "*", "", Validity())
    assert [*chart.combinations_of("US01", "6000")] == [row]
    assert [*chart.combinations_of("US01", "6001")] == []
    assert chart.tax_code("DE01", "V1") == (TaxCode("V1", "DE01", Fraction(19, 100), Validity()),)
    assert chart.tax_code("US01", "V0") == (TaxCode("V0", "*", None, Validity()),)
    year = Validity(date(2027, 1, 1), date(2027, 12, 31))
    assert chart.budgets == {
        ("US01", "cc1"): (Budget("US01", "cc1", "", Money(10_000, "USD"), year),)
    }
    assert chart.cost_centers == {"cc1": Validity(date(2027, 2, 1), date(2027, 2, 28))}


def test_data_without_a_chart_keep_the_name_that_they_had() -> None:
    plain = load(cost_centers=[{"id": "cc1", "entity": "US01"}])
    blank = load(cost_centers=[{"id": "cc1", "entity": "US01", "from": "", "to": ""}], accounts=[])
    dated = load(cost_centers=[{"id": "cc1", "entity": "US01", "from": "2027-01-01"}])
    assert plain.data is not None
    assert blank.data is not None
    assert dated.data is not None
    assert plain.data.digest == blank.data.digest != dated.data.digest


@pytest.mark.parametrize(
    ("table", "row"),
    [
        ("accounts", {"id": "6000", "entity": "US01", "from": "soon"}),
        ("accounts", {"id": "6000", "entity": "US99"}),
        ("tax_codes", {"id": "V1", "entity": "DE01", "rate": "nineteen"}),
        (
            "budgets",
            {"entity": "US01", "cost_center": "cc1", "gl_account": "6000", "amount": "lots"},
        ),
    ],
)
def test_a_bad_row_in_whose_place_a_wider_one_would_count_refuses_the_load(
    table: str, row: dict[str, str]
) -> None:
    assert load(**{table: [row]}).refused is not None


def test_a_bad_row_for_everybody_is_left_out_and_nothing_coded_so_posts() -> None:
    many = [{"id": str(number), "entity": "*"} for number in range(20)]
    found = load(accounts=[*many, {"id": "6000", "entity": "*", "from": "soon"}])
    assert found.data is not None
    assert len(found.quarantined) == 1
    assert found.data.chart.account("US01", "6000") == ()


def test_a_cost_center_with_bad_days_is_no_cost_center() -> None:
    rows = [{"id": f"cc{number}", "entity": "US01"} for number in range(20)]
    bad = {"id": "cc99", "entity": "US01", "from": "2027-02-01", "to": "2027-01-31"}
    found = load(cost_centers=[*rows, bad])
    assert codes(found) == ["ends-before-start"]
    assert found.data is not None
    assert "cc99" not in found.data.cost_centers


def test_answers_of_registers_are_loaded_and_a_bad_row_refuses_the_load() -> None:
    row = {"what": "tax_id", "of": "DE 136 695 976", "answer": "no", "answered_at": ""}
    found = load(answers=[row, {"what": "rate", "of": "USD/EUR", "answer": "yes"}])
    assert found.data is not None
    assert found.data.answers == {
        ("tax_id", token("tax_id", "DE136695976")): Answer(says=False),
        ("rate", "USD/EUR"): Answer(says=True),
    }
    plain = load()
    assert plain.data is not None
    assert plain.data.digest != found.data.digest
    for bad in ({"answer": "perhaps"}, {"what": "weather"}, {"of": ""}, {"answered_at": "soon"}):
        assert load(answers=[{**row, **bad}]).refused is not None, bad
    assert load(answers=[row, row]).refused is not None


def test_two_budgets_of_one_cost_center_that_begin_on_one_day_are_not_both_kept() -> None:
    row = {"entity": "US01", "cost_center": "cc1", "amount": "1.00 USD", "from": "2027-01-01"}
    rows = [{**row, "cost_center": f"c{number}", "to": "2027-12-31"} for number in range(20)]
    found = load(budgets=[*rows, {**row, "to": "2027-06-30"}, {**row, "to": "2027-12-31"}])
    assert codes(found) == ["duplicate-id"]
