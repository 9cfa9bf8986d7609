"""What a document adds up to, together with the cases that share a total with it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from adapters.store import headroom
from api.usecases.casework.resources import InForce, Resources
from api.usecases.casework.written import document_of
from engine.cases.status import Status
from engine.documents.model import Document
from engine.facts.kinds import FactValues
from engine.facts.totals import APPROVED, PENDING, Earlier, Totals, totals

_COUNTS_AS: Final = {
    Status.PENDING: PENDING,
    Status.HELD: PENDING,
    Status.APPROVED: APPROVED,
    Status.POSTING: APPROVED,
    Status.POSTED: APPROVED,
    Status.EXCEPTION: APPROVED,
}


def totals_alone(current: InForce, document: Document, now: datetime) -> FactValues:
    """The totals of a document that shares none with any other."""
    if not any(fact.total is not None for fact in current.policy.facts.values()):
        return {}
    return totals(current.policy, current.data, document, (), now).values


def totals_of(
    resources: Resources,
    connection: Connection,
    current: InForce,
    document: Document,
    keys: Sequence[str],
    now: datetime,
    own: int = 0,
) -> FactValues:
    """The totals, over every case that shares one; `keys` are locked where it counts.

    `own` is the id of the document's case, 0 where it has none yet. A document without keys is
    measured alone: what a total leaves out has the total zero.
    """
    if not keys:
        return totals_alone(current, document, now)
    return added_up(resources, connection, current, document, keys, now, own).values


def added_up(
    resources: Resources,
    connection: Connection,
    current: InForce,
    document: Document,
    keys: Sequence[str],
    now: datetime,
    own: int,
) -> Totals:
    """The same, and which cases were counted: their numbers.

    A case counts from the moment at which it was received and not from what its sender states: a
    document that is dated back would be outside of the window before anybody saw it in one.
    """
    earlier = [
        Earlier(
            document_of(resources, current.policy, case),
            _COUNTS_AS[case.status],
            case.received_at,
            case.number,
        )
        for case in headroom.members(connection, keys)
        if case.status in _COUNTS_AS and case.id != own
    ]
    return totals(current.policy, current.data, document, earlier, now)
