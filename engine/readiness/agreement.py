"""Agreement: what a document states is what the system says that has the last word on it.

A value that differs is a finding with an owner; nothing is overwritten (requirement A6).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Final

from engine.documents.model import BankDetails, Document
from engine.master_data import Supplier
from engine.readiness.check import Check
from engine.readiness.finding import Asked, Evidence, Finding
from engine.readiness.parameters import Kind, Stricter, stated
from engine.tokens import token

FIELDS: Final = ("bank_account", "payment_terms", "currency")


@dataclass(frozen=True, slots=True)
class AgreesWithSupplier(Check):
    """What the document states of its supplier is what the supplier's record says.

    `payment_terms` and `currency` are the company's own facts of the supplier by these names. A
    field that the document does not state agrees; one that the record lacks does not.
    """

    word: ClassVar[str] = "agrees_with_supplier"
    says: ClassVar[str] = "bank account, payment terms and currency are those of the supplier"

    fields: frozenset[str] = stated(
        Kind.WORDS,
        "what has to agree",
        words=FIELDS,
        stricter=Stricter.MORE,
        default=frozenset(FIELDS),
    )
    system: str = stated(
        Kind.TEXT, "the system whose word counts, as the finding names it", default=""
    )

    def ask(self, on: Asked) -> Iterator[Finding]:
        """Each field that differs."""
        name = on.document.supplier
        if not name:
            yield on.finding("supplier_missing", Evidence.DOCUMENT)
            return
        supplier = on.data.suppliers.get(name)
        if supplier is None:
            yield on.finding("supplier_unknown", Evidence.SUPPLIER_RECORD, detail=name)
            return
        for field in sorted(self.fields):
            if not _agrees(field, on.document, supplier):
                words = {"field": field, "supplier": supplier.id, "system": self.system}
                yield on.finding("differs_from_supplier", Evidence.AGREEMENT, **words)


def _agrees(field: str, document: Document, supplier: Supplier) -> bool:
    if field == "bank_account":
        accounts = document.details.get("pay_to", ())
        details = accounts if isinstance(accounts, tuple) else ()
        tokens = {
            token("bank_account", each.account) for each in details if isinstance(each, BankDetails)
        }
        return tokens <= supplier.accounts
    stated_value = (
        document.currency if field == "currency" else document.details.get("payment_terms")
    )
    return not stated_value or stated_value == supplier.facts.get(field)


CHECKS: Final = (AgreesWithSupplier,)
