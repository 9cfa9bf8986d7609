"""Totals: what earlier documents add up to, together with the one that is decided.

A total is a fact that the policy declares (`total_of`, `same`, `in`, `counts`, `leaves_out`). The
sum is exact. Amounts in another currency are converted by the rate of the document they stand on,
once; credits count with their sign, and give nothing back while they are pending. Days are local
days of the entity of the decided document.

A document that the total leaves out is not measured by it: its own total is zero. Where the sum
cannot be told (a fact that must be the same is missing, an amount cannot be converted) there is no
value, and the reason is said.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from engine.cumulation.counting import (
    APPROVED,
    PENDING,
    REJECTED,
    Amounts,
    Measure,
    added,
    contributions,
    declared,
    does_count,
    measures,
)
from engine.cumulation.keys import HeadroomKey
from engine.cumulation.parts import Part
from engine.documents.model import Document
from engine.facts.kinds import FactValue
from engine.knowing import Situation, situate
from engine.master_data import MasterData
from engine.policy import PolicySet
from engine.rates import Shortage

STATUSES: Final = (PENDING, APPROVED, REJECTED)


@dataclass(frozen=True, slots=True)
class Earlier:
    """A document that is already known, its status, and from when on it counts (aware).

    `name` is what its keeper calls it. One that has a name is another document than the decided
    one, also where both have one id: two systems may use the same.
    """

    document: Document
    status: str
    at: datetime
    name: str = ""


@dataclass(frozen=True, slots=True)
class Totals:
    """The total facts of one document; `counted` are the names of the earlier ones in each, or ids.

    `missing` says why a total has no value. `parts` are the totals of a document that is divided,
    by name and part; a part whose total cannot be told has no value.
    """

    values: Mapping[str, FactValue]
    counted: Mapping[str, tuple[str, ...]]
    missing: Mapping[str, Shortage]
    parts: Mapping[tuple[str, Part], FactValue] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Counted:
    """What one document adds under one key."""

    earlier: Earlier
    amounts: Amounts

    def is_version_of(self, document: Document) -> bool:
        """Whether it is the decided document itself, as it was before."""
        other = self.earlier.document
        return not self.earlier.name and (other.type, other.id) == (document.type, document.id)


@dataclass(slots=True)
class Ledger:
    """What documents that came before add to the totals of those that follow, by key."""

    policy: PolicySet
    data: MasterData
    _counted: dict[HeadroomKey, list[_Counted]] = field(default_factory=dict)

    @property
    def has_totals(self) -> bool:
        """Whether the policy adds up anything."""
        return bool(declared(self.policy))

    def count(self, earlier: Earlier) -> None:
        """The document counts from now on. One of which nothing is known adds nothing."""
        if not self.has_totals:
            return
        situation = situate(self.policy, self.data, earlier.document, earlier.at, {})
        if not isinstance(situation, Situation):
            return
        for each in contributions(situation):
            self._counted.setdefault(each.key, []).append(_Counted(earlier, each.amounts))

    def totals(self, document: Document, now: datetime) -> Totals:
        """Every declared total for the document at the moment `now` (aware).

        An earlier version of the document itself, by type and id, is not counted beside it.
        """
        values: dict[str, FactValue] = {}
        counted: dict[str, tuple[str, ...]] = {}
        missing: dict[str, Shortage] = {}
        parts: dict[tuple[str, Part], FactValue] = {}
        own = situate(self.policy, self.data, document, now, {}) if self.has_totals else None
        if not isinstance(own, Situation):
            return Totals(values, counted, missing)
        for measure in measures(own):
            if not isinstance(measure, Measure):
                missing[measure[0]] = measure[1]
                continue
            found = self._counted_in(measure, document)
            value = added(measure, (each.amounts for each in found), own)
            if measure.part:
                if not isinstance(value, Shortage):
                    parts[measure.name, measure.part] = value
            elif isinstance(value, Shortage):
                missing[measure.name] = value
            else:
                values[measure.name] = value
                counted[measure.name] = tuple(
                    each.earlier.name or each.earlier.document.id for each in found
                )
        return Totals(values, counted, missing, parts)

    def _counted_in(self, measure: Measure, document: Document) -> list[_Counted]:
        return [
            each
            for each in self._counted.get(measure.key, ())
            if not each.is_version_of(document)
            and does_count(measure, each.earlier.status, each.earlier.at, each.amounts)
        ]


def totals(
    policy: PolicySet,
    data: MasterData,
    document: Document,
    earlier: Iterable[Earlier],
    now: datetime,
) -> Totals:
    """Every declared total for the document at the moment `now` (aware), over these documents."""
    ledger = Ledger(policy, data)
    for each in earlier:
        ledger.count(each)
    return ledger.totals(document, now)
