"""Two claims beside each other: what they have in common, how exactly, and whether that is enough.

Both questions are symmetric. What a claim does not state it has in common with nobody.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from itertools import product
from operator import attrgetter
from types import MappingProxyType
from typing import Final

from engine.business_time import add_months
from engine.duplicates.claims import Claim, Values
from engine.duplicates.criterion import Criterion, Near, Word
from engine.duplicates.number_forms import normalised
from engine.facts.kinds import Duration

_LAST_YEAR: Final = 9_990
_MONTHS: Final = 12

# Words by which a claim states one text: the field of the claim.
STATED: Final[Mapping[Word, str]] = MappingProxyType(
    {
        Word.NUMBER: "number",
        Word.NUMBER_NORMALISED: "number_normalised",
        Word.SUPPLIER: "supplier",
        Word.CURRENCY: "currency",
        Word.ENTITY: "entity",
        Word.TYPE: "document_type",
        Word.PURCHASE_ORDER: "purchase_order",
        Word.GL_ACCOUNT: "gl_account",
        Word.REQUESTER: "requester",
    }
)


def _of_amounts(claim: Claim) -> Values:
    return tuple(f"{claim.currency} {abs(minor)}" for minor in claim.amounts)


def _of_days(claim: Claim) -> Values:
    return tuple(str(day) for day in _readings(claim.document_date))


def _readings(day: date | None) -> Iterator[date]:
    """The day, and with day and month exchanged where that is a day too."""
    if day is not None:
        yield day
        if day.day <= _MONTHS:
            yield date(day.year, day.day, day.month)


def _of_nothing(claim: Claim) -> Values:
    return ()


# All others: by several texts, of which one in common is enough.
SEVERAL: Final[Mapping[Word, Callable[[Claim], Values]]] = MappingProxyType(
    {
        Word.NUMBER_SIMILAR: attrgetter("numbers_similar"),
        Word.SUPPLIER_GROUP: attrgetter("parties"),
        Word.SUPPLIER_NAME: attrgetter("names"),
        Word.AMOUNT: _of_amounts,
        Word.DOCUMENT_DATE: _of_days,
        Word.AMOUNT_NEAR: _of_nothing,
    }
)


class How(StrEnum):
    """How two claims agree in something."""

    EXACT = "exact"
    NORMALISED = "normalised"
    SIMILAR = "similar"
    GROUP = "group"
    TAX_ID = "tax_id"
    BANK_ACCOUNT = "bank_account"
    PERSON = "person"
    NAME = "name"
    GROSS_AND_NET = "gross_and_net"
    NEAR = "near"
    EXCHANGED = "day_and_month_exchanged"


class Aspect(StrEnum):
    """What claims are compared in, in the order in which it is told."""

    NUMBER = "number"
    SUPPLIER = "supplier"
    AMOUNT = "amount"
    CURRENCY = "currency"
    DOCUMENT_DATE = "document_date"
    ENTITY = "entity"
    TYPE = "type"
    PURCHASE_ORDER = "purchase_order"
    GL_ACCOUNT = "gl_account"
    REQUESTER = "requester"


@dataclass(frozen=True, slots=True)
class Agreement:
    """Everything in which two claims agree, and how; each aspect once, by its strongest way.

    `days_apart` are the days between them: of the documents, or of submission where one states no
    date.
    """

    facts: tuple[tuple[Aspect, How], ...]
    days_apart: int

    def how(self, aspect: Aspect) -> How | None:
        """How they agree in it; `None` where they do not."""
        return dict(self.facts).get(aspect)


def judge(criterion: Criterion, one: Claim, other: Claim) -> Agreement | None:
    """How the two agree, where the criterion calls them likely the same; otherwise `None`."""
    return compare(one, other, criterion.near) if are_same(criterion, one, other) else None


def are_same(criterion: Criterion, one: Claim, other: Claim) -> bool:
    """Whether the criterion calls the two likely the same.

    Days are counted last: hardly any two documents agree in everything else.
    """
    for word in criterion.same:
        if not _agree(word, criterion.near, one, other):
            return False
    return is_comparable(one, other) and _is_within(criterion.within, one, other)


def is_comparable(one: Claim, other: Claim) -> bool:
    """Whether one could be the other entered again.

    Not two claims of one document, not a document and the one that it names (a payment and its
    invoice), and not a credit and a charge, whatever their numbers: one takes back the other.
    """
    return (
        one.family == other.family
        and one.is_credit == other.is_credit
        and one.document != other.document
        and not _names(one, other)
        and not _names(other, one)
    )


def compare(one: Claim, other: Claim, near: Near | None = None) -> Agreement:
    """Everything in which the two agree; amounts that are near only where it is said how near."""
    found = {
        Aspect.NUMBER: _number(one, other),
        Aspect.SUPPLIER: _supplier(one, other),
        Aspect.AMOUNT: _amount(near, one, other),
        Aspect.CURRENCY: _equal(one.currency, other.currency),
        Aspect.DOCUMENT_DATE: _date(one.document_date, other.document_date),
        Aspect.ENTITY: _equal(one.entity, other.entity),
        Aspect.TYPE: _equal(one.document_type, other.document_type),
        Aspect.PURCHASE_ORDER: _equal(one.purchase_order, other.purchase_order),
        Aspect.GL_ACCOUNT: _equal(one.gl_account, other.gl_account),
        Aspect.REQUESTER: _equal(one.requester, other.requester),
    }
    facts = tuple((aspect, how) for aspect, how in found.items() if how is not None)
    return Agreement(facts, abs((day_of(one) - day_of(other)).days))


def day_of(claim: Claim) -> date:
    """The day of the document, or of its submission where it states none."""
    return claim.document_date or claim.submitted_on


def values_of(word: Word, claim: Claim) -> Values:
    """What two claims agree in the word by: they do where these have something in common.

    None where the claim does not state it. `amount_near` has none: see `Near`.
    """
    if word in STATED:
        stated: str = getattr(claim, STATED[word])
        return (stated,) if stated else ()
    return SEVERAL[word](claim)


def lacking(criterion: Criterion, claim: Claim) -> tuple[Word, ...]:
    """The words of the criterion that the claim says nothing about: nothing can be found by it."""
    return tuple(
        word
        for word in criterion.same
        if not (claim.amounts if word is Word.AMOUNT_NEAR else values_of(word, claim))
    )


def _agree(word: Word, near: Near | None, one: Claim, other: Claim) -> bool:
    if word in STATED:  # one text each, as most words have
        stated: str = getattr(one, STATED[word])
        return bool(stated) and stated == getattr(other, STATED[word])
    if word is Word.AMOUNT_NEAR:
        return near is not None and _are_near(near, one, other)
    return _share(values_of(word, one), values_of(word, other))


def _share(one: Values, other: Values) -> bool:
    return any(value in other for value in one)


def _are_near(near: Near, one: Claim, other: Claim) -> bool:
    return one.currency == other.currency and any(
        near.holds(*pair, one.currency) for pair in product(one.amounts, other.amounts)
    )


def _names(one: Claim, other: Claim) -> bool:
    """Whether a document says that it is about the other, by id or by number.

    Only where the other is of another type: what is paid twice names no way out.
    """
    if not one.named or one.document_type == other.document_type:
        return False
    return _share((normalised(other.document_id), other.number_normalised), one.named)


def _is_within(within: Duration | None, one: Claim, other: Claim) -> bool:
    """Near enough by the documents' dates or by those of submission.

    Either is enough, so that a date that was put back does not take a document out of sight.
    """
    if within is None or _is_near(within, one.submitted_on, other.submitted_on):
        return True
    dated = (one.document_date, other.document_date)
    return None not in dated and _is_near(within, day_of(one), day_of(other))


def _is_near(within: Duration, one: date, other: date) -> bool:
    first, last = min(one, other), max(one, other)
    if first.year + within.months // _MONTHS >= _LAST_YEAR:
        return True
    end = add_months(first, within.months)
    return (last - end) <= timedelta(days=within.days)


def _number(one: Claim, other: Claim) -> How | None:
    if one.number and one.number == other.number:
        return How.EXACT
    if one.number_normalised and one.number_normalised == other.number_normalised:
        return How.NORMALISED
    return How.SIMILAR if _share(one.numbers_similar, other.numbers_similar) else None


_KINDS: Final = (
    ("supplier:", How.EXACT),
    ("group:", How.GROUP),
    ("tax_id:", How.TAX_ID),
    ("bank_account:", How.BANK_ACCOUNT),
    ("person:", How.PERSON),
)


def _supplier(one: Claim, other: Claim) -> How | None:
    shared = [party for party in one.parties if party in other.parties]
    for prefix, how in _KINDS:
        if any(party.startswith(prefix) for party in shared):
            return how
    return How.NAME if _share(one.names, other.names) else None


def _amount(near: Near | None, one: Claim, other: Claim) -> How | None:
    if one.currency != other.currency:
        return None
    here, there = ([abs(minor) for minor in claim.amounts] for claim in (one, other))
    if any(a == b for a, b in zip(here, there, strict=False)):
        return How.EXACT
    if not set(here).isdisjoint(there):
        return How.GROSS_AND_NET
    return How.NEAR if near is not None and _are_near(near, one, other) else None


def _date(one: date | None, other: date | None) -> How | None:
    if one is None or other is None:
        return None
    if one == other:
        return How.EXACT
    return How.EXCHANGED if other in _readings(one) else None


def _equal(one: str, other: str) -> How | None:
    return How.EXACT if one and one == other else None


def common(agreements: Iterable[Agreement]) -> Agreement:
    """What holds for all of several pairs; of the days apart the most. At least one is needed."""
    first, *others = agreements
    shared = [fact for fact in first.facts if all(fact in each.facts for each in others)]
    return Agreement(tuple(shared), max(each.days_apart for each in (first, *others)))
