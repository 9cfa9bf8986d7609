"""Matrices: header, rows, answers, and what a file takes from `for_all_files`."""

# ruff: noqa: E501 (tables of rules as they are written)

from datetime import date

import pytest

from engine.facts.conditions import ALWAYS, Not, OneOf
from engine.places import NOWHERE, Place
from engine.policy import Approve, Hold, NotNeeded, Refuse
from engine.scopes import Effective, Scope
from tests.rules.compiled import HEAD, compiled, complaints, matrix, row, row_errors

ROWS = "rows:\n  - {approve: cfo}\n"


def header_errors(head: str) -> list[str]:
    return [found.split()[0] for found in complaints(approvals__m=head + ROWS)]


def test_the_header_of_a_matrix() -> None:
    found = matrix(
        "  - {approve: cfo}\n",
        "kind: approvals\nname: m\ntitle: The title\nscope: {entities: [US01, US02]}\n"
        "effective: {from: 2027-01-01, to: 2028-01-01}\ndocuments: [award, purchase_order]\n"
        "when: {category: {not: legal}}\ncurrency: EUR\namount: commitment.net\nowner: anna\n",
    )
    assert (found.name, found.title, found.file) == ("m", "The title", "approvals/m.yaml")
    assert found.place == Place("approvals/m.yaml", 1, 1)
    assert found.scope == Scope(entities=frozenset({"US01", "US02"}))
    assert found.effective == Effective(date(2027, 1, 1), date(2028, 1, 1))
    assert found.documents == {"award", "purchase_order"}
    assert found.when == Not(OneOf("category", frozenset({"legal"})))
    assert (found.currency, found.amount, found.owner) == ("EUR", "commitment.net", "anna")
    assert found.otherwise is None
    assert found.otherwise_place == NOWHERE


def test_what_is_not_written_is_the_group_always() -> None:
    found = matrix("  - {approve: cfo}\n", HEAD.replace("document.net", "none"))
    assert (found.scope, found.effective, found.when) == (Scope(), Effective(), ALWAYS)
    assert (found.amount, found.owner, found.title) == ("", "", "")


@pytest.mark.parametrize(
    ("written", "scope"),
    [
        ("group", Scope()),
        ("{countries: [NO, KW]}", Scope(countries=frozenset({"NO", "KW"}))),
        ("{regions: [gulf]}", Scope(regions=frozenset({"gulf"}))),
    ],
)
def test_a_scope(written: str, scope: Scope) -> None:
    assert matrix("  - {approve: cfo}\n", f"{HEAD}scope: {written}\n").scope == scope


POLICY = """kind: set
language: 1
name: base
in_flight: pin
fx: {rate: corporate, on: decision, inverse: allow}
for_all_files:
  scope: {regions: [gulf]}
  effective: {from: 2027-01-01}
  currency: KWD
  owner: aisha
"""
BARE = "kind: approvals\nname: m\ndocuments: [award]\namount: document.net\n"


def test_a_file_takes_from_all_files_what_it_does_not_write() -> None:
    found = compiled(
        policy=POLICY, approvals__m=f"{BARE}rows:\n  - {{up_to: 1.005, approve: cfo}}\n"
    )
    (m,) = found.matrices
    assert m.scope == Scope(regions=frozenset({"gulf"}))
    assert (m.effective.start, m.currency, m.owner) == (date(2027, 1, 1), "KWD", "aisha")
    assert m.rows[0].high == 2010


def test_a_file_that_writes_its_own_does_not() -> None:
    own = "scope: group\neffective: {to: 2030-01-01}\ncurrency: JPY\nowner: yuki\n"
    (m,) = compiled(policy=POLICY, approvals__m=BARE + own + ROWS).matrices
    assert (m.scope, m.effective) == (Scope(), Effective(None, date(2030, 1, 1)))
    assert (m.currency, m.owner) == ("JPY", "yuki")


