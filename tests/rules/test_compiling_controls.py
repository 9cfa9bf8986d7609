"""Controls: additional rows, caps, guarantees, segregation of duties, related parties (B4)."""

# ruff: noqa: E501 (tables of rules as they are written)

from datetime import date

import pytest

from engine.facts.conditions import ALWAYS, Compare, Constant, FactBound, Op
from engine.facts.kinds import Kind
from engine.money import HIGHEST, LOWEST, Money
from engine.places import Place
from engine.policy import (
    Additional,
    Approve,
    At,
    Hold,
    Mitigation,
    PolicySet,
    Refuse,
)
from engine.routing.words import Notify, RoleWord, SupervisorChain
from engine.scopes import Effective, Scope
from tests.rules.compiled import SETS, compiled, complaints, files_of, report

HEAD = "kind: controls\namount: commitment.net\ncurrency: EUR\n"


def complete() -> PolicySet:
    policy, _ = report(files_of(SETS / "complete"))
    assert policy is not None
    return policy


def errors(text: str, head: str = HEAD) -> list[str]:
    return [found.split()[0] for found in complaints(controls__c=head + text)]


def additional(text: str) -> Additional:
    return compiled(controls__c=f"{HEAD}additional:\n  - {text}\n").additional[0]


def test_additional_rows() -> None:
    it, invoice, split, micro, used_up, told, *_ = complete().additional
    assert it.scope == Scope()
    assert it.effective == Effective(date(2027, 1, 1))
    assert (it.currency, it.amount, it.documents) == ("EUR", "commitment.net", frozenset())
    assert isinstance(it.answer, Approve)
    assert isinstance(it.answer.steps[0], RoleWord)
    assert (it.at, it.low, it.high, it.owner) == (At.BEFORE, LOWEST, HIGHEST, "group_controller")
    assert invoice.documents == {"invoice"}
    assert (invoice.answer, invoice.low, invoice.when) == (None, 100_001, ALWAYS)
    assert [part.text for part in invoice.require] == ["purchase_order_copy: present"]
    assert (split.at, split.because, split.code) == (At.AFTER, "splitting", "")
    assert split.review is not None
    assert (split.review.documents, split.review.code) == ("counted", "structuring_suspect")
    assert isinstance(split.review.by[0], SupervisorChain)
    assert micro.answer == Refuse("over the limit for this method")
    assert used_up.answer == Hold("the contract is used up", "contract_exhausted")
    assert used_up.code == "contract_exhausted"
    assert (told.name, told.at) == ("told", At.BESIDE)
    assert isinstance(told.answer, Approve)
    assert isinstance(told.answer.steps[0], Notify)


def test_bounds_of_additional_rows() -> None:
    found = additional("{from: 1.00, below: 5.00 USD, hold: x}")
    assert (found.low, found.high) == (200, HIGHEST)
    assert found.bounds == (
        Compare("amount", Op.FROM, Constant(Money(100, "EUR")), Kind.MONEY, "EUR"),
    )
    usd = Constant(Money(500, "USD"))
    assert found.when == Compare("amount", Op.BELOW, usd, Kind.MONEY, "USD")
    limit = additional("{above: requester.limit, hold: x}").when
    assert limit == Compare("amount", Op.ABOVE, FactBound("requester.limit"), Kind.MONEY, "EUR")


