"""The cause of an exception was corrected: the posting is sent off again, under the same key.

Dead letters are exceptions too. Nothing is approved by it: the content is compared and the ERP is
asked before anything is sent, as the first time.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from adapters.store import cases, delivery, outbox
from adapters.store.cases import Case
from adapters.store.trail import Entry, append
from api.usecases.casework.acting import Acted
from api.usecases.casework.completing import posting_key, with_event
from api.usecases.casework.resources import Plain, Resources
from engine.cases.identities import Identities
from engine.cases.status import Event, Status
from engine.reviewing import is_active


def replay(
    resources: Resources, case_id: int, who: Identities, because: str, now: datetime
) -> Acted | None:
    """Closes the exceptions of a case and sends its posting off again; `None` for no such case.

    `because` says what was corrected. Refused, with a record, are `person_unknown`, `inactive`,
    `reason_missing`, `not_an_exception` (the case stands elsewhere) and `nothing_to_replay`. Raises
    `NothingInForce` and `ContentsUnusable`.
    """
    with resources.store.transaction() as connection:
        data = resources.loaded.current(connection, lock=True).data
        case = cases.by_id(connection, case_id, lock=True)
        if case is None:
            return None
        person = data.person_of(who.decided_by, now)
        who = replace(who, decided_by=person or who.decided_by)
        if person is None:
            return _refused(connection, case, who, because, "person_unknown", now)
        if not is_active(data, person, now):
            return _refused(connection, case, who, because, "inactive", now)
        if not because.strip():
            return _refused(connection, case, who, because, "reason_missing", now)
        if case.status is not Status.EXCEPTION:
            return _refused(connection, case, who, because, "not_an_exception", now)
        if not outbox.revive(connection, posting_key(case), now):
            return _refused(connection, case, who, because, "nothing_to_replay", now)
        delivery.close_exceptions(connection, case.id, now)
        case = with_event(case, Event.REPLAY, now)
        cases.keep(connection, case)
        body = _body(case, who, because)
        append(connection, [Entry("replay", case.id, now, body, {"because": because})])
    return Acted(case)


def _refused(
    connection: Connection, case: Case, who: Identities, because: str, code: str, now: datetime
) -> Acted:
    body = {**_body(case, who, because), "action": "replay", "code": code}
    append(connection, [Entry("refusal", case.id, now, body, {"because": because})])
    return Acted(case, code)


def _body(case: Case, who: Identities, because: str) -> Plain:
    return {
        "case": case.number,
        "version": case.version,
        "document_digest": case.document_digest,
        "key": posting_key(case) if case.posting_number else "",
        "because": because,
        "who": who.plain(),
        "status": str(case.status),
    }
