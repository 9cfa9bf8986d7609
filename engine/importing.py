"""History: documents that happened elsewhere, before anything was decided here.

They are never decided. What stands in the place of a decision says so: held, for good.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from engine.decision import Decision, Held
from engine.documents.model import Document
from engine.history import PastAct
from engine.master_data import MasterData, PersonId
from engine.places import NOWHERE
from engine.policy import PolicySet
from engine.segregation.ground import ACTS
from engine.segregation.keys import about
from engine.segregation.recorded import acts_of_named
from engine.undecided import undecided

APPROVE: Final = "approve"
WORDS: Final = frozenset({APPROVE, *(word for _, word in ACTS)})  # acts that duties speak of


@dataclass(frozen=True, slots=True)
class StatedAct:
    """What a load of history says that somebody did: a word of `WORDS`, a name, an aware moment."""

    act: str
    person: str
    at: datetime


def decided_elsewhere(
    policy: PolicySet, data: MasterData, document: Document, at: datetime, source: str
) -> Decision:
    """What stands in the place of a decision: there is no answer, and there will be none."""
    held = Held("decided_elsewhere", (("detail", source),), NOWHERE, "")
    return undecided(policy, data, document, at, held)


def imported_acts(
    data: MasterData, document: Document, at: datetime, stated: Iterable[StatedAct], now: datetime
) -> tuple[PastAct, ...]:
    """What persons did on the document: those it names, and what is stated beside it.

    Each act is of its own moment. A name that nobody has, then or now, is kept as it is stated: it
    bars whoever is called so later, and nobody is barred less for it.
    """
    keys = about(data, document, at)
    named = acts_of_named(data, document, at, keys)
    found = (
        PastAct(
            person=person_then_or_now(data, each.person, each.at, now) or PersonId(each.person),
            act=each.act,
            document_type=document.type,
            document_id=document.id,
            at=each.at,
            keys=keys,
        )
        for each in stated
    )
    return tuple(dict.fromkeys((*named, *found)))


def person_then_or_now(data: MasterData, name: str, at: datetime, now: datetime) -> PersonId | None:
    """The person behind a name at one of two aware moments; `None` for nobody."""
    return data.person_of(name, at) or data.person_of(name, now)