def test_caps_are_additional_rows_on_a_total() -> None:
    tender, yearly = complete().additional[6:]
    assert (tender.name, tender.amount, tender.currency) == ("tender", "supplier_year", "EUR")
    assert (tender.low, tender.high) == (20_000_001, HIGHEST)
    bound = Constant(Money(10_000_000, "EUR"))
    assert tender.bounds == (Compare("amount", Op.ABOVE, bound, Kind.MONEY, "EUR"),)
    assert isinstance(tender.answer, Approve)
    assert [part.text for part in tender.require] == ["tender_reference: present"]
    assert tender.place == Place("controls/group.yaml", 14, 5)
    assert (yearly.amount, yearly.currency, yearly.low) == ("fiscal_sum", "KWD", 2_000_000_000)
    assert yearly.documents == {"purchase_order"}
    assert yearly.answer == Hold("too much in one year", "year_full")


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("{when: {category: a}}", "missing-key"),
        ("{}", "missing-key"),
        ("{hold: x, refuse: y}", "more-than-one"),
        ("{approve: not_needed}", "unnamed-not-needed"),
        ("{approve: requester}", "requester-alone"),
        ("{approve: cfo, at: between}", "not-one-of"),
        ("{hold: x, at: before}", "unknown-key"),
        ("{hold: x, documents: []}", "empty-list"),
        ("{hold: x, documents: [invoce]}", "unknown-document"),
        ("{hold: x, above: ten}", "unknown-fact"),
        ("{hold: x, exception: true}", "unknown-key"),
        ("{review: {documents: counted, by: cfo, code: x}}", "no-total"),
        ("{review: {documents: all, by: cfo, code: x}}", "not-one-of"),
        ("{review: {documents: this, by: cfo}}", "missing-key"),
        ("{review: {documents: this, by: {notify: cfo}, code: x}}", "silence"),
        ("{review: {documents: this, by: requester, code: x}}", "silence"),
        ("{require: {}}", "empty-list"),
    ],
)
def test_a_wrong_additional_row_is_reported_once(written: str, code: str) -> None:
    assert errors(f"additional:\n  - {written}\n") == [code]


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("{total: supplier_year, up_to: 5.00, beyond: {hold: x}}", "missing-key"),
        ("{name: a, up_to: 5.00, beyond: {hold: x}}", "missing-key"),
        ("{name: a, total: supplier_year, beyond: {hold: x}}", "missing-key"),
        (
            "{name: a, total: supplier_year, up_to: 5.00, below: 6.00, beyond: {hold: x}}",
            "more-than-one",
        ),
        ("{name: a, total: document.net, up_to: 5.00, beyond: {hold: x}}", "unknown-fact"),
        ("{name: a, total: suplier_year, up_to: 5.00, beyond: {hold: x}}", "unknown-fact"),
        (
            "{name: a, total: supplier_year, up_to: contract.net, beyond: {hold: x}}",
            "not-an-amount",
        ),
        ("{name: a, total: supplier_year, up_to: 5.00}", "missing-key"),
        ("{name: a, total: supplier_year, up_to: 5.00, beyond: {}}", "missing-key"),
        (
            "{name: a, total: supplier_year, up_to: 5.00, beyond: {because: x, hold: x}}",
            "unknown-key",
        ),
        ("{name: a, total: supplier_year, up_to: 5.00, beyond: hold}", "expected-mapping"),
    ],
)
def test_a_wrong_cap_is_reported_once(written: str, code: str) -> None:
    assert errors(f"caps:\n  - {written}\n") == [code]


def test_names_of_controls_are_unique_in_the_set() -> None:
    text = f"{HEAD}additional:\n  - {{name: a, hold: x}}\n"
    assert complaints(controls__c=text, controls__d=text) == ["name-taken controls/d.yaml:5:6"]


def test_a_bound_needs_the_amount_of_the_file() -> None:
    assert errors(
        "additional:\n  - {above: 5.00, hold: x}\n", "kind: controls\ncurrency: EUR\n"
    ) == ["no-amount"]
    head = "kind: controls\ncurrency: EUR\namount: none\n"
    assert errors("additional:\n  - {above: 5.00, hold: x}\n", head) == ["no-amount"]
    assert errors("additional:\n  - {hold: x}\n", head) == []


def test_guarantees() -> None:
    four, million, both, order = complete().guarantees
    assert (four.name, four.documents, four.amount) == ("four-eyes", {"payment"}, "commitment.net")
    assert dict(four.above) == {"EUR": Money(1_000_000, "EUR"), "USD": Money(1_100_000, "USD")}
    assert (four.at_least, four.by, four.order) == (2, (), ())
    assert (million.at_least, million.by) == (0, ("cfo",))
    assert dict(both.above) == {"EUR": Money(500_000, "EUR")}
    assert (both.at_least, both.by) == (3, ("cfo", "ceo"))
    assert both.when != ALWAYS
    assert order.order == ("manager", "director", "vp", "cfo", "ceo", "board")
    assert (order.at_least, dict(order.above), order.documents) == (0, {}, frozenset())


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("{require_approvals: {at_least: 2}}", "missing-key"),
        ("{name: a}", "missing-key"),
        ("{name: a, require_approvals: {}}", "missing-key"),
        ("{name: a, require_approvals: {at_least: 0}}", "out-of-range"),
        ("{name: a, require_approvals: {by: cfoo}}", "unknown-role"),
        ("{name: a, require_approvals: {by: manager}}", "unknown-role"),
        ("{name: a, require_approvals: {at_least: 2}, order: [cfo, ceo]}", "more-than-one"),
        ("{name: a, order: [cfo]}", "list-length"),
        ("{name: a, order: [cfo, boss]}", "unknown-role"),
        ("{name: a, order: [cfo, cfo]}", "twice"),
        ("{name: a, order: [cfo, ceo], above: 5.00}", "unknown-key"),
        ("{name: a, above: {EUR: 5.00 USD}, require_approvals: {at_least: 2}}", "different-kinds"),
        ("{name: a, above: {EUX: 5.00}, require_approvals: {at_least: 2}}", "unknown-currency"),
        ("{name: a, above: {JPY: 5.00}, require_approvals: {at_least: 2}}", "too-many-decimals"),
        ("{name: a, above: [5.00], require_approvals: {at_least: 2}}", "expected-text"),
    ],
)
def test_a_wrong_guarantee_is_reported_once(written: str, code: str) -> None:
    assert errors(f"guarantees:\n  - {written}\n") == [code]


