"""Conditions that no document can meet, and limits and delegations that others make idle."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given, note
from hypothesis import strategies as st

from engine.facts.conditions import ALWAYS, Compare, Condition, Constant, Op
from engine.facts.kinds import Kind
from engine.facts.truth import Known, holds
from engine.money import Money
from engine.organization import Limit, Organization
from engine.places import Place
from engine.policy import Barred, DelegationRule, StandInRule
from engine.rates import Converter
from engine.routing.words import RoleWord
from engine.scopes import Scope
from rules.checks.contradictions import check_conditions
from rules.checks.shadows import check_shadows
from rules.diagnostics import Severity
from tests.rules.small_sets import (
    DE,
    HELD,
    US,
    asks,
    both,
    compare,
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

BASE = policy(matrix(row("a"), documents=("purchase", "payment")), entities=(US, DE))
NEVER = both(is_("capex", True), is_("capex", False))
GERMANY = Scope(countries=frozenset({"DE"}))


def with_limits(*limits: Limit):  # type: ignore[no-untyped-def]
    placed = tuple(
        replace(limit, place=Place("organization.yaml", number, 5))
        for number, limit in enumerate(limits, start=1)
    )
    entities = {entity.id: entity for entity in (US, DE)}
    return replace(BASE, organization=Organization(entities, ("low", "high"), {}, placed))


def limit(up_to: str = "", **more) -> Limit:  # type: ignore[no-untyped-def]
    return Limit(("buyer",), usd(up_to) if up_to else None, **more)


def names(*ids: str) -> frozenset[str]:
    return frozenset(ids)


def test_a_control_that_no_document_can_meet_is_an_error() -> None:
    checked = replace(BASE, additional=(control(HELD, when=NEVER),))
    [report] = found(check_conditions, checked)
    assert str(report) == (
        "controls.yaml:2:5: error[never-matches]: this control never applies: its tests "
        "(`capex: yes, capex: no`) leave nothing\n"
        "  help: take it out, or change one of these tests"
    )
    assert found(check_conditions, replace(BASE, additional=(control(HELD),))) == []


def test_a_control_for_an_entity_that_its_file_is_not_for() -> None:
    american = is_("entity", "US01")
    checked = replace(BASE, additional=(control(HELD, when=american, scope=GERMANY),))
    [report] = found(check_conditions, checked)
    assert "leave none of the documents and entities that it is for" in report.message
    assert found(check_conditions, replace(BASE, additional=(control(HELD, when=american),))) == []


def test_bounds_of_a_control_and_tests_of_the_same_fact() -> None:
    small = compare("commitment.net", "up_to", usd("10.00"))
    signed = replace(BASE, credits="signed_with_waiver")
    dead = replace(signed, additional=(control(HELD, when=small, above="10.00"),))
    assert said(check_conditions, dead) == ["2 never-matches"]
    alive = replace(signed, additional=(control(HELD, when=small, above="9.99"),))
    assert found(check_conditions, alive) == []


def rules_of(when: Condition):  # type: ignore[no-untyped-def]
    place = Place("x.yaml", 7, 1)
    everywhere = (Scope(), control(None).effective)
    bar = Barred("bar", place, *everywhere, frozenset(), when)
    delegation = DelegationRule(place, names("purchase"), "lesser", when=when)
    stand_in = StandInRule(place, "cfo", RoleWord("ceo"), names("absent"), when=when)
    return {
        "bar": (replace(BASE, barred=(bar,)), Severity.ERROR),
        "guarantee": (
            replace(BASE, guarantees=(replace(guarantee(at_least=2), when=when),)),
            Severity.ERROR,
        ),
        "limit": (with_limits(limit("5.00", when=when)), Severity.WARNING),
        "delegation": (replace(BASE, delegation=(delegation,)), Severity.WARNING),
        "stand_in": (replace(BASE, stand_ins=(stand_in,)), Severity.WARNING),
    }


@pytest.mark.parametrize("kind", sorted(rules_of(NEVER)))
def test_every_kind_of_rule_with_a_condition(kind: str) -> None:
    checked, severity = rules_of(NEVER)[kind]
    assert [(r.code, r.severity) for r in found(check_conditions, checked)] == [
        ("never-matches", severity)
    ]
    for when in (ALWAYS, is_("capex", True), is_("entity", "DE01")):
        assert found(check_conditions, rules_of(when)[kind][0]) == []


def test_below_the_lowest_word_of_a_scale_is_nobody() -> None:
    lowest = Compare("approver.level", Op.BELOW, Constant("low"), Kind.SCALE, "", ("low", "high"))
    second = replace(lowest, bound=Constant("high"))
    assert len(found(check_conditions, rules_of(lowest)["bar"][0])) == 1
    assert found(check_conditions, rules_of(second)["bar"][0]) == []


def test_a_smaller_limit_beside_a_larger_one_changes_nothing() -> None:
    checked = with_limits(limit("5.00"), limit("50.00"))
    [report] = found(check_shadows, checked)
    assert str(report) == (
        "organization.yaml:1:5: warning[limit-shadowed]: this limit of `buyer` changes nothing: "
        "the one at organization.yaml:2:5 covers as much or more, wherever this one counts\n"
        "  help: take it out, or narrow the other with `entity`, `documents` or `when`: any limit "
        "that matches is enough"
    )


@pytest.mark.parametrize(
    "larger",
    [
        limit("50.00", entities=names("US01")),
        limit("50.00", documents=names("payment")),
        limit("50.00", when=is_("capex", True)),
        Limit(("seller",), usd("50.00")),
        Limit(("buyer", "cfo"), usd("50.00"), jointly=True),
        Limit(("buyer",), Money(5_000, "EUR")),
    ],
)
def test_a_limit_counts_where_no_larger_one_does(larger: Limit) -> None:
    assert found(check_shadows, with_limits(limit("5.00"), larger)) == []


def test_two_larger_limits_may_cover_together() -> None:
    capex, opex = (limit("9.00", when=is_("capex", yes)) for yes in (True, False))
    assert said(check_shadows, with_limits(limit("5.00"), capex, opex)) == ["1 limit-shadowed"]
    us, de = (limit("9.00", entities=names(name)) for name in ("US01", "DE01"))
    assert said(check_shadows, with_limits(us, limit("5.00"), de)) == ["2 limit-shadowed"]


def test_of_two_equal_limits_the_later_is_reported() -> None:
    assert said(check_shadows, with_limits(limit("5.00"), limit("5.00"))) == ["2 limit-shadowed"]
    assert said(check_shadows, with_limits(limit(), limit())) == ["2 limit-shadowed"]


WHERE = st.sampled_from([ALWAYS, is_("capex", True), is_("capex", False), is_("entity", "DE01")])
LIMITS = st.builds(
    lambda cents, entities, when: Limit(
        ("buyer",), None if cents > 3 else Money(cents, "USD"), entities, frozenset(), when
    ),
    st.integers(1, 4),
    st.sampled_from([frozenset(), names("US01"), names("DE01")]),
    WHERE,
)


def most(limits: Iterable[Limit]) -> list[float]:
    """How much a buyer may approve of each kind of document."""
    found_ = []
    for capex, entity in product((True, False), ("US01", "DE01")):
        known = Known({"capex": capex, "entity": entity}, Converter({}, None, None))
        amounts = [
            float("inf") if each.up_to is None else each.up_to.minor
            for each in limits
            if (not each.entities or entity in each.entities) and holds(each.when, known) is True
        ]
        found_.append(max(amounts, default=-1))
    return found_


def counts_somewhere(each: Limit) -> bool:
    return each.entities != names("US01") or each.when != is_("entity", "DE01")


@given(st.lists(LIMITS.filter(counts_somewhere), min_size=1, max_size=4))
def test_what_is_left_without_the_limits_reported_is_enough_and_no_more(
    limits: list[Limit],
) -> None:
    lines = {report.place.line for report in found(check_shadows, with_limits(*limits))}
    note(f"{limits} {lines}")
    kept = [each for number, each in enumerate(limits, start=1) if number not in lines]
    assert most(kept) == most(limits)
    for position in range(len(kept)):
        assert most(kept[:position] + kept[position + 1 :]) != most(limits)


ROW = DelegationRule(
    Place("handling.yaml", 1, 5),
    names("purchase"),
    "lesser",
    cap=usd("10.00"),
    longest=90,
    level_gap=1,
    depth=0,
    pending_stay=True,
)


def delegations(*rows: DelegationRule):  # type: ignore[no-untyped-def]
    placed = tuple(
        replace(each, place=Place("handling.yaml", number, 5))
        for number, each in enumerate(rows, start=1)
    )
    return replace(with_limits(), delegation=placed)


def test_a_stricter_delegation_row_beside_a_wider_one_restricts_nobody() -> None:
    strict = replace(ROW, entities=names("DE01"), longest=30)
    [report] = found(check_shadows, delegations(ROW, strict))
    assert (report.code, report.place.line) == ("delegation-shadowed", 2)
    assert "allows nothing of its own: the one at handling.yaml:1:5 allows" in report.message


@pytest.mark.parametrize(
    "change",
    [
        {"cap": usd("10.01")},
        {"cap": None},
        {"longest": 91},
        {"longest": 0},
        {"level_gap": 2},
        {"level_gap": -1},
        {"depth": 1},
        {"pending_stay": False},
        {"limit": "delegator"},
        {"documents": names("purchase", "payment")},
    ],
)
def test_a_delegation_row_that_allows_something_more_counts(change: dict[str, object]) -> None:
    other = replace(ROW, **change)  # type: ignore[arg-type]
    assert [line for line in said(check_shadows, delegations(ROW, other)) if "2" in line] == []


@pytest.mark.parametrize(
    "change",
    [
        {"entities": names("US01")},
        {"when": is_("capex", True)},
        {"to_level": "low"},
        {"to_roles": names("controller")},
        {"require": names("letter")},
        {"documents": names("payment")},
    ],
)
def test_a_row_beside_a_narrower_one_counts(change: dict[str, object]) -> None:
    narrower = replace(ROW, cap=None, **change)  # type: ignore[arg-type]
    assert found(check_shadows, delegations(ROW, narrower)) == []


def test_steps_of_another_control_do_not_matter() -> None:
    checked = replace(BASE, additional=(control(asks("a"), documents=["purchase"]),))
    assert found(check_conditions, checked) == []
