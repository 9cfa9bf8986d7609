"""Words for which nobody is there, and objects that nobody answers for."""

from __future__ import annotations

from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.deciding import decide
from engine.decision import Outcome
from engine.documents.model import Document, Line
from engine.money import Money
from tests.rules.staffed import (
    HEAD,
    NOW,
    ORGANIZATION,
    compiled,
    found,
    holds,
    person,
    rows,
    staffed,
    texts,
)

PEOPLE = (person("rita", "mia"), person("mia", "", "manager"), person("carl"), person("eve"))
BOTH = HEAD.replace("scope: {entities: [US01]}\n", "")


def lacking(matrix: str, *roles: dict[str, str], **more: str) -> list[str]:
    """Place, severity and first sentence of each report that nobody is there."""
    policy = compiled(matrix, **more)
    data = staffed(policy, PEOPLE, roles)
    return [
        f"{each.place} {each.severity} {each.message}"
        for each in found(policy, data, "nobody-holds")
        if each.place.file != "organization.yaml"
    ]


def test_a_role_that_nobody_holds_is_reported_at_the_word_with_the_entities() -> None:
    policy = compiled(rows("{approve: [clerk]}", head=BOTH))
    assert texts(policy, staffed(policy, PEOPLE), "nobody-holds")[0] == (
        "m.yaml:7:16: error[nobody-holds]: nobody holds `clerk` for US01 and DE01\n"
        "  help: add a holder of `clerk` for US01 in roles.csv, or let somebody stand in: "
        "`- {for: clerk, by: ..., because: [vacant]}`"
    )


def test_only_the_entities_without_a_holder_are_named() -> None:
    matrix = rows("{approve: clerk}", head=BOTH)
    assert lacking(matrix, holds("clerk", "carl", "US01")) == [
        "m.yaml:7:15 error nobody holds `clerk` for DE01"
    ]
    assert lacking(matrix, holds("clerk", "carl")) == []


@pytest.mark.parametrize(
    ("span", "is_there"),
    [
        ({}, True),
        ({"from": "2027-03-15"}, True),
        ({"from": "2027-03-16"}, False),
        ({"to": "2027-03-15"}, True),
        ({"to": "2027-03-14"}, False),
    ],
)
def test_a_holder_counts_on_his_days(span: dict[str, str], is_there: bool) -> None:
    report = lacking(rows("{approve: clerk}"), holds("clerk", "carl", **span))
    assert (report == []) is is_there


def test_a_holder_who_has_left_is_nobody_unless_another_acts_for_him() -> None:
    policy = compiled(rows("{approve: clerk}"))
    people = [*PEOPLE, person("gone", last_day="2027-01-31")]
    role = [holds("clerk", "gone")]
    [error] = [
        each
        for each in found(policy, staffed(policy, people, role), "nobody-holds")
        if each.severity == "error"
    ]
    assert error.message == "nobody holds `clerk` for US01"
    acting = [{"position": "gone", "by": "eve", "from": "2027-02-01", "to": ""}]
    data = staffed(policy, people, role, acting=acting)
    assert not [each for each in found(policy, data, "nobody-holds") if each.severity == "error"]


@pytest.mark.parametrize(
    ("because", "covers"), [("vacant", True), ("absent", False), ("barred", False)]
)
def test_a_stand_in_covers_only_for_a_vacancy(because: str, covers: bool) -> None:
    handling = f"kind: handling\nstand_ins: [{{for: clerk, by: cfo, because: [{because}]}}]\n"
    found = lacking(rows("{approve: clerk}"), holds("cfo", "carl"), handling=handling)
    assert (found == []) is covers


def test_a_stand_in_that_nobody_holds_covers_nothing() -> None:
    handling = "kind: handling\nstand_ins: [{for: clerk, by: cfo, because: [vacant]}]\n"
    assert lacking(rows("{approve: clerk}"), handling=handling) == [
        "handling.yaml:2:30 warning nobody holds `cfo` for US01 and DE01",
        "m.yaml:8:15 error nobody holds `clerk` for US01",
    ]


