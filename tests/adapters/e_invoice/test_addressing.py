"""Whose invoice it is, and from whom: never guessed (A3)."""

from __future__ import annotations

import pytest

from adapters.sources.e_invoice import AddressBook, KnownSuppliers, read_address_book
from adapters.sources.e_invoice.address_book import Address
from engine.errors import InputErrors
from engine.master_data import Contract, MasterData, Supplier, snapshot
from engine.money import Money
from engine.tokens import token
from tests.adapters.e_invoice.small import CII_INVOICE, UBL_INVOICE, changed
from tests.adapters.e_invoice.suite import faults, read

HEADER = "identifier,entity,requester,supplier\n"
VAT, IBAN = "DE123456788", "DE02120300000000202051"


def book(*rows: str) -> AddressBook:
    return read_address_book((HEADER + "\n".join(rows) + "\n").encode())


def data(*suppliers: Supplier) -> MasterData:
    return snapshot("sha256:data", suppliers=suppliers)


def supplier(id: str, *, tax: str = "", account: str = "") -> Supplier:
    return Supplier(
        id,
        id,
        tax_ids=frozenset({token("tax_id", tax)} if tax else ()),
        accounts=frozenset({token("bank_account", account)} if account else ()),
    )


def found(*suppliers: Supplier, book: AddressBook | None = None, text: bytes = b"") -> str:
    known = KnownSuppliers.of(data(*suppliers))
    book = book or AddressBook(otherwise=Address("DE01", "petra"))
    return str(read(text or UBL_INVOICE.encode(), book, known=known).get("supplier", ""))


@pytest.mark.parametrize("text", [UBL_INVOICE, CII_INVOICE])
@pytest.mark.parametrize("row", ["DE 987 654 321,DE02,hans,", "04011000-12345-34,DE02,hans,"])
def test_the_buyer_is_found_by_his_vat_number_or_his_reference(text: str, row: str) -> None:
    document = read(text.encode(), book(row, ",DE01,petra,"))
    assert (document["entity"], document["requester"]) == ("DE02", "hans")


def test_what_no_address_says_is_as_otherwise() -> None:
    document = read(UBL_INVOICE.encode(), book("DE987654321,DE02,,", ",DE01,petra,"))
    assert (document["entity"], document["requester"]) == ("DE02", "petra")


def test_a_buyer_of_two_entities_is_of_none() -> None:
    rows = ("DE987654321,DE02,hans,", "04011000-12345-34,DE03,hans,")
    ((code, place),) = faults(UBL_INVOICE.encode(), book(*rows))
    assert code == "ambiguous_address"
    assert "BG-7" in place


def test_a_buyer_whom_nobody_knows_is_told_and_nothing_comes_in() -> None:
    codes = [code for code, _ in faults(UBL_INVOICE.encode(), AddressBook())]
    assert codes == ["unknown_address", "unknown_address"]  # the entity, and the requester


def test_the_seller_cannot_be_the_buyer_by_his_own_number() -> None:
    """Only what is said of the buyer finds the entity."""
    assert faults(UBL_INVOICE.encode(), book(f"{VAT},DE02,hans,"))


def test_a_supplier_is_found_by_the_tax_id_however_it_is_written() -> None:
    assert found(supplier("S-1", tax="DE 123 456 788"), supplier("S-2", tax="DE1")) == "S-1"


def test_an_unknown_supplier_comes_in_with_what_the_invoice_says() -> None:
    document = read(UBL_INVOICE.encode())
    assert "supplier" not in document
    assert document["seller"]["vat_id"] == VAT


def test_the_tax_id_decides_and_not_the_account_of_another() -> None:
    assert found(supplier("S-1", tax=VAT), supplier("S-2", account=IBAN)) == "S-1"


def test_a_tax_id_of_two_suppliers_finds_none_of_them() -> None:
    assert found(supplier("S-1", tax=VAT), supplier("S-2", tax=VAT, account=IBAN)) == ""


def test_an_account_finds_a_supplier_only_where_no_other_tax_id_contradicts() -> None:
    assert found(supplier("S-2", account=IBAN)) == "S-2"
    assert found(supplier("S-2", tax="DE999999999", account=IBAN)) == ""


def test_an_electronic_address_finds_a_supplier_by_the_book() -> None:
    for row in ("0088:4012345000009,,,S-7", "4012345000009,,,S-7"):
        assert found(book=book(row, ",DE01,petra,")) == "S-7"


def test_a_contract_counts_only_where_it_is_one_with_this_supplier() -> None:
    """What a contract is worth may decide who approves: the seller cannot choose one."""
    old = "<cac:AccountingSupplierParty>"
    said = (
        f"<cac:ContractDocumentReference><cbc:ID>K-1</cbc:ID></cac:ContractDocumentReference>{old}"
    )
    text = changed(UBL_INVOICE, (old, said))
    worth = Money(100, "EUR")
    for owner, expected in (("S-1", "K-1"), ("S-2", None)):
        contract = Contract("K-1", owner, worth, worth)
        known = KnownSuppliers.of(
            snapshot("d", suppliers=[supplier("S-1", tax=VAT)], contracts=[contract])
        )
        document = read(text, known=known)
        assert document.get("contract") == expected
        assert document["source_ids"]["contract"] == "K-1"


def test_an_invoice_is_named_by_its_number_and_its_seller() -> None:
    """The same invoice twice is one; the same number of two sellers is two."""
    first = read(UBL_INVOICE.encode())["id"]
    assert first.startswith("R-1@")
    assert read(changed(UBL_INVOICE, (VAT, "DE 123.456.788")))["id"] == first
    assert read(changed(UBL_INVOICE, (VAT, "DE123456789")))["id"] != first
    assert read(changed(UBL_INVOICE, (">10.00<", ">10.0<")))["id"] == first
    assert VAT not in first


def test_the_name_does_not_change_when_the_supplier_becomes_known() -> None:
    known = KnownSuppliers.of(data(supplier("S-1", tax=VAT)))
    assert read(UBL_INVOICE.encode(), known=known)["id"] == read(UBL_INVOICE.encode())["id"]


@pytest.mark.parametrize(
    ("text", "code", "place"),
    [
        ("", "unknown_column", "line 1"),
        ("identifier,entity\n", "unknown_column", "line 1"),
        (f"{HEADER}a,DE01,,\nA ,DE02,,\n", "duplicate_entry", "line 3"),
        (f"{HEADER},DE01,,\n,DE02,,\n", "duplicate_entry", "line 3"),
        (f"{HEADER},,,S-1\n", "wrong_row", "line 2"),
        (f"{HEADER}a,DE01,,S-1\n", "wrong_row", "line 2"),
        (f"{HEADER}a,,,\n", "wrong_row", "line 2"),
        (f"{HEADER}---,DE01,,\n", "wrong_row", "line 2"),
        (f"{HEADER}a,DE01,,,x\n", "wrong_row", "line 2"),
        (f'{HEADER}"a,DE01,,\n', "invalid_csv", ""),
    ],
)
def test_a_wrong_address_book_is_refused_as_a_whole(text: str, code: str, place: str) -> None:
    with pytest.raises(InputErrors) as caught:
        read_address_book(text.encode())
    assert [(each.code, each.field) for each in caught.value.errors] == [(code, place)]


@pytest.mark.parametrize("data", [b"\xff\xfe", HEADER.encode() + b"x" * 5_000_000])
def test_an_address_book_that_is_none_is_refused(data: bytes) -> None:
    with pytest.raises(InputErrors):
        read_address_book(data)
