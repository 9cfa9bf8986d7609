"""What a document adds up to, together with the cases that share a total with it.

A document counts from the moment that it was received, whatever moment its sender states: nobody
slips out of a window by a date that he writes himself.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy import Connection

from adapters.store import headroom
from api.usecases.casework.resources import InForce
from engine.cumulation.counting import (
    Contribution,
    Measure,
    added,
    contributions,
    measures,
)
from engine.documents.model import Document
from engine.facts.kinds import FactValue, FactValues
from engine.knowing import Situation, situate
from engine.rates import Shortage


@dataclass(frozen=True, slots=True)
class Sharing:
    """What a document adds to totals, and the sums that it is measured by, all of one moment.

    `situation` is `None` where nothing is added up, or nothing is known of the document.
    """

    contributions: tuple[Contribution, ...] = ()
    measures: tuple[Measure, ...] = ()
    situation: Situation | None = field(default=None, compare=False)

    def keys(self) -> Iterator[str]:
        """What has to be locked before anything is added up."""
        yield from (each.key for each in self.contributions)
        yield from (each.key for each in self.measures if each.value is None)


def sharing(current: InForce, document: Document, at: datetime) -> Sharing:
    """What the document shares at an aware moment, under what is in force."""
    if not any(fact.total is not None for fact in current.policy.facts.values()):
        return Sharing()
    situation = situate(current.policy, current.data, document, at, {})
    if not isinstance(situation, Situation):
        return Sharing()
    measured = tuple(each for each in measures(situation) if isinstance(each, Measure))
    return Sharing(contributions(situation), measured, situation)


def sharing_since(current: InForce, document: Document, at: datetime, now: datetime) -> Sharing:
    """What a document shares that came in at `at` and is decided only now.

    It adds from `at` on. Its windows begin as they did then, so that it is not measured in a new
    year while it counts in the old one, and reach to now: who came meanwhile may not have seen it.
    """
    shared = sharing(current, document, at)
    ends = {each.name: each.before for each in sharing(current, document, now).measures}
    measured = tuple(
        replace(each, before=max(each.before, ends.get(each.name, each.before)))
        for each in shared.measures
    )
    return replace(shared, measures=measured)


def totals_of(connection: Connection, shared: Sharing, but_not: int = 0) -> FactValues:
    """The totals, over every case that shares one except `but_not`, which is the document's own.

    The keys are locked where it counts. A total that cannot be told has no value.
    """
    found: dict[str, FactValue] = {}
    if shared.situation is None:
        return found
    for measure in shared.measures:
        others = headroom.counted(connection, measure, but_not)
        value = added(measure, others, shared.situation)
        if not isinstance(value, Shortage):
            found[measure.name] = value
    return found