def test_the_answers_of_rows() -> None:
    rows = matrix(
        "  - {name: a, approve: not_needed, exception: true, waives: {g: because}}\n"
        "  - {approve: [cfo, board]}\n"
        "  - {hold: ask first}\n"
        "  - {name: d, hold: ask, code: ask_first, exception: no}\n"
        "  - {refuse: not here, code: never}\n".replace(", waives: {g: because}", "")
    ).rows
    assert [row.name for row in rows] == ["a", "", "", "d", ""]
    assert [row.exception for row in rows] == [True, False, False, False, False]
    assert rows[0].answer == NotNeeded()
    assert isinstance(rows[1].answer, Approve)
    assert len(rows[1].answer.steps) == 2
    assert rows[2].answer == Hold("ask first")
    assert rows[3].answer == Hold("ask", "ask_first")
    assert rows[4].answer == Refuse("not here", "never")
    assert [row.place.line for row in rows] == [7, 8, 9, 10, 11]
    assert {row.place.column for row in rows} == {5}


@pytest.mark.parametrize(
    ("written", "answer"),
    [
        ("{hold: nothing fits}", Hold("nothing fits")),
        ("{refuse: nothing fits, code: nothing}", Refuse("nothing fits", "nothing")),
    ],
)
def test_otherwise(written: str, answer: Hold | Refuse) -> None:
    found = matrix(f"  - {{approve: cfo}}\notherwise: {written}\n")
    assert found.otherwise == answer
    assert found.otherwise_place == Place("approvals/m.yaml", 8, 12)


def test_otherwise_may_approve() -> None:
    found = matrix("  - {approve: cfo}\notherwise: {approve: [cfo, board]}\n").otherwise
    assert isinstance(found, Approve)


def test_rows_may_waive_an_order_with_a_reason() -> None:
    guarantee = "kind: controls\nguarantees:\n  - {name: order, order: [manager, cfo]}\n"
    text = f"{HEAD}rows:\n  - {{approve: cfo, waives: {{order: the board said so}}}}\n"
    found = compiled(controls__g=guarantee, approvals__m=text)
    assert found.matrices[0].rows[0].waives == (("order", "the board said so"),)


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("{}", "missing-key"),
        ("{up_to: 5.00}", "missing-key"),
        ("{approve: cfo, hold: x}", "more-than-one"),
        ("{hold: x, refuse: y}", "more-than-one"),
        ("{approve: cfo, code: x}", "unknown-key"),
        ("{aprove: cfo}", "unknown-key"),
        ("{approve: cfo, up_to: 5,000.00}", "comma-in-amount"),
        ("{refuse: over the limit, for now}", "unknown-key"),
        ("{hold: }", "empty-value"),
        ("{hold: [x]}", "expected-text"),
        ("{refuse: x, code: Not A Name}", "not-a-name"),
        ("{approve: not_needed}", "unnamed-not-needed"),
        ("{approve: cfo, exception: perhaps}", "not-yes-no"),
        ("{approve: cfo, name: }", "empty-value"),
        ("{approve: cfo, up_to: 1.00, below: 2.00}", "two-bounds"),
        ("{approve: cfo, above: 2.00, up_to: 1.00}", "never-true"),
        ("{approve: cfo, above: 1.00, up_to: 1.00}", "never-true"),
        ("{approve: cfo, up_to: 1.001}", "too-many-decimals"),
        ("{approve: cfo, up_to: 99999999999999999999.00}", "amount-too-large"),
        ("{approve: cfo, up_to: '5,000.00'}", "comma-in-amount"),
        ("{approve: cfo, up_to: ten}", "unknown-fact"),
        ("{approve: cfo, up_to: term}", "different-kinds"),
        ("{approve: cfo, up_to: {lesser: [1.00, 5,000.00]}}", "comma-in-amount"),
        ("{approve: cfo, waives: {nothing: here}}", "unknown-guarantee"),
        ("{approve: cfo, waives: nothing}", "expected-mapping"),
        ("[approve]", "expected-mapping"),
        ("approve", "expected-mapping"),
    ],
)
def test_a_wrong_row_is_reported_once(written: str, code: str) -> None:
    assert row_errors(written) == [code]


