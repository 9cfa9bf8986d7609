"""What people did before, for a decision; and what they did now, for later ones.

A document and everything that is related to it share keys. They are locked while one of them is
decided or acted on, so that of two acts of one person at one moment the second sees the first.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Connection

from adapters.store import past
from adapters.store.cases import Case
from adapters.store.many import Rows
from api.usecases.casework.resources import InForce
from engine.business_time import local_day, start_of_day
from engine.decision import Decision
from engine.documents.model import Document
from engine.history import NO_HISTORY, History
from engine.routing.course import Given
from engine.segregation.asking import NOTHING, Wanted, wanted
from engine.segregation.history_form import history_plain
from engine.segregation.keys import chain_of
from engine.segregation.recorded import acts_of_submission, approval_of


@dataclass(frozen=True, slots=True)
class Asked:
    """What of the past a document needs under what is in force; nothing where no conflict does."""

    current: InForce
    document: Document
    now: datetime
    wanted: Wanted = field(default=NOTHING)

    def keys(self) -> Iterator[str]:
        """What has to be locked before the past is looked at, and before something is added."""
        yield from (f"acts/{key}" for key in self.wanted.keys)

    def history(self, connection: Connection, own: int = 0) -> History:
        """The past as it is now; `own` is the id of the document's case, 0 where it has none."""
        if self.wanted == NOTHING:
            return NO_HISTORY
        chain: frozenset[past.Name] = frozenset()
        if self.wanted.chain:
            chain = chain_of(self.wanted.keys, lambda keys: past.documents_about(connection, keys))
        acts = past.acts_about(
            connection, self.wanted.keys, chain, self.wanted.acts, self._since(connection, own)
        )
        kinds = self.wanted.documents
        return History(
            acts=tuple(act for act in acts if not kinds or act.document_type in kinds),
            chain=chain,
            unreviewed=past.unreviewed(connection, self.wanted.mitigations),
        )

    def _since(self, connection: Connection, own: int) -> datetime | None:
        """The first moment that can matter: so many local days before the document came in."""
        entity = self.current.policy.organization.entities.get(self.document.entity)
        if self.wanted.within is None or entity is None:
            return None
        came = (past.first_act(connection, own) if own else None) or self.now
        day = local_day(min(came, self.now), entity.zone) - timedelta(self.wanted.within)
        return start_of_day(day, entity.zone)


def recorded(history: History) -> dict[str, object]:
    """The past as a record has it, for performing the decision again; nothing where none is."""
    return {} if history == NO_HISTORY else {"history": history_plain(history)}


def asked_of(current: InForce, document: Document, now: datetime) -> Asked:
    """What of the past the document needs at an aware moment."""
    return Asked(current, document, now, wanted(current.policy, current.data, document, now))


def submission_rows(
    connection: Connection,
    current: InForce,
    made: Iterable[tuple[Case, Document, Decision]],
) -> list[Rows]:
    """What the persons that documents name did by them, to be kept with other rows."""
    acts = [
        (case.id, case.version, act)
        for case, document, decision in made
        for act in acts_of_submission(
            current.data, document, case.received_at, decision, case.number
        )
    ]
    return past.act_rows(connection, acts)


def remember_approval(
    connection: Connection,
    current: InForce,
    case: Case,
    document: Document,
    decision: Decision,
    given: Given,
    now: datetime,
) -> None:
    """An act on a route that was accepted, where it approves."""
    act = approval_of(current.data, document, now, decision, given, case.number)
    if act is not None:
        past.remember(connection, [(case.id, case.version, act)])
