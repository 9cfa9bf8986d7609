"""Whose absence blocks: one holder of a role is a note, people of whom each is needed a warning."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from engine.deciding import decide
from engine.matching import build
from rules.checks.with_people.absence import without
from tests.rules.staffed import NOW, Row, compiled, found, holds, person, rows, staffed, texts
from tests.rules.test_checks_unapprovable import NAMES, companies, is_stuck, order

PEOPLE = (person("rita", "mia"), person("mia", "dan"), person("dan"), person("carl"), person("eve"))
CHAIN = "{chain: supervisors, steps: 1}"


def said(matrix: str, *roles: Row, people: tuple[Row, ...] = PEOPLE, **more: str) -> list[str]:
    policy = compiled(matrix, **more)
    return texts(policy, staffed(policy, people, roles), "single-absence")


def test_the_one_holder_of_a_role_is_noted_once_with_all_that_waits() -> None:
    matrix = rows(
        "{name: small, up_to: 10.00, approve: cfo}", "{name: large, above: 10.00, approve: cfo}"
    )
    assert said(matrix, holds("cfo", "carl"), holds("ceo", "eve")) == [
        "organization.yaml:8:3: note[single-absence]: while `carl` is away nobody can act as "
        "`cfo`: row `small` in US01, row `large` in US01 must wait\n"
        "  help: smallest fix: `- {for: cfo, by: ceo, because: [absent]}` under `stand_ins` of the "
        "handling file\n"
        "  witness: entity: US01, requester: rita, amount 0.00 USD"
    ]


@pytest.mark.parametrize(
    "covered",
    ["a second holder", "a stand-in", "another way", "a delegate", "nobody is there at all"],
)
def test_nothing_is_said_where_somebody_else_can(covered: str) -> None:
    word, roles, more, tables = "clerk", [holds("clerk", "carl")], {}, {}
    if covered == "a second holder":
        roles.append(holds("clerk", "eve"))
    elif covered == "a stand-in":
        roles.append(holds("ceo", "eve"))
        rule = "{for: clerk, by: ceo, because: [absent]}"
        more["h"] = f"kind: handling\nstand_ins:\n  - {rule}\n"
    elif covered == "another way":
        roles.append(holds("ceo", "eve"))
        word = "{any: [clerk, ceo]}"
    elif covered == "a delegate":
        more["h"] = (
            "kind: handling\ndelegation:\n  - {documents: [purchase_order], limit: delegator}\n"
        )
        tables["delegations"] = [
            {"id": "d1", "delegator": "carl", "delegate": "eve", "from": "2027-01-01"}
            | {"to": "2027-12-31", "documents": "", "entities": "", "categories": ""}
            | {"capex": "", "cap": "", "revoked_at": ""}
        ]
    else:
        roles = []
    policy = compiled(rows(f"{{approve: {word}}}"), **more)
    assert texts(policy, staffed(policy, PEOPLE, roles, **tables), "single-absence") == []


def test_a_place_in_a_chain_climbs() -> None:
    assert said(rows(f"{{approve: {CHAIN}}}")) == []


def test_the_only_person_above_everybody_is_a_warning() -> None:
    people = (person("rita", "mia"), person("ron", "mia"), person("mia"))
    assert said(rows("{approve: requester.manager}"), people=people) == [
        "m.yaml:8:15: warning[single-absence]: the absence of `mia` blocks the row at m.yaml:8:5 "
        "in US01\n"
        "  help: no single change helps\n"
        "  witness: entity: US01, requester: rita, amount 0.00 USD"
    ]


def test_people_of_whom_each_is_needed_are_one_warning() -> None:
    clerks = [holds("clerk", who) for who in ("carl", "eve")]
    matrix = rows(
        "{name: a, up_to: 10.00, approve: {at_least: 2, of: clerk}}",
        "{name: b, above: 10.00, approve: {at_least: 2, of: clerk}}",
    )
    assert said(matrix, *clerks) == [
        "m.yaml:8:38: warning[single-absence]: any single absence of `carl`, `eve` blocks row `a` "
        "in US01, row `b` in US01\n"
        "  help: smallest fix: add one more holder of `clerk` for US01 in roles.csv\n"
        "  witness: entity: US01, requester: rita, amount 0.00 USD"
    ]
    assert said(matrix, *clerks, holds("clerk", "dan")) == []


def test_a_body_that_all_members_must_attend_is_a_warning() -> None:
    members = [holds("member", who) for who in ("carl", "eve")]
    board = rows("{approve: board}")
    assert said(board, *members) == []  # absent members may still vote: a body is not one's task


def test_only_a_rule_that_is_blocked_as_a_whole_counts() -> None:
    """Below its bound another can stand in for the clerk, so the row is not blocked."""
    rule = "{for: clerk, by: ceo, because: [absent], up_to: 50.00 USD}"
    handling = f"kind: handling\nstand_ins:\n  - {rule}\n"
    roles = [holds("clerk", "carl"), holds("ceo", "eve")]
    assert said(rows("{approve: clerk}"), *roles, h=handling) == []
    above = rows("{above: 50.00, approve: clerk}", "{up_to: 50.00, refuse: too small}")
    assert len(said(above, *roles, h=handling)) == 1


def test_a_control_is_blocked_by_its_own_people() -> None:
    control = (
        "kind: controls\nscope: group\namount: commitment.net\ncurrency: USD\n"
        "additional:\n  - {name: it, when: {category: it}, approve: clerk}\n"
    )
    matrix = rows("{approve: {any: [cfo, ceo]}}")
    roles = [holds("cfo", "carl"), holds("ceo", "eve"), holds("clerk", "dan")]
    [report] = said(matrix, *roles, c=control)
    assert "while `dan` is away nobody can act as `clerk`: row `it` in US01 must wait" in report


@given(company=companies())
@settings(max_examples=30, deadline=None)
def test_who_is_named_for_a_role_is_whose_absence_holds_everybody(
    company: tuple[list[Row], list[Row]],
) -> None:
    policy = build(compiled(rows("{approve: {at_least: 2, of: clerk}}")))
    data = staffed(policy, *company)

    def everybody_is_stuck(who: str) -> bool:
        away = without(data, data.people[who].id)
        return all(
            is_stuck(decide(policy, away, order(other, 100), NOW))
            for other in NAMES
            if other != who and not is_stuck(decide(policy, data, order(other, 100), NOW))
        )

    can = [n for n in NAMES if not is_stuck(decide(policy, data, order(n, 100), NOW))]
    reports = found(policy, data, "single-absence")
    named = {who for who in NAMES for report in reports if f"`{who}`" in report.message}
    expected = {who for who in NAMES if [n for n in can if n != who] and everybody_is_stuck(who)}
    assert named == expected
