"""Payments: what is paid was approved and is in the books, and is paid once, to whom it is owed.

A payment run is a payment with many lines, one for each document that it pays. A finding names the
item; without that line the rest is ready.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Final

from engine.documents.model import Document, Line
from engine.master_data import MasterData
from engine.money import Money
from engine.readiness.accounts import accounts_in, line_accounts, texts_in
from engine.readiness.check import Check, Complaint
from engine.readiness.finding import Asked, Evidence, Finding
from engine.readiness.parameters import Kind, Stricter, stated
from engine.readiness.surroundings import Beside
from engine.segregation.keys import PAYABLE

PAYMENT: Final = "payment"
OF_SUPPLIERS: Final = frozenset({"invoice", "credit_note"})


@dataclass(frozen=True, slots=True)
class Item:
    """A document that a payment names, and what it pays of it: `None` for all of it.

    `minor` is in the currency of the payment, negative for what a credit note takes off.
    """

    id: str
    minor: int | None
    supplier: str
    accounts: frozenset[str]
    line: int = 0


@dataclass(frozen=True, slots=True)
class PaysApproved(Check):
    """Every item of a payment is in the books, is not paid yet, and goes to whom it is owed."""

    word: ClassVar[str] = "pays_approved"
    says: ClassVar[str] = "what it pays is in the books, unpaid, and goes to whom it is owed"

    parts: bool = stated(
        Kind.YES_NO,
        "whether an item may be paid in parts",
        stricter=Stricter.SMALLER,
        default=True,
    )

    def complaints(self, documents: tuple[str, ...]) -> Iterator[Complaint]:
        """Other documents pay nothing, and would never post."""
        for name in documents:
            if name != PAYMENT:
                message = f"`{self.word}` is asked of `{PAYMENT}` only, not of `{name}`"
                yield Complaint("contradiction", message)

    def looks_for(self, data: MasterData, document: Document) -> Iterator[str]:
        """Its items, and other payments of them."""
        if document.type == PAYMENT:
            yield from (f"item:{id}" for id in sorted(_ids(data, document)))

    @classmethod
    def found_by(cls, data: MasterData, document: Document) -> Iterator[str]:
        """What can be paid by its id, and a payment by those of its items."""
        if document.type in PAYABLE:
            yield f"item:{document.id}"
        elif document.type == PAYMENT:
            yield from (f"item:{id}" for id in sorted(_ids(data, document)))

    def ask(self, on: Asked) -> Iterator[Finding]:
        """What is wrong with the payment as a whole, and with each item."""
        items = items_of(on.data, on.document)
        yield from _of_whole(on, items)
        named = Counter(item.id for item in items)
        payments = [*on.beside.claims(PAYMENT)]
        paid = _paid_by(on.data, payments)
        total_minor = 0
        for item in {item.id: item for item in items}.values():
            if named[item.id] > 1:
                yield on.finding("item_twice", Evidence.ITEM, item=item.id)
                continue
            owed = [each for each in on.beside.of_type(*PAYABLE) if each.document.id == item.id]
            if len(owed) != 1:
                words = {"item": item.id, "count": str(len(owed))}
                yield on.finding("item_unknown", Evidence.ITEM, **words)
                continue
            found = [*_of_owed(on, item, owed[0]), *self._amounts(on, item, owed[0], paid)]
            yield from found
            total_minor += _owed_minor(owed[0].document)
        yield from _of_total(on, items, total_minor)

    def _amounts(
        self, on: Asked, item: Item, owed: Beside, paid: dict[str, list[tuple[Beside, int | None]]]
    ) -> Iterator[Finding]:
        """Whether what is paid of it, with all that was paid before, is no more than is owed."""
        owed_minor = _owed_minor(owed.document)
        own_minor = owed_minor if item.minor is None else item.minor
        before = paid.get(item.id, [])
        currency = on.document.currency
        words = {"item": item.id, "owed": str(Money(owed_minor, currency))}
        words |= {"others": ", ".join(f"{each.name} {each.case}".strip() for each, _ in before[:5])}
        before_minor = sum(owed_minor if minor is None else minor for _, minor in before)
        words["amount"] = str(Money(own_minor, currency))
        sign = -1 if owed_minor < 0 else 1
        if own_minor * sign <= 0:
            yield on.finding("item_amount_wrong", Evidence.ITEM, **words)
        elif before and abs(before_minor) >= abs(owed_minor):
            yield on.finding("item_paid_already", Evidence.ITEM, **words)
        elif (before_minor + own_minor) * sign > abs(owed_minor):
            yield on.finding("item_paid_too_much", Evidence.ITEM, **words)
        elif not self.parts and own_minor != owed_minor:
            yield on.finding("item_paid_in_part", Evidence.ITEM, **words)


CHECKS: Final = (PaysApproved,)


def _ids(data: MasterData, document: Document) -> set[str]:
    return {item.id for item in items_of(data, document)}


def items_of(data: MasterData, document: Document) -> list[Item]:
    """What a payment pays: an item for each line that names one, else those of its header."""
    header = frozenset(accounts_in(data, document, "pay_to"))
    lines = [line for line in document.lines if line.details.get("pays")]
    if lines:
        return [
            Item(
                id=str(line.details["pays"]),
                minor=_line_minor(line),
                supplier=str(line.details.get("pays_supplier", "")) or document.supplier,
                accounts=frozenset(line_accounts(data, line)) or header,
                line=line.number,
            )
            for line in lines
        ]
    return [Item(id, None, document.supplier, header) for id in texts_in(document, "pays")]


def _of_whole(on: Asked, items: list[Item]) -> Iterator[Finding]:
    """A payment of nothing, of a sum that is none, or of lines that pay nothing."""
    document = on.document
    if not items:
        yield on.finding("payment_of_nothing", Evidence.DOCUMENT)
        return
    by_line = {item.id for item in items if item.line}
    idle = [line.number for line in document.lines if not line.details.get("pays")]
    if by_line and idle:
        words = {"lines": ", ".join(map(str, idle[:20]))}
        yield on.finding("payment_line_of_nothing", Evidence.DOCUMENT, **words)
    stray = set(texts_in(document, "pays")) - by_line if by_line else set()
    if stray:
        words = {"items": ", ".join(sorted(stray)[:20])}
        yield on.finding("payment_items_differ", Evidence.DOCUMENT, **words)
    if sum(map(_line_minor, document.lines)) <= 0:
        yield on.finding("payment_not_positive", Evidence.DOCUMENT)
    yield from _below_nothing(on, items)


def _below_nothing(on: Asked, items: list[Item]) -> Iterator[Finding]:
    """Credit notes of one supplier that come to more than what he is paid."""
    sums: Counter[str] = Counter()
    for item in items:
        sums[item.supplier] += item.minor or 0
    for supplier, minor in sorted(sums.items()):
        if minor < 0:
            words = {"supplier": supplier, "amount": str(Money(minor, on.document.currency))}
            yield on.finding("payment_below_nothing", Evidence.DOCUMENT, **words)


def _of_total(on: Asked, items: list[Item], owed_minor: int) -> Iterator[Finding]:
    """A payment that settles what its header names comes to all of it, credit notes deducted."""
    if not items or any(item.minor is not None for item in items):
        return
    paid_minor = sum(map(_line_minor, on.document.lines))
    if paid_minor != owed_minor:
        currency = on.document.currency
        words = {
            "amount": str(Money(paid_minor, currency)),
            "owed": str(Money(owed_minor, currency)),
        }
        yield on.finding("payment_differs", Evidence.DOCUMENT, **words)


def _of_owed(on: Asked, item: Item, owed: Beside) -> Iterator[Finding]:
    """Whether the document was posted, and is of the same entity, currency and supplier."""
    document = owed.document
    words = {"item": item.id, "case": owed.case}
    if not owed.is_done:
        yield on.finding("item_not_posted", Evidence.ITEM, status=str(owed.status), **words)
    for field in ("entity", "currency"):
        if getattr(document, field) != getattr(on.document, field):
            found = {"field": field, "found": getattr(document, field)}
            yield on.finding("item_of_other", Evidence.ITEM, **found, **words)
    if document.type in OF_SUPPLIERS and document.supplier != item.supplier:
        found = {"field": "supplier", "found": document.supplier}
        yield on.finding("item_of_other", Evidence.ITEM, **found, **words)
    theirs = _accounts_of(on, document)
    if not item.accounts:
        yield on.finding("item_without_account", Evidence.ITEM, **words)
    elif not item.accounts <= theirs:
        yield on.finding("item_to_other_account", Evidence.ITEM, **words)


def _accounts_of(on: Asked, document: Document) -> frozenset[str]:
    """Where a document may be paid to: the supplier's accounts, the employee's, the refund's."""
    if document.type in OF_SUPPLIERS:
        supplier = on.data.suppliers.get(document.supplier)
        return frozenset() if supplier is None else supplier.accounts
    if document.type == "expense_report":
        names = document.beneficiaries or (document.requester,)
        persons = (on.data.person_of(name, on.now) for name in names)
        people = [on.data.people[one] for one in persons if one is not None]
        return frozenset[str]().union(*(person.accounts for person in people))
    return frozenset(accounts_in(on.data, document, "pay_to"))


def _paid_by(
    data: MasterData, payments: list[Beside]
) -> dict[str, list[tuple[Beside, int | None]]]:
    """By item, the payments of it and how much each pays; `None` for all of it."""
    found: dict[str, list[tuple[Beside, int | None]]] = {}
    for payment in payments:
        for item in items_of(data, payment.document):
            found.setdefault(item.id, []).append((payment, item.minor))
    return found


def _owed_minor(document: Document) -> int:
    """All lines with their tax, less what was paid before it came, and rounded as it says."""
    rounding, prepaid = (document.details.get(name) for name in ("rounding", "prepaid"))
    more = rounding.minor if isinstance(rounding, Money) else 0
    less = prepaid.minor if isinstance(prepaid, Money) else 0
    return sum(map(_line_minor, document.lines)) + more - less


def _line_minor(line: Line) -> int:
    return line.net.minor + (0 if line.tax is None else line.tax.minor)
