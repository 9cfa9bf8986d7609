"""Legal holds are placed and lifted, each with a record; lifted by somebody else than placed it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from adapters.store import legal_holds
from adapters.store.legal_holds import LegalHold
from adapters.store.trail import Entry, append
from api.usecases.casework.resources import InForce, Plain, Resources
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


def _checked(current: InForce, because: str, who: Identities, now: datetime) -> Identities:
    """The same with the id of the person, who is employed and gives a reason."""
    person = expect_employed(current, who.decided_by, now)
    expect_reason(because)
    return replace(who, decided_by=person)