def test_a_bounded_guarantee_needs_an_amount() -> None:
    text = "guarantees:\n  - {name: a, above: {EUR: 5.00}, require_approvals: {at_least: 2}}\n"
    assert errors(text, "kind: controls\n") == ["no-amount"]


def test_only_an_order_may_be_waived() -> None:
    guarantee = f"{HEAD}guarantees:\n  - {{name: four-eyes, require_approvals: {{at_least: 2}}}}\n"
    rows = "  - {approve: cfo, waives: {four-eyes: no reason will do}}\n"
    head = "kind: approvals\nname: m\ndocuments: [award]\namount: none\nrows:\n"
    found = complaints(controls__c=guarantee, approvals__m=head + rows)
    assert found == ["not-waivable approvals/m.yaml:6:5"]


def test_segregation() -> None:
    policy = complete()
    submit, approve = policy.duties["submit_invoice"], policy.duties["approve_invoice"]
    assert (submit.documents, submit.acts) == ({"invoice"}, {"submit", "request"})
    assert (approve.acts, approve.roles) == ({"approve"}, frozenset())
    assert policy.duties["buy"].roles == {"buyer", "officer"}
    first, second = policy.conflicts
    assert (first.name, first.duties) == ("P2P-01", ("submit_invoice", "approve_invoice"))
    assert (first.on, first.outcome, first.within) == ("same_document", "block", None)
    assert (first.related, first.risk) == (False, "fictitious supplier")
    assert first.scope == Scope(entities=frozenset({"US01"}))
    assert (second.on, second.outcome) == ("person", "mitigate")
    (mitigation,) = policy.mitigations
    assert mitigation == Mitigation(
        "ME-12",
        Place("controls/segregation.yaml", 14, 7),
        "P2P-01",
        "petra",
        Money(500_000, "EUR"),
        date(2027, 6, 30),
        "tina",
        30,
    )
    (bar,) = policy.barred
    assert (bar.name, bar.documents) == ("no junior over a senior", {"expense_report"})
    levels = policy.organization.levels
    senior = FactBound("requester.level")
    assert bar.when == Compare("approver.level", Op.BELOW, senior, Kind.SCALE, scale=levels)


def test_related_parties() -> None:
    (related,) = complete().related_parties
    assert related.match == {"bank_account", "tax_id", "address"}
    assert (related.refuse_on_match, related.exclude_declared) == (True, True)
    assert [word.role for word in related.add] == ["compliance"]  # type: ignore[union-attr]
    text = "segregation:\n  related_parties: {match: [tax_id], on_match: exclude, on_declared: {exclude: no}}\n"
    (other,) = compiled(controls__c=f"kind: controls\n{text}").related_parties
    assert (other.refuse_on_match, other.exclude_declared, other.add) == (False, False, ())


DUTIES = """segregation:
  duties:
    submit: {documents: [invoice], acts: [submit]}
    approve: {documents: [invoice], acts: [approve]}
    receive: {documents: [invoice], acts: [receive]}
    pay: {documents: [payment], acts: [approve]}
    hold: {roles: [cfo]}
"""


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("duties: [submit, approve], on: same_document, outcome: block", "missing-key"),
        ("name: a, duties: [submit], on: same_document, outcome: block", "list-length"),
        ("name: a, duties: submit, on: same_document, outcome: block", "expected-list"),
        ("name: a, duties: [submit, aprove], on: same_document, outcome: block", "unknown-duty"),
        ("name: a, duties: [submit, approve], outcome: block", "missing-key"),
        ("name: a, duties: [submit, approve], on: same_thing, outcome: block", "not-one-of"),
        ("name: a, duties: [submit, approve], on: same_document, outcome: stop", "not-one-of"),
        (
            "name: a, duties: [submit, approve], on: same_document, outcome: block, within: 9 days",
            "unknown-key",
        ),
        ("name: a, duties: [pay, approve], on: same_document, outcome: block", "not-comparable"),
        ("name: a, duties: [hold, approve], on: same_document, outcome: block", "not-comparable"),
        ("name: a, duties: [submit, approve], on: person, outcome: block", "not-comparable"),
    ],
)
def test_a_wrong_conflict_is_reported_once(written: str, code: str) -> None:
    assert errors(f"{DUTIES}  conflicts:\n    - {{{written}}}\n") == [code]


