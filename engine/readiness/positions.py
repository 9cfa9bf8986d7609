"""One line of an order, with everything that was billed, received and accepted of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from engine.cases.status import Status
from engine.documents.model import Document, Line
from engine.readiness.finding import Asked
from engine.readiness.orders import (
    ZERO,
    Amount,
    Worth,
    bills_before,
    is_goods,
    is_same_unit,
    lines_of_order,
    names_of,
    ordered_line,
    receipts_of,
)


@dataclass(frozen=True, slots=True)
class Position:
    """One line of an order. Where it states no quantity, only values are compared.

    `billed` is what earlier documents billed and did not give back, never below zero. `received`
    and `accepted` are quantities; of a line without one they are values.
    """

    order: Document
    line: Line
    ordered: Amount
    billed: Amount
    received: Fraction
    accepted: Fraction

    @property
    def is_counted(self) -> bool:
        """Whether quantities can be compared."""
        return self.line.quantity is not None and self.line.quantity > 0

    @property
    def price(self) -> Fraction:
        """What one unit was ordered for, in minor units; zero where nothing is counted."""
        return self.ordered.value / self.ordered.quantity if self.is_counted else ZERO


def position_of(
    on: Asked, order: Document, line: Line, worth: Worth, credits: frozenset[Status]
) -> Position | None:
    """The line with what is known of it; `None` where an amount cannot be compared (`worth`)."""
    value = worth.of_line(line)
    if value is None:
        return None
    ordered = Amount(line.quantity or ZERO, value)
    names = names_of(on, order)
    billed = Amount()
    for document in bills_before(on, credits):
        for each in lines_of_order(document, names):
            if not is_goods(each) or not _is_of(order, line, each):
                continue
            found = amount_of(each, line, ordered, worth)
            if found is None:
                return None
            billed = billed.plus(found)
    billed = Amount(max(billed.quantity, ZERO), max(billed.value, ZERO))
    receipts = receipts_of(on, names)
    received = _taken(receipts, order, line, names, "")
    accepted = _taken(receipts, order, line, names, "accepted_quantity")
    return Position(order, line, ordered, billed, received, accepted)


def _is_of(order: Document, line: Line, other: Line) -> bool:
    found = ordered_line(order, other)
    return found is not None and found.number == line.number


def amount_of(line: Line, ordered: Line, of: Amount, worth: Worth) -> Amount | None:
    """What a line bills of an order's line. In another unit it counts by its value."""
    value = worth.of_line(line)
    if value is None:
        return None
    if line.quantity is not None and is_same_unit(ordered, line):
        return Amount(line.quantity, value)
    if line.quantity is None and of.quantity:
        return Amount(ZERO, value)  # an amount that is billed or given back for no quantity
    price = of.value / of.quantity if of.quantity else ZERO
    return Amount(value / price if price else ZERO, value)


def _taken(
    receipts: Iterable[Document], order: Document, line: Line, names: frozenset[str], field: str
) -> Fraction:
    """How much receipts say of a line, in its unit; in another unit nothing counts."""
    total = ZERO
    for receipt in receipts:
        for each in lines_of_order(receipt, names):
            if not _is_of(order, line, each):
                continue
            if not line.quantity:
                is_comparable = each.is_valued and each.net.currency == order.currency
                total += each.net.minor if is_comparable and not field else ZERO
                continue
            stated = each.details.get(field) if field else each.quantity
            if isinstance(stated, Fraction) and is_same_unit(line, each):
                total += stated
    return total
