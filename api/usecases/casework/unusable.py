"""A case whose own set cannot be loaded with the people of today is held until it can.

Nobody's act counts by guessing. It is held with a code and an owner, who is told, and asked again
like everything that is held, under the sets that have a word about it.
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from adapters.store import cases, deadlines
from adapters.store.cases import Case
from adapters.store.trail import Entry
from api.usecases.casework.completing import with_event
from api.usecases.casework.resources import InForce, Plain
from api.usecases.casework.watching import watch
from api.usecases.casework.written import named_digests
from engine.canonical import Written
from engine.cases.status import Event
from engine.documents.model import Document
from engine.recording import decision_text
from engine.reviewing import owners_of
from engine.routing.course import Course
from engine.undecided import SET_UNUSABLE, set_unusable


def hold(
    connection: Connection, current: InForce, case: Case, document: Document, now: datetime
) -> tuple[Case, Entry]:
    """A pending case, held; the record is for the caller to append. The case is locked and kept."""
    decision = set_unusable(current.policy, current.data, document, now, case.routed_under)
    case = replace(
        with_event(case, Event.HOLD, now),
        decision_digest=decision.digest,
        decision_json=decision_text(decision),
    )
    cases.keep(connection, case)
    cases.ask(connection, case.id, ())
    watch(connection, current, case, decision, Course(), now)
    owner = decision.held.owner if decision.held is not None else ""
    owners = owners_of(current.policy, current.data, owner, case.entity, now)
    deadlines.tell(connection, case.id, owners, SET_UNUSABLE, "", now)
    body: Plain = {
        "case": case.number,
        "version": case.version,
        "document_digest": case.document_digest,
        "in_force": named_digests(current),
        "routed_under": case.routed_under,
        "decision": Written(case.decision_json),
        "status": str(case.status),
    }
    return case, Entry(SET_UNUSABLE, case.id, now, body)


def is_unusable(case: Case) -> bool:
    """Whether that is why the case is held."""
    held = json.loads(case.decision_json).get("held")
    return held is not None and held["code"] == SET_UNUSABLE
