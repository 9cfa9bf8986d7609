"""Entries balance, are taken back once and exactly, recur as approved, and two people see them.

Shows (B10).
"""

from dataclasses import replace
from datetime import date
from types import MappingProxyType

import pytest

from engine.cases.status import Status
from engine.documents.model import Document, Line
from engine.master_data import (
    Dated,
    MasterData,
    Period,
    Person,
    PersonId,
    Relation,
    snapshot,
)
from engine.money import Money
from engine.readiness.journals import (
    AccrualReversed,
    Balanced,
    PreparerIsNotPoster,
    Recurring,
    ReversalPair,
)
from engine.readiness.surroundings import Beside
from tests.readiness.worlds import around, ask, beside, codes, document, line, words

APRIL = date(2027, 4, 1)


def world(**more: object) -> MasterData:
    months = [(3, 31), (4, 30)]
    periods = [
        Period("US01", "GL", f"2027-0{m}", date(2027, m, 1), date(2027, m, last))
        for m, last in months
    ]
    people = [Person(PersonId(name), name, "US01") for name in ("rita", "sam", "mia", "dan")]
    values: dict[str, object] = {"periods": periods, "people": people} | more
    return snapshot("digest", **values)  # type: ignore[arg-type]


def debit(net: str = "100.00", account: str = "6100", number: int = 1, **more: object) -> Line:
    return line(number, net, gl_account=account, **more)


def entry(*lines: Line, id: str = "J-1", **more: object) -> Document:
    details = {
        name: more.pop(name)
        for name in ("journal_kind", "reverses", "recurring_plan", "ledger", "reverse_on")
        if name in more
    }
    own = lines or (debit(), debit("-100.00", "2100", 2))
    return document(
        *own, type="journal_entry", id=id, supplier="", details=MappingProxyType(details), **more
    )


def reversal(*lines: Line, id: str = "J-2", reverses: str = "J-1", **more: object) -> Document:
    own = lines or (debit("-100.00"), debit("100.00", "2100", 2))
    values: dict[str, object] = {"posting_date": APRIL, "journal_kind": "reversal"} | more
    return entry(*own, id=id, reverses=reverses, **values)


# Balanced


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        ((), []),
        ((debit("100.00"), debit("-99.99", "2100", 2)), ["journal_unbalanced"]),
        ((debit("100.00"),), ["journal_unbalanced"]),
        ((debit("0.00"), debit("0.00", "2100", 2)), ["journal_moves_nothing"]),
        (
            (debit("100.00", tax=Money(1900, "USD")), debit("-100.00", "2100", 2)),
            ["journal_tax_unbalanced"],
        ),
        ((debit("50.00"), debit("50.00", "6200", 2), debit("-100.00", "2100", 3)), []),
    ],
)
def test_debits_equal_credits_to_the_cent(lines: tuple[Line, ...], found: list[str]) -> None:
    assert codes(ask(Balanced(), entry(*lines))) == found


# Reversals


def pair(on: Document, *others: Beside, data: MasterData | None = None) -> list[str]:
    return codes(ask(ReversalPair(), on, data or world(), beside=around(*others)))


BOOKED = beside(entry())


def test_a_reversal_mirrors_a_posted_entry_in_a_later_period() -> None:
    assert pair(reversal(), BOOKED) == []
    assert pair(entry()) == []  # nothing is taken back


def test_what_takes_an_entry_back_is_a_reversal_whatever_it_is_called() -> None:
    manual = reversal(debit("-40.00"), debit("40.00", "2100", 2), journal_kind="manual")
    assert pair(manual, BOOKED) == ["reversal_not_mirrored"]
    assert pair(entry(journal_kind="reversal")) == ["reversal_of_nothing"]


@pytest.mark.parametrize("status", sorted(set(Status) - {Status.POSTED}))
def test_only_what_is_in_the_books_is_taken_back(status: Status) -> None:
    assert pair(reversal(), beside(entry(), status)) == ["reversed_entry_not_posted"]