def test_one_of_several_is_a_warning_only() -> None:
    assert lacking(rows("{approve: {any: [clerk, cfo]}}"), holds("cfo", "carl")) == [
        "m.yaml:8:22 warning nobody holds `clerk` for US01"
    ]
    assert lacking(rows("{approve: {all: [clerk, cfo]}}"), holds("cfo", "carl")) == [
        "m.yaml:8:22 error nobody holds `clerk` for US01"
    ]


def test_a_level_belongs_to_the_people_of_the_entity() -> None:
    assert lacking(rows("{approve: {level: vp}}"))[0].startswith(
        "m.yaml:8:15 error nobody has the level `vp` or a higher one for US01"
    )
    assert lacking(rows("{approve: {level: manager}}")) == []


def test_a_body_needs_as_many_members_as_must_be_present() -> None:
    members = [holds("member", "carl"), holds("member", "eve")]
    assert lacking(rows("{approve: board}"), *members) == []
    assert lacking(rows("{approve: board}"), members[0]) == [
        "m.yaml:8:15 error `board` has 1 member and needs 2 for US01"
    ]


def test_a_body_on_paper_needs_its_recorder() -> None:
    assert lacking(rows("{approve: council}"), holds("auditor", "eve", "US")) == []
    assert lacking(rows("{approve: council}"), holds("auditor", "eve", "DE")) == [
        "m.yaml:8:15 error nobody holds `auditor`, who records `council`, for US01"
    ]


def test_controls_reviews_guarantees_and_chains_ask_too() -> None:
    controls = """
kind: controls
scope: group
amount: commitment.net
currency: USD
additional:
  - {above: 10.00, approve: clerk}
  - {above: 20.00, approve: cfo, review: {documents: this, by: auditor, code: looked_at}}
guarantees:
  - {name: signed, require_approvals: {by: ceo}}
"""
    chain = "{approve: [cfo, {chain: [ceo, cfo], until: authority_covers}]}"
    assert lacking(rows(chain), holds("cfo", "carl"), c=controls) == [
        "c.yaml:7:29 error nobody holds `clerk` for US01 and DE01",
        "c.yaml:8:64 warning nobody holds `auditor` for US01 and DE01",
        "c.yaml:10:5 error nobody holds `ceo` for US01 and DE01",
        "m.yaml:8:21 warning nobody holds `ceo` for US01",
    ]


def test_a_file_that_is_not_in_force_asks_nobody() -> None:
    later = HEAD + "effective: {from: 2027-03-16}\n"
    assert lacking(rows("{approve: clerk}", head=later)) == []


def test_entities_that_have_a_matrix_of_their_own_are_left_out() -> None:
    group = rows("{approve: clerk}", head=BOTH)
    own = rows("{approve: cfo}").replace("name: m", "name: own").replace("US01", "DE01")
    held = (holds("clerk", "carl", "US01"), holds("cfo", "carl"))
    assert lacking(group, *held, own=own) == []
    some = own.replace("purchase_order", "requisition")
    assert lacking(group, *held, own=some) == ["m.yaml:7:15 error nobody holds `clerk` for DE01"]


def test_a_row_asks_only_in_the_entities_of_its_condition() -> None:
    matrix = rows(
        "{when: {entity: US01}, approve: clerk}",
        "{when: {entity: DE01}, approve: cfo}",
        head=BOTH,
    )
    held = (holds("clerk", "carl", "US01"), holds("cfo", "carl"))
    assert lacking(matrix, *held) == []
    assert lacking(matrix, held[1]) == ["m.yaml:7:37 error nobody holds `clerk` for US01"]


def test_limits_of_a_level_that_nobody_has_are_noted_once() -> None:
    policy = compiled(rows("{approve: cfo}"))
    data = staffed(policy, PEOPLE, [holds("cfo", "carl")])
    [note] = found(policy, data, "nobody-holds")
    assert (str(note.place), note.severity, note.message) == (
        "organization.yaml:18:5",
        "note",
        "nobody has the level `director`, so this limit is nobody's",
    )


