"""What still belongs to a period that is to be closed: not approved, not ready, not posted.

A document belongs to the period in which its day in the books lies. What came to nothing and what
is posted belongs to no list.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from sqlalchemy import Connection

from adapters.store import cases
from adapters.store.cases import Case
from api.usecases.casework.completing import ask_ready
from api.usecases.casework.resources import InForce, Resources
from api.usecases.casework.surrounding import around
from api.usecases.casework.written import DocumentUnreadable, document_of
from engine.cases.status import Status
from engine.documents.derived import net_of
from engine.documents.model import Document
from engine.readiness.asking import applying, books_day
from engine.readiness.finding import Finding, is_ready

OPEN: Final = (
    Status.PENDING,
    Status.HELD,
    Status.RETURNED,
    Status.APPROVED,
    Status.POSTING,
    Status.EXCEPTION,
)
PAGE: Final = 500


class Lacks(StrEnum):
    """What a document lacks, the first thing first."""

    APPROVAL = "approval"
    READINESS = "readiness"
    POSTING = "posting"


@dataclass(frozen=True, slots=True)
class Days:
    """The local days of a period, both inclusive."""

    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Left:
    """One document that is left. `amount` is its net in its own currency, empty for none.

    `day` is `None` for a document that cannot be read any more: it may belong to any period.
    """

    case: str
    type: str
    document: str
    status: Status
    day: date | None
    amount: str
    lacks: Lacks
    findings: tuple[Finding, ...] = ()


def left_plain(each: Left, plain: Callable[[Finding], dict[str, object]]) -> dict[str, object]:
    """It as plain values, with the findings that stand as `plain` writes one."""
    return {
        "case": each.case,
        "type": each.type,
        "document_id": each.document,
        "status": str(each.status),
        "day": None if each.day is None else str(each.day),
        "amount": each.amount,
        "lacks": str(each.lacks),
        "findings": [plain(finding) for finding in each.findings if finding.stands],
    }


class PeriodUnknown(Exception):
    """The entity has no such period. The message names those it has."""


def days_of(current: InForce, entity: str, kind: str, period: str) -> Days:
    """The days of a period by its name. Raises `PeriodUnknown`."""
    found = current.data.periods.get((entity, kind), ())
    named = [each for each in found if each.name == period]
    if not named:
        known = ", ".join(dict.fromkeys(f"`{each.name}`" for each in found)) or "none"
        said = f"`{entity}` has no {kind} period `{period}`; it has {known}"
        raise PeriodUnknown(said)
    return Days(min(each.first_day for each in named), max(each.last_day for each in named))


def left_over(
    resources: Resources,
    entity: str,
    days: Days,
    now: datetime,
    progress: Callable[[int], None] = lambda count: None,
) -> Iterator[Left]:
    """Every open document of the entity whose day lies in the days, in the order of cases."""
    after = 0
    while True:
        with resources.store.reading() as connection:
            current = resources.loaded.current(connection)
            page = cases.several(
                connection, statuses=OPEN, entities=[entity], after=after, most=PAGE
            )
            found = [_left(resources, connection, current, case, now) for case in page]
        yield from (
            each for each in found if each.day is None or days.first <= each.day <= days.last
        )
        progress(len(page))
        if len(page) < PAGE:
            return
        after = page[-1].id


def _left(
    resources: Resources, connection: Connection, current: InForce, case: Case, now: datetime
) -> Left:
    try:
        document = document_of(resources, current.policy, case)
    except DocumentUnreadable:
        lacks = Lacks.READINESS if case.status is Status.APPROVED else _lacks(case, ())
        return Left(case.number, case.type, case.document_id, case.status, None, "", lacks)
    needed = around(current, document, case.received_at, now)
    findings = tuple(ask_ready(resources, connection, needed, now, case).findings)
    net = net_of(document)
    return Left(
        case.number,
        case.type,
        case.document_id,
        case.status,
        _day(current, document, case),
        "" if net is None else str(net),
        _lacks(case, findings),
        findings,
    )


def _day(current: InForce, document: Document, case: Case) -> date:
    entity = current.policy.organization.entities[document.entity]
    rules = applying(current.policy, entity, document, case.received_at)
    return books_day(rules, document, entity)


def _lacks(case: Case, findings: tuple[Finding, ...]) -> Lacks:
    if case.status in (Status.PENDING, Status.HELD):
        return Lacks.APPROVAL
    if case.status is Status.APPROVED and not is_ready(findings):
        return Lacks.READINESS
    return Lacks.POSTING
