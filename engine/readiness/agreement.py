"""Agreement: what a document states is what the system says that has the last word on it.

A value that differs is a finding with an owner; nothing is overwritten (requirement A6).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Final, Protocol, runtime_checkable

from engine.documents.masking import MASK
from engine.documents.model import Document, Line, Party
from engine.master_data import SUPPLIER_TERMS, MasterData, Supplier
from engine.readiness.accounts import accounts_in
from engine.readiness.check import Check, Complaint
from engine.readiness.finding import Asked, Evidence, Finding
from engine.readiness.ordering import OfOrders, no_order, other_supplier
from engine.readiness.orders import (
    Lack,
    OrderLines,
    find_order,
    is_goods,
    lines_of_order,
    orders_named,
)
from engine.readiness.parameters import Kind, Stricter, stated

FIELDS: Final = ("bank_account", "payment_terms", "currency")
ALL_FIELDS: Final = (*FIELDS, "tax_id", "country")
OF_ORDERS: Final = ("supplier", "currency", "payment_terms", "cost_center", "project")
BILLS: Final = ("invoice", "credit_note")
_RESTRICTED: Final = frozenset({"bank_account", "tax_id"})  # never said, not even to the owner


@runtime_checkable
class Compares(Protocol):
    """A check that compares fields of an object of `engine.authorities` with what is known."""

    compares: ClassVar[str]

    @property
    def fields(self) -> frozenset[str]:
        """What has to agree."""

    @property
    def system(self) -> str:
        """The system whose word counts, as the check states it; empty for unsaid."""


def _system(check: Compares, on: Asked, name: str) -> str:
    """The system that has the last word on a field: as declared for the set, else as stated."""
    declared = on.policy.organization.authorities.of(check.compares, name)
    return check.system if declared is None else declared.called


@dataclass(frozen=True, slots=True)
class AgreesWithSupplier(Check):
    """What the document states of its supplier is what the supplier's record says.

    A field that the document does not state agrees; one that the record lacks does not.
    """

    word: ClassVar[str] = "agrees_with_supplier"
    compares: ClassVar[str] = "supplier"
    says: ClassVar[str] = "bank account, terms, currency, tax number are those of the supplier"

    fields: frozenset[str] = stated(
        Kind.WORDS,
        "what has to agree",
        words=ALL_FIELDS,
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
            if not _agrees(on.data, field, on.document, supplier):
                system = _system(self, on, field)
                words = {"field": field, "supplier": supplier.id, "system": system}
                both = _both(field, on.document, supplier)
                yield on.finding("differs_from_supplier", Evidence.AGREEMENT, **words, **both)


@dataclass(frozen=True, slots=True)
class AgreesWithOrder(OfOrders):
    """What an invoice states of its order is what the order says, as its last change has it.

    What the invoice or the order does not state agrees. A line of which it is not certain which
    line of the order it means has to agree with one of them.
    """

    word: ClassVar[str] = "agrees_with_order"
    compares: ClassVar[str] = "order"
    says: ClassVar[str] = "supplier, currency, terms and coding are those of its order"

    fields: frozenset[str] = stated(
        Kind.WORDS,
        "what has to agree",
        words=OF_ORDERS,
        stricter=Stricter.MORE,
        default=frozenset(OF_ORDERS),
    )
    system: str = stated(
        Kind.TEXT, "the system whose word counts, as the finding names it", default=""
    )

    def complaints(self, documents: tuple[str, ...]) -> Iterator[Complaint]:
        """A document that bills nothing."""
        for name in documents:
            if name not in BILLS:
                message = f"`{self.word}` asks invoices and credit notes, and not `{name}`"
                yield Complaint("not-one-of", message)

    def ask(self, on: Asked) -> Iterator[Finding]:
        """Each field that differs, of each order that the document names."""
        for name in orders_named(on.document):
            order = find_order(on, name)
            if isinstance(order, Lack):
                yield from no_order(on, order, name)
                continue
            if "supplier" in self.fields:
                yield from other_supplier(on, order, name)
            yield from self._header(on, order, name)
            yield from self._lines(on, order, name)

    def _header(self, on: Asked, order: Document, name: str) -> Iterator[Finding]:
        for field in ("currency", "payment_terms"):
            ours, theirs = _header(field, on.document), _header(field, order)
            if field in self.fields and ours and theirs and ours != theirs:
                yield self._differs(on, name, field, ours, theirs)

    def _lines(self, on: Asked, order: Document, name: str) -> Iterator[Finding]:
        ordered = OrderLines(order)
        for line in filter(is_goods, lines_of_order(on.document, name)):
            meant = ordered.find(line)
            candidates = order.lines if meant is None else (meant,)
            for field in ("cost_center", "project"):
                ours, theirs = _coded(line, field), {_coded(each, field) for each in candidates}
                if field in self.fields and ours and ours not in theirs and "" not in theirs:
                    said = ", ".join(sorted(theirs))
                    yield self._differs(on, name, field, ours, said, line=str(line.number))

    def _differs(
        self, on: Asked, order: str, field: str, ours: str, theirs: str, line: str = ""
    ) -> Finding:
        system = _system(self, on, field)
        words = {"order": order, "field": field, "line": line, "system": system}
        both = {"stated": ours, "known": theirs}
        return on.finding("differs_from_order", Evidence.AGREEMENT, **words, **both)


def _header(field: str, document: Document) -> str:
    value = document.currency if field == "currency" else document.details.get("payment_terms")
    return value if isinstance(value, str) else ""


def _coded(line: Line, field: str) -> str:
    return line.cost_center if field == "cost_center" else line.project


def _agrees(data: MasterData, field: str, document: Document, supplier: Supplier) -> bool:
    if field == "bank_account":
        return accounts_in(data, document, "pay_to") <= supplier.accounts
    seller = document.details.get("seller")
    if field == "tax_id":
        numbers = (seller.vat_id, seller.tax_id) if isinstance(seller, Party) else ()
        return {data.token("tax_id", each) for each in numbers if each} <= supplier.tax_ids
    if field == "country":
        country = seller.country if isinstance(seller, Party) else ""
        return not country or country == supplier.country
    stated_value = _header(field, document)
    return not stated_value or stated_value == supplier.facts.get(SUPPLIER_TERMS[field])


def _both(field: str, document: Document, supplier: Supplier) -> dict[str, str]:
    """What the document and the record say, as evidence; a restricted value is masked."""
    if field in _RESTRICTED:
        return {"stated": MASK, "known": MASK}
    if field == "country":
        seller = document.details.get("seller")
        ours = seller.country if isinstance(seller, Party) else ""
        return {"stated": ours, "known": supplier.country or "-"}
    known = supplier.facts.get(SUPPLIER_TERMS[field])
    return {"stated": _header(field, document), "known": str(known or "-")}


CHECKS: Final = (AgreesWithSupplier, AgreesWithOrder)
