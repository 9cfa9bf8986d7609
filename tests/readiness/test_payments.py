"""What is paid is in the books, is paid once, and goes to whom it is owed. Shows (B10)."""

from dataclasses import replace
from types import MappingProxyType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.cases.status import Status
from engine.documents.model import BankDetails, Document, Line
from engine.master_data import MasterData, Person, PersonId, Supplier, snapshot
from engine.money import Money
from engine.readiness.finding import Finding
from engine.readiness.payments import PaysApproved
from engine.readiness.surroundings import Beside
from engine.tokens import token
from tests.readiness.worlds import around, ask, beside, codes, document, line, words

OURS, OTHER, RITAS = "DE02120300000000202051", "GB29NWBK60161331926819", "DE02500105170137075030"


def tokens(*accounts: str) -> frozenset[str]:
    return frozenset(token("bank_account", account) for account in accounts)


def world() -> MasterData:
    return snapshot(
        "digest",
        people=[Person(PersonId("rita"), "Rita", "US01", accounts=tokens(RITAS))],
        suppliers=[
            Supplier("S-1", "Globex", accounts=tokens(OURS)),
            Supplier("S-2", "Initech", accounts=tokens(OTHER)),
        ],
    )


def bill(id: str = "I-1", net: str = "100.00", **more: object) -> Document:
    return document(line(net=net, tax=Money(0, "USD")), id=id, **more)


def item(number: int, pays: str, net: str, account: str = OURS, **details: object) -> Line:
    stated = {"pays": pays, "pay_to": (BankDetails(account),), **details}
    kept = MappingProxyType({name: value for name, value in stated.items() if value})
    return line(number, net, details=kept)


def run(*lines: Line, id: str = "P-1", **more: object) -> Document:
    return document(*lines, id=id, type="payment", **more)


def payment(net: str, *pays: str, account: str = OURS, id: str = "P-1", **more: object) -> Document:
    stated = {"pays": pays, "pay_to": (BankDetails(account),) if account else ()}
    kept = MappingProxyType({name: value for name, value in stated.items() if value})
    return document(line(net=net), id=id, type="payment", details=kept, **more)


def found(on: Document, *others: Beside, parts: bool = True) -> tuple[Finding, ...]:
    return ask(PaysApproved(parts), on, world(), beside=around(*others))


POSTED = beside(bill())


def test_a_payment_of_what_is_in_the_books_is_ready() -> None:
    assert found(payment("100.00", "I-1"), POSTED) == ()
    assert found(run(item(1, "I-1", "100.00")), POSTED) == ()
    assert found(run(item(1, "I-1", "40.00")), POSTED) == ()
    assert codes(found(run(item(1, "I-1", "40.00")), POSTED, parts=False)) == ["item_paid_in_part"]


@pytest.mark.parametrize("status", sorted(set(Status) - {Status.POSTED}))
def test_what_is_not_in_the_books_is_not_paid(status: Status) -> None:
    gone = (Status.REJECTED, Status.REFUSED, Status.WITHDRAWN, Status.CANCELLED)
    open_ = status not in gone
    expected = "item_not_posted" if open_ else "item_unknown"
    assert expected in codes(found(payment("100.00", "I-1"), beside(bill(), status)))


def test_what_nobody_knows_or_two_systems_know_is_not_paid() -> None:
    assert words(found(run(item(1, "I-1", "100.00"))))["count"] == "0"
    twice = found(run(item(1, "I-1", "100.00")), POSTED, beside(bill(net="1.00")))
    assert words(twice)["count"] == "2"
    order = beside(bill(type="purchase_order"))
    assert codes(found(run(item(1, "I-1", "100.00")), order)) == ["item_unknown"]


@pytest.mark.parametrize(
    "status",
    [Status.APPROVED, Status.POSTING, Status.POSTED, Status.EXCEPTION, Status.IMPORTED],
)
def test_nothing_is_paid_twice(status: Status) -> None:
    for earlier in (payment("100.00", "I-1", id="P-0"), run(item(1, "I-1", "100.00"), id="P-0")):
        for again in (payment("100.00", "I-1"), run(item(1, "I-1", "0.01"))):
            assert codes(found(again, POSTED, beside(earlier, status))) == ["item_paid_already"]


def test_a_payment_that_came_to_nothing_or_is_only_asked_for_paid_nothing() -> None:
    earlier = payment("100.00", "I-1", id="P-0")
    for status in (Status.REJECTED, Status.WITHDRAWN, Status.REFUSED, Status.PENDING, Status.HELD):
        assert found(payment("100.00", "I-1"), POSTED, beside(earlier, status)) == ()


def test_parts_come_to_no_more_than_the_whole() -> None:
    first = beside(run(item(1, "I-1", "60.00"), id="P-0"))
    assert found(run(item(1, "I-1", "40.00")), POSTED, first) == ()
    over = found(run(item(1, "I-1", "40.01")), POSTED, first)
    assert codes(over) == ["item_paid_too_much"]
    assert codes(found(payment("100.00", "I-1"), POSTED, first)) == ["item_paid_too_much"]


def test_one_item_stands_once_in_a_run() -> None:
    twice = run(item(1, "I-1", "50.00"), item(2, "I-1", "50.00"))
    assert codes(found(twice, POSTED)) == ["item_twice"]


def test_an_item_that_is_wrong_is_named_and_the_rest_is_ready_without_it() -> None:
    good, bad = item(1, "I-1", "100.00"), item(2, "I-2", "30.00")
    others = POSTED, beside(bill("I-2", "30.00"), Status.APPROVED)
    assert words(found(run(good, bad), *others))["item"] == "I-2"
    assert found(run(good), *others) == ()


