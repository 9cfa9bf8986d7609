"""Duplicates: whether another document claims the same already.

Of two that are likely the same, the one that came in first is without finding, unless the other is
in the books: whichever way they race, one of them has a finding that names the other. What came to
nothing (rejected, refused, withdrawn) is no duplicate, and a document is none of itself, in
whatever version. A credit note between the two changes nothing: whether it really takes the first
one back is for whoever releases the second.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from functools import lru_cache
from typing import ClassVar, Final

from engine.cases.status import Status
from engine.documents.model import Document
from engine.duplicates.claims import Claim, claims_of, family_of
from engine.duplicates.comparing import are_same, lacking
from engine.duplicates.criterion import MOST_PERCENT, Criterion, Near, Word
from engine.duplicates.keys import asked, kept
from engine.facts.kinds import Duration
from engine.facts.vocabulary import Window
from engine.master_data import MasterData
from engine.money import Money
from engine.readiness.check import Check, Complaint
from engine.readiness.finding import Asked, Evidence, Finding
from engine.readiness.parameters import Kind, Stricter, stated
from engine.readiness.surroundings import Beside

EVER: Final = Window(0, "ever")
IN_THE_BOOKS: Final = frozenset({Status.POSTING, Status.POSTED, Status.EXCEPTION, Status.IMPORTED})
_WHOLE: Final = 100
_MOST_CRITERIA: Final = 1_000  # checks of all sets in use whose criteria are remembered


@dataclass(frozen=True, slots=True)
class NearAmounts:
    """How far apart amounts may be and still be near: `percent` of the larger, or `amount`."""

    percent: Fraction = stated(
        Kind.PERCENT,
        "apart by so much of the larger at most",
        stricter=Stricter.LARGER,
        default=Fraction(0),
    )
    amount: Money | None = stated(
        Kind.AMOUNT,
        "or by so much at most, in its currency",
        stricter=Stricter.LARGER,
        default=None,
    )


@dataclass(frozen=True, slots=True)
class Duplicate(Check):
    """No other document claims the same: it shares all of `same` with none within the window."""

    word: ClassVar[str] = "duplicate"
    says: ClassVar[str] = "no other document claims the same"

    same: frozenset[Word] = stated(
        Kind.WORDS,
        "what duplicates have in common: a number, or a purchase order, or supplier and amount",
        words=Word,
        stricter=Stricter.FEWER,
    )
    within: Window = stated(
        Kind.WINDOW,
        "how far apart they may be: `24 months`, `90 days`, `ever` if unsaid",
        name="in",
        stricter=Stricter.LARGER,
        default=EVER,
    )
    near: NearAmounts | None = stated(
        Kind.GROUP,
        "how far apart amounts may be, for `amount_near`",
        group=NearAmounts,
        default=None,
    )

    @property
    def criterion(self) -> Criterion:
        """As documents are compared by it. Raises `PolicyError` where `complaints` has any."""
        near = self.near
        return _criterion(
            self.same,
            self.within,
            None if near is None else Near(near.percent * _WHOLE, near.amount),
        )

    def complaints(self, documents: tuple[str, ...]) -> Iterator[Complaint]:
        """What finds nothing, or what no index could find documents by."""
        if self.within.unit not in ("days", "months", "ever"):
            unit = self.within.unit.replace("_", " ")
            yield Complaint("not-a-duration", f"`duplicate` looks back days or months, not {unit}")
        if Word.AMOUNT_NEAR in self.same and self.near is None:
            yield Complaint(
                "missing-key",
                "`amount_near` needs `near`: how far apart amounts may be",
                "write `near: {percent: 1%, amount: 5.00 EUR}`",
            )
        if Word.AMOUNT_NEAR not in self.same and self.near is not None:
            message = "`near` is for `amount_near`, which is not among `same`"
            yield Complaint("missing-key", message, "add `amount_near` to `same`, or leave it out")
        if self.near is not None and self.near.percent * _WHOLE > MOST_PERCENT:
            yield Complaint("out-of-range", f"amounts are near up to {MOST_PERCENT} percent")
        if not Criterion.may_find(self.same):
            yield Complaint(
                "missing-key",
                "`same` names nothing that few documents share",
                "add a number, `purchase_order`, or a supplier and an amount",
            )

    def looks_for(self, data: MasterData, document: Document) -> Iterator[str]:
        """The keys of documents that may be the same."""
        criterion = self.criterion
        for claim in claims_of(data, document):
            yield from asked(criterion, claim)

    @classmethod
    def found_by(cls, data: MasterData, document: Document) -> Iterator[str]:
        """The keys by which others that may be the same find this one."""
        for claim in claims_of(data, document):
            yield from kept(claim)

    def ask(self, on: Asked) -> Iterator[Finding]:
        """A finding for each other document, or for what the document lacks."""
        criterion = self.criterion
        own = _claims(on, on.document, "")
        lacks = [lacking(criterion, claim) for claim in own]
        if all(lacks):
            fields = ", ".join(lacks[0])
            yield on.finding("duplicate_cannot_be_told", Evidence.DOCUMENT, fields=fields)
            return
        own = tuple([claim for claim, lack in zip(own, lacks, strict=True) if not lack])
        found = [
            other
            for other in _before(on)
            if _are_same(criterion, own, _claims(on, other.document, other.case or _NAMELESS))
        ]
        for other in sorted(found, key=_in_order):
            yield _finding(on, criterion, other)


CHECKS: Final = (Duplicate,)

_NAMELESS: Final = "beside"  # another document than the asked one, also where both have one id


@lru_cache(_MOST_CRITERIA)
def _criterion(same: frozenset[Word], within: Window, near: Near | None) -> Criterion:
    """The same for every document that is asked about."""
    months = within.count if within.unit == "months" else 0
    days = within.count if within.unit == "days" else 0
    return Criterion(
        same=tuple(sorted(same)),
        within=None if within.unit == "ever" else Duration(months, days),
        near=near,
    )


def _claims(on: Asked, document: Document, case: str) -> tuple[Claim, ...]:
    """The claims of a document, worked out once for all checks of one asking."""
    key = "claims", document.type, document.id, case
    return on.once(key, lambda: claims_of(on.data, document, case))


def _are_same(criterion: Criterion, own: tuple[Claim, ...], theirs: tuple[Claim, ...]) -> bool:
    return any(are_same(criterion, one, other) for one in own for other in theirs)


def _finding(on: Asked, criterion: Criterion, other: Beside) -> Finding:
    document = other.document
    return on.finding(
        "duplicate_document",
        Evidence.NO_OTHER_DOCUMENT,
        other=f"{document.type}/{document.id}",
        case=other.case,
        number=document.number,
        entity=document.entity if document.entity != on.document.entity else "",
        same=", ".join(criterion.same),
    )


def _before(on: Asked) -> Iterator[Beside]:
    """Documents that this one may not repeat."""
    family = family_of(on.document.type)
    return (
        each
        for each in on.beside.documents
        if family_of(each.document.type) == family
        and each.counts
        and (each.status in IN_THE_BOOKS or _came_before(each, on))
    )


def _came_before(other: Beside, on: Asked) -> bool:
    """Of two that came in at one moment the lower case did; one without a case comes after all."""
    own = on.beside
    if own.received_at is None:
        return True
    if not own.case:
        return other.received_at <= own.received_at
    return _order(other.received_at, other.case) < _order(own.received_at, own.case)


def _in_order(each: Beside) -> tuple[datetime, int, str, str]:
    return *_order(each.received_at, each.case), each.document.id


def _order(received_at: datetime, case: str) -> tuple[datetime, int, str]:
    return received_at, len(case), case
