"""Cases whose time of retention is over, each with what keeps it all the same.

Counted from is the latest of many days, since a day too long is harmless: every day that the
document states (until when a contract runs, too), the day on which the case was changed last, and
that of the last document which names it. Beyond the law a case is kept while somebody has a legal
hold on it, and while other documents are still judged by it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Final

from sqlalchemy import Connection, func, select

from adapters.store import cases, delivery, headroom, legal_holds, outbox
from adapters.store.cases import Case
from adapters.store.legal_holds import LegalHold
from adapters.store.reviews import reviews_on
from adapters.store.tables import acts, subjects
from adapters.store.tables import cases as kept_cases
from adapters.store.versions import versions_of
from api.usecases.casework.resources import InForce, Plain
from engine.business_time import calendar_of, first_day, local_day
from engine.cases.legal_hold import Subject
from engine.cases.status import FINAL, Status
from engine.countries.retention import Keeping, keeping

BATCH: Final = 500
DAY_LENGTH: Final = len("2027-03-15")
# Cases about what is in force: by them an auditor sees why decisions were made as they were.
GOVERNING: Final = frozenset({"policy_change", "delegation"})


@dataclass(frozen=True, slots=True)
class Due:
    """A case whose time is over. `kept_by` says what keeps it: a code, and what it is about; the
    code is empty where nothing does."""

    case: Case
    keeping: Keeping
    kept_by: str = ""
    about: str = ""

    def plain(self) -> Plain:
        """For programs."""
        return {
            "case": self.case.number,
            "type": self.case.type,
            "document": self.case.document_id,
            "entity": self.case.entity,
            "status": str(self.case.status),
            "keep": self.keeping.plain(),
            "kept_by": self.kept_by,
            "about": self.about,
        }


def due(connection: Connection, current: InForce, now: datetime) -> Iterator[Due]:
    """Every case whose time is over at an aware moment, by number."""
    holds = legal_holds.holding(connection)
    after = 0
    while found := cases.several(connection, statuses=FINAL, after=after, most=BATCH):
        for case in found:
            one = due_one(connection, current, holds, case, now)
            if one is not None:
                yield one
        after = found[-1].id


def due_one(
    connection: Connection,
    current: InForce,
    holds: Sequence[LegalHold],
    case: Case,
    now: datetime,
) -> Due | None:
    """The case, if it is at its end and its time is over."""
    if case.status not in FINAL:
        return None
    document = json.loads(case.document_json)
    days = _days(current, case, document)
    found = keeping(current.policy, case.entity, case.type, days)
    if found.until is None or found.until >= _today(current, case.entity, now):
        return None
    days += _named_last(connection, current, case)  # asked of few: it looks at other cases
    found = keeping(current.policy, case.entity, case.type, days)
    if found.until is None or found.until >= _today(current, case.entity, now):
        return None
    kept_by, about = _kept_by(connection, current, holds, case, document, now)
    return Due(case, found, kept_by, about)


def _days(current: InForce, case: Case, document: Mapping[str, object]) -> list[date]:
    """Every day that the document states, and those on which it came in and was changed."""
    moments = (case.received_at, case.changed_at)
    came = [_today(current, case.entity, moment) for moment in moments]
    return [*came, *(day for text in _texts(document) if (day := _day(text)) is not None)]


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if len(text) == DAY_LENGTH else None
    except ValueError:
        return None


def _named_last(connection: Connection, current: InForce, case: Case) -> list[date]:
    """The day of the last change of a case whose document names this one; none where none does."""
    name = f"document:{case.type}/{case.document_id}"
    query = (
        select(func.max(kept_cases.c.changed_at))
        .join(subjects, subjects.c.case_id == kept_cases.c.id)
        .where(subjects.c.key == name, kept_cases.c.status != str(Status.ERASED))
    )
    last: datetime | None = connection.execute(query).scalar()
    return [] if last is None else [_today(current, case.entity, last)]


def _today(current: InForce, entity: str, now: datetime) -> date:
    known = current.policy.organization.entities.get(entity)
    return local_day(now, "UTC" if known is None else known.zone)


def _kept_by(
    connection: Connection,
    current: InForce,
    holds: Sequence[LegalHold],
    case: Case,
    document: Mapping[str, Any],
    now: datetime,
) -> tuple[str, str]:
    if case.type in GOVERNING:
        return "governs", case.type
    subject = subject_of(connection, case, document) if holds else None
    for each in holds:
        if subject is not None and each.scope.covers(subject):
            return "legal_hold", each.number
    for key in outbox.unsettled_keys(connection, case.id):
        return "posting_open", key
    for exception in delivery.exceptions_of(connection, case.id):
        if exception.closed_at is None:
            return "exception_open", exception.code
    for review in reviews_on(connection, case.id):
        if review.is_open:
            return "review_open", review.code
    for name in _still_counted(connection, current, case, now):
        return "counted", name
    return "", ""


def subject_of(connection: Connection, case: Case, document: Mapping[str, Any]) -> Subject:
    """What a legal hold may name of the case, the contents that were replaced included."""
    query = select(acts.c.person, acts.c.on_behalf_of).where(acts.c.case_id == case.id)
    names = {str(name) for row in connection.execute(query) for name in row if name}
    names |= {*_texts(document), case.requester}
    came = [case.received_at]
    for each in versions_of(connection, case.id):
        names |= {*_texts(json.loads(each.case.document_json)), each.case.requester}
        names |= {str(row[name]) for row in each.acts for name in ("person", "on_behalf_of")}
        came.append(each.case.received_at)
    first, last = (moment.astimezone(UTC).date() for moment in (min(came), case.changed_at))
    return Subject(case.number, case.entity, case.type, frozenset(names), first, last)


def _texts(value: object) -> Iterator[str]:
    """Every text in a document, whatever it is called there."""
    match value:
        case str():
            yield value
        case dict():
            for item in value.values():
                yield from _texts(item)
        case list():
            for item in value:
                yield from _texts(item)


def _still_counted(
    connection: Connection, current: InForce, case: Case, now: datetime
) -> Iterator[str]:
    """Totals of the set in force that still count the case in their window, of any entity."""
    if case.status not in headroom.COUNTS_AS:
        return
    names = {key.partition("/")[0] for key in headroom.keys_of(connection, [case.id])}
    for name in sorted(names):
        fact = current.policy.facts.get(name)
        if fact is None or fact.total is None:
            continue
        for entity in current.policy.organization.entities.values():
            calendar = calendar_of(entity, current.data.holidays)
            since = first_day(fact.total.window, local_day(now, entity.zone), calendar)
            if local_day(case.received_at, entity.zone) >= since:
                yield name
                break
