"""Is an invoice what was ordered, what arrived, and what passed inspection?

Compared is each line of the order, with all that was ever billed of it: split over lines or over
invoices, a difference stays the same difference. A price is what is billed for a unit, by net and
quantity; the price that is printed beside them says nothing by itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from fractions import Fraction
from typing import ClassVar, Final

from engine.documents.model import Document, Line
from engine.money import Money, decimal_text, fraction_text
from engine.readiness.check import Complaint
from engine.readiness.finding import Asked, Evidence, Finding, Severity
from engine.readiness.ordering import OfOrders, no_order, other_supplier
from engine.readiness.orders import (
    ZERO,
    Amount,
    Lack,
    Worth,
    find_order,
    is_goods,
    is_same_unit,
    order_number,
)
from engine.readiness.parameters import Kind, Stricter, stated
from engine.readiness.positions import OrderBook, Position, amount_of, book_of
from engine.readiness.tolerances import (
    PriceTolerance,
    QuantityTolerance,
    complaints_of,
    exceeds,
)

BILLS: Final = ("invoice", "credit_note")


class Tax(StrEnum):
    """What amounts are compared with."""

    EXCLUDED = "excluded"
    INCLUDED = "included"


class Currency(StrEnum):
    """What becomes of an invoice in another currency than its order."""

    ORDER = "order"
    CONVERTED = "converted"


class Unless(StrEnum):
    """What a finding does that not everybody wants to block."""

    BLOCKS = "blocks"
    WARNS = "warns"
    PASSES = "passes"


@dataclass(frozen=True, slots=True)
class Matched:
    """The lines of an invoice that bill one line of an order, each with what it bills.

    `now` is what they bill, `together` what was billed before, and this.
    """

    position: Position
    lines: tuple[tuple[Line, Amount], ...]
    now: Amount
    together: Amount


@dataclass(frozen=True, slots=True)
class Match(OfOrders):
    """The document is what was ordered (two ways), received (three) and accepted (four)."""

    word: ClassVar[str] = "match"
    says: ClassVar[str] = "it is what was ordered, received and accepted"

    way: int = stated(
        Kind.WHOLE,
        "`2`: with the order; `3`: with what was received too; `4`: with what was accepted too",
        stricter=Stricter.LARGER,
    )
    price: PriceTolerance = stated(Kind.GROUP, "how far the price may be off", group=PriceTolerance)
    quantity: QuantityTolerance = stated(
        Kind.GROUP, "how far the quantity may be off", group=QuantityTolerance
    )
    tax: Tax = stated(
        Kind.WORD,
        "whether amounts are compared with their tax: `excluded` if unsaid",
        words=Tax,
        default=Tax.EXCLUDED,
    )
    currency: Currency = stated(
        Kind.WORD,
        "`order`: only the currency of the order matches; `converted`: by the rates of the set",
        words=Currency,
        default=Currency.ORDER,
    )
    charges: Money | None = stated(
        Kind.AMOUNT,
        "how much may be charged on the whole that nobody ordered (freight): nothing if unsaid",
        stricter=Stricter.SMALLER,
        default=None,
    )
    without_order: Unless = stated(
        Kind.WORD,
        "what a line without an order does: it `blocks` if unsaid",
        words=Unless,
        default=Unless.BLOCKS,
    )
    under: Unless = stated(
        Kind.WORD,
        "what less than ordered does, where a lower limit is stated: it `warns` if unsaid",
        words=Unless,
        default=Unless.WARNS,
    )

    def complaints(self, documents: tuple[str, ...]) -> Iterator[Complaint]:
        """A way that there is not, a tolerance that says nothing, a document that bills nothing."""
        if not 2 <= self.way <= 4:
            message = f"expected a way of 2, 3 or 4, found `{self.way}`"
            yield Complaint("out-of-range", message)
        price, quantity = self.price, self.quantity
        yield from complaints_of("price", price.percent, price.amount, "amount", price.within)
        yield from complaints_of(
            "quantity", quantity.percent, quantity.units, "units", quantity.within
        )
        for name in documents:
            if name not in BILLS:
                message = f"`match` asks invoices and credit notes, and not `{name}`"
                yield Complaint("not-one-of", message)

    def ask(self, on: Asked) -> Iterator[Finding]:
        """Every difference, by the lines of the orders."""
        by_order: dict[str, list[Line]] = {}
        for line in on.document.lines:
            if is_goods(line):
                by_order.setdefault(order_number(on.document, line), []).append(line)
        for line in by_order.pop("", []):
            finding = on.finding("order_missing", Evidence.ORDER, line=str(line.number))
            yield from _unless(self.without_order, finding)
        for number, lines in by_order.items():
            order = find_order(on, number)
            if isinstance(order, Lack):
                yield from no_order(on, order, number)
                continue
            yield from other_supplier(on, order, number)
            yield from self._of_order(on, order, lines)
        if by_order or self.without_order is not Unless.PASSES:
            yield from self._charges(on)

    def _charges(self, on: Asked) -> Iterator[Finding]:
        """What is charged on the whole, and what is collected for others: nobody ordered it."""
        minor = sum(
            line.net.minor
            for line in on.document.lines
            if not is_goods(line) and line.details.get("adjustment") != "allowance"
        )
        if minor <= 0:
            return
        allowed = self.charges or Money(0, on.document.currency)
        worth = Worth(on, allowed.currency, may_convert=True, has_tax=False)
        charged = worth.of(Money(minor, on.document.currency))
        if charged is None or charged > allowed.minor:
            words = {"charged": _amount(Fraction(minor), on.document.currency)}
            yield on.finding("charge_not_ordered", Evidence.ORDER, **words, allowed=str(allowed))

    def _of_order(self, on: Asked, order: Document, lines: list[Line]) -> Iterator[Finding]:
        book = book_of(on, order)
        by_number: dict[int, list[Line]] = {}
        for line in lines:
            ordered = book.lines.find(line)
            if ordered is None:
                words = {"line": str(line.number), "order": order.number or order.id}
                yield on.finding("order_line_unknown", Evidence.ORDER, **words)
            elif not is_same_unit(ordered, line) and line.quantity is not None:
                words = {"line": str(line.number), "unit": line.unit_of_measure or "-"}
                words |= {"ordered": ordered.unit_of_measure or "-"}
                yield on.finding("match_unit", Evidence.CORRECTED_BILL, **words)
            else:
                by_number.setdefault(ordered.number, []).append(line)
        may_convert = self.currency is Currency.CONVERTED
        has_tax = self.tax is Tax.INCLUDED
        worth = Worth(on, order.currency, may_convert=may_convert, has_tax=has_tax)
        for ordered in order.lines:
            if ordered.number in by_number:
                matched = _matched(book, ordered, by_number[ordered.number], worth)
                if matched is None:
                    words = {"order": order.number or order.id, "detail": worth.shortage}
                    yield on.finding("match_currency", Evidence.CORRECTED_BILL, **words)
                else:
                    yield from self._of_position(on, matched)

    def _of_position(self, on: Asked, matched: Matched) -> Iterator[Finding]:
        together = matched.together
        if together.quantity < 0 or together.value < 0:
            billed = matched.position.billed
            words = _words(matched) | {
                "billed": _amount(billed.value, matched.position.order.currency),
                "given": _amount(-matched.now.value, matched.position.order.currency),
            }
            yield on.finding("credit_exceeds_billed", Evidence.CORRECTED_BILL, **words)
        if on.document.type == "credit_note":
            return
        if matched.position.is_counted:
            yield from self._prices(on, matched)
            yield from self._quantities(on, matched)
        else:
            yield from self._amounts(on, matched)

    def _prices(self, on: Asked, matched: Matched) -> Iterator[Finding]:
        """Each line by itself, then all that was billed of the order's line."""
        found = False
        for line, amount in matched.lines:
            if not amount.quantity and amount.value > 0:
                found = True
                words = _words(matched) | {"line": str(line.number)}
                yield on.finding("match_quantity_missing", Evidence.CORRECTED_BILL, **words)
                continue
            for finding in self._price(on, matched, line, amount):
                found = True
                yield finding
        if not found:
            yield from self._price(on, matched, None, matched.together)

    def _price(
        self, on: Asked, matched: Matched, line: Line | None, amount: Amount
    ) -> Iterator[Finding]:
        position, limits = matched.position, self.price
        expected = amount.quantity * position.price
        difference = amount.value - expected
        worth = Worth(on, position.order.currency, may_convert=True, has_tax=False)
        most = None if limits.amount is None else worth.of(limits.amount)
        if limits.amount is not None and most is None:
            words = {"order": position.order.number, "detail": worth.shortage}
            yield on.finding("match_currency", Evidence.CORRECTED_BILL, **words)
            return
        if exceeds(difference, abs(expected), limits.percent, most, limits.within):
            words = _priced(matched, line, amount, expected)
            yield on.finding("match_price", Evidence.CORRECTED_BILL, **words)
        elif limits.has_lower and line is not None and expected > 0:
            least = None if limits.below_amount is None else worth.of(limits.below_amount)
            if exceeds(-difference, expected, limits.below_percent, least, "both"):
                words = _priced(matched, line, amount, expected)
                finding = on.finding("match_price_below", Evidence.CORRECTED_BILL, **words)
                yield from _unless(self.under, finding)

    def _quantities(self, on: Asked, matched: Matched) -> Iterator[Finding]:
        position, billed = matched.position, matched.together.quantity
        words = _words(matched) | {"billed": fraction_text(billed)}
        if self._is_over(billed, position.ordered.quantity):
            words["allowed"] = fraction_text(position.ordered.quantity)
            yield on.finding("match_ordered", Evidence.ORDER, **words)
        if self.way >= 3 and self._is_over(billed, position.received):
            words["allowed"] = fraction_text(position.received)
            yield on.finding("match_received", Evidence.RECEIPT, **words)
        if self.way >= 4 and self._is_over(billed, position.accepted):
            words["allowed"] = fraction_text(position.accepted)
            yield on.finding("match_accepted", Evidence.RECEIPT, **words)
        least = position.ordered.quantity if self.way == 2 else position.received
        share = self.quantity.below_percent
        if share is not None and exceeds(least - billed, least, share, None, ""):
            words["allowed"] = fraction_text(least)
            finding = on.finding("match_quantity_below", Evidence.CORRECTED_BILL, **words)
            yield from _unless(self.under, finding)

    def _is_over(self, billed: Fraction, allowed: Fraction) -> bool:
        if billed <= allowed:
            return False
        limits = self.quantity
        units = None if limits.units is None else Fraction(limits.units)
        allowed = max(allowed, ZERO)
        return exceeds(billed - allowed, allowed, limits.percent, units, limits.within)

    def _amounts(self, on: Asked, matched: Matched) -> Iterator[Finding]:
        """What was ordered without a quantity: all that is billed of it, and what was received."""
        position, limits = matched.position, self.price
        currency = position.order.currency
        worth = Worth(on, currency, may_convert=True, has_tax=False)
        most = None if limits.amount is None else worth.of(limits.amount)
        billed, words = matched.together.value, _words(matched)
        if limits.amount is not None and most is None:
            yield on.finding("match_currency", Evidence.CORRECTED_BILL, **words)
            return
        allowed = [("match_amount", position.ordered.value)]
        allowed += [("match_amount_received", position.received)] if self.way >= 3 else []
        allowed += [("match_amount_received", position.accepted)] if self.way >= 4 else []
        for code, stated_limit in allowed:
            limit = max(stated_limit, ZERO)
            if exceeds(billed - limit, limit, limits.percent, most, limits.within):
                words |= {"billed": _amount(billed, currency), "allowed": _amount(limit, currency)}
                if code == "match_amount":
                    yield on.finding("match_amount", Evidence.ORDER, **words)
                else:
                    yield on.finding("match_amount_received", Evidence.RECEIPT, **words)
                return


