"""A narrower scope may ask for more, and is told where it asks for less."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from engine.money import Money
from engine.places import Place
from engine.policy import Additional, DelegationRule, Guarantee, PolicySet, Refuse
from engine.scopes import Effective, Scope
from rules.checks.local_matrices import check_local_matrices
from rules.checks.locally import check_locally
from rules.diagnostics import Severity
from tests.rules.small_sets import (
    DE,
    HELD,
    US,
    asks,
    control,
    found,
    guarantee,
    is_,
    matrix,
    policy,
    row,
    said,
    usd,
)

GERMANY = Scope(countries=frozenset({"DE"}))
GERMAN = Scope(entities=frozenset({"DE01"}))
BASE = policy(matrix(row("a"), documents=("purchase", "payment")), entities=(US, DE))


def layers(group: Additional, local: Additional) -> list[str]:
    placed = replace(local, place=Place("controls.yaml", 7, 5))
    return said(check_locally, replace(BASE, additional=(group, placed)))


def test_a_local_bound_above_the_wider_one_never_counts() -> None:
    group, local = control(asks("cfo"), above="5.00"), control(asks("cfo"), above="9.00")
    local = replace(local, scope=GERMANY, place=Place("controls.yaml", 7, 5))
    [report] = found(check_locally, replace(BASE, additional=(group, local)))
    assert str(report) == (
        "controls.yaml:7:5: warning[looser-locally]: this bound of `commitment.net` never counts: "
        "the same follows above 5.00 USD already, at controls.yaml:2:5, of wider scope\n"
        "  help: write a bound below 5.00 USD here, or take the row out: every layer applies"
    )


def test_a_stricter_local_bound_counts() -> None:
    group = control(asks("cfo"), above="5.00")
    for above in ("4.99", "5.00"):
        assert layers(group, control(asks("cfo"), above=above, scope=GERMANY)) == []


@pytest.mark.parametrize(
    "local",
    [
        control(asks("ceo"), above="9.00", scope=GERMANY),
        control(HELD, above="9.00", scope=GERMANY),
        replace(control(asks("cfo"), above="9.00", scope=GERMANY), currency="EUR"),
        replace(control(asks("cfo"), above="9.00", scope=GERMANY), amount="supplier_year"),
        control(asks("cfo"), above="9.00"),
    ],
)
def test_another_effect_currency_or_amount_is_no_comparison(local: Additional) -> None:
    assert layers(control(asks("cfo"), above="5.00"), local) == []


def test_beyond_a_wider_refusal_nothing_counts() -> None:
    group = control(Refuse("too much"), above="5.00")
    assert layers(group, control(asks("ceo"), above="9.00", scope=GERMANY)) == ["7 looser-locally"]
    assert layers(group, control(asks("ceo"), above="3.00", scope=GERMANY)) == []


@pytest.mark.parametrize(
    "group",
    [
        control(asks("cfo"), above="5.00", when=is_("capex", True)),
        control(asks("cfo"), above="5.00", documents=["payment"]),
        control(asks("cfo"), above="5.00", effective=Effective(date(2027, 1, 1))),
        control(asks("cfo"), above="5.00", scope=Scope(regions=frozenset({"americas"}))),
    ],
)
def test_where_the_wider_one_does_not_always_apply_the_local_one_may_count(
    group: Additional,
) -> None:
    assert layers(group, control(asks("cfo"), above="9.00", scope=GERMANY)) == []


def kept(group: Guarantee, local: Guarantee) -> list[str]:
    local = replace(local, scope=GERMANY, place=Place("controls.yaml", 7, 5))
    return said(check_locally, replace(BASE, guarantees=(group, local)))


def test_a_weaker_local_guarantee_never_counts() -> None:
    three = guarantee(at_least=3, above="5.00")
    assert kept(three, guarantee(at_least=2, above="5.00")) == ["7 looser-locally"]
    assert kept(three, guarantee(at_least=3, above="9.00")) == ["7 looser-locally"]
    assert kept(three, guarantee(at_least=3, above="3.00")) == []
    assert kept(three, guarantee(at_least=4, above="9.00")) == []
    assert kept(three, guarantee(at_least=2, above="3.00")) == []
    assert kept(three, guarantee(at_least=2, by=["cfo"], above="5.00")) == []


ROW = DelegationRule(
    Place("h.yaml", 1, 5), frozenset({"purchase"}), "lesser", cap=usd("9.00"), longest=90,
    level_gap=1, depth=1, pending_stay=True,
)  # fmt: skip
LOCAL = replace(ROW, entities=frozenset({"DE01"}), place=Place("h.yaml", 2, 5))


def delegated(**change: object) -> list[str]:
    return said(check_locally, replace(BASE, delegation=(ROW, replace(LOCAL, **change))))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "change",
    [
        {"cap": usd("9.01")},
        {"cap": None},
        {"longest": 91},
        {"longest": 0},
        {"level_gap": 2},
        {"level_gap": -1},
        {"depth": 2},
        {"pending_stay": False},
    ],
)
def test_a_delegation_row_for_some_entities_is_not_looser(change: dict[str, object]) -> None:
    assert delegated(**change) == ["2 looser-locally"]
    for more in ("require", "to_roles"):
        assert delegated(**change, **{more: frozenset({"x"})}) == []
    assert delegated(**change, documents=frozenset({"payment"})) == []
    assert delegated(**change, when=is_("capex", True)) == []


@pytest.mark.parametrize(
    "change",
    [{}, {"cap": usd("8.99")}, {"longest": 89}, {"level_gap": 0}, {"depth": 0},
     {"cap": Money(99_999, "EUR")}],
)  # fmt: skip
def test_a_stricter_delegation_row_is_no_looser(change: dict[str, object]) -> None:
    assert delegated(**change) == []


ORDER = guarantee(order=["manager", "director", "cfo"])


def replaced(*matrices, order: Guarantee | None = ORDER, controls=()) -> list[str]:  # type: ignore[no-untyped-def]
    checked: PolicySet = policy(
        *matrices,
        entities=(US, DE),
        guarantees=() if order is None else (order,),
        additional=controls,
    )
    return said(check_local_matrices, checked)


GROUP = matrix(row("manager", up_to="9.00"), row("cfo", above="9.00"), name="group")


def test_a_local_matrix_that_asks_less_is_reported_with_a_document() -> None:
    local = matrix(row("manager", up_to="20.00"), row("cfo", above="20.00"), scope=GERMANY)
    checked = policy(GROUP, local, entities=(US, DE), guarantees=(ORDER,))
    [report] = found(check_local_matrices, checked)
    assert str(report) == (
        "m.yaml:2:5: warning[looser-locally]: this row asks less than the row at group.yaml:3:5 of "
        "`group`, which it replaces: `promise` says so\n"
        "  help: ask no less here, or say `waives: {promise: why}`\n"
        "  witness: amount 9.01 USD"
    )
    assert report.severity is Severity.WARNING


def test_a_stricter_local_matrix_is_silent() -> None:
    local = matrix(row("manager", up_to="9.00"), row("cfo", above="9.00"), scope=GERMANY)
    assert replaced(GROUP, local) == []
    assert replaced(GROUP, matrix(row("cfo"), scope=GERMANY)) == []
    higher = matrix(row("director", up_to="9.00"), row("cfo", above="9.00"), scope=GERMANY)
    assert replaced(GROUP, higher) == []


def test_without_an_order_ranks_are_not_compared() -> None:
    assert replaced(GROUP, matrix(row("manager"), scope=GERMANY), order=None) == []


def test_a_row_may_waive_the_order() -> None:
    waiving = replace(row("manager"), waives=(("promise", "small"),))
    assert replaced(GROUP, matrix(waiving, scope=GERMANY)) == []
    assert replaced(GROUP, matrix(row("manager"), scope=GERMANY)) != []


def test_a_control_makes_up_for_the_difference() -> None:
    local = matrix(row("manager"), scope=GERMANY)
    assert replaced(GROUP, local, controls=[control(asks("cfo"), above="9.00")]) == []
    assert replaced(GROUP, local, controls=[control(HELD, above="9.00", scope=GERMANY)]) == []
    assert replaced(GROUP, local, controls=[control(asks("cfo"), above="10.00")]) == [
        "2 looser-locally amount 9.01 USD"
    ]


def test_what_another_matrix_decides_is_not_compared() -> None:
    country = matrix(row("director", above="9.00"), row("manager", up_to="9.00"), name="country",
                     scope=GERMANY)  # fmt: skip
    entity = matrix(row("director"), name="entity", scope=GERMAN)
    assert replaced(GROUP, country, entity) == []
    manager = matrix(row("manager"), name="entity", scope=GERMAN)
    assert replaced(GROUP, country, manager) == ["2 looser-locally amount 9.01 USD"]


def test_exceptions_of_both_are_heeded() -> None:
    strict = row("cfo", above="9.00", exception=True)
    assert replaced(GROUP, matrix(row("manager"), strict, scope=GERMANY)) == []
    lenient = row("manager", above="9.00", exception=True)
    wide = matrix(row("manager", up_to="9.00"), row("cfo", above="9.00"), lenient, name="group")
    assert replaced(wide, matrix(row("manager"), scope=GERMANY)) == []


def test_a_refusal_of_the_wider_matrix_is_not_inherited_and_that_is_said() -> None:
    gambling = row(Refuse("no"), when=is_("category", "gambling"), exception=True)
    group = matrix(row("cfo"), gambling, name="group")
    local = matrix(row("cfo"), scope=GERMANY)
    assert replaced(group, local, order=None) == [
        "2 looser-locally category: gambling, amount 0.00 USD"
    ]
    too = matrix(row("cfo"), gambling, scope=GERMANY)
    assert replaced(group, too, order=None) == []
    refused = control(Refuse("no"), when=is_("category", "gambling"))
    assert replaced(group, local, order=None, controls=[refused]) == []


def test_other_amounts_and_days_are_not_compared() -> None:
    local = matrix(row("manager"), scope=GERMANY)
    assert replaced(GROUP, replace(local, amount="document.net")) == []
    old = replace(GROUP, effective=Effective(None, date(2027, 1, 1)))
    new = replace(local, effective=Effective(date(2027, 1, 1)))
    assert replaced(old, new) == []
    assert replaced(old, replace(new, effective=Effective(date(2026, 12, 31)))) != []
