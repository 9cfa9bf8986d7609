"""A supplier is taken on with what has to be known of him, and is none that there is.

Shows (B9).
"""

from dataclasses import replace
from datetime import datetime, timedelta
from types import MappingProxyType

import pytest

from engine.cases.status import Status
from engine.documents.model import Attachment, BankDetails, Document
from engine.master_data import MasterData, Supplier, snapshot
from engine.readiness.finding import LookedUp
from engine.readiness.onboarding import (
    PaymentTermsAllowed,
    SanctionsCleared,
    SupplierNew,
    SupplierRegistered,
    screened,
)
from engine.tokens import token
from tests.readiness.worlds import NOW, around, ask, beside, codes, document, words

ACCOUNT = "DE02120300000000202051"
COUNTRIES = {"countries": {}}


def request(id: str = "SR-1", supplier: str = "", **details: object) -> Document:
    stated = {
        "request_kind": "onboarding",
        "supplier_name": "Globex Ltd.",
        "supplier_address": "1 Harbor Way",
        "supplier_country": "GB",
        "payment_terms": "N30",
        "tax_ids": ("GB123456789",),
        "bank_details": (BankDetails(ACCOUNT, "Globex Limited"),),
    } | details
    kept = MappingProxyType({name: value for name, value in stated.items() if value})
    return document(type="supplier_request", id=id, supplier=supplier, details=kept, lines=())


def known(**more: object) -> MasterData:
    values: dict[str, object] = {"id": "S-1", "name": "Initech"} | more
    return snapshot("digest", suppliers=[Supplier(**values)])  # type: ignore[arg-type]


# Registered


def test_a_request_states_who_the_supplier_is() -> None:
    check = SupplierRegistered(papers=frozenset({"registration_extract"}))
    lacking = request(supplier_name="", supplier_address="")
    found = codes(ask(check, lacking))
    assert found[:3] == ["supplier_field_missing", "supplier_field_missing", "paper_missing"]
    file = Attachment("extract.pdf", "registration_extract")
    assert "paper_missing" not in codes(ask(check, replace(lacking, attachments=(file,))))


def test_a_request_without_a_kind_takes_one_on() -> None:
    found = codes(ask(SupplierRegistered(), request(request_kind="", supplier_country="")))
    assert "supplier_field_missing" in found


def test_a_country_that_nobody_wrote_down_asks_for_nothing_and_is_a_finding() -> None:
    assert codes(ask(SupplierRegistered(), request())) == ["country_unknown"]
    assert words(ask(SupplierRegistered(), request()))["country"] == "GB"


def test_a_change_needs_a_supplier_that_is_there() -> None:
    found = codes(
        ask(SupplierRegistered(), request(supplier="S-9", request_kind="change"), known())
    )
    assert found[0] == "supplier_to_change_unknown"
    change = request(supplier="S-1", request_kind="change", supplier_name="")
    assert codes(ask(SupplierRegistered(), change, known())) == ["country_unknown"]


# Payment terms


def test_terms_are_given_as_they_are_written() -> None:
    check = PaymentTermsAllowed(frozenset({"N30", "N60"}))
    assert ask(check, request()) == ()
    assert words(ask(check, request(payment_terms="n30")))["allowed"] == "N30, N60"
    assert codes(ask(check, request(payment_terms="N14"))) == ["payment_terms_not_allowed"]
    assert codes(ask(check, request(payment_terms=""))) == ["payment_terms_missing"]
    assert ask(check, request(request_kind="change", payment_terms="")) == ()


# Sanctions

NOTHING = snapshot("digest")


def answers(said: bool, at: datetime | None, *names: str, country: str = "GB") -> LookedUp:
    asked = [("sanctions", screened(NOTHING, name, country)) for name in names or ("Globex Ltd.",)]
    moments = {} if at is None else dict.fromkeys(asked, at)
    return LookedUp(answers=dict.fromkeys(asked, said), answered_at=moments)


def sanctions(looked_up: LookedUp, on: Document | None = None) -> list[str]:
    return codes(ask(SanctionsCleared(), on or request(), looked_up=looked_up))


def test_no_answer_is_not_cleared() -> None:
    assert sanctions(LookedUp()) == ["sanctions_not_screened"]
    assert sanctions(answers(True, NOW)) == []
    assert sanctions(answers(False, NOW)) == ["sanctions_listed"]


@pytest.mark.parametrize(
    ("at", "found"),
    [
        (NOW - timedelta(days=30), []),
        (NOW - timedelta(days=30, seconds=1), ["sanctions_answer_too_old"]),
        (NOW + timedelta(seconds=1), ["sanctions_answer_too_old"]),
        (None, ["sanctions_answer_too_old"]),
    ],
)
def test_an_answer_has_an_age(at: datetime | None, found: list[str]) -> None:
    assert sanctions(answers(True, at)) == found


