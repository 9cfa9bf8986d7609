"""What nobody may approve, for everybody or for some who ask, and the smallest fix (C2)."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.deciding import decide
from engine.decision import Decision
from engine.documents.model import Document, Line
from engine.master_data import MasterData, PersonId
from engine.matching import build
from engine.money import Money
from engine.policy import PolicySet
from rules.checks.with_people.requesters import requesters
from rules.checks.with_people.trials import field_of, subjects
from rules.checks.with_people.trying import WITHOUT, Result, results
from rules.checks.with_people.world import World
from tests.rules.staffed import NOW, Row, compiled, holds, person, rows, staffed, texts

CHAIN = "{chain: supervisors, until: authority_covers}"
PEOPLE = (
    person("rita", "mia"),
    person("ron", "mia"),
    person("mia", "dan", "manager"),
    person("dan", "carl", "director"),
    person("carl", "eve"),
    person("eve"),
)
CFO, CEO = holds("cfo", "carl"), holds("ceo", "eve")
CLERKS = (holds("clerk", "mia"), holds("clerk", "dan"))


def said(
    matrix: str,
    *roles: Row,
    people: tuple[Row, ...] = PEOPLE,
    code: str = "unapprovable",
    **more: str,
) -> list[str]:
    """The reports with the code, as printed."""
    policy = compiled(matrix, **more)
    return texts(policy, staffed(policy, people, roles), code)


def controls(text: str, head: str = "amount: commitment.net\ncurrency: USD\n") -> str:
    return f"kind: controls\nscope: group\n{head}{text}"


# --- amounts and limits


def test_an_amount_above_every_limit_is_for_nobody_and_the_interval_is_exact() -> None:
    reports = said(rows(f"{{name: all, approve: {CHAIN}}}"), CFO, CEO)
    assert reports[-1] == (
        "m.yaml:8:26: error[unapprovable]: nobody can approve documents of row `all` in US01, "
        "amounts above 100000.00 USD: no limit covers the amount (authority_exceeded)\n"
        "  help: smallest fix: `- {who: ceo, entity: US01, up_to: 100_000.01 USD}` under `limits` "
        "of the organization file\n"
        "  witness: entity: US01, requester: rita, amount 100000.01 USD"
    )


def test_a_row_that_ends_at_the_highest_limit_can_be_approved() -> None:
    matrix = rows(
        f"{{up_to: 100_000.00, approve: {{first: [{CHAIN}, {{any: [cfo, ceo]}}]}}}}",
        "{above: 100_000.00, refuse: too much}",
    )
    assert said(matrix, CFO, CEO) == []
    assert said(matrix, CFO, CEO, code="no-fallback") == []


def test_a_cent_between_a_limit_and_a_bound_is_found() -> None:
    matrix = rows(
        f"{{up_to: 100_000.01, approve: {{first: [{CHAIN}, {CHAIN}]}}}}",
        "{above: 100_000.01, refuse: x}",
    )
    assert any("US01, 100000.01 USD: no limit covers" in each for each in said(matrix, CFO))


def test_those_without_a_supervisor_are_named_with_one_who_could_be() -> None:
    people = (person("rita"), person("rob"), person("mia", "", "manager"), person("ron", "mia"))
    assert said(rows("{approve: requester.manager}"), people=people) == [
        "m.yaml:8:15: warning[unapprovable]: 2 people (`rita`, `rob`) find nobody to approve "
        "documents of the row at m.yaml:8:5 in US01, any amount: nobody above may be asked "
        "(no_eligible_approver)\n"
        "  help: smallest fix: make `mia` the manager of `rita` in people.csv\n"
        "  witness: entity: US01, requester: rita, amount 0.00 USD"
    ]


def test_more_people_than_can_be_named_are_counted() -> None:
    people = (*PEOPLE, *(person(f"p{number}") for number in range(8)))
    [report] = said(rows("{approve: requester.manager}"), people=people)
    assert "9 people (`p0`, `p1`, `p2`, `p3`, `p4` and 4 more) find nobody" in report


# --- different persons, guarantees, segregation


def test_two_posts_of_one_person_are_no_two_persons() -> None:
    both = rows("{approve: {all: [cfo, ceo]}}")
    assert said(both, CFO, holds("ceo", "carl")) == [
        "m.yaml:8:15: error[unapprovable]: nobody can approve documents of the row at m.yaml:8:5 "
        "in US01, any amount: it needs 2 different persons (no_eligible_approver)\n"
        "  help: smallest fix: let somebody else than `carl` hold `ceo` in roles.csv\n"
        "  witness: entity: US01, requester: rita, amount 0.00 USD"
    ]
    assert said(both, CFO, CEO) == []


@pytest.mark.parametrize(
    ("clerks", "help"),
    [
        (1, "no single change helps; add 2 holders more of `clerk` for US01 in roles.csv would"),
        (2, "smallest fix: add one more holder of `clerk` for US01 in roles.csv"),
    ],
)
def test_how_many_more_are_needed_is_counted(clerks: int, help: str) -> None:
    held = (holds("clerk", "mia"), holds("clerk", "dan"))[:clerks]
    [report] = said(rows("{approve: {at_least: 3, of: clerk}}"), *held)
    assert f"\n  help: {help}\n" in report


def test_a_guarantee_that_a_row_cannot_keep_is_found_from_its_amount_on() -> None:
    rule = "guarantees:\n  - {name: four-eyes, above: 500.00, require_approvals: {at_least: 2}}\n"
    [report] = said(rows("{approve: {any: [cfo, ceo]}}"), CFO, CEO, c=controls(rule))
    assert report == (
        "c.yaml:6:5: error[unapprovable]: nobody can approve documents of the row at m.yaml:8:5 in "
        "US01, amounts above 500.00 USD: the route breaks `four-eyes` (guarantee_broken)\n"
        "  help: no single change helps\n"
        "  witness: entity: US01, requester: rita, amount 500.01 USD"
    )
    assert said(rows("{approve: {all: [cfo, ceo]}}"), CFO, CEO, c=controls(rule)) == []


SEGREGATION = """
segregation:
  duties:
    prepare: {documents: [purchase_order], acts: [submit]}
    release: {documents: [purchase_order], acts: [approve]}
  conflicts:
    - {name: AP-01, duties: [prepare, release], on: same_document, outcome: block, risk: x}