@pytest.mark.parametrize(
    ("head", "code"),
    [
        (HEAD.replace("name: m\n", ""), "missing-key"),
        (HEAD.replace("documents: [award]\n", ""), "missing-key"),
        (HEAD.replace("amount: document.net\n", ""), "missing-key"),
        (HEAD.replace("[award]", "[]"), "empty-list"),
        (HEAD.replace("[award]", "award"), "expected-list"),
        (HEAD.replace("[award]", "[awrad]"), "unknown-document"),
        (HEAD.replace("[award]", "[award, award]"), "twice"),
        (HEAD.replace("document.net", "term"), "not-money"),
        (HEAD.replace("document.net", "document.nett"), "unknown-fact"),
        (HEAD.replace("USD", "US"), "unknown-currency"),
        (f"{HEAD}scope: {{entities: [US03]}}\n", "unknown-entity"),
        (f"{HEAD}scope: {{countries: [DE]}}\n", "unknown-entity"),
        (f"{HEAD}scope: {{countries: [XX]}}\n", "unknown-country"),
        (f"{HEAD}scope: {{regions: [asia]}}\n", "unknown-entity"),
        (f"{HEAD}scope: {{regions: [gulf], entities: [US01]}}\n", "more-than-one"),
        (f"{HEAD}scope: {{}}\n", "missing-key"),
        (f"{HEAD}scope: everywhere\n", "expected-mapping"),
        (f"{HEAD}effective: {{from: 2027-01-01, to: 2027-01-01}}\n", "never-true"),
        (f"{HEAD}effective: {{}}\n", "missing-key"),
        (f"{HEAD}effective: {{from: 1.1.2027}}\n", "not-a-date"),
        (f"{HEAD}ownr: anna\n", "unknown-key"),
        (f"{HEAD}otherwise: {{approve: not_needed}}\n", "unnamed-not-needed"),
        (f"{HEAD}otherwise: {{approve: {{notify: cfo}}}}\n", "silence"),
        (f"{HEAD}otherwise: {{}}\n", "missing-key"),
        (f"{HEAD}otherwise: hold\n", "expected-mapping"),
        (f"{HEAD}otherwise: {{hold: x, refuse: y}}\n", "more-than-one"),
    ],
)
def test_a_wrong_header_is_reported_once(head: str, code: str) -> None:
    assert header_errors(head) == [code]


@pytest.mark.parametrize("rows", ["rows: []\n", "rows: {}\n", "rows:\n", ""])
def test_a_matrix_needs_rows(rows: str) -> None:
    assert len(complaints(approvals__m=HEAD + rows)) == 1


def test_a_bound_needs_an_amount_and_the_file_a_currency() -> None:
    rows = "rows:\n  - {up_to: 5.00, approve: cfo}\n  - {above: 5.00 USD, approve: cfo}\n"
    head = HEAD.replace("document.net", "none")
    assert complaints(approvals__m=head + rows) == [
        "no-amount approvals/m.yaml:7:6",
        "no-amount approvals/m.yaml:8:6",
    ]
    head = HEAD.replace("currency: USD\n", "")
    assert complaints(approvals__m=head + rows) == [
        "no-currency approvals/m.yaml:6:13",
        "no-currency approvals/m.yaml:7:6",
    ]


def test_names_are_unique_in_a_file_and_in_the_set() -> None:
    rows = "rows:\n  - {name: a, approve: cfo}\n  - {name: a, approve: ceo}\n"
    assert complaints(approvals__m=HEAD + rows, approvals__n=HEAD + ROWS) == [
        "name-taken approvals/m.yaml:8:6",
        "name-taken approvals/n.yaml:1:1",
    ]


def test_an_error_in_a_row_hides_none_of_another() -> None:
    rows = "rows:\n  - {approve: cfoo}\n  - {up_to: x y, hold: [z]}\n  - {when: {a: b}, approve: ceoo}\n"
    assert complaints(approvals__m=HEAD + rows) == [
        "unknown-role approvals/m.yaml:7:15",
        "not-an-amount approvals/m.yaml:8:13",
        "expected-text approvals/m.yaml:8:24",
        "unknown-fact approvals/m.yaml:9:13",
        "unknown-role approvals/m.yaml:9:29",
    ]


def test_the_order_of_rows_and_files_makes_no_difference_to_the_rows() -> None:
    rows = ["  - {up_to: 1.00, approve: cfo}\n", "  - {above: 1.00, approve: ceo}\n"]
    first, second = matrix("".join(rows)).rows, matrix("".join(reversed(rows))).rows
    assert {found.high for found in first} == {found.high for found in second}
    assert row("{approve: cfo}").name == ""