CHECKS: Final = (Match,)


def _matched(book: OrderBook, ordered: Line, lines: list[Line], worth: Worth) -> Matched | None:
    """The lines with what they bill; `None` where an amount cannot be compared."""
    position = book.position(ordered, worth)
    if position is None:
        return None
    amounts = [(line, amount_of(line, ordered, position.ordered, worth)) for line in lines]
    known = tuple((line, amount) for line, amount in amounts if amount is not None)
    if len(known) < len(amounts):
        return None
    now = known[0][1]
    for _, amount in known[1:]:
        now = now.plus(amount)
    return Matched(position, known, now, position.billed.plus(now))


def _words(matched: Matched) -> dict[str, str]:
    order = matched.position.order
    return {
        "order": order.number or order.id,
        "order_line": str(matched.position.line.number),
        "lines": ", ".join(str(line.number) for line, _ in matched.lines),
    }


def _priced(
    matched: Matched, line: Line | None, amount: Amount, expected: Fraction
) -> dict[str, str]:
    """What is said of a price: of one line, or of all that was billed."""
    words, currency = _words(matched), matched.position.order.currency
    return words | {
        "line": str(line.number) if line is not None else "",
        "lines": words["lines"] if line is None else "",
        "billed": _amount(amount.value, currency),
        "expected": _amount(expected, currency),
        "difference": _amount(abs(amount.value - expected), currency),
    }


def _amount(minor: Fraction, currency: str) -> str:
    return f"{decimal_text(minor, currency)} {currency}"


def _unless(what: Unless, finding: Finding) -> Iterator[Finding]:
    """The finding as the policy wants it: as it is, as a warning, or not at all."""
    match what:
        case Unless.BLOCKS:
            yield finding
        case Unless.WARNS:
            yield replace(finding, severity=Severity.WARNS)
        case Unless.PASSES:
            return
