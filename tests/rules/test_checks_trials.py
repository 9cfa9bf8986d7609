"""Whom and what a set is tried out with: requesters who are alike, divisions of amounts, work."""

from __future__ import annotations

import pytest

from engine.deciding import decide
from engine.master_data import PersonId
from engine.matching import build
from engine.money import Exact, Money, key
from engine.rates import Converter
from rules.checks import lint_with_data
from rules.checks.with_people.requesters import requesters
from rules.checks.with_people.settings import Setting, document_in
from rules.checks.with_people.splits import splits
from rules.checks.with_people.trials import field_of, subjects, trials
from rules.checks.with_people.world import World
from rules.diagnostics import Diagnostics
from tests.rules.staffed import (
    NOW,
    ORGANIZATION,
    SET,
    compiled,
    holds,
    person,
    rows,
    staffed,
    texts,
)

CLERK = rows("{approve: clerk}")


def alike(*more: str) -> list[tuple[str, ...]]:
    policy = compiled(CLERK)
    people = [
        person("mia", "", "manager"),
        person("a", "mia"),
        person("b", "mia"),
        person("c", "mia", "manager"),
        person("d", "mia", department="it"),
        person("e"),
        person("f", "mia", last_day="2027-01-01"),
        person("g", "mia", entity="DE01"),
    ]
    data = staffed(policy, people, [holds("clerk", who) for who in more])
    entity = policy.organization.entities["US01"]
    return [tuple(each.people) for each in requesters(policy, data, entity, NOW)]


def test_people_who_differ_in_nothing_that_is_asked_are_tried_once() -> None:
    assert alike() == [("a", "b"), ("c",), ("d",), ("e",), ("mia",)]


def test_who_could_be_asked_stands_for_himself() -> None:
    assert ("a", "b") not in alike("b")
    assert ("b",) in alike("b")


def test_amounts_are_divided_where_a_limit_in_another_currency_ends() -> None:
    """The last whole amount that a limit covers is below the division, the next above it."""
    organization = ORGANIZATION.replace("up_to: 1_000.00 USD", "up_to: 1_000 JPY")
    fx = "fx: {rate: c, on: decision, inverse: refuse}\n"
    policy = build(compiled(CLERK, organization=organization, policy=SET + fx))
    rate = {"id": "r", "type": "c", "base": "USD", "quote": "JPY", "day": "2027-03-15"}
    data = staffed(policy, [person("mia")], rates=[rate | {"rate": "151.37"}])
    entity = policy.organization.entities["US01"]
    found = splits(policy, data, policy.matrices[0], entity, (), NOW.date())
    converter = Converter(data.rates, policy.fx, NOW.date())

    def covers(minor: int) -> bool:
        amount = converter.convert(Money(minor, "USD"), "JPY")
        assert isinstance(amount, Money | Exact)
        return key(amount.minor) <= 2 * 1_000

    first = found[0] // 2
    assert (covers(first), covers(first + 1)) == (True, False)
    assert found[1:] == (2 * 500_000, 2 * 10_000_000)


@pytest.mark.parametrize(("most", "is_cut"), [(5, True), (5_000, False)])
def test_what_there_were_not_decisions_enough_for_is_said(
    monkeypatch: pytest.MonkeyPatch, most: int, is_cut: bool
) -> None:
    monkeypatch.setattr("rules.checks.with_people.people.MOST_DECISIONS", most)
    policy = compiled(rows("{name: a, up_to: 5.00, approve: clerk}", "{above: 5.00, approve: cfo}"))
    people = [person(f"p{number}", f"p{number + 1}") for number in range(9)] + [person("p9")]
    data = staffed(policy, people, [holds("clerk", "p1"), holds("clerk", "p2"), holds("cfo", "p3")])
    diagnostics = Diagnostics()
    steps: list[tuple[int, int]] = []
    lint_with_data(
        policy, data, diagnostics, decide, NOW, lambda done, total: steps.append((done, total))
    )
    cut = [report.message for report in diagnostics if report.code == "not-proved"]
    expected = "2 rules were tried out in part, the first is row `a` in US01"
    assert cut == ([expected] if is_cut else [])
    assert steps == [(0, 1), (1, 1)]


