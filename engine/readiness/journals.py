"""Journals: entries balance, are taken back once and exactly, recur as approved, and are posted
by somebody else than who prepared them.

Other entries are named by their id, of the same entity. Debits are positive lines, credits
negative ones.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Final

from engine.business_time import local_day
from engine.documents.derived import net_of
from engine.documents.model import Document, Line
from engine.master_data import MasterData, Period
from engine.money import Money
from engine.readiness.check import Check, Complaint
from engine.readiness.finding import Asked, Evidence, Finding
from engine.readiness.parameters import Kind, Stricter, stated
from engine.readiness.persons import is_or_is_near, persons_of
from engine.readiness.surroundings import Beside

JOURNAL: Final = "journal_entry"
REVERSAL: Final = "reversal"
RECURRING: Final = "recurring"
ACCRUAL: Final = "accrual"
GENERAL_LEDGER: Final = "GL"


def kind_of(document: Document) -> str:
    """`manual`, `recurring` ...; what names an entry that it takes back is a reversal, too."""
    if document.details.get("reverses"):
        return REVERSAL
    return str(document.details.get("journal_kind", ""))


def _only_for_journals(word: str, documents: tuple[str, ...]) -> Iterator[Complaint]:
    for name in documents:
        if name != JOURNAL:
            yield Complaint("contradiction", f"`{word}` is asked of `{JOURNAL}` only, not `{name}`")


@dataclass(frozen=True, slots=True)
class Balanced(Check):
    """Debits equal credits, to the cent, and so does the tax on them; and something is moved.

    An entry has one ledger and one currency, so that there is one sum of each.
    """

    word: ClassVar[str] = "balanced"
    says: ClassVar[str] = "its debits equal its credits"

    def complaints(self, documents: tuple[str, ...]) -> Iterator[Complaint]:
        """Asked of something that has no debits."""
        yield from _only_for_journals(self.word, documents)

    def ask(self, on: Asked) -> Iterator[Finding]:
        """What does not balance."""
        lines = on.document.lines
        debits = sum(line.net.minor for line in lines if line.net.minor > 0)
        credits = -sum(line.net.minor for line in lines if line.net.minor < 0)
        tax_minor = sum(line.tax.minor for line in lines if line.tax is not None)
        currency = on.document.currency
        words = {"debits": str(Money(debits, currency)), "credits": str(Money(credits, currency))}
        words["ledger"] = str(on.document.details.get("ledger", ""))
        if debits != credits:
            yield on.finding("journal_unbalanced", Evidence.DOCUMENT, **words)
        elif not debits or not all(line.is_valued for line in lines):
            yield on.finding("journal_moves_nothing", Evidence.DOCUMENT)
        if tax_minor:
            words["tax"] = str(Money(tax_minor, currency))
            yield on.finding("journal_tax_unbalanced", Evidence.DOCUMENT, **words)


@dataclass(frozen=True, slots=True)
class ReversalPair(Check):
    """A reversal takes one posted entry back, line by line, in a later period, and only once."""

    word: ClassVar[str] = "reversal_pair"
    says: ClassVar[str] = "a reversal mirrors the entry that it takes back, once and later"

    def complaints(self, documents: tuple[str, ...]) -> Iterator[Complaint]:
        """Asked of something that takes no entry back."""
        yield from _only_for_journals(self.word, documents)

    def looks_for(self, data: MasterData, document: Document) -> Iterator[str]:
        """The entry, and others that take it back."""
        reverses = document.details.get("reverses")
        if document.type == JOURNAL and reverses:
            yield f"journal:{document.entity}/{reverses}"

    @classmethod
    def found_by(cls, data: MasterData, document: Document) -> Iterator[str]:
        """An entry by its id, a reversal also by the entry that it takes back."""
        if document.type == JOURNAL:
            yield f"journal:{document.entity}/{document.id}"
            reverses = document.details.get("reverses")
            if reverses and reverses != document.id:
                yield f"journal:{document.entity}/{reverses}"

    def ask(self, on: Asked) -> Iterator[Finding]:
        """What keeps a reversal from being the other half of a pair."""
        if kind_of(on.document) != REVERSAL:
            return
        reverses = str(on.document.details.get("reverses", ""))
        if not reverses:
            yield on.finding("reversal_of_nothing", Evidence.DOCUMENT)
            return
        around = [each for each in on.beside.of_type(JOURNAL) if _is_of(on, each)]
        entries = [each for each in around if each.document.id == reverses]
        words = {"entry": reverses}
        if len(entries) != 1 or not entries[0].is_done:
            yield on.finding("reversed_entry_not_posted", Evidence.OTHER_DOCUMENTS, **words)
            return
        yield from _as_mirror(on, entries[0].document, words)
        for other in on.beside.claims(JOURNAL):
            if _is_of(on, other) and other.document.details.get("reverses") == reverses:
                found = {"other": other.name, "case": other.case}
                yield on.finding("reversed_already", Evidence.OTHER_DOCUMENTS, **words, **found)


def _is_of(on: Asked, other: Beside) -> bool:
    return other.document.entity == on.document.entity


def _as_mirror(on: Asked, entry: Document, words: dict[str, str]) -> Iterator[Finding]:
    if kind_of(entry) == REVERSAL:
        yield on.finding("reversal_of_reversal", Evidence.DOCUMENT, **words)
    differs = [
        name
        for name, one, other in (
            ("currency", entry.currency, on.document.currency),
            ("ledger", entry.details.get("ledger"), on.document.details.get("ledger")),
        )
        if one != other
    ]
    if Counter(map(_coded, entry.lines)) != Counter(_mirrored(line) for line in on.document.lines):
        differs.append("lines")
    if differs:
        fields = ", ".join(differs)
        yield on.finding("reversal_not_mirrored", Evidence.DOCUMENT, fields=fields, **words)
    was = _period(on, _day_of(entry, on))
    now = _period(on, on.day)
    if was is None or now is None:
        yield on.finding("reversal_period_unknown", Evidence.PERIOD_RECORD, **words)
    elif now.first_day <= was.last_day:
        words = words | {"period": was.name, "day": str(on.day)}
        yield on.finding("reversal_too_early", Evidence.DOCUMENT, **words)


def _day_of(entry: Document, on: Asked) -> date:
    """The last day that it may have been posted on: which one counted then is not known now."""
    stated_days = [day for day in (entry.posting_date, entry.document_date) if day is not None]
    return max(stated_days, default=local_day(entry.submitted_at, on.entity.zone))


def _period(on: Asked, day: date) -> Period | None:
    """The one period of the general ledger that the day lies in, of the ledger that is named."""
    ledger = on.document.details.get("ledger", "")
    periods = on.data.periods.get((on.entity.id, GENERAL_LEDGER), ())
    own = [each for each in periods if ledger and each.ledger == ledger]
    used = own or [each for each in periods if not each.ledger]
    found = [each for each in used if each.first_day <= day <= each.last_day]
    return found[0] if len(found) == 1 else None


_Coded = tuple[int, int, bool, tuple[str, ...], tuple[tuple[str, str], ...]]


def _coded(line: Line, sign: int = 1) -> _Coded:
    """Everything by which a line moves something; texts that only explain do not count."""
    texts = (line.gl_account, line.cost_center, line.project, line.customer, line.tax_code)
    tax_minor = 0 if line.tax is None else line.tax.minor
    dimensions = tuple(sorted(line.dimensions.items()))
    return sign * line.net.minor, sign * tax_minor, line.is_valued, texts, dimensions


def _mirrored(line: Line) -> _Coded:
    return _coded(line, -1)


@dataclass(frozen=True, slots=True)
class AccrualReversed(Check):
    """An accrual says on which day of a later period it is taken back."""

    word: ClassVar[str] = "accrual_reversed"
    says: ClassVar[str] = "an accrual says when it is taken back"

    def complaints(self, documents: tuple[str, ...]) -> Iterator[Complaint]:
        """Asked of something that accrues nothing."""
        yield from _only_for_journals(self.word, documents)

    def ask(self, on: Asked) -> Iterator[Finding]:
        """A day that is missing, or in the same period."""
        if on.document.details.get("journal_kind") != ACCRUAL:
            return
        day = on.document.details.get("reverse_on")
        if not isinstance(day, date):
            yield on.finding("accrual_without_reversal", Evidence.DOCUMENT)
            return
        period = _period(on, on.day)
        if period is None:
            words = {"entry": on.document.id}
            yield on.finding("reversal_period_unknown", Evidence.PERIOD_RECORD, **words)
        elif day <= period.last_day:
            words = {"day": str(day), "period": period.name}
            yield on.finding("accrual_reversed_too_early", Evidence.DOCUMENT, **words)


@dataclass(frozen=True, slots=True)
class Recurring(Check):
    """A recurring entry names its plan, and does not go beyond what the first one of it was.

    The first is the one that came in first and nobody has to approve any more. Whoever begins a
    plan is asked nothing here: it is approved like every entry.
    """

    word: ClassVar[str] = "recurring"
    says: ClassVar[str] = "a recurring entry moves what the first of its plan was approved for"

    def complaints(self, documents: tuple[str, ...]) -> Iterator[Complaint]:
        """Asked of something that has no plan."""
        yield from _only_for_journals(self.word, documents)

    def looks_for(self, data: MasterData, document: Document) -> Iterator[str]:
        """Other entries of the plan."""
        yield from self.found_by(data, document)

    @classmethod
    def found_by(cls, data: MasterData, document: Document) -> Iterator[str]:
        """The plan."""
        plan = document.details.get("recurring_plan")
        if document.type == JOURNAL and plan:
            yield f"plan:{document.entity}/{plan}"

    def ask(self, on: Asked) -> Iterator[Finding]:
        """What goes beyond the plan."""
        document, plan = on.document, on.document.details.get("recurring_plan")
        if not plan:
            if document.details.get("journal_kind") == RECURRING:
                yield on.finding("recurring_without_plan", Evidence.DOCUMENT)
            return
        entries = [each for each in on.beside.of_type(JOURNAL) if _is_of(on, each)]
        entries = [each for each in entries if each.document.details.get("recurring_plan") == plan]
        first = next((each for each in entries if each.is_firm), None)
        if first is None:
            return
        words = {"plan": str(plan), "first": first.name, "case": first.case}
        if _skeleton(document) != _skeleton(first.document):
            yield on.finding("recurring_other_coding", Evidence.DOCUMENT, **words)
        approved, own = net_of(first.document), net_of(document)
        if approved is None or own is None or own.currency != approved.currency:
            yield on.finding("recurring_not_comparable", Evidence.DOCUMENT, **words)
        elif abs(own.minor) > abs(approved.minor):
            words |= {"amount": str(own), "approved": str(approved)}
            yield on.finding("recurring_above_plan", Evidence.DOCUMENT, **words)


def _skeleton(document: Document) -> tuple[object, frozenset[tuple[bool, str, str, str]]]:
    """Ledger, and what is debited and credited, without amounts."""
    return document.details.get("ledger"), frozenset(
        (line.net.minor > 0, line.gl_account, line.cost_center, line.project)
        for line in document.lines
        if line.net.minor
    )


@dataclass(frozen=True, slots=True)
class PreparerIsNotPoster(Check):
    """Somebody else than who prepared it let it go: an approval by another person is there.

    A conflict of duties says which two acts exclude each other, where both happened. It says
    nothing of an entry that went straight through, which nobody but its preparer has seen, and a
    mitigation lets it pass. This is asked of every entry, and nobody gets around it.
    """

    word: ClassVar[str] = "preparer_is_not_poster"
    says: ClassVar[str] = "somebody else than who prepared it approved it"
    is_released_by_role: ClassVar[bool] = False

    related: bool = stated(
        Kind.YES_NO,
        "whether somebody related to who prepared it counts as he himself",
        stricter=Stricter.LARGER,
        default=True,
    )

    def ask(self, on: Asked) -> Iterator[Finding]:
        """Nobody else's approval, or one by who prepared it."""
        document, data = on.document, on.data
        names = (document.requester, document.submitter)
        prepared = persons_of(data, names, on.now)
        approvers = on.beside.approvers
        own = {one for one in approvers if one in prepared}
        if self.related:
            own = {one for one in approvers if is_or_is_near(data, one, prepared, on.now)}
        for person in sorted(own):
            yield on.finding("prepared_and_approved", Evidence.OTHER_PEOPLE, person=str(person))
        if not approvers - own:
            yield on.finding("approved_by_nobody_else", Evidence.OTHER_PEOPLE)


CHECKS: Final = (Balanced, ReversalPair, AccrualReversed, Recurring, PreparerIsNotPoster)
