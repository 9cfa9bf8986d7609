"""Matching of invoices with orders and receipts, and every way around it.

Shows (B5).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from time import perf_counter
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.cases.status import Status
from engine.documents.model import Document, Line
from engine.explaining.messages import UNKNOWN_VALUE, Family, fill
from engine.explaining.messages.catalogues import LANGUAGES
from engine.master_data import Supplier, snapshot
from engine.money import Money
from engine.organization import Entity, Organization
from engine.places import Place
from engine.policy import PolicySet
from engine.rates import FxChoice, Rate
from engine.readiness.asking import readiness
from engine.readiness.check import Check, ReadinessCheck
from engine.readiness.finding import Finding, LookedUp, Severity
from engine.readiness.matching import Currency, Match, Tax, Unless
from engine.readiness.ordering import OrderBalance, OrderOpen, ReceiptThere
from engine.readiness.surroundings import Beside, Surroundings
from engine.readiness.tolerances import PriceTolerance, QuantityTolerance, Within
from engine.scopes import Effective, Scope

NOW: Final = datetime(2027, 3, 15, 12, tzinfo=UTC)
PLACE: Final = Place("readiness/invoices.yaml", 4, 5)
EXACT: Final = PriceTolerance(percent=Fraction(0))
WHOLE: Final = QuantityTolerance(percent=Fraction(0))
TWO: Final = Match(2, EXACT, WHOLE)
THREE: Final = Match(3, EXACT, WHOLE)
FOUR: Final = Match(4, EXACT, WHOLE)
EUROS: Final = FxChoice("corporate", "decision", True, 7, False)


def percent(share: str) -> Fraction:
    return Fraction(share) / 100


def eur(amount: str, currency: str = "EUR") -> Money:
    return Money(int(Decimal(amount).scaleb(2)), currency)


def line(number: int, net: str, quantity: str | None = None, **more: Any) -> Line:
    """A line; `order_line`, `adjustment` and other details go where details go."""
    fields = {"unit_of_measure", "item", "source_id", "tax", "is_valued", "currency"}
    details = {name: value for name, value in more.items() if name not in fields}
    if "order_line" in details:
        details["order_line"] = Fraction(details["order_line"])
    own = {name: value for name, value in more.items() if name in fields - {"currency"}}
    return Line(
        number=number,
        net=eur(net, more.get("currency", "EUR")),
        quantity=None if quantity is None else Fraction(quantity),
        details=details,
        **own,
    )


def document(kind: str, id: str, *lines: Line, **more: Any) -> Document:
    values: dict[str, Any] = {
        "type": kind,
        "id": id,
        "number": id,
        "entity": "DE01",
        "requester": "rita",
        "supplier": "S-1",
        "currency": "EUR",
        "submitted_at": NOW,
        "lines": lines,
        "digest": f"sha256:{id}",
    }
    if kind != "purchase_order":
        values["purchase_order"] = "PO-1"
    return Document(**(values | more))


def order(*lines: Line, **more: Any) -> Document:
    return document("purchase_order", more.pop("id", "PO-1"), *lines, **more)


def invoice(*lines: Line, id: str = "R-1", **more: Any) -> Document:
    return document("invoice", id, *lines, **more)


def credit(*lines: Line, id: str = "G-1", **more: Any) -> Document:
    return document("credit_note", id, *lines, **more)


def receipt(*lines: Line, id: str = "W-1", **more: Any) -> Document:
    return document("goods_receipt", id, *lines, **more)


def beside(each: Document | tuple[Document, Status]) -> Beside:
    if isinstance(each, tuple):
        return Beside(each[0], each[1], NOW, NOW)
    return Beside(each, Status.POSTED, NOW, NOW)


def policy(check: Check, fx: FxChoice | None) -> PolicySet:
    entities = {
        name: Entity(name, "DE", "europe", "EUR", "Europe/Berlin") for name in ("DE01", "DE02")
    }
    types = frozenset({"invoice", "credit_note"})
    rule = ReadinessCheck(PLACE, Scope(), Effective(), types, "controller", check)
    organization = Organization(entities, (), {}, ())
    return PolicySet("t", "d", 1, organization, {}, types, (), readiness=(rule,), fx=fx)


def findings(
    check: Check,
    asked: Document,
    *known: Document | tuple[Document, Status],
    fx: FxChoice | None = None,
    looked_up: LookedUp | None = None,
) -> tuple[Finding, ...]:
    data = snapshot(
        "digest",
        suppliers=[
            Supplier("S-1", "Globex", group="G"),
            Supplier("S-2", "Globex Leasing", group="G"),
            Supplier("S-9", "Initech"),
        ],
        rates=[Rate("r", "corporate", "USD", "EUR", date(2027, 3, 15), Fraction("0.9"))],
    )
    around = Surroundings(tuple(beside(each) for each in known))
    found = readiness(policy(check, fx), data, asked, NOW, looked_up or LookedUp(), beside=around)
    for each in found:
        say(each)
    return found


def say(finding: Finding) -> None:
    """Every finding that a test makes can be said in full, in both languages."""
    for language in LANGUAGES.values():
        text = language.text(Family.READINESS, finding.code)
        assert text is not None, finding.code
        for template in (text.short, text.full):
            said = fill(template, dict(finding.words))
            assert UNKNOWN_VALUE not in said, said


def codes(*words: Any, **more: Any) -> list[str]:
    return [finding.code for finding in findings(*words, **more)]


PENS: Final = line(1, "1000.00", "100", unit_of_measure="C62")
ORDER: Final = order(PENS)
ARRIVED: Final = receipt(
    line(1, "0.00", "100", unit_of_measure="C62", is_valued=False, order_line=1)
)


def pens(number: int, net: str, quantity: str, **more: Any) -> Line:
    return line(number, net, quantity, **({"unit_of_measure": "C62", "order_line": 1} | more))


BILL: Final = invoice(pens(1, "1000.00", "100"))


def test_an_invoice_that_is_what_was_ordered_and_arrived_has_no_finding() -> None:
    assert codes(TWO, BILL, ORDER) == []
    assert codes(THREE, BILL, ORDER, ARRIVED) == []


# --- scenario 36 ----------------------------------------------------------------------------------

TEN_THOUSAND: Final = order(line(1, "10000.00", "1"))
OFF_BY_200: Final = invoice(line(1, "10200.00", "1", order_line=1))


def tolerant(within: str) -> Match:
    return Match(2, PriceTolerance(percent("5"), eur("100.00"), within), WHOLE)


def test_scenario_36_within_both_is_not_ready_and_within_either_is() -> None:
    assert codes(tolerant("both"), OFF_BY_200, TEN_THOUSAND) == ["match_price"]
    assert codes(tolerant("either"), OFF_BY_200, TEN_THOUSAND) == []


def test_scenario_36_the_word_must_be_written() -> None:
    found = [each.code for each in tolerant("").complaints(("invoice",))]
    assert found == ["missing-key"]
    for within in Within:
        assert list(tolerant(within).complaints(("invoice",))) == []


# --- limits ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("limits", "net", "expected"),
    [
        (PriceTolerance(percent("2")), "1020.00", []),
        (PriceTolerance(percent("2")), "1020.01", ["match_price"]),
        (PriceTolerance(amount=eur("50.00")), "1050.00", []),
        (PriceTolerance(amount=eur("50.00")), "1050.01", ["match_price"]),
        (PriceTolerance(percent("0")), "1000.01", ["match_price"]),
        (PriceTolerance(percent("0")), "1000.00", []),
        (PriceTolerance(percent("0")), "900.00", []),
        (PriceTolerance(percent("0"), below_percent=percent("0")), "999.99", ["match_price_below"]),
        (PriceTolerance(percent("0"), below_percent=percent("10")), "900.00", []),
        (PriceTolerance(percent("0"), below_amount=eur("99.99")), "900.00", ["match_price_below"]),
    ],
)
def test_exactly_at_a_limit_is_within_and_a_cent_more_is_not(
    limits: PriceTolerance, net: str, expected: list[str]
) -> None:
    assert codes(Match(2, limits, WHOLE), invoice(pens(1, net, "100")), ORDER) == expected


def test_less_than_ordered_warns_unless_said_otherwise() -> None:
    limits = PriceTolerance(percent("0"), below_percent=percent("0"))
    bill = invoice(pens(1, "900.00", "100"))
    (found,) = findings(Match(2, limits, WHOLE), bill, ORDER)
    assert found.severity is Severity.WARNS
    (found,) = findings(Match(2, limits, WHOLE, under=Unless.BLOCKS), bill, ORDER)
    assert found.severity is Severity.BLOCKS
    assert codes(Match(2, limits, WHOLE, under=Unless.PASSES), bill, ORDER) == []


def test_more_than_ordered_blocks() -> None:
    (found,) = findings(TWO, invoice(pens(1, "1010.00", "100")), ORDER)
    assert found.severity is Severity.BLOCKS
    words = dict(found.words)
    assert (words["billed"], words["expected"]) == ("1010.00 EUR", "1000.00 EUR")


@pytest.mark.parametrize(
    ("limits", "quantity", "expected"),
    [
        (WHOLE, "100", []),
        (WHOLE, "100.001", ["match_ordered"]),
        (QuantityTolerance(percent("5")), "105", []),
        (QuantityTolerance(percent("5")), "106", ["match_ordered"]),
        (QuantityTolerance(units=2), "102", []),
        (QuantityTolerance(units=2), "103", ["match_ordered"]),
        (QuantityTolerance(percent("5"), 2, "both"), "103", ["match_ordered"]),
        (QuantityTolerance(percent("5"), 2, "either"), "103", []),
        (
            QuantityTolerance(percent("0"), below_percent=percent("0")),
            "99",
            ["match_quantity_below"],
        ),
        (QuantityTolerance(percent("0")), "1", []),
    ],
)
def test_quantities_have_limits_of_their_own(
    limits: QuantityTolerance, quantity: str, expected: list[str]
) -> None:
    net = str(Decimal(quantity) * 10)
    assert codes(Match(2, EXACT, limits), invoice(pens(1, net, quantity)), ORDER) == expected


@pytest.mark.parametrize(
    "check",
    [
        Match(2, PriceTolerance(), WHOLE),
        Match(2, EXACT, QuantityTolerance()),
        Match(2, PriceTolerance(percent("1"), within="both"), WHOLE),
        Match(1, EXACT, WHOLE),
        Match(5, EXACT, WHOLE),
        OrderBalance(percent("1"), eur("1.00")),
    ],
)
def test_a_tolerance_that_says_nothing_or_too_little_is_no_tolerance(check: Check) -> None:
    assert len(list(check.complaints(("invoice",)))) == 1


def test_only_what_bills_is_matched() -> None:
    assert [each.code for each in TWO.complaints(("invoice", "journal_entry"))] == ["not-one-of"]


# --- three and four ways --------------------------------------------------------------------------


def arrived(quantity: str, *, id: str = "W-1", accepted: str = "", **more: Any) -> Document:
    details: dict[str, Any] = {"order_line": 1}
    if accepted:
        details["accepted_quantity"] = Fraction(accepted)
    one = line(1, "0.00", quantity, unit_of_measure="C62", is_valued=False, **details)
    return receipt(one, id=id, details=more)


def test_what_has_not_arrived_is_not_paid() -> None:
    assert codes(THREE, BILL, ORDER) == ["match_received"]
    assert codes(THREE, BILL, ORDER, arrived("99")) == ["match_received"]
    assert codes(THREE, BILL, ORDER, arrived("60"), arrived("40", id="W-2")) == []


def test_what_did_not_pass_inspection_is_not_paid() -> None:
    assert codes(FOUR, BILL, ORDER, arrived("100")) == ["match_accepted"]
    assert codes(FOUR, BILL, ORDER, arrived("100", accepted="99")) == ["match_accepted"]
    assert codes(FOUR, BILL, ORDER, arrived("100", accepted="100")) == []


def test_what_went_back_has_not_arrived() -> None:
    assert codes(THREE, BILL, ORDER, arrived("100"), arrived("-10", id="W-2")) == ["match_received"]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"delivery_note": "L-1"}, {"delivery_note": "L-1"}),
        ({"received_on": date(2027, 3, 1)}, {"received_on": date(2027, 3, 1)}),
        ({}, {}),
    ],
)
def test_a_receipt_that_was_entered_twice_counts_once(
    first: dict[str, Any], second: dict[str, Any]
) -> None:
    both = (arrived("50", **first), arrived("50", id="W-2", **second))
    assert codes(THREE, BILL, ORDER, *both) == ["match_received"]
    apart = (arrived("50", delivery_note="L-1"), arrived("50", id="W-2", delivery_note="L-2"))
    assert codes(THREE, BILL, ORDER, *apart) == []


@pytest.mark.parametrize(
    "status", [Status.PENDING, Status.HELD, Status.REJECTED, Status.WITHDRAWN, Status.EXCEPTION]
)
def test_a_receipt_that_is_not_in_force_lets_nothing_through(status: Status) -> None:
    assert codes(THREE, BILL, ORDER, (ARRIVED, status)) == ["match_received"]


def test_an_order_and_a_receipt_of_before_go_live_are_in_force() -> None:
    loaded = ((ORDER, Status.IMPORTED), (ARRIVED, Status.IMPORTED))
    assert codes(THREE, BILL, *loaded) == []


def test_a_receipt_of_another_entity_or_order_or_unit_lets_nothing_through() -> None:
    for other in (
        replace(ARRIVED, entity="DE02"),
        replace(ARRIVED, purchase_order="PO-2"),
        receipt(line(1, "0.00", "100", unit_of_measure="BX", is_valued=False, order_line=1)),
    ):
        assert codes(THREE, BILL, ORDER, other) == ["match_received"]


# --- ways around ----------------------------------------------------------------------------------

FIFTY: Final = Match(2, PriceTolerance(amount=eur("50.00")), WHOLE)


def test_a_price_difference_split_over_lines_is_one_difference() -> None:
    lines = [pens(number, "140.00", "10") for number in range(1, 4)]  # 40.00 too much each
    assert codes(FIFTY, invoice(*lines[:1]), ORDER) == []
    (found,) = findings(FIFTY, invoice(*lines), ORDER)
    assert found.code == "match_price"
    assert dict(found.words)["difference"] == "120.00 EUR"


def test_a_price_difference_split_over_invoices_is_one_difference() -> None:
    earlier = [invoice(pens(1, "140.00", "10"), id=f"R-{n}") for n in (2, 3)]
    assert codes(FIFTY, invoice(pens(1, "140.00", "10")), ORDER, *earlier) == ["match_price"]


def test_a_quantity_split_over_lines_and_invoices_is_one_quantity() -> None:
    twice = invoice(pens(1, "600.00", "60"), pens(2, "600.00", "60"))
    assert codes(TWO, twice, ORDER) == ["match_ordered"]
    earlier = invoice(pens(1, "600.00", "60"), id="R-0")
    assert codes(TWO, invoice(pens(1, "600.00", "60")), ORDER, earlier) == ["match_ordered"]
    assert codes(TWO, invoice(pens(1, "400.00", "40")), ORDER, earlier) == []


@pytest.mark.parametrize(
    "status", [Status.APPROVED, Status.POSTING, Status.EXCEPTION, Status.IMPORTED]
)
def test_an_earlier_invoice_counts_before_it_is_in_the_books(status: Status) -> None:
    assert codes(TWO, BILL, ORDER, (replace(BILL, id="R-0"), status)) == ["match_ordered"]


@pytest.mark.parametrize("status", [Status.REJECTED, Status.REFUSED, Status.WITHDRAWN])
def test_an_invoice_that_came_to_nothing_gives_back(status: Status) -> None:
    assert codes(TWO, BILL, ORDER, (replace(BILL, id="R-0"), status)) == []


def test_an_invoice_is_not_in_its_own_way() -> None:
    assert codes(TWO, BILL, ORDER, BILL) == []


def test_a_credit_note_gives_back_once_it_is_in_the_books() -> None:
    earlier = replace(BILL, id="R-0")
    back = credit(pens(1, "-1000.00", "-100"))
    assert codes(TWO, BILL, ORDER, earlier, (back, Status.APPROVED)) == ["match_ordered"]
    assert codes(TWO, BILL, ORDER, earlier, back) == []


def test_a_credit_note_that_gives_back_more_than_was_billed_is_found() -> None:
    earlier = invoice(pens(1, "500.00", "50"), id="R-0")
    assert codes(TWO, credit(pens(1, "-500.00", "-50")), ORDER, earlier) == []
    for back in (pens(1, "-510.00", "-50"), pens(1, "-500.00", "-51")):
        assert codes(TWO, credit(back), ORDER, earlier) == ["credit_exceeds_billed"]
    other = credit(pens(1, "-300.00", "-30"), id="G-0")
    found = codes(TWO, credit(pens(1, "-300.00", "-30")), ORDER, earlier, (other, Status.APPROVED))
    assert found == ["credit_exceeds_billed"]


def test_what_was_given_back_too_much_makes_no_room_for_more() -> None:
    """Never below zero: a credit note of 900 pens does not let 1,000 pens through."""
    back = credit(pens(1, "-9000.00", "-900"))
    assert codes(TWO, invoice(pens(1, "1010.00", "101")), ORDER, back) == ["match_ordered"]


def test_a_negative_line_does_not_pay_for_a_dear_one() -> None:
    bill = invoice(pens(1, "1500.00", "100"), pens(2, "-500.00", "0"))
    assert "match_price" in codes(TWO, bill, ORDER)
    cheap_back = invoice(pens(1, "1000.00", "100"), pens(2, "-1.00", "-50"))
    assert codes(TWO, cheap_back, ORDER) == ["match_price"]


def test_a_negative_line_that_gives_back_more_than_was_billed_is_found() -> None:
    assert codes(TWO, invoice(pens(1, "-10.00", "-1")), ORDER) == ["credit_exceeds_billed"]


def test_another_unit_of_measure_is_not_compared() -> None:
    for unit in ("BX", "", "c 62"):
        bill = invoice(pens(1, "1000.00", "1", unit_of_measure=unit))
        assert codes(TWO, bill, ORDER) == ["match_unit"]
    assert codes(TWO, invoice(pens(1, "1000.00", "100", unit_of_measure="c62")), ORDER) == []


def test_an_earlier_invoice_in_another_unit_counts_by_its_value() -> None:
    earlier = invoice(pens(1, "600.00", "1", unit_of_measure="BX"), id="R-0")
    assert codes(TWO, invoice(pens(1, "600.00", "60")), ORDER, earlier) == ["match_ordered"]


def test_what_is_printed_as_a_price_says_nothing() -> None:
    """Price per 100, or a price that is not what is billed: net by quantity counts."""
    from engine.money import Exact

    dear = replace(pens(1, "2000.00", "100"), price=Exact(Fraction(1000), "EUR"))
    assert codes(TWO, invoice(dear), ORDER) == ["match_price"]
    per_hundred = replace(PENS, price=Exact(Fraction(100_000), "EUR"))
    assert codes(TWO, BILL, order(per_hundred)) == []


def test_an_amount_for_no_quantity_is_found() -> None:
    for quantity in ("0", None):
        one = line(1, "10.00", quantity, unit_of_measure="C62", order_line=1)
        assert codes(TWO, invoice(one), ORDER) == ["match_quantity_missing"]


def test_a_line_on_another_order_is_compared_with_that_one() -> None:
    other = order(line(1, "5.00", "1"), id="PO-2")
    bill = invoice(pens(1, "1000.00", "100"), line(2, "6.00", "1", order="PO-2", order_line=1))
    assert codes(TWO, bill, ORDER, other) == ["match_price"]
    assert codes(TWO, bill, ORDER) == ["order_unknown"]


def test_a_line_that_was_not_ordered_is_found() -> None:
    two = order(PENS, replace(PENS, number=2))
    assert codes(TWO, invoice(pens(1, "10.00", "1", order_line=3)), two) == ["order_line_unknown"]
    unnamed = line(1, "10.00", "1", unit_of_measure="C62")
    assert codes(TWO, invoice(unnamed), two) == ["order_line_unknown"]
    assert codes(TWO, invoice(unnamed), ORDER) == []  # of one line: there is no other


def test_a_line_is_found_by_the_item_where_only_one_orders_it() -> None:
    two = order(replace(PENS, item="A"), replace(PENS, number=2, item="B"))
    by_item = line(1, "10.00", "1", unit_of_measure="C62", item="B")
    assert codes(TWO, invoice(by_item), two) == []
    both = order(replace(PENS, item="B"), replace(PENS, number=2, item="B"))
    assert codes(TWO, invoice(by_item), both) == ["order_line_unknown"]


def test_charges_that_nobody_ordered_are_found_and_allowances_are_not() -> None:
    for kind in ("charge", "third_party"):
        bill = invoice(pens(1, "1000.00", "100"), line(2, "10.00", adjustment=kind))
        assert codes(TWO, bill, ORDER) == ["charge_not_ordered"]
        assert codes(replace(TWO, charges=eur("10.00")), bill, ORDER) == []
        assert codes(replace(TWO, charges=eur("9.99")), bill, ORDER) == ["charge_not_ordered"]
    less = invoice(pens(1, "1000.00", "100"), line(2, "-10.00", adjustment="allowance"))
    assert codes(TWO, less, ORDER) == []


def test_an_allowance_does_not_pay_for_a_charge() -> None:
    bill = invoice(
        pens(1, "1000.00", "100"),
        line(2, "-10.00", adjustment="allowance"),
        line(3, "10.00", adjustment="charge"),
    )
    assert codes(TWO, bill, ORDER) == ["charge_not_ordered"]


# --- orders ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("check", [TWO, OrderOpen()])
def test_an_order_that_does_not_stand_is_found(check: Check) -> None:
    assert codes(check, BILL) == ["order_unknown"]
    assert codes(check, BILL, (ORDER, Status.WITHDRAWN)) == ["order_unknown"]
    assert codes(check, BILL, (ORDER, Status.PENDING)) == ["order_not_approved"]
    assert codes(check, BILL, replace(ORDER, entity="DE02")) == ["order_unknown"]
    twins = (ORDER, replace(ORDER, id="PO-1b"))
    assert codes(check, BILL, *twins) == ["order_ambiguous"]
    assert "order_missing" in codes(check, replace(BILL, purchase_order=""), ORDER)


@pytest.mark.parametrize("check", [TWO, OrderOpen()])
def test_an_order_of_another_supplier_is_found_and_of_the_same_group_not(check: Check) -> None:
    assert codes(check, replace(BILL, supplier="S-9"), ORDER) == ["order_of_other_supplier"]
    assert codes(check, replace(BILL, supplier=""), ORDER) == ["order_of_other_supplier"]
    assert codes(check, replace(BILL, supplier="S-2"), ORDER) == []


def test_an_order_that_its_system_closed_is_found() -> None:
    for answer, expected in ((False, ["order_closed"]), (True, [])):
        looked_up = LookedUp(answers={("order_open", "PO-1"): answer})
        assert codes(OrderOpen(), BILL, ORDER, looked_up=looked_up) == expected


def change(number: int, *lines: Line) -> Document:
    details = {"changes": "PO-1", "change_number": Fraction(number)}
    return order(*lines, id=f"PO-1-{number}", details=details)


def test_an_order_is_what_its_last_approved_change_says() -> None:
    more = change(1, replace(PENS, net=eur("2000.00"), quantity=Fraction(200)))
    less = change(2, replace(PENS, net=eur("500.00"), quantity=Fraction(50)))
    bill = invoice(pens(1, "1500.00", "150"))
    assert codes(TWO, bill, ORDER) == ["match_ordered"]
    assert codes(TWO, bill, ORDER, (more, Status.PENDING)) == ["match_ordered"]
    assert codes(TWO, bill, ORDER, more) == []
    assert codes(TWO, bill, ORDER, more, less) == ["match_ordered"]


def test_what_was_billed_of_the_order_counts_after_it_was_changed() -> None:
    more = change(1, replace(PENS, net=eur("2000.00"), quantity=Fraction(200)))
    earlier = invoice(pens(1, "1000.00", "100"), id="R-0")
    assert codes(TWO, invoice(pens(1, "1010.00", "101")), ORDER, more, earlier) == ["match_ordered"]
    assert codes(TWO, BILL, ORDER, more, earlier) == []


def test_an_order_has_one_name_so_that_it_cannot_be_billed_under_two() -> None:
    first = replace(ORDER, id="4711")
    more = replace(PENS, net=eur("2000.00"), quantity=Fraction(200))
    for name in ("4711", "PO-1-1"):
        bill = replace(BILL, purchase_order=name)
        assert codes(TWO, bill, first, change(1, more)) == ["order_unknown"]
    assert codes(TWO, BILL, first) == []
    assert codes(TWO, replace(BILL, purchase_order="4711"), replace(first, number="")) == []


@pytest.mark.parametrize("check", [TWO, OrderOpen(), OrderBalance(), ReceiptThere()])
def test_what_is_compared_is_found_by_the_order(check: Check) -> None:
    """Whoever looks things up finds the order, its changes, and all that names it."""
    data = snapshot("digest")
    (wanted,) = check.looks_for(data, BILL)
    for other in (ORDER, change(1, PENS), ARRIVED, replace(BILL, id="R-0"), credit(PENS)):
        assert list(check.found_by(data, other)) == [wanted]
    assert list(check.found_by(data, replace(ORDER, entity="DE02"))) != [wanted]
    two = invoice(pens(1, "1.00", "1"), pens(2, "1.00", "1", order="PO-2"))
    assert len(set(check.looks_for(data, two))) == 2


def test_without_an_order_may_warn_or_pass() -> None:
    bill = replace(BILL, purchase_order="")
    (found,) = findings(replace(TWO, without_order=Unless.WARNS), bill)
    assert (found.code, found.severity) == ("order_missing", Severity.WARNS)
    assert codes(replace(TWO, without_order=Unless.PASSES), bill) == []


# --- amounts, currencies, tax ---------------------------------------------------------------------


def test_what_was_ordered_without_a_quantity_is_compared_by_amount() -> None:
    service = order(line(1, "1000.00"))
    month = invoice(line(1, "400.00", order_line=1))
    earlier = [replace(month, id=f"R-{n}") for n in (2, 3)]
    assert codes(TWO, month, service, *earlier[:1]) == []
    assert codes(TWO, month, service, *earlier) == ["match_amount"]
    valued = receipt(line(1, "400.00", order_line=1))
    assert codes(THREE, month, service, valued) == []
    assert codes(THREE, month, service, valued, earlier[0]) == ["match_amount_received"]


def test_another_currency_is_not_compared_unless_the_policy_converts() -> None:
    dollars = invoice(pens(1, "1111.00", "100", currency="USD"), currency="USD")  # 999.90 EUR
    assert codes(TWO, dollars, ORDER, fx=EUROS) == ["match_currency"]
    converting = replace(TWO, currency=Currency.CONVERTED)
    assert codes(converting, dollars, ORDER, fx=EUROS) == []
    assert codes(converting, dollars, ORDER) == ["match_currency"]  # the set states no rates
    dear = invoice(pens(1, "1111.12", "100", currency="USD"), currency="USD")  # 1000.008 EUR
    assert codes(converting, dear, ORDER, fx=EUROS) == ["match_price"]


def test_a_tolerance_in_another_currency_is_converted_or_found() -> None:
    limits = PriceTolerance(amount=eur("100.00", "USD"))  # 90.00 EUR
    for net, expected in (("1090.00", []), ("1090.01", ["match_price"])):
        bill = invoice(pens(1, net, "100"))
        assert codes(Match(2, limits, WHOLE), bill, ORDER, fx=EUROS) == expected
    assert codes(Match(2, limits, WHOLE), BILL, ORDER) == ["match_currency"]


def test_with_tax_included_tax_is_compared_too() -> None:
    taxed = order(replace(PENS, tax=eur("190.00")))
    check = replace(TWO, tax=Tax.INCLUDED)
    assert codes(check, invoice(pens(1, "1000.00", "100", tax=eur("190.00"))), taxed) == []
    more = invoice(pens(1, "1000.00", "100", tax=eur("200.00")))
    assert codes(check, more, taxed) == ["match_price"]
    assert codes(TWO, more, taxed) == []
    assert codes(check, BILL, taxed) == ["match_currency"]  # it does not say what the tax is


# --- balance and receipts -------------------------------------------------------------------------


def test_all_that_is_billed_of_an_order_is_at_most_what_it_is_worth() -> None:
    for number, expected in ((1, []), (2, ["order_exhausted"])):
        earlier = [invoice(pens(1, "500.00", "50"), id=f"R-{10 + n}") for n in range(number)]
        assert codes(OrderBalance(), invoice(pens(1, "500.00", "50")), ORDER, *earlier) == expected


def test_a_blanket_order_is_worth_its_maximum() -> None:
    blanket = order(maximum=eur("1200.00"))
    assert codes(OrderBalance(), BILL, blanket) == []
    assert codes(OrderBalance(), BILL, blanket, replace(BILL, id="R-0")) == ["order_exhausted"]


def test_the_balance_has_its_own_tolerance_and_counts_what_no_line_explains() -> None:
    bill = invoice(pens(1, "1000.00", "100"), line(2, "10.00", adjustment="charge"))
    assert codes(OrderBalance(), bill, ORDER) == ["order_exhausted"]
    assert codes(OrderBalance(percent("1")), bill, ORDER) == []
    assert codes(OrderBalance(amount=eur("9.99")), bill, ORDER) == ["order_exhausted"]


def test_a_credit_note_does_not_use_an_order_up() -> None:
    assert codes(OrderBalance(), credit(pens(1, "-10.00", "-1")), ORDER, BILL) == []


def test_what_was_given_back_too_much_makes_the_order_worth_no_more() -> None:
    back = credit(pens(1, "-9000.00", "-900"))
    bill = invoice(pens(1, "1010.00", "101"))
    assert codes(OrderBalance(), bill, ORDER, back) == ["order_exhausted"]


def test_ten_thousand_lines_are_compared_in_seconds() -> None:
    count = 10_000
    many = order(*(line(n, "10.00", "1", item=f"I-{n}") for n in range(1, count + 1)))
    bills = [
        invoice(*(line(n, "10.00", "1", order_line=n) for n in range(1, count + 1)), id=f"R-{k}")
        for k in (1, 2)
    ]
    start = perf_counter()
    found = codes(TWO, bills[0], many, bills[1])
    assert found == ["match_ordered"] * count
    assert perf_counter() - start < 20


def test_a_receipt_is_there_or_it_is_not() -> None:
    assert codes(ReceiptThere(), BILL, ORDER) == ["receipt_missing"]
    assert codes(ReceiptThere(), BILL, ORDER, arrived("1")) == []
    assert codes(ReceiptThere(), BILL, ORDER, arrived("-1")) == ["receipt_missing"]
    assert codes(ReceiptThere(), BILL) == ["receipt_missing"]


# --- whatever is billed ---------------------------------------------------------------------------

PARTS = st.lists(
    st.tuples(st.integers(-20, 60), st.integers(-3_000, 9_000)), min_size=1, max_size=6
)


@given(parts=PARTS, share=st.sampled_from([0, 2, 10]), percent_more=st.sampled_from([0, 5]))
def test_however_it_is_split_no_more_is_paid_than_price_and_quantity_allow(
    parts: list[tuple[int, int]], share: int, percent_more: int
) -> None:
    """Invoices come one after the other, and each is paid if nothing is found about it."""
    check = Match(
        2,
        PriceTolerance(Fraction(share, 100)),
        QuantityTolerance(Fraction(percent_more, 100)),
    )
    paid: list[Document] = []
    for number, (quantity, minor) in enumerate(parts):
        amount = f"{'-' if minor < 0 else ''}{abs(minor) // 100}.{abs(minor) % 100:02}"
        bill = invoice(pens(1, amount, str(quantity)), id=f"R-{number}")
        if not findings(check, bill, ORDER, *paid):
            paid.append(bill)
    total = sum(each.net.minor for bill in paid for each in bill.lines)
    count = sum(each.quantity or 0 for bill in paid for each in bill.lines)
    most = 100 * (1 + Fraction(percent_more, 100))
    assert count <= most
    assert total <= most * 1_000 * (1 + Fraction(share, 100))


@given(parts=PARTS)
def test_the_order_of_documents_does_not_matter(parts: list[tuple[int, int]]) -> None:
    known = [
        invoice(pens(1, str(minor), str(quantity)), id=f"R-{number}")
        for number, (quantity, minor) in enumerate(parts, 10)
    ]
    there = findings(TWO, BILL, ORDER, *known)
    assert findings(TWO, BILL, *reversed(known), ORDER) == there
