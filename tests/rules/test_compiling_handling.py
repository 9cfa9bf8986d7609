"""Handling, stated choices, what is accepted, and the set as a whole (B3)."""

# ruff: noqa: E501 (tables of rules as they are written)

from fractions import Fraction

import pytest

from engine.facts.conditions import ALWAYS, Present
from engine.money import Money
from engine.places import Place
from engine.policy import DelegationRule, Increase, PolicySet
from engine.rates import FxChoice
from engine.routing.words import Together
from rules.compiling.accepting import Accepted, names_amount, settle
from rules.compiling.forms import longest_days
from rules.diagnostics import Diagnostic, Diagnostics, Severity
from rules.loading import load_set
from tests.rules.compiled import BASE, HEAD, SETS, compiled, complaints, files_of, report, with_base


def complete() -> PolicySet:
    policy, _ = report(files_of(SETS / "complete"))
    assert policy is not None
    return policy


def errors(text: str) -> list[str]:
    return [found.split()[0] for found in complaints(handling=f"kind: handling\n{text}")]


def policy_errors(text: str) -> list[str]:
    whole = f"kind: set\nlanguage: 1\nname: x\n{text}"
    return [found.split()[0] for found in complaints(policy=whole)]


def test_delegation() -> None:
    lesser, contract, payment = complete().delegation
    assert lesser == DelegationRule(
        place=Place("handling.yaml", 3, 5),
        documents=frozenset({"requisition", "purchase_order", "invoice"}),
        limit="lesser",
        cap=Money(10_000_000, "USD"),
        longest=90,
        level_gap=1,
        depth=0,
    )
    assert (contract.to_level, contract.to_roles, contract.limit) == (
        "manager",
        frozenset(),
        "delegator",
    )
    assert contract.require == {"note_to_legal"}
    assert (contract.longest, contract.level_gap, contract.cap) == (0, -1, None)
    assert payment.to_roles == {"treasurer", "cfo"}
    assert (payment.longest, payment.depth, payment.entities) == (366, 1, {"US01"})
    assert payment.when != ALWAYS


def test_months_of_a_delegation_are_the_most_days_they_can_have() -> None:
    assert [longest_days(months) for months in (1, 2, 3, 6, 12, 24)] == [31, 62, 92, 184, 366, 731]


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("{documents: [invoice]}", "choice-not-stated"),
        ("{documents: [invoice], limit: both}", "not-one-of"),
        ("{limit: lesser}", "missing-key"),
        ("{documents: [invoice], limit: lesser, cap: 5.00}", "no-currency"),
        ("{documents: [invoice], limit: lesser, longest: ever}", "not-a-duration"),
        ("{documents: [invoice], limit: lesser, longest: 5 business days}", "not-days"),
        ("{documents: [invoice], limit: lesser, depth: -1}", "not-a-whole-number"),
        ("{documents: [invoice], limit: lesser, to: manager}", "expected-mapping"),
        ("{documents: [invoice], limit: lesser, to: {}}", "missing-key"),
        ("{documents: [invoice], limit: lesser, to: {level: cfo}}", "unknown-level"),
        ("{documents: [invoice], limit: lesser, require: [term]}", "not-a-paper"),
        ("{documents: [invoice], limit: lesser, pending_tasks: drop}", "not-one-of"),
    ],
)
def test_a_wrong_delegation_is_reported_once(written: str, code: str) -> None:
    assert errors(f"delegation:\n  - {written}\n") == [code]


@pytest.mark.parametrize(
    ("written", "stay"),
    [("", False), (", pending_tasks: move", False), (", pending_tasks: stay", True)],
)
def test_open_tasks_stay_where_a_row_says_so_and_nothing_is_noted(written: str, stay: bool) -> None:
    row = f"{{documents: [purchase_order], limit: delegator{written}}}"
    text = f"kind: handling\ndelegation:\n  - {row}\n"
    assert [rule.pending_stay for rule in compiled(handling=text).delegation] == [stay]
    assert complaints(handling=text) == []