def test_an_entry_that_nobody_knows_or_two_systems_know_is_not_taken_back() -> None:
    assert pair(reversal()) == ["reversed_entry_not_posted"]
    assert pair(reversal(), BOOKED, beside(entry(debit("1.00")))) == ["reversed_entry_not_posted"]
    assert pair(reversal(), beside(entry(entity="DE01"))) == ["reversed_entry_not_posted"]
    assert pair(reversal(id="J-1"), BOOKED) == []  # another system's J-1 is another document


@pytest.mark.parametrize(
    "lines",
    [
        (debit("-100.01"), debit("100.01", "2100", 2)),
        (debit("-100.00", "6200"), debit("100.00", "2100", 2)),
        (debit("-100.00", cost_center="cc200"), debit("100.00", "2100", 2)),
        (debit("-100.00", dimensions={"region": "north"}), debit("100.00", "2100", 2)),
        (debit("-50.00"), debit("-50.00", number=3), debit("100.00", "2100", 2)),
        (debit(), debit("-100.00", "2100", 2)),  # the same again
    ],
)
def test_another_line_is_no_mirror(lines: tuple[Line, ...]) -> None:
    assert pair(reversal(*lines), BOOKED) == ["reversal_not_mirrored"]


def test_lines_may_stand_in_another_order_and_say_something_else() -> None:
    other = (debit("100.00", "2100", 1, description="back"), debit("-100.00", number=2))
    assert pair(reversal(*other), BOOKED) == []
    assert pair(reversal(ledger="IFRS"), BOOKED) == ["reversal_not_mirrored"]


@pytest.mark.parametrize(
    ("day", "found"),
    [
        (date(2027, 3, 31), ["reversal_too_early"]),
        (date(2027, 2, 28), ["reversal_period_unknown"]),
        (date(2027, 5, 1), ["reversal_period_unknown"]),
        (APRIL, []),
    ],
)
def test_a_reversal_is_in_a_later_period(day: date, found: list[str]) -> None:
    assert pair(reversal(posting_date=day), BOOKED) == found


@pytest.mark.parametrize(
    ("status", "found"),
    [
        (Status.APPROVED, ["reversed_already"]),
        (Status.POSTING, ["reversed_already"]),
        (Status.POSTED, ["reversed_already"]),
        (Status.EXCEPTION, ["reversed_already"]),
        (Status.PENDING, []),
        (Status.WITHDRAWN, []),
    ],
)
def test_an_entry_is_taken_back_once(status: Status, found: list[str]) -> None:
    assert pair(reversal(), BOOKED, beside(reversal(id="J-3"), status)) == found


def test_a_reversal_is_not_taken_back() -> None:
    other = reversal(debit(), debit("-100.00", "2100", 2), id="J-3", reverses="J-2")
    first = beside(reversal(posting_date=date(2027, 3, 20)))
    assert pair(other, first) == ["reversal_of_reversal"]


def test_keys_find_the_entry_and_its_other_reversals() -> None:
    data = world()
    wanted = set(ReversalPair().looks_for(data, reversal()))
    assert wanted & set(ReversalPair.found_by(data, entry()))
    assert wanted & set(ReversalPair.found_by(data, reversal(id="J-3")))
    assert not wanted & set(ReversalPair.found_by(data, entry(id="J-9")))


# Accruals


@pytest.mark.parametrize(
    ("day", "found"),
    [
        (None, ["accrual_without_reversal"]),
        (date(2027, 3, 31), ["accrual_reversed_too_early"]),
        (APRIL, []),
    ],
)
def test_an_accrual_says_when_it_is_taken_back(day: date | None, found: list[str]) -> None:
    stated = {} if day is None else {"reverse_on": day}
    on = entry(journal_kind="accrual", **stated)
    assert codes(ask(AccrualReversed(), on, world())) == found
    assert codes(ask(AccrualReversed(), entry(), world())) == []
    assert codes(ask(AccrualReversed(), on, world(periods=[])))[:1] == (
        ["accrual_without_reversal"] if day is None else ["reversal_period_unknown"]
    )


# Recurring


def recurring(*lines: Line, id: str = "J-2", plan: str = "rent", **more: object) -> Document:
    return entry(*lines, id=id, journal_kind="recurring", recurring_plan=plan, **more)


