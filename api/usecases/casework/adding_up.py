"""What a document adds up to, together with the cases that share a total with it.

A document counts from the moment that it was received, whatever moment its sender states: nobody
slips out of a window by a date that he writes himself.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy import Connection

from adapters.store import headroom
from api.usecases.casework.resources import InForce
from engine.cases.status import Status
from engine.cumulation.counting import (
    Amounts,
    Contribution,
    Measure,
    added,
    declared,
    does_count,
    shares_of,
)
from engine.cumulation.parts import Part
from engine.documents.derived import OwnFacts
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


def sharing(
    current: InForce, document: Document, at: datetime, own: OwnFacts | None = None
) -> Sharing:
    """What the document shares at an aware moment, under what is in force.

    `own` is what the document states, where that has been worked out already.
    """
    if not declared(current.policy):
        return Sharing()
    situation = situate(current.policy, current.data, document, at, {}, own)
    if not isinstance(situation, Situation):
        return Sharing()
    return Sharing(*shares_of(situation), situation)


def sharing_since(current: InForce, document: Document, at: datetime, now: datetime) -> Sharing:
    """What a document shares that came in at `at` and is decided only now.

    It adds from `at` on. Its windows begin as they did then, so that it is not measured in a new
    year while it counts in the old one, and reach to now: who came meanwhile may not have seen it.
    """
    shared = sharing(current, document, at)
    later = sharing(current, document, now).measures
    ends = {(each.name, each.part): each.before for each in later}
    measured = tuple(
        replace(each, before=max(each.before, ends.get((each.name, each.part), each.before)))
        for each in shared.measures
    )
    return replace(shared, measures=measured)


def totals_of(connection: Connection, shared: Sharing, own: int = 0) -> FactValues:
    """The totals, over every case that shares one, but for the document's `own`; 0 for none.

    The keys are locked where it counts. A total that cannot be told has no value.
    """
    return AddedUp(connection, [(shared, own)]).totals(0)


def all_totals_of(
    connection: Connection, shared: Sharing, own: int
) -> Mapping[tuple[str, Part], FactValue]:
    """The same with the totals of its parts, by name and part; `()` for the whole document."""
    return AddedUp(connection, [(shared, own)]).all_of(0)


class AddedUp:
    """Totals of documents that are kept together, in their order: the later count the earlier.

    With each goes the id of its own case, 0 for none. What came before all of them is asked of the
    store once.
    """

    def __init__(self, connection: Connection, together: Sequence[tuple[Sharing, int]]) -> None:
        self._shared = [shared for shared, _ in together]
        asked = [(each, own) for shared, own in together for each in shared.measures]
        found = iter(headroom.counted(connection, asked))
        self._before = [[next(found) for _ in shared.measures] for shared in self._shared]
        self._beside: dict[str, list[tuple[datetime, Status, Amounts]]] = {}

    def totals(self, n: int) -> FactValues:
        """The totals of the n-th, from 0 on."""
        return {name: value for (name, part), value in self.all_of(n).items() if not part}

    def all_of(self, n: int) -> Mapping[tuple[str, Part], FactValue]:
        """The totals of the n-th and those of its parts, by name and part; `()` for the whole."""
        shared = self._shared[n]
        found: dict[tuple[str, Part], FactValue] = {}
        if shared.situation is None:
            return found
        for measure, before in zip(shared.measures, self._before[n], strict=True):
            value = added(measure, [*before, *self._counted(measure)], shared.situation)
            if not isinstance(value, Shortage):
                found[measure.name, measure.part] = value
        return found

    def count(self, n: int, at: datetime, status: Status) -> None:
        """The n-th counts for those that follow: from `at` on, as what its status counts as."""
        for each in self._shared[n].contributions:
            self._beside.setdefault(each.key, []).append((at, status, each.amounts))

    def _counted(self, measure: Measure) -> Iterator[Amounts]:
        for at, status, amounts in self._beside.get(measure.key, ()):
            word = headroom.COUNTS_AS.get(status)
            if word is not None and does_count(measure, word, at, amounts):
                yield amounts
