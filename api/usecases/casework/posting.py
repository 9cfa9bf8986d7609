"""One posting, from a claimed parcel to a receipt, an exception, or another try later.

The content is compared once more with what was approved; the ERP is asked what it knows before
anything is sent. That something is about to be sent is committed first: after a crash nobody knows
whether it arrived, and the next attempt looks for it by key before it sends again.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy import Connection

from adapters.erp.connector import ErpConnector, ErpError, Fault, PostingOrder, Receipt
from adapters.store import cases, outbox
from adapters.store.cases import Case
from adapters.store.outbox import Parcel
from adapters.store.trail import records_of
from api.usecases.casework.completing import POSTING, ask_ready, posting_key
from api.usecases.casework.resources import Resources
from api.usecases.casework.second_opinion import OPERATED, Opinions, ask_second_opinion
from api.usecases.casework.settling import (
    INTERNAL,
    Delivered,
    Posted,
    Result,
    keep_failed,
    keep_posted,
)
from api.usecases.casework.surrounding import around
from api.usecases.casework.written import DocumentUnreadable, document_of, named_digests
from engine.cases.status import Status
from engine.documents.model import Document
from engine.policy import PolicySet
from engine.readiness.asking import applying, books_day
from engine.readiness.finding import Finding, is_ready

OPERATIONS: Final = "operations"  # who owns what concerns no connection, or no document

Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Target:
    """An ERP connection, and who owns what the ERP refuses there (a role or a team)."""

    erp: ErpConnector
    owner: str


@dataclass(frozen=True, slots=True)
class Counter:
    """Where parcels are handed over: the targets by the names that parcels carry.

    `clock` gives aware moments, `jitter` draws from 0 to 1. `lease` is how long a claim holds from
    the moment at which something may be sent: longer than the ERP is ever waited for. `opinions`
    is who looks at the controls once more before that.
    """

    targets: Mapping[str, Target]
    clock: Clock
    jitter: Callable[[], float]
    lease: timedelta = timedelta(seconds=120)
    opinions: Opinions = field(default_factory=Opinions)


def deliver(resources: Resources, counter: Counter, parcel: Parcel) -> Delivered:
    """Posts what a claimed parcel stands for, and keeps what came of it.

    Any failure is kept with the parcel and tried again or given up (`retrying.verdict`); what is
    no answer of the ERP counts as `internal`. Raises only where the store cannot be written: the
    claim lapses then, and the parcel is taken up again.
    """
    attempt = _Attempt(resources, counter, parcel)
    try:
        return attempt.run()
    except ErpError as problem:
        error = problem
    except Exception as problem:
        # Only its type: the text of an exception may quote the document.
        error = ErpError(Fault.TRANSIENT, INTERNAL, f"a {type(problem).__name__} was raised")
    target = counter.targets.get(parcel.connection)
    return keep_failed(
        resources,
        parcel,
        error,
        OPERATIONS if target is None or error.code in OPERATED else target.owner,
        counter.clock(),
        counter.jitter(),
        is_outcome_unknown=parcel.is_outcome_unknown or attempt.is_unknown_after(error),
    )


class _Attempt:
    """One attempt; `has_sent` once something may have reached the ERP."""

    def __init__(self, resources: Resources, counter: Counter, parcel: Parcel) -> None:
        self._resources = resources
        self._counter = counter
        self._parcel = parcel
        self._has_sent = False

    def run(self) -> Delivered:
        """The whole journey. Raises `ErpError` and whatever else can go wrong on it."""
        target = self._target()
        with self._resources.store.reading() as connection:
            current = self._resources.loaded.current(connection)
            case = _case(connection, self._parcel)
            document = _as_approved(self._resources, connection, current.policy, case)
            now = self._counter.clock()
            needed = around(current, document, case.received_at, now)
            asked = ask_ready(self._resources, connection, needed, now, case)
        order = PostingOrder(
            key=self._parcel.key,
            document=document,
            posting_date=posting_day(current.policy, document, case.received_at),
            company=case.entity,
        )
        receipt = self._left_behind(target.erp, order)
        if receipt is None:
            _ask_ourselves(asked.findings)
            _ask_erp(target.erp, order)
            now = self._counter.clock()
            ask_second_opinion(self._resources, self._counter.opinions, self._parcel, now)
            payload = target.erp.payload(order)
            if not self._note_sending():
                return Delivered(Result.LAPSED)
            receipt = target.erp.post(order)
        else:
            payload = target.erp.payload(order)
        if not receipt.is_posted:
            said = f"the ERP answered with the state `{receipt.state}`, expected a posted document"
            raise ErpError(Fault.UNKNOWN_OUTCOME, "not_posted_yet", said)
        rests_on = named_digests(current)
        posted = Posted(receipt, payload, rests_on)
        return keep_posted(self._resources, self._parcel, posted, self._counter.clock())

    def is_unknown_after(self, error: ErpError) -> bool:
        """Whether this attempt may have left something in the ERP that nobody has seen."""
        return self._has_sent and (error.fault is Fault.UNKNOWN_OUTCOME or error.code == INTERNAL)

    def _target(self) -> Target:
        if self._parcel.topic != POSTING:
            raise ErpError(Fault.INVALID, "topic_unknown", f"nobody takes `{self._parcel.topic}`")
        target = self._counter.targets.get(self._parcel.connection)
        if target is None:
            said = f"no connection is named `{self._parcel.connection}`"
            raise ErpError(Fault.NOT_FOUND, "connection_unknown", said)
        return target

    def _left_behind(self, erp: ErpConnector, order: PostingOrder) -> Receipt | None:
        """The posted document of an earlier attempt; one that is half done is left to `post`.

        Looked for before anything else: what is posted already needs no open period.
        """
        if not self._parcel.is_outcome_unknown:
            return None
        found = erp.find(order)
        return found if found is not None and found.is_posted else None

    def _note_sending(self) -> bool:
        """Committed before anything is sent; false where somebody else has the parcel."""
        until = self._counter.clock() + self._counter.lease
        with self._resources.store.transaction() as connection:
            is_ours = outbox.note_sending(connection, self._parcel, until)
        self._has_sent = is_ours
        return is_ours


def posting_day(policy: PolicySet, document: Document, received_at: datetime) -> date:
    """The day in the books, by the checks that applied when the document came in.

    It does not depend on when it is asked: a posting that is tried again is the same posting.
    """
    entity = policy.organization.entities[document.entity]
    return books_day(applying(policy, entity, document, received_at), document, entity)


def _case(connection: Connection, parcel: Parcel) -> Case:
    case = cases.by_id(connection, parcel.case_id)
    if case is None:
        raise LookupError(f"there is no case `{cases.number_of(parcel.case_id)}`")
    if case.status is not Status.POSTING or posting_key(case) != parcel.key:
        said = f"{case.number} is {case.status} with the posting `{posting_key(case)}`"
        raise ErpError(Fault.BUSINESS, "case_not_posting", said)
    return case


def _as_approved(
    resources: Resources, connection: Connection, policy: PolicySet, case: Case
) -> Document:
    """The document, if it is still the one that was approved: by the case, and by the trail."""
    try:
        document = document_of(resources, policy, case)
    except DocumentUnreadable as problem:
        raise ErpError(Fault.BUSINESS, "content_changed", str(problem)) from problem
    approved = _approved_digest(connection, case)
    if not document.digest == case.document_digest == approved:
        said = f"approved was `{approved}`, kept is `{document.digest}`"
        raise ErpError(Fault.BUSINESS, "content_changed", said)
    return document


def _approved_digest(connection: Connection, case: Case) -> str:
    """What the trail says was put into the outbox under the key of the posting."""
    for record in reversed(records_of(connection, case.id)):
        if record.kind == "posting_enqueued":
            body = json.loads(record.body)
            if body.get("key") == posting_key(case):
                return str(body.get("document_digest", ""))
    return ""


def _ask_ourselves(found: Sequence[Finding]) -> None:
    """Days may have passed since it was found ready. Raises `ErpError` where it is no more."""
    if not is_ready(found):
        codes = ", ".join(f"`{finding.code}`" for finding in found if finding.stands)
        raise ErpError(Fault.BUSINESS, "not_ready", f"it may not be posted any more: {codes}")


def _ask_erp(erp: ErpConnector, order: PostingOrder) -> None:
    """What the ERP itself says, at this moment. Raises `ErpError` where it says no."""
    day = order.posting_date
    period = erp.period(order.company, day)
    if not period.name:
        raise ErpError(Fault.BUSINESS, "no_period", f"the ERP has no period for {day}")
    if not period.is_open:
        first = f"; the first open day is {period.first_open}" if period.first_open else ""
        said = f"the period `{period.name}` of {day} is closed in the ERP{first}"
        raise ErpError(Fault.BUSINESS, "period_closed", said)
    name = order.document.supplier
    if not name:
        return
    supplier = erp.supplier(name)
    if not (supplier.is_known and supplier.is_active):
        found = "inactive" if supplier.is_known else "not known"
        said = f"the supplier `{name}` is {found} in the ERP"
        raise ErpError(Fault.BUSINESS, "supplier_inactive", said)