FIRST = beside(recurring(id="J-1"))


def planned(on: Document, *others: Beside) -> list[str]:
    return codes(ask(Recurring(), on, beside=around(*others)))


def test_an_entry_of_a_plan_moves_what_the_first_was_approved_for() -> None:
    assert planned(recurring()) == []
    assert planned(recurring(), FIRST) == []
    less = recurring(debit("90.00"), debit("-90.00", "2100", 2))
    assert planned(less, FIRST) == []
    more = recurring(debit("100.01"), debit("-100.01", "2100", 2))
    assert planned(more, FIRST) == ["recurring_above_plan"]
    assert planned(recurring(), beside(FIRST.document, Status.PENDING)) == []


def test_a_plan_does_not_grow_step_by_step() -> None:
    second = recurring(debit("120.00"), debit("-120.00", "2100", 2))
    third = recurring(debit("110.00"), debit("-110.00", "2100", 2), id="J-3")
    assert planned(third, FIRST, beside(second)) == ["recurring_above_plan"]


def test_a_plan_does_not_move_to_other_accounts() -> None:
    for account in ("6200", ""):
        other = recurring(debit(account=account), debit("-100.00", "2100", 2))
        assert planned(other, FIRST) == ["recurring_other_coding"]
    turned = recurring(debit("-100.00"), debit("100.00", "2100", 2))
    assert planned(turned, FIRST) == ["recurring_other_coding"]
    assert planned(recurring(ledger="IFRS"), FIRST) == ["recurring_other_coding"]
    euros = recurring(
        debit(currency="EUR"), debit("-100.00", "2100", 2, currency="EUR"), currency="EUR"
    )
    assert planned(euros, FIRST) == ["recurring_not_comparable"]


def test_a_recurring_entry_names_its_plan() -> None:
    assert planned(entry(journal_kind="recurring")) == ["recurring_without_plan"]
    assert planned(entry(journal_kind="manual")) == []
    other = debit("500.00"), debit("-500.00", "2100", 2)
    assert planned(entry(*other, id="J-2", recurring_plan="rent"), FIRST) == [
        "recurring_above_plan"
    ]


# Two people


def seen(*approvers: str, data: MasterData | None = None, **more: object) -> list[str]:
    on = entry(**more)
    return codes(
        ask(PreparerIsNotPoster(), on, data or world(), beside=around(approvers=approvers))
    )


def test_somebody_else_has_to_have_approved() -> None:
    assert seen("mia") == []
    assert seen() == ["approved_by_nobody_else"]
    assert seen("rita") == ["prepared_and_approved", "approved_by_nobody_else"]
    assert seen("sam", submitter="sam") == ["prepared_and_approved", "approved_by_nobody_else"]
    assert seen("mia", "rita") == ["prepared_and_approved"]


def test_two_logins_are_one_person_and_a_relative_counts_as_him() -> None:
    logins = world(logins=[("rita.two", Dated(PersonId("rita")))])
    assert seen("rita", data=logins, requester="rita.two")[0] == "prepared_and_approved"
    married = world(relations=[Relation(PersonId("mia"), PersonId("rita"))])
    assert seen("mia", data=married) == ["prepared_and_approved", "approved_by_nobody_else"]
    alone = PreparerIsNotPoster(related=False)
    assert ask(alone, entry(), married, beside=around(approvers=("mia",))) == ()


def test_nobody_releases_it() -> None:
    (found,) = ask(PreparerIsNotPoster(), entry(), world())
    assert found.releasable_by == ""


@pytest.mark.parametrize(
    "check", [Balanced(), ReversalPair(), AccrualReversed(), Recurring()], ids=lambda c: c.word
)
def test_a_policy_that_asks_it_of_invoices_is_told(check: Balanced) -> None:
    told = check.complaints(("journal_entry", "invoice"))
    assert [each.code for each in told] == ["contradiction"]


def test_a_finding_says_both_sums() -> None:
    found = words(ask(Balanced(), replace(entry(debit("1.00")))))
    assert (found["debits"], found["credits"]) == ("1.00 USD", "0.00 USD")