CENTERS = [
    {"id": "c1", "entity": "US01", "owner": "mia"},
    {"id": "c2", "entity": "US01", "owner": ""},
    {"id": "c3", "entity": "US01", "owner": "left"},
    {"id": "c4", "entity": "US01", "owner": "alone"},
    {"id": "c5", "entity": "DE01", "owner": ""},
]
LEFT = [
    *PEOPLE,
    person("left", "mia", last_day="2027-01-31"),
    person("alone", last_day="2027-01-31"),
]


def test_cost_centers_for_which_nobody_can_be_asked_are_named() -> None:
    policy = compiled(rows("{approve: cost_center_owner}"))
    data = staffed(policy, LEFT, cost_centers=CENTERS)
    assert texts(policy, data, "no-owner") == [
        "m.yaml:8:15: warning[no-owner]: 2 cost centers (`c2`, `c4`) of US01 have no owner who is "
        "there: documents charged to them are held\n  help: name one in cost_centers.csv",
        "m.yaml:8:15: note[no-owner]: the owner of cost center `c3` of US01 has left: who stands "
        "above is asked instead\n  help: name a new one in cost_centers.csv",
    ]
    fine = staffed(policy, PEOPLE, cost_centers=CENTERS[:1])
    assert texts(policy, fine, "no-owner") == []


def test_owners_that_no_rule_asks_do_not_matter() -> None:
    policy = compiled(rows("{approve: cfo}"))
    data = staffed(policy, LEFT, [holds("cfo", "carl")], cost_centers=CENTERS)
    assert texts(policy, data, "no-owner") == []


def test_projects_need_a_manager() -> None:
    policy = compiled(rows("{approve: project_manager}"))
    projects = [
        {"id": "p1", "entity": "US01", "manager": "mia"},
        {"id": "p2", "entity": "US01", "manager": ""},
    ]
    [report] = found(policy, staffed(policy, PEOPLE, projects=projects), "no-owner")
    assert report.message == (
        "project `p2` of US01 has no manager who is there: documents charged to it are held"
    )


def test_departments_without_their_head_are_named() -> None:
    policy = compiled(rows("{approve: head}"))
    people = [*PEOPLE, person("ida", department="it"), person("sam", department="sales")]
    data = staffed(policy, people, [holds("head", "ida", "it")])
    [report] = found(policy, data, "no-owner")
    assert report.message == (
        "nobody holds `head` for department `sales` of US01: documents of it are held"
    )
    both = [holds("head", "ida", "it"), holds("head", "ida", "sales")]
    assert found(policy, staffed(policy, people, both), "no-owner") == []


SCOPES = {"cfo": ("*",), "clerk": ("US01", "DE01", "*"), "auditor": ("US", "DE", "*")}


@st.composite
def holdings(draw: st.DrawFn) -> list[dict[str, str]]:
    made = []
    for role, scopes in SCOPES.items():
        for scope in draw(st.sets(st.sampled_from(scopes))):
            who = draw(st.sampled_from(["carl", "eve", "gone"]))
            made.append(holds(role, who, scope))
    return made


def document(entity: str, now: datetime) -> Document:
    line = Line(1, Money(100, "USD"))
    return Document(
        type="purchase_order",
        id="D",
        entity=entity,
        requester="rita",
        submitted_at=now,
        currency="USD",
        lines=(line,),
    )


@given(held=holdings(), role=st.sampled_from(sorted(SCOPES)))
@settings(max_examples=60, deadline=None)
def test_what_is_reported_is_exactly_what_is_held(held: list[dict[str, str]], role: str) -> None:
    policy = compiled(rows(f"{{approve: {role}}}", head=BOTH), organization=ORGANIZATION)
    people = [*PEOPLE, person("gone", last_day="2027-01-31")]
    data = staffed(policy, people, held)
    errors = [r for r in found(policy, data, "nobody-holds") if r.severity == "error"]
    reported = {e for e in ("US01", "DE01") for r in errors if e in r.message}
    stuck = {
        entity
        for entity in ("US01", "DE01")
        if decide(policy, data, document(entity, NOW), NOW).outcome is Outcome.HELD
    }
    assert reported == stuck