def test_an_answer_about_another_name_or_country_is_none() -> None:
    assert sanctions(answers(True, NOW, "Globex Inc.")) == ["sanctions_not_screened"]
    assert sanctions(answers(True, NOW, country="FR")) == ["sanctions_not_screened"]


def test_whoever_else_holds_the_account_is_screened_too() -> None:
    hidden = request(bank_details=(BankDetails(ACCOUNT, "Front Company"),))
    assert sanctions(answers(True, NOW), hidden) == ["sanctions_not_screened"]
    assert sanctions(answers(True, NOW, "Globex Ltd.", "Front Company"), hidden) == []


def test_a_supplier_of_an_invoice_is_screened_by_his_record() -> None:
    data = known(country="GB")
    said = answers(True, NOW, "Initech")
    assert ask(SanctionsCleared(), document(), data, looked_up=said) == ()
    renamed = request(supplier="S-1", request_kind="change", supplier_country="")
    found = ask(SanctionsCleared(), renamed, data, looked_up=said)
    assert words(found)["name"] == "Globex Ltd."
    assert codes(ask(SanctionsCleared(), document(supplier="S-9"), data)) == [
        "sanctions_nobody_to_screen"
    ]


# New


@pytest.mark.parametrize(
    "there",
    [
        {"name": "GLOBEX, LIMITED"},
        {"name": "Glóbex"},
        {"accounts": frozenset({token("bank_account", "de02 1203 0000 0000 2020 51")})},
        {"tax_ids": frozenset({token("tax_id", "GB 123 456 789")})},
    ],
)
def test_a_supplier_that_is_there_is_found_however_it_is_spelled(there: dict[str, object]) -> None:
    found = ask(SupplierNew(), request(), known(**there))
    assert codes(found) == ["supplier_not_new"]
    assert words(found)["supplier"] == "S-1"


def test_another_supplier_is_new() -> None:
    assert ask(SupplierNew(), request(), known()) == ()
    assert codes(ask(SupplierNew(), request(supplier="S-1"), known())) == ["supplier_exists"]
    empty = request(supplier_name="", tax_ids=(), bank_details=())
    assert codes(ask(SupplierNew(), empty, known())) == ["supplier_cannot_be_told"]
    by_name = SupplierNew(same=frozenset({"name"}))
    shared = known(accounts=frozenset({token("bank_account", ACCOUNT)}))
    assert ask(by_name, request(), shared) == ()


def test_a_change_is_compared_with_all_but_the_one_that_it_changes() -> None:
    mine = request(supplier="S-1", request_kind="change")
    data = snapshot("d", suppliers=[Supplier("S-1", "Globex"), Supplier("S-2", "Globex GmbH")])
    assert words(ask(SupplierNew(), mine, data)) == {"supplier": "S-2", "same": "name"}


@pytest.mark.parametrize(
    ("other", "status", "found"),
    [
        (request("SR-2"), Status.PENDING, ["supplier_requested_twice"]),
        (request("SR-2", tax_ids=(), bank_details=()), Status.HELD, ["supplier_requested_twice"]),
        (
            request("SR-2", supplier_name="X", tax_ids=()),
            Status.APPROVED,
            ["supplier_requested_twice"],
        ),
        (request("SR-2"), Status.POSTED, ["supplier_requested_twice"]),
        (request("SR-2"), Status.WITHDRAWN, []),
        (request("SR-2", supplier_name="X", tax_ids=(), bank_details=()), Status.PENDING, []),
    ],
)
def test_two_requests_for_one_supplier_are_found(
    other: Document, status: Status, found: list[str]
) -> None:
    assert codes(ask(SupplierNew(), request(), beside=around(beside(other, status)))) == found


def test_what_master_data_have_already_is_compared_there() -> None:
    taken_on = beside(request("SR-0", supplier="S-1"), Status.POSTED)
    data = known(name="Umbrella")  # renamed since
    assert ask(SupplierNew(), request(), data, beside=around(taken_on)) == ()
    pending = beside(request("SR-0", supplier="S-1", request_kind="change"), Status.PENDING)
    change = request(supplier="S-1", request_kind="change")
    assert ask(SupplierNew(), change, data, beside=around(pending)) == ()


def test_keys_of_two_spellings_meet_and_show_nothing() -> None:
    one, other = request(), request(supplier_name="globex", tax_ids=(), bank_details=())
    data = snapshot("d")
    keys = set(SupplierNew.found_by(data, one))
    assert keys & set(SupplierNew().looks_for(data, other))
    assert not any("globex" in key or ACCOUNT in key or "123456789" in key for key in keys)
    assert list(SupplierNew.found_by(data, document())) == []


@pytest.mark.parametrize("check", [SupplierRegistered(), SupplierNew()])
def test_a_policy_that_asks_it_of_invoices_is_told(check: SupplierRegistered | SupplierNew) -> None:
    assert [c.code for c in check.complaints(("supplier_request", "invoice"))] == ["contradiction"]
