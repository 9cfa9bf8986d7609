"""The order behind an invoice as it is in force, and what was billed and received of it before.

What allows something (an order, a receipt, a credit that gives back) counts only when it is
approved or in the books. What uses something up (an invoice) counts as soon as it is approved, and
also while the ERP refuses it. What was rejected, refused, withdrawn or cancelled is as if it
had never been.

Two invoices that are both approved and not posted yet see each other, and neither may take what
only one of them can have: whoever asks in the end does so in the transaction that sends a posting.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import Final

from engine.business_time import local_day
from engine.cases.status import Status
from engine.documents.model import Document, Line
from engine.knowing import rate_day
from engine.money import Exact, Money
from engine.rates import Converter, Shortage
from engine.readiness.finding import Asked
from engine.readiness.surroundings import Beside

# What was imported was agreed, received or credited before this service decided anything.
IN_FORCE: Final = frozenset({Status.APPROVED, Status.POSTING, Status.POSTED, Status.IMPORTED})
BILLED: Final = IN_FORCE | {Status.EXCEPTION}
GIVEN_BACK: Final = frozenset({Status.POSTED, Status.IMPORTED})
ZERO: Final = Fraction(0)
_BILLS: Final = ("invoice", "credit_note")


class Lack(StrEnum):
    """Why there is no order to compare with."""

    UNKNOWN = "unknown"
    NOT_IN_FORCE = "not_in_force"
    AMBIGUOUS = "ambiguous"


@dataclass(frozen=True, slots=True)
class Amount:
    """A quantity, and what it is worth in minor units of the order's currency."""

    quantity: Fraction = ZERO
    value: Fraction = ZERO

    def plus(self, other: Amount) -> Amount:
        """Both together."""
        return Amount(self.quantity + other.quantity, self.value + other.value)


class Worth:
    """Amounts in the currency of an order: exact, or nothing where that is not allowed."""

    __slots__ = ("_currency", "_has_tax", "_may_convert", "_on", "shortage")

    def __init__(self, on: Asked, currency: str, *, may_convert: bool, has_tax: bool) -> None:
        self._on = on
        self._currency = currency
        self._may_convert = may_convert
        self._has_tax = has_tax
        self.shortage = ""

    def of(self, amount: Money | Exact) -> Fraction | None:
        """The amount in minor units of the order's currency; `None` and a `shortage` if not."""
        if amount.currency == self._currency:
            return Fraction(amount.minor)
        if not self._may_convert:
            self.shortage = f"{amount.currency}, {self._currency}"
            return None
        found = self._on.once("converter", self._converter).convert(amount, self._currency)
        if isinstance(found, Shortage):
            self.shortage = f"{found.code} {found.detail}"
            return None
        return Fraction(found.minor)

    def _converter(self) -> Converter:
        on = self._on
        day = rate_day(on.policy.fx, on.document, on.entity, local_day(on.now, on.entity.zone))
        return Converter(on.data.rates, on.policy.fx, day)

    def of_line(self, line: Line) -> Fraction | None:
        """What a line is worth, with its tax where that is compared; `None` if not known."""
        if not line.is_valued:
            self.shortage = f"line {line.number}"
            return None
        minor = line.net.minor
        if self._has_tax:
            if line.tax is None:
                self.shortage = f"tax, line {line.number}"
                return None
            minor += line.tax.minor
        return self.of(Money(minor, line.net.currency))


def order_number(document: Document, line: Line) -> str:
    """The order that a line names: its own, else the document's; empty for none."""
    own = line.details.get("order")
    return own if isinstance(own, str) and own else document.purchase_order


def is_goods(line: Line) -> bool:
    """Whether a line is something ordered, and no allowance or charge on the whole."""
    return not line.details.get("adjustment")


def orders_named(document: Document) -> tuple[str, ...]:
    """The orders that the document names, each once, in the order of its lines."""
    named = (order_number(document, line) for line in document.lines)
    return tuple(dict.fromkeys(each for each in (*named, document.purchase_order) if each))


def name_of(order: Document) -> str:
    """What an order and its changes are called, and by nothing else: an order with two names could
    be billed under each of them."""
    changed = order.details.get("changes")
    return changed if isinstance(changed, str) else order.number or order.id