"""


def test_who_prepares_alone_what_he_alone_approves_is_named_with_his_part() -> None:
    alone = said(rows("{approve: clerk}"), holds("clerk", "mia"), c=controls(SEGREGATION))
    assert [each.split(": ", 2)[2].split("\n")[0] for each in alone] == [
        "nobody can approve, with `mia` as submitter, documents of the row at m.yaml:8:5 in US01, "
        "any amount: nobody may act as `clerk` (no_eligible_approver)"
    ]
    assert "requester: rita, submitter: mia" in alone[0]
    assert said(rows("{approve: clerk}"), *CLERKS, c=controls(SEGREGATION)) == []


TWICE = """
segregation:
  duties:
    release: {documents: [purchase_order], acts: [approve]}
  conflicts:
    - {name: AP-05, duties: [release, release], on: same_document, outcome: block}
"""


def test_a_route_for_fewer_people_than_places_is_reported_where_nobody_approves_twice() -> None:
    steps = rows("{approve: [cfo, clerk]}")
    one = (holds("clerk", "mia"), holds("cfo", "mia"))
    [report] = said(steps, *one, c=controls(TWICE))
    assert "nobody can approve documents of the row at m.yaml:8:5 in US01" in report
    assert said(steps, *one) == []
    assert said(steps, holds("clerk", "ron"), holds("cfo", "mia"), c=controls(TWICE)) == []


BARRED = """
segregation:
  barred:
    - name: no junior over a senior
      documents: [purchase_order]
      when: {approver.level: {below: requester.level}}