# --- what the entity and the moment say

VOCABULARY = (
    "kind: vocabulary\nfacts:\n  grade: {is: {scale: [low, high]}, of: entity}\n"
    "  trusted: {is: yes_no, of: entity}\n  reviewed: {is: yes_no, of: supplier}\n"
)
GRADED = ORGANIZATION[: ORGANIZATION.index("limits:")] + (
    "limits:\n"
    "  - {who: clerk, when: {now: {below: 2027-03-01}}, up_to: 10.00 USD}\n"
    "  - {who: clerk, when: {now: {from: 2027-03-01}, grade: low}, up_to: 300.00 USD}\n"
    "  - {who: clerk, when: {now: {from: 2027-03-01}, grade: high}, up_to: 900.00 USD}\n"
)
COVERED = "{chain: [clerk], until: authority_covers}"
CLERKS = (person("rita"), person("ann"), person("ben"))


def of_entity(**facts: str) -> list[dict[str, str]]:
    return [{"of": "entity", "id": "US01", "fact": n, "value": x} for n, x in facts.items()]


def reported(matrix: str, facts: list[dict[str, str]], **tables: list[dict[str, str]]) -> list[str]:
    policy = compiled(matrix, organization=GRADED, vocabulary=VOCABULARY)
    roles = [holds("clerk", "ann"), holds("clerk", "ben")]
    return texts(policy, staffed(policy, CLERKS, roles, facts=facts, **tables), "unapprovable")


@pytest.mark.parametrize(("grade", "highest"), [("low", "300.00"), ("high", "900.00")])
def test_limits_count_by_the_facts_of_the_entity_and_the_day(grade: str, highest: str) -> None:
    """Another grade or day than the real one is no case, and the witness does not name it."""
    facts = of_entity(grade=grade)
    assert reported(rows(f"{{up_to: {highest}, approve: {COVERED}}}"), facts) == []
    [report] = reported(rows(f"{{approve: {COVERED}}}"), facts)
    assert f"amounts above {highest} USD: no limit covers" in report
    assert f"witness: entity: US01, requester: rita, amount {highest[:-1]}1 USD" in report


def test_a_fact_of_the_entity_that_nobody_states_is_not_made_up() -> None:
    """Such documents are held for the fact, whoever could approve them."""
    assert reported(rows(f"{{approve: {COVERED}}}"), []) == []


def test_facts_of_a_supplier_who_is_there_are_his_own() -> None:
    policy = build(compiled(CLERK, vocabulary=VOCABULARY))
    data = staffed(policy, [person("mia")])
    entity = policy.organization.entities["US01"]
    field = field_of(policy, data, policy.matrices[0], entity, NOW.date())
    trial = next(trials(next(subjects(field))))
    world = World(policy, data, decide, NOW, 1)
    for supplier, is_stated in (("", True), ("acme", False)):
        _, given = document_in(world, trial, Setting(supplier=supplier), PersonId("mia"))
        assert ("reviewed" in given, "supplier.status" in given) == (is_stated, is_stated)


def test_a_row_for_other_entities_is_not_tried() -> None:
    row = f"{{when: {{trusted: yes}}, approve: {COVERED}}}"
    assert reported(rows(row), of_entity(trusted="no", grade="low")) == []
    assert reported(rows(row), of_entity(trusted="yes", grade="low")) != []


def test_a_row_for_other_entities_needs_nobody() -> None:
    policy = compiled(rows("{when: {trusted: yes}, approve: cfo}"), vocabulary=VOCABULARY)
    for trusted, count in (("yes", 1), ("no", 0)):
        data = staffed(policy, CLERKS, facts=of_entity(trusted=trusted))
        reports = texts(policy, data, "nobody-holds")
        assert len([each for each in reports if each.startswith("m.yaml")]) == count