def order_keys(document: Document) -> Iterator[str]:
    """The keys that an order shares with whatever is billed and received of it."""
    is_order = document.type == "purchase_order"
    for name in (name_of(document),) if is_order else orders_named(document):
        yield f"order/{document.entity}/{name}"


def find_order(on: Asked, name: str) -> Document | Lack:
    """The order of this name in the document's entity, as its last change in force has it."""
    return on.once(("order", name), lambda: _order_of(on, name))


def _order_of(on: Asked, name: str) -> Document | Lack:
    known = [
        each
        for each in on.beside.of_type("purchase_order")
        if each.document.entity == on.document.entity and name_of(each.document) == name
    ]
    originals = {each.document.id for each in known if not each.document.details.get("changes")}
    if not originals:
        return Lack.UNKNOWN
    if len(originals) > 1:
        return Lack.AMBIGUOUS
    approved = [each.document for each in known if each.status in IN_FORCE]
    if not any(order.id in originals for order in approved):
        return Lack.NOT_IN_FORCE
    return max(approved, key=_change_number)


def _change_number(order: Document) -> Fraction:
    number = order.details.get("change_number")
    return number if isinstance(number, Fraction) else ZERO


class OrderLines:
    """Finds the line of an order that another line means, each without going through all."""

    __slots__ = ("_by_item", "_by_number", "_by_source", "lines")

    def __init__(self, order: Document) -> None:
        self.lines = order.lines
        self._by_number = {line.number: line for line in order.lines}
        self._by_source = _single((line.source_id, line) for line in order.lines)
        self._by_item = _single((line.item, line) for line in order.lines)

    def find(self, line: Line) -> Line | None:
        """The line that is meant; `None` where that is not certain.

        By its number, else by what the order's system calls it, else by the item where only one
        line orders it. An order of one line needs no number.
        """
        number = line.details.get("order_line")
        if isinstance(number, Fraction):
            return self._by_number.get(int(number))
        reference = line.details.get("order_line_reference")
        if isinstance(reference, str) and reference:
            return self._by_source.get(reference)
        if line.item:
            return self._by_item.get(line.item)
        return self.lines[0] if len(self.lines) == 1 else None


def _single(named: Iterable[tuple[str, Line]]) -> dict[str, Line]:
    """Lines by a name that only one of them has."""
    found: dict[str, Line] = {}
    several: set[str] = set()
    for name, line in named:
        if name in found:
            several.add(name)
        found[name] = line
    return {name: line for name, line in found.items() if name and name not in several}


def is_same_unit(ordered: Line, line: Line) -> bool:
    """Whether both count the same thing. A unit that only one of them states may be another."""
    return ordered.unit_of_measure.casefold() == line.unit_of_measure.casefold()


def bills_before(on: Asked, credits: frozenset[Status]) -> tuple[Document, ...]:
    """Invoices that were approved before, and credit notes that stand in one of these places."""
    return on.once(("bills", credits), lambda: tuple(_bills_before(on, credits)))


def _bills_before(on: Asked, credits: frozenset[Status]) -> Iterator[Document]:
    own = on.document
    for each in on.beside.of_type(*_BILLS):
        other = each.document
        counting = credits if other.type == "credit_note" else BILLED
        is_itself = other.id == own.id and other.type == own.type
        if each.status in counting and not is_itself and other.entity == on.entity.id:
            yield other


def lines_of_order(document: Document, name: str) -> Iterator[Line]:
    """The lines of a document that name the order."""
    return (line for line in document.lines if order_number(document, line) == name)


def receipts_of(on: Asked, name: str) -> list[Document]:
    """Receipts of the order. One that was entered twice counts once.

    Those that name the same delivery note are one, and those that name none and say the same of
    the same day.
    """
    found: dict[object, Document] = {}
    for each in on.beside.of_type("goods_receipt"):
        if each.status in IN_FORCE and each.document.entity == on.entity.id:
            lines = tuple(lines_of_order(each.document, name))
            if lines:
                found.setdefault(_delivery(each, lines), each.document)
    return list(found.values())


def _delivery(receipt: Beside, lines: tuple[Line, ...]) -> object:
    details = receipt.document.details
    note = details.get("delivery_note")
    if note:
        return note
    said = tuple(
        (line.details.get("order_line"), line.item, line.quantity, line.net.minor) for line in lines
    )
    return details.get("received_on"), said