def test_stand_ins() -> None:
    city, ceo = complete().stand_ins
    assert (city.for_role, city.because) == ("city_manager", {"absent"})
    assert [part.condition for part in city.require] == [Present("standing_authorisation")]
    assert city.up_to == Money(10_000_000, "USD")
    assert (city.documents, city.when) == (frozenset(), ALWAYS)
    assert isinstance(ceo.by, Together)
    assert (ceo.because, ceo.documents) == ({"vacant", "barred"}, {"contract"})
    assert ceo.when != ALWAYS


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("{by: cfo, because: [absent]}", "missing-key"),
        ("{for: ceo, by: cfo}", "missing-key"),
        ("{for: ceo, by: cfo, because: []}", "empty-list"),
        ("{for: ceo, by: cfo, because: [tired]}", "not-one-of"),
        ("{for: manager, by: cfo, because: [absent]}", "unknown-role"),
        ("{for: board, by: cfo, because: [absent]}", "not-holders"),
        ("{for: ceo, by: requester, because: [absent]}", "requester-alone"),
        ("{for: ceo, by: {notify: cfo}, because: [absent]}", "silence"),
        ("{for: ceo, by: [cfo], because: [absent]}", "expected-text"),
        ("{for: ceo, by: cfo, because: [absent], require: {x: present}}", "unknown-fact"),
    ],
)
def test_a_wrong_stand_in_is_reported_once(written: str, code: str) -> None:
    assert errors(f"stand_ins:\n  - {written}\n") == [code]


def test_escalation_is_kept() -> None:
    policy, found = report(files_of(SETS / "complete"))
    assert policy is not None
    assert dict(policy.escalation) == {
        "calendar": "entity",
        "remind_after": "1 business day",
        "escalate_after": "2 business days",
        "exhausted": "hold",
    }
    assert not found


@pytest.mark.parametrize(
    ("written", "code"),
    [
        (
            "escalation: {calendar: entity, escalate_after: 2 days, exhausted: approve}\n",
            "not-one-of",
        ),
        ("escalation: {calendar: entity, exhausted: hold}\n", "missing-key"),
        (
            "escalation: {calendar: entity, escalate_after: 367 days, exhausted: hold}\n",
            "span-too-long",
        ),
        (
            "escalation: {calendar: entity, escalate_after: 1 day, on_silence: approve,"
            " exhausted: hold}\n",
            "unknown-key",
        ),
        ("escalation: hold\n", "expected-mapping"),
        ("changes: {again: {}}\n", "unknown-key"),
        ("changes: {again_when: {increase: {percent: 5, since: [original]}}}\n", "missing-key"),
        ("changes: {again_when: {changed: []}}\n", "empty-list"),
        ("changes: {affected_steps_only_when: {increase: {}}}\n", "unknown-key"),
        ("delegation: []\n", "empty-list"),
        ("stand_ins: {}\n", "expected-list"),
    ],
)
def test_wrong_handling_is_reported_once(written: str, code: str) -> None:
    assert errors(written) == [code]


def test_stated_choices() -> None:
    policy = complete()
    assert (policy.name, policy.language, policy.credits) == ("complete", 1, "absolute")
    assert policy.in_flight == "add_if_stricter"
    assert policy.fx == FxChoice(
        "corporate", "submission", True, 7, False, recheck_drift_above=Fraction(3, 200)
    )
    fx = "fx: {rate: spot, on: posting_date, fallback: none, inverse: allow, via: EUR}\n"
    other = compiled(policy=f"kind: set\nlanguage: 1\nname: x\n{fx}").fx
    assert other == FxChoice("spot", "posting_date", False, 0, True, "EUR")


@pytest.mark.parametrize("choice", ["required", "where_installed"])
def test_a_set_says_whether_a_second_opinion_is_required(choice: str) -> None:
    head = "kind: set\nlanguage: 1\nname: x\n"
    assert compiled(policy=f"{head}second_opinion: {choice}\n").second_opinion == choice
    assert compiled(policy=head).second_opinion == ""


