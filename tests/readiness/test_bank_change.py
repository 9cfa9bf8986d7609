"""Changed bank details are confirmed by another person, and nothing is paid for some days.

Shows (B9).
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import MappingProxyType

import pytest

from engine.cases.status import Status
from engine.documents.model import BankDetails, Comment, Document
from engine.facts.vocabulary import Window
from engine.master_data import (
    Dated,
    MasterData,
    Person,
    PersonId,
    Relation,
    Span,
    Supplier,
    snapshot,
)
from engine.readiness.bank_change import BankChange
from engine.readiness.surroundings import Beside
from engine.tokens import token
from tests.readiness.worlds import NOW, around, ask, beside, codes, document, line, words

FIVE_DAYS = BankChange(wait=Window(5, "days"))
OLD, NEW = "DE02120300000000202051", "GB29NWBK60161331926819"
CALLED = {
    "called_back_by": "carl",
    "called_back_at": NOW - timedelta(hours=2),
    "called_back_number": "+1 510 555 0100",
}
LONG_AGO = NOW - timedelta(days=30)


def world(*accounts: str, **more: object) -> MasterData:
    names = ("rita", "sam", "mia", "carl", "dan")
    people = [Person(PersonId(name), name, "US01") for name in names]
    gone = Person(PersonId("gone"), "gone", "US01", employed=(Span(end=LONG_AGO),))
    held = frozenset(token("bank_account", account) for account in accounts or (OLD,))
    values: dict[str, object] = {
        "people": [*people, gone],
        "suppliers": [Supplier("S-1", "Globex", accounts=held)],
        "logins": [("carl.ext", Dated(PersonId("carl"))), ("rita.two", Dated(PersonId("rita")))],
    }
    return snapshot("digest", **(values | more))  # type: ignore[arg-type]


def request(account: str = NEW, supplier: str = "S-1", **details: object) -> Document:
    stated = {"bank_details": (BankDetails(account),), **CALLED, **details}
    kept = {name: value for name, value in stated.items() if value}
    return document(
        type="supplier_request",
        id="SR-1",
        supplier=supplier,
        requester="rita",
        submitter="sam",
        details=MappingProxyType(kept),
        lines=(),
    )


def changed(
    ago: timedelta = timedelta(days=30), on: Document | None = None, **more: object
) -> Beside:
    at = NOW - ago
    return beside(on or request(), at=at, approvers=frozenset({PersonId("mia")}), **more)  # type: ignore[arg-type]


def on_invoice(*changes: Beside, data: MasterData | None = None, **more: object) -> list[str]:
    known = world() if data is None else data
    return codes(ask(FIVE_DAYS, document(**more), known, beside=around(*changes)))


# The request itself


def test_a_request_with_a_call_by_another_person_is_ready() -> None:
    assert ask(FIVE_DAYS, request(), world(), beside=around(approvers=("mia",))) == ()


@pytest.mark.parametrize("lacking", sorted(CALLED))
def test_a_request_without_a_call_is_not(lacking: str) -> None:
    found = ask(FIVE_DAYS, request(**{lacking: None}), world())
    assert codes(found) == ["call_back_missing"]
    assert words(found)["fields"] == lacking


def test_a_request_that_changes_no_account_needs_no_call() -> None:
    on = request(bank_details=None, called_back_by=None)
    assert ask(FIVE_DAYS, on, world()) == ()


@pytest.mark.parametrize("caller", ["rita", "rita.two", "sam", "mia"])
def test_who_requested_submitted_or_approved_cannot_be_who_called(caller: str) -> None:
    found = ask(
        FIVE_DAYS, request(called_back_by=caller), world(), beside=around(approvers=("mia",))
    )
    assert codes(found) == ["call_back_by_involved"]


def test_nobody_calls_for_whom_he_is_related_to() -> None:
    married = world(relations=[Relation(PersonId("rita"), PersonId("carl"))])
    assert codes(ask(FIVE_DAYS, request(), married)) == ["call_back_by_involved"]
    assert codes(ask(FIVE_DAYS, request(called_back_by="carl.ext"), married)) == [
        "call_back_by_involved"
    ]
    ended = world(relations=[Relation(PersonId("rita"), PersonId("carl"), Span(end=LONG_AGO))])
    assert ask(FIVE_DAYS, request(), ended) == ()


@pytest.mark.parametrize("caller", ["nobody", "gone", "Carl"])
def test_who_calls_is_somebody_who_is_employed(caller: str) -> None:
    assert codes(ask(FIVE_DAYS, request(called_back_by=caller), world())) == [
        "call_back_by_nobody_known"
    ]


@pytest.mark.parametrize(
    ("at", "found"),
    [
        (NOW, []),
        (NOW + timedelta(seconds=1), ["call_back_out_of_time"]),
        (NOW - timedelta(days=90), []),
        (NOW - timedelta(days=91), ["call_back_out_of_time"]),
    ],
)
def test_a_call_to_come_or_one_about_something_else_confirms_nothing(
    at: datetime, found: list[str]
) -> None:
    assert codes(ask(FIVE_DAYS, request(called_back_at=at), world())) == found


@pytest.mark.parametrize(
    "brought", ["(510) 555-0100", "+1-510-555-0100 (new)", "call 0015105550100"]
)
def test_the_number_of_whoever_forged_the_request_is_no_call(brought: str) -> None:
    forged = request(supplier_contact=brought)
    assert codes(ask(FIVE_DAYS, forged, world())) == ["call_back_number_of_request"]
    noted = replace(request(), comments=(Comment(f"new number {brought}"),))
    assert codes(ask(FIVE_DAYS, noted, world())) == ["call_back_number_of_request"]


def test_the_number_on_file_may_stand_in_the_request_too() -> None:
    facts = MappingProxyType({"phone": "001 510 555 01 00"})
    known = world(suppliers=[Supplier("S-1", "Globex", facts=facts)])
    assert ask(FIVE_DAYS, request(supplier_contact="510-555-0100"), known) == ()


@pytest.mark.parametrize("number", ["none", "123", "-"])
def test_what_nobody_can_call_is_no_number(number: str) -> None:
    assert codes(ask(FIVE_DAYS, request(called_back_number=number), world())) == [
        "call_back_number_of_request"
    ]


# What is paid


@pytest.mark.parametrize(
    "status",
    [Status.APPROVED, Status.POSTING, Status.POSTED, Status.EXCEPTION, Status.IMPORTED],
)
def test_a_change_keeps_its_supplier_from_being_paid_for_the_whole_wait(status: Status) -> None:
    late = timedelta(days=5)
    assert on_invoice(changed(late, status=status)) == []
    found = ask(
        FIVE_DAYS,
        document(),
        world(),
        beside=around(changed(late - timedelta(seconds=1), status=status)),
    )
    assert codes(found) == ["bank_change_too_new"]
    assert found[0].clears_at == NOW + timedelta(seconds=1)


@pytest.mark.parametrize(
    "status", [Status.PENDING, Status.HELD, Status.REJECTED, Status.REFUSED, Status.WITHDRAWN]
)
def test_what_is_no_change_yet_or_never_keeps_nothing(status: Status) -> None:
    assert on_invoice(changed(timedelta(0), status=status)) == []


def test_business_days_end_with_the_last_of_them_where_the_entity_is() -> None:
    """NOW is Monday, 10:00 in New York."""
    check = BankChange(wait=Window(2, "business_days"))
    friday = datetime(2027, 3, 12, 20, tzinfo=UTC)
    change = beside(request(), at=friday)
    found = ask(check, document(), world(), beside=around(change))
    assert found[0].clears_at == datetime(2027, 3, 17, 4, tzinfo=UTC)
    (monthly,) = ask(
        BankChange(wait=Window(1, "months")), document(), world(), beside=around(change)
    )
    assert monthly.clears_at == datetime(2027, 4, 13, 4, tzinfo=UTC)


def test_a_change_that_was_never_confirmed_keeps_its_supplier_unpaid_however_old() -> None:
    silent = changed(on=request(called_back_by=None))
    assert on_invoice(silent) == ["call_back_missing"]
    by_approver = changed(on=request(called_back_by="mia"))
    assert on_invoice(by_approver) == ["call_back_by_involved"]
    no_call = BankChange(wait=Window(5, "days"), call_back=False)
    assert ask(no_call, document(), world(), beside=around(silent)) == ()


def test_a_later_change_with_a_call_makes_up_for_one_without() -> None:
    silent = changed(timedelta(days=30), request(called_back_by=None))
    again = changed(timedelta(days=10), replace(request(), id="SR-2"))
    assert on_invoice(silent, again, data=world(NEW)) == []
    assert on_invoice(again, changed(timedelta(days=9), request(called_back_by=None))) == [
        "call_back_missing"
    ]


def test_a_confirmed_change_of_another_account_does_not_hide_one_that_was_forged() -> None:
    forged = changed(timedelta(days=30), request(called_back_by=None))
    honest = changed(timedelta(days=10), replace(request(OLD), id="SR-2"))
    both = world(OLD, NEW)
    assert on_invoice(forged, honest, data=both) == ["call_back_missing"]
    paid_on = MappingProxyType({"pay_to": (BankDetails(NEW),)})
    assert on_invoice(forged, honest, details=paid_on) == ["call_back_missing"]
    assert on_invoice(forged, honest) == []  # the forged account is gone and is not paid on


def test_keys_find_the_change_by_supplier_account_and_line_of_a_run() -> None:
    data = world(NEW)
    first = request(supplier="")  # taken on: it has no id yet
    kept = set(BankChange.found_by(data, first))
    assert kept == {f"bank:{token('bank_account', NEW)}"}
    assert kept & set(FIVE_DAYS.looks_for(data, document()))
    run = document(
        line(details=MappingProxyType({"pay_to": (BankDetails(NEW.lower()),)})),
        type="payment",
        supplier="",
    )
    assert kept & set(FIVE_DAYS.looks_for(data, run))
    named = document(
        line(details=MappingProxyType({"pays_supplier": "S-1"})), type="payment", supplier=""
    )
    assert "bank:S-1" in set(FIVE_DAYS.looks_for(data, named))
    assert set(BankChange.found_by(data, document())) == set()


def test_no_key_shows_an_account() -> None:
    assert NEW not in str(list(BankChange.found_by(world(), request())))
