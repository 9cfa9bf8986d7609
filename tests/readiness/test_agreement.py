"""What a document states differently than the system that has the last word on it (A6)."""

from __future__ import annotations

from fractions import Fraction
from types import MappingProxyType
from typing import Any

import pytest

from engine.cases.status import Status
from engine.documents.model import BankDetails, Document, Party
from engine.master_data import Supplier, snapshot
from engine.readiness.agreement import AgreesWithOrder, AgreesWithSupplier
from engine.readiness.finding import Finding
from engine.tokens import token
from tests.readiness.worlds import around, ask, beside, codes, document, line, words

SUPPLIERS = snapshot(
    "digest",
    suppliers=[
        Supplier(
            "S-1",
            "Globex",
            group="G",
            country="DE",
            tax_ids=frozenset({token("tax_id", "DE 136 695 976")}),
            facts=MappingProxyType({"supplier.payment_terms": "N30"}),
        ),
        Supplier("S-2", "Globex Leasing", group="G"),
        Supplier("S-9", "Initech"),
    ],
)


def order(*lines: Any, **more: Any) -> Document:
    values = {"type": "purchase_order", "id": "PO-1", "number": "PO-1"} | more
    return document(*lines or (line(cost_center="cc100", project="P-1"),), **values)


def differing(
    invoice: Document,
    *orders: Document,
    check: AgreesWithOrder | None = None,
    status: Status = Status.APPROVED,
) -> tuple[Finding, ...]:
    known = around(*(beside(each, status) for each in orders))
    return ask(check or AgreesWithOrder(system="the ERP"), invoice, SUPPLIERS, beside=known)


def invoice(*lines: Any, **more: Any) -> Document:
    return document(*lines or (line(cost_center="cc100"),), purchase_order="PO-1", **more)


def terms(text: str) -> Any:
    return MappingProxyType({"payment_terms": text})


def test_an_invoice_that_says_what_its_order_says_agrees() -> None:
    ordered = order(details=terms("N30"))
    assert differing(invoice(details=terms("N30")), ordered) == ()
    assert differing(invoice(line()), order(line())) == ()  # what nobody states


@pytest.mark.parametrize(
    ("stated", "ordered", "found"),
    [
        (
            invoice(details=terms("N10")),
            order(details=terms("N30")),
            ("payment_terms", "N10", "N30"),
        ),
        (
            invoice(line(currency="EUR", cost_center="cc100"), currency="EUR"),
            order(),
            ("currency", "EUR", "USD"),
        ),
        (invoice(line(cost_center="cc200")), order(), ("cost_center", "cc200", "cc100")),
        (invoice(line(project="P-2")), order(), ("project", "P-2", "P-1")),
    ],
)
def test_a_field_that_differs_from_the_order_is_found_with_both_values(
    stated: Document, ordered: Document, found: tuple[str, str, str]
) -> None:
    said = words(differing(stated, ordered))
    assert (said["field"], said["stated"], said["known"]) == found
    assert (said["order"], said["system"]) == ("PO-1", "the ERP")


def test_another_supplier_bills_only_if_it_is_of_the_same_group() -> None:
    assert differing(invoice(supplier="S-2"), order()) == ()
    assert codes(differing(invoice(supplier="S-9"), order())) == ["order_of_other_supplier"]


def test_only_the_fields_that_are_asked_have_to_agree() -> None:
    check = AgreesWithOrder(frozenset({"project"}))
    assert differing(invoice(line(cost_center="cc200"), supplier="S-9"), order(), check=check) == ()


def test_a_line_has_to_agree_with_the_line_that_it_means() -> None:
    ordered = order(line(1, cost_center="cc100"), line(2, cost_center="cc200"))
    swapped = line(1, cost_center="cc200", details={"order_line_reference": "a"})
    assert differing(invoice(line(1, cost_center="cc200")), ordered) == ()  # may mean the second
    assert codes(differing(invoice(line(1, cost_center="cc300")), ordered)) == [
        "differs_from_order"
    ]
    named = order(
        line(1, cost_center="cc100", source_id="a"), line(2, cost_center="cc200", source_id="b")
    )
    assert words(differing(invoice(swapped), named))["known"] == "cc100"


def test_an_order_that_is_not_there_or_not_approved_does_not_agree() -> None:
    assert codes(differing(invoice())) == ["order_unknown"]
    found = differing(invoice(), order(), status=Status.PENDING)
    assert codes(found) == ["order_not_approved"]


def test_the_last_change_of_the_order_counts() -> None:
    change = order(
        line(cost_center="cc200"),
        id="PO-1/1",
        number="PO-1/1",
        details=MappingProxyType({"changes": "PO-1", "change_number": Fraction(1)}),
    )
    assert differing(invoice(line(cost_center="cc200")), order(), change) == ()


def test_an_invoice_without_an_order_has_nothing_to_agree_with() -> None:
    assert differing(document(line(cost_center="cc200")), order()) == ()


def of_supplier(**details: object) -> list[dict[str, str]]:
    check = AgreesWithSupplier(
        frozenset({"tax_id", "country", "payment_terms", "bank_account"}), "the ERP"
    )
    found = ask(check, document(details=MappingProxyType(details)), SUPPLIERS)
    return [dict(one.words) for one in found]


def test_a_tax_number_and_a_country_are_those_of_the_record() -> None:
    assert of_supplier(seller=Party(vat_id="DE136695976", country="DE")) == []
    assert of_supplier(seller=Party()) == []
    assert [one["field"] for one in of_supplier(seller=Party(vat_id="DE111111125"))] == ["tax_id"]
    (found,) = of_supplier(seller=Party(country="FR"))
    assert (found["field"], found["stated"], found["known"]) == ("country", "FR", "DE")


def test_what_is_restricted_is_masked_in_the_finding() -> None:
    """The finding goes to whoever may see the case: it must not tell a number that he may not."""
    account = "DE02500105170137075030"
    found = of_supplier(seller=Party(vat_id="DE111111125"), pay_to=(BankDetails(account),))
    assert {one["field"]: (one["stated"], one["known"]) for one in found} == {
        "bank_account": ("***", "***"),
        "tax_id": ("***", "***"),
    }
    assert account not in str(found)
    (terms_differ,) = of_supplier(payment_terms="N10")
    assert (terms_differ["stated"], terms_differ["known"]) == ("N10", "N30")