def test_a_set_says_who_changes_it() -> None:
    head = "kind: set\nlanguage: 1\nname: x\n"
    assert compiled(policy=head).set_changes is None
    said = "policy_changes: {approved_by: {any: [cfo, ceo]}, activated_by: [cfo, ceo]}\n"
    changes = compiled(policy=head + said).set_changes
    assert changes is not None
    assert changes.activated_by == ("cfo", "ceo")
    assert changes.matrix is not None
    assert changes.matrix.documents == {"policy_change"}
    only = compiled(policy=f"{head}policy_changes: {{activated_by: cfo}}\n").set_changes
    assert only is not None
    assert (only.matrix, only.activated_by) == (None, ("cfo",))


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("language: 2\n", "duplicate-key"),
        ("credits: negative\n", "not-one-of"),
        ("fx: {}\n", "missing-key missing-key missing-key"),
        (
            "fx: {rate: a, on: submission, inverse: refuse, fallback: previous business day}\n",
            "choice-not-stated",
        ),
        ("fx: {rate: a, on: yesterday, inverse: refuse}\n", "not-one-of"),
        ("fx: {rate: a, on: submission, inverse: refuse, stale_after: 1 month}\n", "not-days"),
        ("in_flight: whatever\n", "not-one-of"),
        ("second_opinion: yes\n", "not-one-of"),
        ("second_opinion:\n", "empty-value"),
        ("policy_changes: cfo\n", "expected-mapping"),
        ("policy_changes: {}\n", "missing-key"),
        ("policy_changes: {approved_by: requester}\n", "requester-alone"),
        ("policy_changes: {approved_by: nobody_known}\n", "unknown-role"),
        ("accepted: {}\n", "expected-list"),
        ("accepted: []\n", "empty-list"),
        ("accepted:\n  - {code: overlap}\n", "missing-key"),
        ("accepted:\n  - {code: unknown-role, because: x}\n", "not-one-of"),
        ("for_all_files: {amount: none}\n", "unknown-key"),
        ("for_all_files: {currency: EUX}\n", "unknown-currency"),
        ("for_all_files: group\n", "expected-mapping"),
        ("rows: []\n", "unknown-key"),
    ],
)
def test_a_wrong_choice_is_reported_once(written: str, code: str) -> None:
    assert policy_errors(written) == code.split()


def test_the_language_is_one_that_is_read_here() -> None:
    assert complaints(policy="kind: set\nlanguage: 2\nname: x\n") == [
        "language-version policy.yaml:2:1"
    ]


CREDITS = (
    "kind: approvals\nname: c\ndocuments: [credit_note]\namount: document.net\ncurrency: USD\n"
    "rows:\n  - {approve: cfo}\n"
)


def test_credits_are_stated_where_a_matrix_covers_them() -> None:
    text = "kind: set\nlanguage: 1\nname: x\n"
    assert complaints(policy=text, approvals__c=CREDITS) == ["choice-not-stated policy.yaml:1:1"]
    assert complaints(policy=text, approvals__c=CREDITS.replace("document.net", "none")) == []
    assert complaints(policy=f"{text}credits: absolute\n", approvals__c=CREDITS) == []


def test_signed_credits_are_accepted_or_an_error() -> None:
    text = "kind: set\nlanguage: 1\nname: x\ncredits: signed_with_waiver\n"
    assert complaints(policy=text, approvals__c=CREDITS) == ["signed-credits policy.yaml:1:1"]
    accepted = "accepted:\n  - {code: signed-credits, because: nobody is paid}\n"
    policy, found = report(with_base(policy=text + accepted, approvals__c=CREDITS))
    assert policy is not None
    assert policy.credits == "signed_with_waiver"
    notes = [str(one) for one in found if one.code == "signed-credits"]
    assert notes[0].startswith("policy.yaml:1:1: note[signed-credits]: ")
    assert "(accepted: nobody is paid)" in notes[0]


