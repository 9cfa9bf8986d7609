"""The invoices of the XRechnung test suite, and what one says of itself by another reader."""

from __future__ import annotations

import tarfile
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, Final
from xml.etree import ElementTree

from adapters.sources.e_invoice import AddressBook, document_of
from adapters.sources.e_invoice.address_book import Address
from engine.documents import accept
from engine.documents.canonical_form import to_canonical
from engine.errors import InputErrors
from engine.facts.vocabulary import BUILT_IN

HERE: Final = Path(__file__).parent
BOOK: Final = AddressBook(otherwise=Address("DE01", "petra"))
NOW: Final = datetime(2027, 1, 1, tzinfo=UTC)
FACTS: Final = {fact.name: fact for fact in BUILT_IN}


@cache
def suite() -> dict[str, bytes]:
    """The 86 invoices by the name of their file."""
    with tarfile.open(HERE / "xrechnung-testsuite.tar.xz") as archive:
        return {
            Path(member.name).name: stream.read()
            for member in archive
            if member.name.endswith(".xml") and (stream := archive.extractfile(member))
        }


NAMES: Final = sorted(suite())


def read(data: bytes, book: AddressBook = BOOK, **more: Any) -> dict[str, Any]:
    """The canonical document, as it would be kept."""
    raw = document_of(data, book, **more)
    return to_canonical(accept(raw, FACTS, frozenset(), received_at=NOW))


@cache
def canonical(name: str) -> dict[str, Any]:
    """That of an invoice of the suite."""
    return read(suite()[name])


def faults(data: bytes, book: AddressBook = BOOK) -> list[tuple[str, str]]:
    """Code and place of everything that is wrong; empty for nothing."""
    try:
        read(data, book)
    except InputErrors as wrong:
        return [(each.code, each.field) for each in wrong.errors]
    return []


# Elements of the totals, by the number of the term: in UBL, in CII. Read by the standard library.
TOTALS: Final = {
    "BT-106": ("LegalMonetaryTotal/LineExtensionAmount", "LineTotalAmount"),
    "BT-109": ("LegalMonetaryTotal/TaxExclusiveAmount", "TaxBasisTotalAmount"),
    "BT-110": ("TaxTotal/TaxAmount", "TaxTotalAmount"),
    "BT-112": ("LegalMonetaryTotal/TaxInclusiveAmount", "GrandTotalAmount"),
    "BT-115": ("LegalMonetaryTotal/PayableAmount", "DuePayableAmount"),
}
_SUMS: Final = (
    "SupplyChainTradeTransaction/ApplicableHeaderTradeSettlement"
    "/SpecifiedTradeSettlementHeaderMonetarySummation/"
)


def total(name: str, term: str) -> Decimal:
    """A total that an invoice of the suite states, in euros; zero where it states none."""
    ubl, cii = TOTALS[term]
    path = ubl if name.endswith("_ubl.xml") else _SUMS + cii
    wild = "/".join(f"{{*}}{step}" for step in path.split("/"))
    found = ElementTree.fromstring(suite()[name]).findall(wild)  # noqa: S314 - known files
    return next(
        (Decimal(str(one.text)) for one in found if one.get("currencyID", "EUR") == "EUR"),
        Decimal(),
    )
