"""Periods: whether the day a document posts on lies in one that takes postings.

Every ledger is asked for itself. A day that no period covers, or several, is a finding: what the
master data do not say is not open.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import ClassVar, Final
from zoneinfo import ZoneInfo

from engine.business_time import local_day
from engine.documents.model import Document
from engine.master_data import PERIOD_KINDS, Period
from engine.organization import Entity
from engine.quoting import quoted
from engine.readiness.check import Check, Complaint
from engine.readiness.finding import Asked, Evidence, Finding
from engine.readiness.parameters import Kind, Stricter, stated

_DAY: Final = timedelta(days=1)

Ledgers = Mapping[str, tuple[Period, ...]]


# What posts nowhere by itself (an order, a request) has no kind: the policy must name one.
KIND_OF_TYPE: Final[Mapping[str, str]] = MappingProxyType(
    {
        "invoice": "AP",
        "credit_note": "AP",
        "expense_report": "AP",
        "payment": "AP",
        "goods_receipt": "INV",
        "customer_refund": "AR",
        "subscription_adjustment": "AR",
        "journal_entry": "GL",
    }
)


class PostingDate(StrEnum):
    """Which day of a document it is posted on. `submission` is the local day of its entity."""

    DOCUMENT_DATE = "document_date"
    POSTING_DATE = "posting_date"
    SUBMISSION = "submission"


@dataclass(frozen=True, slots=True)
class PeriodOpen(Check):
    """The period of the posting date takes postings.

    `kind` names the periods that are asked (`engine.master_data.PERIOD_KINDS`); empty is what the
    document type has (`KIND_OF_TYPE`). A holder of `special_role` may release a closed period.
    """

    word: ClassVar[str] = "period_open"
    says: ClassVar[str] = "the period of its posting date is open"
    is_released_by_role: ClassVar[bool] = False

    posting_date: PostingDate = stated(
        Kind.WORD,
        "the day it posts on: `posting_date: document_date`, `posting_date` or `submission`",
        words=PostingDate,
        same_as=(("invoice_date", "document_date"),),
    )
    kind: str = stated(
        Kind.WORD,
        "whose periods: what the document type has if unsaid",
        words=PERIOD_KINDS,
        default="",
    )
    special_role: str = stated(
        Kind.ROLE,
        "whose holder may let a document into a closed period, with a reason",
        stricter=Stricter.UNSTATED,
        default="",
    )

    def complaints(self, documents: tuple[str, ...]) -> Iterator[Complaint]:
        """A type for which nobody says whose periods are asked."""
        for name in documents if not self.kind else ():
            if name not in KIND_OF_TYPE:
                kinds = ", ".join(f"`{kind}`" for kind in PERIOD_KINDS)
                message = f"`period_open` needs `kind` for {quoted(name)}: whose periods are asked"
                yield Complaint("missing-key", message, f"write one of {kinds}")

    def ask(self, on: Asked) -> Iterator[Finding]:
        """Every ledger in which the posting date is not open, or the ERP's no where all are."""
        day = posting_day(self, on.document, on.entity)
        if day is None:
            field = self.posting_date.value
            yield on.finding("posting_date_missing", Evidence.DOCUMENT, field=field)
            return
        kind = self.kind or KIND_OF_TYPE.get(on.document.type, "")
        ledgers = _ledgers(on, kind)
        found = [
            finding
            for ledger, periods in ledgers.items()
            for finding in _in_ledger(self, on, (kind, ledger), periods, day)
        ]
        if found:
            earliest = _earliest(ledgers, day, on.now)
            yield from (replace(finding, earliest_posting_date=earliest) for finding in found)
        elif on.looked_up.period_open is False:
            words = {"posting_date": str(day), "kind": kind}
            finding = on.finding("period_closed_in_erp", Evidence.OPEN_PERIOD, **words)
            yield replace(finding, releasable_by=self.special_role)


CHECKS: Final = (PeriodOpen,)


def posting_day(check: PeriodOpen, document: Document, entity: Entity) -> date | None:
    """The local day on which the document posts; `None` where it does not state it."""
    match check.posting_date:
        case PostingDate.DOCUMENT_DATE:
            return document.document_date
        case PostingDate.POSTING_DATE:
            return document.posting_date
        case PostingDate.SUBMISSION:
            return local_day(document.submitted_at, entity.zone)


def _ledgers(on: Asked, kind: str) -> Ledgers:
    """The periods by ledger, of those the document posts in; one without any where none is known.

    A journal entry may name its ledger; the periods without one count in every ledger.
    """
    stated = on.document.details.get("ledger")
    found: dict[str, list[Period]] = {}
    for period in on.data.periods.get((on.entity.id, kind), ()):
        if not stated or period.ledger in ("", stated):
            found.setdefault(period.ledger, []).append(period)
    return {ledger: tuple(found[ledger]) for ledger in sorted(found)} or {"": ()}


def _in_ledger(
    check: PeriodOpen, on: Asked, where: tuple[str, str], periods: tuple[Period, ...], day: date
) -> Iterator[Finding]:
    kind, ledger = where
    covering = _covering(periods, day)
    if len(covering) == 1 and covering[0].is_open(on.now):
        return
    words = {"posting_date": str(day), "kind": kind, "ledger": ledger}
    if len(covering) != 1:
        yield on.finding("period_unknown", Evidence.PERIOD_RECORD, **words)
        return
    (period,) = covering
    words["period"] = period.name
    opens_at = min((s.start for s in period.open if s.start and s.start > on.now), default=None)
    if period.open and not any(s.start is None or s.start <= on.now for s in period.open):
        words["opens_at"] = _clock(opens_at, on.entity)
        finding = on.finding("period_not_open", Evidence.OPEN_PERIOD, **words)
    else:
        ends = (s.end for s in period.open if s.end is not None and s.end <= on.now)
        words["closed_at"] = _clock(max(ends, default=None), on.entity)
        finding = on.finding("period_closed", Evidence.OPEN_PERIOD, **words)
        finding = replace(finding, releasable_by=check.special_role)
    yield replace(finding, clears_at=opens_at)


def _covering(periods: tuple[Period, ...], day: date) -> list[Period]:
    return [period for period in periods if period.first_day <= day <= period.last_day]


def _earliest(ledgers: Ledgers, day: date, now: datetime) -> date | None:
    """The first day from the posting date on that is open in every ledger at the moment."""
    known = [period for periods in ledgers.values() for period in periods]
    days = {day, *(period.first_day for period in known)}
    days |= {period.last_day + _DAY for period in known if period.last_day < date.max}
    for candidate in sorted(each for each in days if each >= day):
        covering = [_covering(periods, candidate) for periods in ledgers.values()]
        if all(len(found) == 1 and found[0].is_open(now) for found in covering):
            return candidate
    return None


def _clock(moment: datetime | None, entity: Entity) -> str:
    """A moment as clocks of the entity show it, with its offset; empty for none."""
    return "" if moment is None else moment.astimezone(ZoneInfo(entity.zone)).isoformat()
