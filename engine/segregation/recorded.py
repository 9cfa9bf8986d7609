"""What is kept of an act, so that later documents can be decided by it.

`at` is when it was accepted, by the clock of whoever keeps it: never a date that a sender states.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from engine.decision import Decision
from engine.documents.model import Document
from engine.history import PastAct
from engine.master_data import MasterData, PersonId
from engine.routing.acting import APPROVING
from engine.routing.course import ActKind, Given
from engine.routing.distinct import identities
from engine.segregation.ground import ACTS
from engine.segregation.keys import about


def uses(decision: Decision, person: PersonId) -> frozenset[str]:
    """The mitigations that let the person through in this decision: each is a use of it."""
    return frozenset(
        text
        for reason in decision.reasons
        if reason.code == "mitigated" and ("person", str(person)) in reason.words
        for name, text in reason.words
        if name == "mitigation"
    )


def acts_of_submission(
    data: MasterData, document: Document, at: datetime, decision: Decision, case: str = ""
) -> tuple[PastAct, ...]:
    """What the persons that the document names did by it, with what let them through."""
    acts = acts_of_named(data, document, at, about(data, document, at))
    return tuple(replace(act, case=case, under=uses(decision, act.person)) for act in acts)


def acts_of_named(
    data: MasterData, document: Document, at: datetime, keys: frozenset[str]
) -> tuple[PastAct, ...]:
    """What the persons that the document names did by it. Who is not known did nothing."""
    found = (
        (word, data.person_of(name, at)) for part, word in ACTS if (name := getattr(document, part))
    )
    own = document.type, document.id
    return tuple(
        PastAct(person, word, *own, at, keys) for word, person in found if person is not None
    )


def approval_of(
    data: MasterData,
    document: Document,
    at: datetime,
    decision: Decision,
    given: Given,
    case: str = "",
) -> PastAct | None:
    """An accepted act on a route, where it approves: a vote against or an answer does not.

    Who is stood in for did nothing; for whom a delegate acts, both did it.
    """
    if given.kind not in APPROVING or given.kind is ActKind.VOTE_AGAINST:
        return None
    assignee = given.assignee
    other = assignee.on_behalf_of if assignee.on_behalf_of in identities(assignee) else None
    people = [assignee.person] if other is None else [assignee.person, other]
    return PastAct(
        person=assignee.person,
        act="approve",
        document_type=document.type,
        document_id=document.id,
        at=at,
        keys=about(data, document, at),
        on_behalf_of=other,
        case=case,
        under=frozenset[str]().union(*(uses(decision, person) for person in people)),
    )