"""


def test_a_bar_on_levels_leaves_the_highest_without_an_approver() -> None:
    people = (
        person("rita", "mia", "manager"),
        person("mia", "dan", "director"),
        person("dan", "", "vp"),
    )
    roles = (holds("clerk", "rita"), holds("clerk", "mia"))
    [report] = said(rows("{approve: clerk}"), *roles, people=people, c=controls(BARRED))
    assert report.startswith(
        "m.yaml:8:15: warning[unapprovable]: `dan` finds nobody to approve documents of the row"
    )
    assert said(rows("{approve: clerk}"), *roles, people=people) == []


RELATED = """
segregation:
  related_parties: {match: [bank_account], on_match: refuse, on_declared: {exclude: yes, add: ceo}}
"""


def test_an_interest_of_the_only_approver_blocks_his_supplier() -> None:
    policy = compiled(rows("{approve: clerk}"), c=controls(RELATED, ""))
    more = {
        "suppliers": [{"id": "S-1", "name": "S", "group": "G-1", "status": ""}],
        "interests": [{"person": "mia", "supplier": "G-1"}],
    }
    alone = staffed(policy, PEOPLE, [holds("clerk", "mia"), CEO], **more)
    [report] = texts(policy, alone, "unapprovable")
    assert report.startswith(
        "m.yaml:8:15: error[unapprovable]: nobody can approve documents of the row at m.yaml:8:5 "
        "in US01, of supplier `S-1`, any amount: nobody may act as `clerk`"
    )
    assert "requester: rita, supplier: S-1" in report
    assert texts(policy, staffed(policy, PEOPLE, [*CLERKS, CEO], **more), "unapprovable") == []


# --- controls and cases


def test_what_a_control_adds_is_tried_where_the_control_applies() -> None:
    two = "{at_least: 2, of: clerk}"
    rule = f"additional:\n  - {{name: it, when: {{category: it}}, above: 500.00, approve: {two}}}\n"
    matrix = rows("{approve: {any: [cfo, ceo]}}")
    [report] = said(matrix, CFO, CEO, holds("clerk", "ron"), c=controls(rule))
    assert report == (
        "c.yaml:6:62: error[unapprovable]: nobody can approve documents of row `it` in US01, "
        "amounts above 500.00 USD: it needs 2 different persons (no_eligible_approver)\n"
        "  help: smallest fix: add one more holder of `clerk` for US01 in roles.csv\n"
        "  witness: entity: US01, requester: rita, category: it, amount 500.01 USD"
    )
    assert said(matrix, CFO, CEO, *CLERKS, holds("clerk", "eve"), c=controls(rule)) == []


def test_a_test_on_lines_is_met_by_a_line() -> None:
    when = "{any_line: {expense_type: gift, line.net: {above: 9.00 USD}}}"
    rule = f"additional:\n  - {{name: it, when: {when}, approve: {{at_least: 2, of: clerk}}}}\n"
    [report] = said(rows("{approve: {any: [cfo, ceo]}}"), CFO, CEO, CLERKS[0], c=controls(rule))
    assert "a line with expense_type: gift, line.net: {above: 9.00 USD}" in report


def test_what_is_asked_otherwise_is_tried_where_no_row_matches() -> None:
    matrix = rows("{name: otherwise, when: {category: it}, approve: {any: [cfo, ceo]}}")
    [report] = said(
        matrix + "otherwise: {approve: {at_least: 2, of: clerk}}\n", CFO, CEO, CLERKS[0]
    )
    assert report.startswith("m.yaml:9:22: error[unapprovable]: nobody can approve documents of")
    assert "category: (any other)" in report


@pytest.mark.parametrize(("bound", "amount"), [("up_to: 200.00 USD", "200.01"), ("", "")])
def test_a_stand_in_counts_up_to_its_bound(bound: str, amount: str) -> None:
    rule = f"{{for: clerk, by: cfo, because: [barred]{', ' if bound else ''}{bound}}}"
    handling = f"kind: handling\nstand_ins:\n  - {rule}\n"
    policy = compiled(rows("{approve: clerk}"), h=handling)
    reports = texts(policy, staffed(policy, PEOPLE, [CFO, holds("clerk", "ron")]), "no-fallback")
    assert [f"amount {amount} USD" in each for each in reports] == ([True] if bound else [])


def test_a_condition_of_a_stand_in_divides_the_cases() -> None:
    rule = "{for: clerk, by: cfo, because: [barred], when: {category: it}}"
    handling = f"kind: handling\nstand_ins:\n  - {rule}\n"
    policy = compiled(
        rows(
            "{when: {category: it}, approve: clerk}", "{when: {category: {not: it}}, approve: cfo}"
        ),
        h=handling,
    )
    data = staffed(policy, PEOPLE, [CFO, holds("clerk", "ron")])
    assert [each for each in texts(policy, data, "no-fallback") if "`ron`" in each] == []


def test_the_smallest_fix_is_one() -> None:
    """What the help says to write is written, and the report is gone."""
    matrix, carl = rows("{approve: cfo}"), (CFO, CEO)
    [report] = said(matrix, *carl, code="no-fallback")
    line = report.split("smallest fix: `")[1].split("`")[0]
    handling = f"kind: handling\nstand_ins:\n  {line}\n"
    assert said(matrix, *carl, code="no-fallback", h=handling) == []


# --- against brute force

WORDS = (
    "clerk",
    "cfo",
    "{level: director}",
    CHAIN,
    "requester.manager",
    "{at_least: 2, of: clerk}",
    "{all: [cfo, clerk]}",
    "{any: [cfo, ceo]}",
    "{first: [ceo, {chain: supervisors, to: director}]}",
    "{chain: [clerk, cfo], until: authority_covers}",
)
NAMES = ("p0", "p1", "p2", "p3", "p4", "p5")


@st.composite
def companies(draw: st.DrawFn) -> tuple[list[Row], list[Row]]:
    people = [
        person(
            name,
            draw(st.sampled_from(["", *NAMES[number + 1 :]])),
            draw(st.sampled_from(["", "", "manager", "director", "vp"])),
        )
        for number, name in enumerate(NAMES)
    ]
    roles = [
        holds(role, who, scope)
        for role, scope, most in (("clerk", "US01", 3), ("cfo", "*", 1), ("ceo", "*", 1))
        for who in sorted(draw(st.sets(st.sampled_from(NAMES), max_size=most)))
    ]
    return people, roles


def order(who: str, minor: int) -> Document:
    return Document(
        type="purchase_order",
        id="D",
        entity="US01",
        requester=who,
        submitted_at=NOW,
        currency="USD",
        lines=(Line(1, Money(minor, "USD")),),
        maximum=Money(100, "USD") if not minor else None,
    )


def is_stuck(decision: Decision) -> bool:
    return decision.held is not None and decision.held.code in WITHOUT


def tried(policy: PolicySet, data: MasterData) -> list[Result]:
    world = World(policy, data, decide, NOW, 10_000)
    entity = policy.organization.entities["US01"]
    alike = requesters(policy, data, entity, NOW)
    field = field_of(policy, data, policy.matrices[0], entity, NOW.date())
    return [r for each in subjects(field) for r in results(world, each, alike) if r.is_whole]


def foretold(made: list[Result], who: str, minor: int) -> bool:
    """What was found for the amount and person; everybody stands in exactly one group."""
    [answer] = {
        each.is_stuck
        for result in made
        if result.trial.span[0] <= 2 * minor <= result.trial.span[1]
        for each in result.tried
        if PersonId(who) in each.alike.people
    }
    return answer


@given(
    company=companies(),
    words=st.lists(st.sampled_from(WORDS), min_size=1, max_size=2),
    more=st.lists(st.integers(0, 12_000_000), max_size=4),
)
@settings(max_examples=40, deadline=None)
def test_what_is_found_is_what_deciding_everything_finds(
    company: tuple[list[Row], list[Row]], words: list[str], more: list[int]
) -> None:
    policy = build(compiled(rows(f"{{approve: [{', '.join(words)}]}}")))
    data = staffed(policy, *company)
    made = tried(policy, data)
    for minor in (0, 1, 100_000, 100_001, 500_000, 500_001, 10_000_000, 10_000_001, *more):
        for who in NAMES:
            stuck = is_stuck(decide(policy, data, order(who, minor), NOW))
            assert foretold(made, who, minor) is stuck, (who, minor)