def test_what_is_accepted_and_not_reported_is_a_warning() -> None:
    text = "kind: set\nlanguage: 1\nname: x\ncredits: absolute\naccepted:\n  - {code: signed-credits, because: x}\n"
    _, found = report(with_base(policy=text))
    assert [(one.code, one.severity) for one in found if one.code.startswith("acc")] == [
        ("accepted-nothing", Severity.WARNING)
    ]


def overlap(file: str, message: str) -> Diagnostic:
    return Diagnostic(
        "overlap", Severity.ERROR, Place(file, 3, 5), message, witness="amount 10000.00 USD"
    )


def test_an_accepted_report_is_met_by_code_file_and_amount() -> None:
    place = Place("policy.yaml", 9, 5)
    entry = Accepted("overlap", "printed so", place, "a.yaml", Money(1_000_000, "USD"))
    found = [overlap("a.yaml", "both match"), overlap("b.yaml", "both match")]
    diagnostics = Diagnostics()
    settle(found, [entry], ["overlap"], diagnostics)
    assert [one.severity for one in diagnostics] == [Severity.NOTE, Severity.ERROR]
    diagnostics = Diagnostics()
    settle([], [entry], ["overlap"], diagnostics)
    assert [one.code for one in diagnostics] == ["accepted-nothing"]
    settle([], [entry], ["gap"], diagnostics)
    assert len(diagnostics) == 1


def test_a_report_names_an_amount_by_number_and_currency() -> None:
    amount = Money(1_000_000, "USD")
    assert names_amount("both match 10000.00 USD", amount)
    assert names_amount("write `above: 10_000.00`", amount)
    assert not names_amount("both match 10000.00 EUR", amount)
    assert not names_amount("both match 10000.001 USD and 110000.00 USD", amount)


def test_loading_checks_and_settles() -> None:
    diagnostics = Diagnostics()
    rows = "rows:\n  - {up_to: 5.00, approve: cfo}\n  - {from: 5.00, approve: ceo}\n"
    files = with_base(approvals__m=HEAD + rows)
    assert load_set(files, diagnostics) is None
    assert [one.code for one in diagnostics if one.severity == "error"] == ["overlap"]
    accepted = "accepted:\n  - {code: overlap, file: approvals/m.yaml, at: 5.00 USD, because: x}\n"
    base = (BASE / "policy.yaml").read_text(encoding="utf-8")
    diagnostics = Diagnostics()
    files = with_base(approvals__m=HEAD + rows, policy=base + accepted)
    assert load_set(files, diagnostics) is not None, diagnostics.render()


CHANGES = """
kind: handling
changes:
  again_when:
    increase: {percent: 5%, amount: 1_000.00 USD, over: both, since: [original, last_approved]}
    changed: [supplier, bank_account]
  affected_steps_only_when: {changed: [cost_center]}
"""


def test_changes_become_plain_values() -> None:
    found = compiled(handling=CHANGES).changes
    assert found is not None
    since = frozenset({"original", "last_approved"})
    assert found.increase == Increase(Fraction(1, 20), Money(100_000, "USD"), True, since)
    assert found.changed == {"supplier", "bank_account"}
    assert found.affected_only == {"cost_center"}


def test_what_no_document_states_cannot_be_changed() -> None:
    for name in ("suplier", "commitment.net", "now", "supplier.status"):
        text = CHANGES.replace("supplier,", f"{name},")
        assert codes(handling=text) == ["unknown-fact"], name


def test_an_increase_by_nothing_is_no_rule() -> None:
    text = "kind: handling\nchanges: {again_when: {increase: {over: both, since: [original]}}}\n"
    assert codes(handling=text) == ["missing-key"]


def test_changes_are_said_once() -> None:
    assert codes(one__handling=CHANGES, two__handling=CHANGES) == ["name-taken"]


def codes(**texts: str) -> list[str]:
    return [found.split()[0] for found in complaints(**texts)]
