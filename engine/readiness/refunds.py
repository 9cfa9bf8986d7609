"""Refunds and adjustments: a customer gets back no more than he paid, and where he paid it from.

How much a charge was comes with each refund of it; refunds of one charge have to say the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import ClassVar, Final

from engine.business_time import calendar_of, first_day, local_day
from engine.documents.model import Document
from engine.facts.vocabulary import Window
from engine.master_data import MasterData
from engine.money import Money, fraction_text
from engine.readiness.accounts import accounts_in
from engine.readiness.check import Check, Complaint
from engine.readiness.finding import Asked, Evidence, Finding
from engine.readiness.parameters import Kind, Stricter, stated
from engine.readiness.surroundings import Beside
from engine.tokens import bare

REFUND: Final = "customer_refund"
ADJUSTMENT: Final = "subscription_adjustment"
DISCOUNT: Final = "discount"
A_YEAR: Final = Window(12, "months")
_WHOLE: Final = 100


def _only_for(type_: str, word: str, documents: tuple[str, ...]) -> Iterator[Complaint]:
    for name in documents:
        if name != type_:
            yield Complaint("contradiction", f"`{word}` is asked of `{type_}` only, not `{name}`")


@dataclass(frozen=True, slots=True)
class RefundCovered(Check):
    """A refund names its charge; all refunds of one come to no more than was paid.

    It goes to an account that the customer paid from, where that is stated.
    """

    word: ClassVar[str] = "refund_covered"
    says: ClassVar[str] = "all refunds of a charge come to no more than was paid"

    paid_from: bool = stated(
        Kind.YES_NO,
        "whether it must be stated which account the customer paid from",
        stricter=Stricter.LARGER,
        default=False,
    )

    def complaints(self, documents: tuple[str, ...]) -> Iterator[Complaint]:
        """Asked of something that refunds nothing."""
        yield from _only_for(REFUND, self.word, documents)

    def looks_for(self, data: MasterData, document: Document) -> Iterator[str]:
        """Other refunds of the charge."""
        yield from self.found_by(data, document)

    @classmethod
    def found_by(cls, data: MasterData, document: Document) -> Iterator[str]:
        """The charge, however its name is spelled."""
        charge = _charge(document)
        if document.type == REFUND and charge:
            yield f"charge:{charge}"

    def ask(self, on: Asked) -> Iterator[Finding]:
        """What is not covered, and where it must not go."""
        document = on.document
        charge, charged = document.details.get("refunds", ""), document.details.get("charged")
        own_minor = _gross_minor(document)
        if not charge:
            yield on.finding("refund_of_nothing", Evidence.DOCUMENT)
        elif not isinstance(charged, Money):
            yield on.finding("refund_charge_unknown", Evidence.DOCUMENT, charge=str(charge))
        elif own_minor <= 0:
            yield on.finding("refund_not_positive", Evidence.DOCUMENT, charge=str(charge))
        else:
            yield from _covered(on, str(charge), charged, own_minor)
        yield from self._account(on)

    def _account(self, on: Asked) -> Iterator[Finding]:
        paid_from = accounts_in(on.data, on.document, "paid_from")
        pay_to = accounts_in(on.data, on.document, "pay_to")
        if paid_from and not (pay_to and pay_to <= paid_from):
            yield on.finding("refund_to_other_account", Evidence.DOCUMENT)
        elif self.paid_from and not paid_from:
            yield on.finding("refund_account_unknown", Evidence.DOCUMENT)
        owners = sorted(person.id for person in on.data.people.values() if pay_to & person.accounts)
        for person in owners:
            yield on.finding("refund_to_employee", Evidence.DOCUMENT, person=str(person))


def _charge(document: Document) -> str:
    """The charge as it is compared; refunds of charges that only look alike add up, too."""
    return bare(str(document.details.get("refunds", ""))).lstrip("0")


def _gross_minor(document: Document) -> int:
    tax_minor = sum(line.tax.minor for line in document.lines if line.tax is not None)
    return sum(line.net.minor for line in document.lines) + tax_minor


def _covered(on: Asked, charge: str, charged: Money, own_minor: int) -> Iterator[Finding]:
    document = on.document
    others = [
        each for each in on.beside.claims(REFUND) if _is_of_same_charge(document, each.document)
    ]
    words = {"charge": charge, "charged": str(charged)}
    words["others"] = ", ".join(f"{each.name} {each.case}".strip() for each in others[:5])
    if any(_says_otherwise(each, charged) for each in others):
        yield on.finding("refund_charge_differs", Evidence.OTHER_DOCUMENTS, **words)
        return
    before_minor = sum(max(0, _gross_minor(each.document)) for each in others)
    if before_minor + own_minor > charged.minor:
        words["refunded"] = str(Money(before_minor, charged.currency))
        words["amount"] = str(Money(own_minor, charged.currency))
        yield on.finding("refund_above_charge", Evidence.DOCUMENT, **words)


def _is_of_same_charge(one: Document, other: Document) -> bool:
    """Another entity's charge is another one only where another customer paid it."""
    if _charge(one) != _charge(other):
        return False
    is_other_customer = one.customer and other.customer and one.customer != other.customer
    return one.entity == other.entity or not is_other_customer