@pytest.mark.parametrize(
    ("duties", "on"),
    [
        ("[approve, submit]", "same_document"),
        ("[receive, submit]", "same_document"),
        ("[approve, approve]", "same_document"),
        ("[pay, submit]", "same_chain"),
        ("[pay, submit]", "same_supplier"),
        ("[pay, submit]", "same_object"),
        ("[hold, hold]", "person"),
        ("[hold, approve]", "person"),
    ],
)
@pytest.mark.parametrize("outcome", ["block", "warn", "mitigate"])
@pytest.mark.parametrize("between", ["same_person", "related"])
def test_every_way_of_comparing_two_duties_is_read(
    duties: str, on: str, outcome: str, between: str
) -> None:
    written = f"name: a, duties: {duties}, on: {on}, outcome: {outcome}, between: {between}"
    policy = compiled(controls__c=f"kind: controls\n{DUTIES}  conflicts:\n    - {{{written}}}\n")
    (conflict,) = policy.conflicts
    assert (conflict.on, conflict.outcome) == (on, outcome)
    assert conflict.related is (between == "related")


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("  duties: []\n", "expected-mapping"),
        ("  duties: {a: {}}\n", "missing-key"),
        ("  duties: {a: {documents: [invoice], roles: [cfo]}}\n", "missing-key"),
        ("  duties: {a: {acts: [steal]}}\n", "not-one-of"),
        ("  duties: {a: {roles: [cfoo]}}\n", "unknown-role"),
        ("  barred:\n    - {name: a}\n", "missing-key"),
        ("  barred:\n    - {name: a, when: {category: x}}\n", "approver-fact"),
        ("  barred:\n    - {name: a, when: {approver.shoe_size: 9}}\n", "unknown-fact"),
        ("  barred: []\n", "empty-list"),
        (
            "  related_parties: {match: [name], on_match: refuse, on_declared: {exclude: yes}}\n",
            "not-one-of",
        ),
        (
            "  related_parties: {match: [tax_id], on_match: ask, on_declared: {exclude: yes}}\n",
            "not-one-of",
        ),
        ("  related_parties: {match: [tax_id], on_match: refuse}\n", "missing-key"),
        (
            "  related_parties: {match: [tax_id], on_match: refuse, on_declared: {}}\n",
            "missing-key",
        ),
        (
            "  related_parties: {match: [tax_id], on_match: refuse, on_declared: {add: cfoo}}\n",
            "unknown-role",
        ),
        (
            "  mitigations:\n    - {name: a}\n",
            "missing-key missing-key missing-key missing-key missing-key",
        ),
    ],
)
def test_wrong_segregation_is_reported_once(written: str, code: str) -> None:
    assert errors(f"segregation:\n{written}", "kind: controls\n") == code.split()


@pytest.mark.parametrize(
    ("written", "code"),
    [
        (
            "name: m, conflict: b, person: p, until: 2027-06-30, monitor: t, review_every: 1 day",
            "unknown-conflict",
        ),
        (
            "name: m, conflict: a, person: p, until: 2027-06-30, monitor: p, review_every: 1 day",
            "self-monitored",
        ),
        (
            "name: m, conflict: a, person: p, until: soon, monitor: t, review_every: 1 day",
            "not-a-date",
        ),
        (
            "name: m, conflict: a, person: p, until: 2027-06-30, monitor: t, review_every: 1 month",
            "not-days",
        ),
        (
            "name: m, conflict: a, person: p, cap: 5, until: 2027-06-30, monitor: t, review_every: 1 day",
            "no-currency",
        ),
    ],
)
def test_a_wrong_mitigation_is_reported_once(written: str, code: str) -> None:
    conflict = "  conflicts:\n    - {name: a, duties: [submit, approve], on: same_document, outcome: block}\n"
    text = f"{DUTIES}{conflict}  mitigations:\n    - {{{written}}}\n"
    assert errors(text, "kind: controls\n") == [code]


def test_files_speak_of_each_others_duties_and_conflicts() -> None:
    conflict = "kind: controls\nsegregation:\n  conflicts:\n    - {name: a, duties: [submit, approve], on: same_document, outcome: block}\n"
    mitigation = "kind: controls\nsegregation:\n  mitigations:\n    - {name: m, conflict: a, person: p, until: 2027-06-30, monitor: t, review_every: 1 day}\n"
    policy = compiled(
        controls__a=mitigation, controls__b=conflict, controls__c=f"kind: controls\n{DUTIES}"
    )
    assert len(policy.conflicts) == len(policy.mitigations) == 1


def test_related_parties_hold_for_the_whole_group() -> None:
    text = "segregation:\n  related_parties: {match: [tax_id], on_match: refuse, on_declared: {exclude: yes}}\n"
    for head in ("scope: {entities: [US01]}\n", "effective: {from: 2027-01-01}\n"):
        assert errors(text, f"kind: controls\n{head}") == ["not-group"]