@pytest.mark.parametrize(
    ("more", "field"), [({"entity": "DE01"}, "entity"), ({"currency": "EUR"}, "currency")]
)
def test_an_item_is_of_the_same_entity_and_currency(more: dict[str, str], field: str) -> None:
    of_other = bill(**more)
    assert words(found(payment("100.00", "I-1"), beside(of_other)))["field"] == field


def test_the_money_goes_to_the_supplier_that_it_is_owed_to() -> None:
    mixed = run(item(1, "I-1", "100.00"), item(2, "I-2", "30.00", OTHER, pays_supplier="S-2"))
    theirs = beside(bill("I-2", "30.00", supplier="S-2"))
    assert found(mixed, POSTED, theirs) == ()
    as_ours = run(item(1, "I-2", "30.00", OTHER))
    assert codes(found(as_ours, theirs)) == ["item_of_other"]
    elsewhere = run(item(1, "I-1", "100.00", OTHER))
    assert codes(found(elsewhere, POSTED)) == ["item_to_other_account"]
    assert codes(found(run(item(1, "I-1", "100.00", "")), POSTED)) == ["item_to_other_account"]
    assert codes(found(payment("100.00", "I-1", account=""), POSTED)) == ["item_without_account"]
    unknown = beside(bill(supplier="S-9"))
    assert codes(found(payment("100.00", "I-1", supplier="S-9"), unknown)) == [
        "item_to_other_account"
    ]


def test_two_accounts_of_which_one_is_strange_are_not_the_suppliers() -> None:
    both = (BankDetails(OURS), BankDetails(OTHER))
    assert codes(found(run(item(1, "I-1", "100.00", pay_to=both)), POSTED)) == [
        "item_to_other_account"
    ]


def test_an_expense_goes_to_who_spent_it_and_a_refund_where_the_refund_says() -> None:
    report = beside(bill(type="expense_report", supplier=""))
    assert found(run(item(1, "I-1", "100.00", RITAS)), report) == ()
    assert codes(found(run(item(1, "I-1", "100.00", OURS)), report)) == ["item_to_other_account"]
    refund = bill(
        type="customer_refund", details=MappingProxyType({"pay_to": (BankDetails(OTHER),)})
    )
    assert found(run(item(1, "I-1", "100.00", OTHER)), beside(refund)) == ()
    assert codes(found(run(item(1, "I-1", "100.00", OURS)), beside(refund))) == [
        "item_to_other_account"
    ]


def test_credit_notes_are_deducted_and_never_from_others() -> None:
    credit = beside(bill("C-1", "-30.00", type="credit_note"))
    assert found(payment("70.00", "I-1", "C-1"), POSTED, credit) == ()
    assert words(found(payment("100.00", "I-1", "C-1"), POSTED, credit))["owed"] == "70.00 USD"
    assert found(run(item(1, "I-1", "100.00"), item(2, "C-1", "-30.00")), POSTED, credit) == ()
    turned = run(item(1, "I-1", "100.00"), item(2, "C-1", "30.00"))
    assert codes(found(turned, POSTED, credit)) == ["item_amount_wrong"]
    theirs = beside(bill("C-1", "-30.00", type="credit_note", supplier="S-2"))
    across = run(item(1, "I-1", "100.00"), item(2, "C-1", "-30.00", OTHER, pays_supplier="S-2"))
    assert codes(found(across, POSTED, theirs)) == ["payment_below_nothing"]
    more = run(item(1, "I-1", "100.00"), item(2, "C-1", "-30.01"))
    assert codes(found(more, POSTED, credit)) == ["item_paid_too_much"]


def test_a_payment_of_nothing_and_lines_that_pay_nothing_are_found() -> None:
    assert codes(found(payment("100.00"))) == ["payment_of_nothing"]
    idle = run(item(1, "I-1", "100.00"), line(2, "900.00"))
    assert words(found(idle, POSTED)) == {"lines": "2"}
    stray = replace(
        run(item(1, "I-1", "100.00")), details=MappingProxyType({"pays": ("I-1", "I-2")})
    )
    assert words(found(stray, POSTED)) == {"items": "I-2"}
    assert codes(found(payment("0.00", "I-1"), POSTED)) == [
        "payment_not_positive",
        "payment_differs",
    ]


def test_a_policy_that_asks_it_of_invoices_is_told() -> None:
    told = PaysApproved().complaints(("payment", "invoice"))
    assert [each.code for each in told] == ["contradiction"]


@given(st.lists(st.integers(1, 12_000), min_size=1, max_size=6))
def test_whatever_parts_are_asked_for_no_more_than_the_whole_is_ever_paid(parts: list[int]) -> None:
    paid: list[Beside] = []
    for n, minor in enumerate(parts):
        on = run(item(1, "I-1", f"{minor // 100}.{minor % 100:02}"), id=f"P-{n}")
        if not found(on, POSTED, *paid):
            paid.append(beside(on, Status.POSTING))
    assert sum(each.document.lines[0].net.minor for each in paid) <= 10_000


def test_what_was_paid_before_it_came_is_not_paid_again() -> None:
    stated = MappingProxyType({"prepaid": Money(3000, "USD"), "rounding": Money(1, "USD")})
    owed = beside(bill(details=stated))
    assert found(payment("70.01", "I-1"), owed) == ()
    assert codes(found(run(item(1, "I-1", "70.02")), owed)) == ["item_paid_too_much"]
