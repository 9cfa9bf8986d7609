"""Cases whose time is over are erased, and so are people of long ago; two persons stand behind it.

What a case's records commit to is taken away for good: the document, its earlier contents, what was
written on it, and the secrets that open commitments. The records stay, and so do their digests and
every proof: an export of them says what was withheld, and that its decisions cannot be performed
again. One record says of each case that it was erased, by whom, and by which rule.

People and delegations that were in force before the oldest case that is left came in are named by
no decision that could be performed again. They go with the cases.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection

from adapters.store import cases, erasing, legal_holds, past
from adapters.store.cases import Case
from adapters.store.trail import Entry, append
from api.usecases.casework.resources import InForce, Plain, Resources
from api.usecases.casework.written import text
from api.usecases.retention.due import due_one
from api.usecases.retention.refusing import (
    RetentionRefused,
    expect_employed,
    expect_reason,
)
from engine.cases.identities import Identities
from engine.cases.status import Event, moved
from engine.documents.committing import erased_form

ANSWERS_KEPT: Final = timedelta(days=365)
ERASED: Final = "erased"
PEOPLE_ERASED: Final = "people_erased"
Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Behind:
    """Who erases, who confirms that it may be, and why."""

    who: Identities
    confirmed_by: str
    because: str


@dataclass(frozen=True, slots=True)
class Erased:
    """Numbers of the cases that were erased, and how many contents about people."""

    cases: tuple[str, ...]
    contents: int


def erase(
    resources: Resources,
    case_ids: Sequence[int],
    behind: Behind,
    now: datetime,
    progress: Progress = lambda count: None,
) -> Erased:
    """Erases these cases, each in a transaction that looks again whether it may be.

    One that may not any more, because somebody placed a legal hold meanwhile, stays. Raises
    `RetentionRefused`, `NothingInForce` and `ContentsUnusable`.
    """
    done = []
    for case_id in case_ids:
        number = _erase_one(resources, case_id, behind, now)
        done += [number] if number else []
        progress(1)
    return Erased(tuple(done), _erase_people(resources, behind, now))


def _erase_one(resources: Resources, case_id: int, behind: Behind, now: datetime) -> str:
    """The number of the case; empty where it stays."""
    with resources.store.transaction() as connection:
        current = resources.loaded.current(connection, lock=True)
        behind = _checked(current, behind, now)
        case = cases.by_id(connection, case_id, lock=True)
        if case is None:
            return ""
        found = due_one(connection, current, legal_holds.holding(connection), case, now)
        if found is None or found.kept_by:
            return ""
        left = _without_content(case, now)
        cases.keep(connection, left)
        erasing.erase_beside(connection, case.id)
        if case.status in past.CAME_TO_NOTHING:
            past.forget_all(connection, case.id)
        body: Plain = {
            "case": case.number,
            "version": case.version,
            "document_digest": case.document_digest,
            "was": str(case.status),
            "keep": found.keeping.plain(),
            "because": behind.because,
            "confirmed_by": behind.confirmed_by,
            "who": behind.who.plain(),
            "status": str(left.status),
        }
        append(connection, [Entry(ERASED, case.id, now, body, {"because": behind.because})])
        return case.number


def _without_content(case: Case, now: datetime) -> Case:
    """The case, without what its document said."""
    status = moved(case.status, Event.ERASE)
    if status is None:
        raise RetentionRefused("case_open", f"a case that is {case.status} is not at its end")
    return replace(
        case,
        status=status,
        document_json=text(erased_form(json.loads(case.document_json), case.type)),
        findings_json="[]",
        change_json="{}",
        changed_at=now,
    )


def _erase_people(resources: Resources, behind: Behind, now: datetime) -> int:
    """How many contents about people were erased."""
    with resources.store.transaction() as connection:
        current = resources.loaded.current(connection, lock=True)
        behind = _checked(current, behind, now)
        before = erasing.oldest_kept(connection) or now
        digests = erasing.superseded(connection, before)
        erasing.erase_contents(connection, digests)
        erasing.erase_reasons(connection, before)
        erasing.erase_answers(connection, now - ANSWERS_KEPT)
        if digests:
            _record_people(connection, digests, before, behind, now)
        return len(digests)


def _record_people(
    connection: Connection,
    digests: Sequence[str],
    before: datetime,
    behind: Behind,
    now: datetime,
) -> None:
    body: Plain = {
        "contents": list(digests),
        "in_force_before": before.isoformat(),
        "because": behind.because,
        "confirmed_by": behind.confirmed_by,
        "who": behind.who.plain(),
    }
    append(connection, [Entry(PEOPLE_ERASED, None, now, body, {"because": behind.because})])


def _checked(current: InForce, behind: Behind, now: datetime) -> Behind:
    """The same with ids of persons: two who are employed, and a reason."""
    one = expect_employed(current, behind.who.decided_by, now)
    other = expect_employed(current, behind.confirmed_by, now)
    if one == other:
        raise RetentionRefused("same_person", "somebody else has to confirm it")
    expect_reason(behind.because)
    return Behind(replace(behind.who, decided_by=one), other, behind.because)
