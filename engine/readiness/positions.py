"""One line of an order, with everything that was billed, received and accepted of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from engine.cases.status import Status
from engine.documents.model import Document, Line
from engine.readiness.finding import Asked
from engine.readiness.orders import (
    BILLED,
    GIVEN_BACK,
    ZERO,
    Amount,
    OrderLines,
    Worth,
    bills_before,
    is_goods,
    is_same_unit,
    lines_of_order,
    name_of,
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


class OrderBook:
    """An order with what was billed and received of it, by its lines: looked through once."""

    def __init__(self, on: Asked, order: Document, credits: frozenset[Status]) -> None:
        self.order = order
        self.lines = OrderLines(order)
        self._on, self._name, self._credits = on, name_of(order), credits

    @cached_property
    def _bills(self) -> dict[int, list[Line]]:
        return self._by_number(
            line
            for document in bills_before(self._on, self._credits)
            for line in lines_of_order(document, self._name)
            if is_goods(line)
        )

    @cached_property
    def _receipts(self) -> dict[int, list[Line]]:
        return self._by_number(
            line
            for receipt in receipts_of(self._on, self._name)
            for line in lines_of_order(receipt, self._name)
        )

    def _by_number(self, lines: Iterable[Line]) -> dict[int, list[Line]]:
        found: dict[int, list[Line]] = {}
        for line in lines:
            meant = self.lines.find(line)
            if meant is not None:
                found.setdefault(meant.number, []).append(line)
        return found

    def position(self, line: Line, worth: Worth) -> Position | None:
        """A line with what is known of it; `None` where an amount cannot be compared."""
        value = worth.of_line(line)
        if value is None:
            return None
        ordered = Amount(line.quantity or ZERO, value)
        billed = Amount()
        for each in self._bills.get(line.number, ()):
            found = amount_of(each, line, ordered, worth)
            if found is None:
                return None
            billed = billed.plus(found)
        billed = Amount(max(billed.quantity, ZERO), max(billed.value, ZERO))
        received, accepted = self._taken(line, ""), self._taken(line, "accepted_quantity")
        return Position(self.order, line, ordered, billed, received, accepted)

    def has_arrived(self, line: Line | None) -> bool:
        """Whether any of the line has arrived."""
        found = () if line is None else self._receipts.get(line.number, ())
        return any(
            each.quantity > 0 if each.quantity is not None else each.net.minor > 0 for each in found
        )

    def _taken(self, line: Line, field: str) -> Fraction:
        """How much receipts say of a line, in its unit; in another unit nothing counts."""
        total = ZERO
        for each in self._receipts.get(line.number, ()):
            if not line.quantity:
                is_comparable = each.is_valued and each.net.currency == self.order.currency
                total += each.net.minor if is_comparable and not field else ZERO
                continue
            stated = each.details.get(field) if field else each.quantity
            if isinstance(stated, Fraction) and is_same_unit(line, each):
                total += stated
        return total


def book_of(on: Asked, order: Document) -> OrderBook:
    """The order of a document that is asked about, the same one for all checks.

    Credits that were only approved give nothing back yet to an invoice; for a credit note they
    count.
    """
    credits = BILLED if on.document.type == "credit_note" else GIVEN_BACK
    return on.once(("book", name_of(order)), lambda: OrderBook(on, order, credits))


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