def _says_otherwise(other: Beside, charged: Money) -> bool:
    return other.document.details.get("charged") != charged


@dataclass(frozen=True, slots=True)
class AdjustmentLimits(Check):
    """Discounts of a subscription stay within a percentage, and none reaches back too far.

    Discounts of one subscription within `within` are added up, so that two small ones are not less
    than a large one.
    """

    word: ClassVar[str] = "adjustment_limits"
    says: ClassVar[str] = "discounts of a subscription stay within limits"

    discount: Fraction | None = stated(
        Kind.PERCENT, "the largest discount", stricter=Stricter.SMALLER, default=None
    )
    back: Window | None = stated(
        Kind.WINDOW,
        "how far back it may reach: `3 months`",
        stricter=Stricter.SMALLER,
        default=None,
    )
    within: Window = stated(
        Kind.WINDOW,
        "discounts of one subscription within this time add up",
        stricter=Stricter.LARGER,
        default=A_YEAR,
    )

    def complaints(self, documents: tuple[str, ...]) -> Iterator[Complaint]:
        """A check that limits nothing looks like one that does."""
        yield from _only_for(ADJUSTMENT, self.word, documents)
        if self.discount is None and self.back is None:
            yield Complaint("missing-key", "`adjustment_limits` needs `discount` or `back`")

    def looks_for(self, data: MasterData, document: Document) -> Iterator[str]:
        """Other adjustments of the subscription."""
        yield from self.found_by(data, document)

    @classmethod
    def found_by(cls, data: MasterData, document: Document) -> Iterator[str]:
        """The subscription."""
        subscription = document.details.get("subscription")
        if document.type == ADJUSTMENT and subscription:
            yield f"subscription:{bare(str(subscription))}"

    def ask(self, on: Asked) -> Iterator[Finding]:
        """What goes beyond a limit, and what nobody can compare with one."""
        if not on.document.details.get("subscription"):
            yield on.finding("adjustment_of_nothing", Evidence.DOCUMENT)
        if self.discount is not None:
            yield from self._discounts(on, self.discount)
        if self.back is not None:
            yield from self._reach(on, self.back)

    def _discounts(self, on: Asked, most: Fraction) -> Iterator[Finding]:
        own = on.document.details.get("discount_percent")
        if not isinstance(own, Fraction):
            if on.document.details.get("adjustment_kind") == DISCOUNT:
                yield on.finding("discount_missing", Evidence.DOCUMENT)
            return
        since = first_day(self.within, _today(on), calendar_of(on.entity, on.data.holidays))
        others = [
            each
            for each in on.beside.claims(ADJUSTMENT)
            if local_day(each.received_at, on.entity.zone) >= since
        ]
        stated_before = (each.document.details.get("discount_percent") for each in others)
        before = sum((each for each in stated_before if isinstance(each, Fraction)), Fraction(0))
        if own and own + before > most * _WHOLE:
            words = {"discount": fraction_text(own + before), "most": fraction_text(most * _WHOLE)}
            words["others"] = ", ".join(f"{each.name} {each.case}".strip() for each in others[:5])
            yield on.finding("discount_above_limit", Evidence.DOCUMENT, **words)

    def _reach(self, on: Asked, back: Window) -> Iterator[Finding]:
        day = on.document.details.get("adjusted_from")
        if not isinstance(day, date):
            yield on.finding("adjustment_day_missing", Evidence.DOCUMENT)
            return
        earliest = first_day(back, _today(on), calendar_of(on.entity, on.data.holidays))
        if day < earliest:
            words = {"day": str(day), "earliest": str(earliest)}
            yield on.finding("adjustment_too_far_back", Evidence.DOCUMENT, **words)


def _today(on: Asked) -> date:
    return local_day(on.now, on.entity.zone)


CHECKS: Final = (RefundCovered, AdjustmentLimits)
