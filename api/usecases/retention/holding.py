"""Legal holds are placed and lifted, each with a record; lifted by somebody else than placed it."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from adapters.store import cases, legal_holds
from adapters.store.legal_holds import LegalHold
from adapters.store.trail import Entry, append
from api.usecases.casework.resources import InForce, Plain, Resources
from api.usecases.retention.due import BATCH, subject_of
from api.usecases.retention.refusing import (
    RetentionRefused,
    expect_employed,
    expect_reason,
)
from engine.cases.identities import Identities
from engine.cases.legal_hold import Scope

PLACED = "legal_hold_placed"
LIFTED = "legal_hold_lifted"


def place_hold(
    resources: Resources, scope: Scope, because: str, who: Identities, now: datetime
) -> LegalHold:
    """Places a hold on everything that the scope covers, now or later.

    Raises `RetentionRefused`, `NothingInForce` and `ContentsUnusable`.
    """
    if not scope.is_stated:
        raise RetentionRefused("scope_missing", "expected what the hold is on")
    with resources.store.transaction() as connection:
        current = resources.loaded.current(connection, lock=True)
        who = _checked(current, because, who, now)
        _expect_known(connection, current, scope)
        hold = legal_holds.place(connection, scope, who.decided_by, because, now)
        body: Plain = {
            "hold": hold.number,
            "scope": scope.plain(),
            "because": because,
            "who": who.plain(),
        }
        append(connection, [Entry(PLACED, None, now, body)])
    return hold


def lift_hold(
    resources: Resources, number: str, because: str, who: Identities, now: datetime
) -> LegalHold:
    """Lifts a hold. Raises `RetentionRefused`, `NothingInForce` and `ContentsUnusable`."""
    with resources.store.transaction() as connection:
        current = resources.loaded.current(connection, lock=True)
        who = _checked(current, because, who, now)
        hold = legal_holds.hold_of(connection, legal_holds.hold_id(number) or 0)
        if hold is None:
            raise RetentionRefused("not_found", f"there is no hold `{number}`")
        if hold.lifted_at is not None:
            raise RetentionRefused("already_lifted", f"`{number}` was lifted by {hold.lifted_by}")
        if who.decided_by == hold.placed_by:
            raise RetentionRefused("same_person", "somebody else than placed it has to lift it")
        legal_holds.lift(connection, hold.id, who.decided_by, because, now)
        body: Plain = {
            "hold": hold.number,
            "scope": hold.scope.plain(),
            "because": because,
            "who": who.plain(),
        }
        append(connection, [Entry(LIFTED, None, now, body)])
    return replace(hold, lifted_by=who.decided_by, lifted_at=now, lifted_because=because)


def covered(connection: Connection, scope: Scope) -> int:
    """How many cases the hold is on now: a name that nobody has covers none, and shows so."""
    count = after = 0
    while found := cases.several(connection, after=after, most=BATCH):
        for case in found:
            count += scope.covers(subject_of(connection, case, json.loads(case.document_json)))
        after = found[-1].id
    return count


def _expect_known(connection: Connection, current: InForce, scope: Scope) -> None:
    """Raises `RetentionRefused` for a word that names nothing: a hold on nothing holds nothing.

    Persons and suppliers may be in no master data any more; `covered` tells of them.
    """
    if scope.case and cases.by_id(connection, cases.id_of(scope.case) or 0) is None:
        raise RetentionRefused("case_unknown", f"there is no case `{scope.case}`")
    if scope.entity and scope.entity not in current.policy.organization.entities:
        raise RetentionRefused("entity_unknown", f"the set has no entity `{scope.entity}`")
    if scope.type and scope.type not in current.policy.documents:
        raise RetentionRefused("type_unknown", f"the set has no document type `{scope.type}`")


def _checked(current: InForce, because: str, who: Identities, now: datetime) -> Identities:
    """The same with the id of the person, who is employed and gives a reason."""
    person = expect_employed(current, who.decided_by, now)
    expect_reason(because)
    return replace(who, decided_by=person)
