"""Orders before an invoice posts: whether the order stands, what is left of it, what arrived."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import ClassVar, Final

from engine.documents.model import Document
from engine.master_data import MasterData
from engine.money import Money, decimal_text
from engine.readiness.check import Check, Complaint
from engine.readiness.finding import Asked, Evidence, Finding
from engine.readiness.orders import (
    BILLED,
    GIVEN_BACK,
    ZERO,
    Lack,
    Worth,
    bills_before,
    find_order,
    is_goods,
    lines_of_order,
    name_of,
    order_keys,
    order_number,
    orders_named,
)
from engine.readiness.parameters import Kind, Stricter, stated
from engine.readiness.positions import OrderBook, book_of
from engine.readiness.tolerances import Within, complaints_of, exceeds

ORDER_DOCUMENTS: Final = frozenset({"purchase_order", "goods_receipt", "invoice", "credit_note"})


def no_order(on: Asked, lack: Lack, number: str) -> Iterator[Finding]:
    """Why there is no order to go by."""
    match lack:
        case Lack.UNKNOWN:
            yield on.finding("order_unknown", Evidence.ORDER, order=number)
        case Lack.NOT_IN_FORCE:
            yield on.finding("order_not_approved", Evidence.ORDER, order=number)
        case Lack.AMBIGUOUS:
            yield on.finding("order_ambiguous", Evidence.ORDER, order=number)


def other_supplier(on: Asked, order: Document, number: str) -> Iterator[Finding]:
    """The order was given to somebody else, or it is not known who bills it."""
    billing, ordered = _group(on, on.document.supplier), _group(on, order.supplier)
    if not billing or billing != ordered:
        words = {"order": number, "supplier": on.document.supplier, "ordered": order.supplier}
        yield on.finding("order_of_other_supplier", Evidence.CORRECTED_BILL, **words)


def _group(on: Asked, supplier: str) -> str:
    known = on.data.suppliers.get(supplier)
    return (known.group if known is not None else "") or supplier


class OfOrders(Check):
    """A check that looks at the orders which a document names, and at what belongs to them."""

    __slots__ = ()

    def looks_for(self, data: MasterData, document: Document) -> Iterator[str]:
        """The orders, and whatever names one of them."""
        yield from order_keys(document)

    @classmethod
    def found_by(cls, data: MasterData, document: Document) -> Iterator[str]:
        """What is ordered, received and billed is found by its order."""
        if document.type in ORDER_DOCUMENTS:
            yield from order_keys(document)


@dataclass(frozen=True, slots=True)
class OrderOpen(OfOrders):
    """Every order that the document names is approved, and no system says that it is closed."""

    word: ClassVar[str] = "order_open"
    says: ClassVar[str] = "its order is approved and open"

    def ask(self, on: Asked) -> Iterator[Finding]:
        """Orders that are not there, not approved, closed or somebody else's."""
        named = orders_named(on.document)
        if not named:
            yield on.finding("order_missing", Evidence.ORDER)
        for number in named:
            order = find_order(on, number)
            if isinstance(order, Lack):
                yield from no_order(on, order, number)
                continue
            yield from other_supplier(on, order, number)
            if on.looked_up.says("order_open", number) is False:
                yield on.finding("order_closed", Evidence.ORDER, order=number)


@dataclass(frozen=True, slots=True)
class OrderBalance(OfOrders):
    """All that is billed of an order is not more than it is worth, or than its maximum."""

    word: ClassVar[str] = "order_balance"
    says: ClassVar[str] = "enough is left of its order"

    percent: Fraction | None = stated(
        Kind.PERCENT,
        "how much more may be billed, as a share of the order",
        stricter=Stricter.SMALLER,
        default=None,
    )
    amount: Money | None = stated(
        Kind.AMOUNT, "how much more may be billed", stricter=Stricter.SMALLER, default=None
    )
    within: str = stated(
        Kind.WORD,
        "whether `percent` and `amount` must both be kept, or either of them",
        words=Within,
        default="",
    )

    def complaints(self, documents: tuple[str, ...]) -> Iterator[Complaint]:
        """Two limits, and nobody says which counts. No limit at all means nothing more."""
        if self.percent is not None or self.amount is not None or self.within:
            yield from complaints_of(
                "order_balance", self.percent, self.amount, "amount", self.within
            )

    def ask(self, on: Asked) -> Iterator[Finding]:
        """Orders of which more is billed than they are worth."""
        for number in orders_named(on.document):
            order = find_order(on, number)
            if isinstance(order, Lack):
                yield from no_order(on, order, number)
            else:
                yield from self._of_order(on, order)

    def _of_order(self, on: Asked, order: Document) -> Iterator[Finding]:
        worth = Worth(on, order.currency, may_convert=True, has_tax=False)
        name = name_of(order)
        words = {"order": order.number or order.id}
        total = _ordered(order)
        before, now = _billed(on, name, worth), _value(on.document, name, worth)
        most = ZERO if self.percent is None and self.amount is None else None
        if self.amount is not None:
            most = worth.of(self.amount)
        is_known = self.amount is None or most is not None
        if before is None or now is None or total is None or not is_known:
            yield on.finding(
                "order_balance_unknown", Evidence.ORDER, **words, detail=worth.shortage
            )
            return
        together = max(before, ZERO) + now
        if exceeds(together - total, total, self.percent, most, self.within) and now > 0:
            words |= {
                "ordered": _text(total, order),
                "billed": _text(max(before, ZERO), order),
                "now": _text(now, order),
            }
            yield on.finding("order_exhausted", Evidence.ORDER, **words)


@dataclass(frozen=True, slots=True)
class ReceiptThere(OfOrders):
    """What is billed has arrived: there is a receipt for each line, whatever it says of how much.

    How much arrived is compared by `match`.
    """

    word: ClassVar[str] = "receipt"
    says: ClassVar[str] = "what is billed has arrived"

    def ask(self, on: Asked) -> Iterator[Finding]:
        """Lines of which nothing has arrived."""
        if on.document.type == "credit_note":
            return
        books: dict[str, OrderBook | None] = {"": None}
        for line in on.document.lines:
            if not is_goods(line):
                continue
            number = order_number(on.document, line)
            if number not in books:
                order = find_order(on, number)
                books[number] = None if isinstance(order, Lack) else book_of(on, order)
            book = books[number]
            if book is None or not book.has_arrived(book.lines.find(line)):
                words = {"line": str(line.number), "order": number}
                yield on.finding("receipt_missing", Evidence.RECEIPT, **words)


CHECKS: Final = (OrderOpen, OrderBalance, ReceiptThere)


def _ordered(order: Document) -> Fraction | None:
    """What may be billed of an order: its maximum, else its lines; `None` where it says neither."""
    if order.maximum is not None:
        return Fraction(order.maximum.minor)
    if not order.lines or not all(line.is_valued for line in order.lines):
        return None
    return Fraction(sum(line.net.minor for line in order.lines))


def _billed(on: Asked, name: str, worth: Worth) -> Fraction | None:
    credits = BILLED if on.document.type == "credit_note" else GIVEN_BACK
    total = ZERO
    for document in bills_before(on, credits):
        value = _value(document, name, worth)
        if value is None:
            return None
        total += value
    return total


def _value(document: Document, name: str, worth: Worth) -> Fraction | None:
    total = ZERO
    for line in lines_of_order(document, name):
        value = worth.of_line(line)
        if value is None:
            return None
        total += value
    return total


def _text(minor: Fraction, order: Document) -> str:
    return f"{decimal_text(minor, order.currency)} {order.currency}"
