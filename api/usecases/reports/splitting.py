"""Likely splitting: documents that stay below a limit one by one and reach it together.

Documents are alike where they share the named facts: supplier, day and buyer, say. One that lacks
such a fact is alike to nothing, and is counted as such. A group that also holds a document beyond
the limit is told apart: there somebody did ask for the larger approval once.

With a total of the policy set a document is looked at together with the earlier ones that the total
counts, over its window and in every currency.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from fractions import Fraction
from typing import Final
from zoneinfo import ZoneInfo

from engine.cumulation import APPROVED, Earlier
from engine.cumulation.adding import Ledger
from engine.documents.model import Document
from engine.master_data import MasterData
from engine.money import HIGHEST, Exact, Money
from engine.policy import PolicySet

NEAR_PERCENT: Final = 5
_WHOLE: Final = 100


class Shared(StrEnum):
    """Facts by which documents can be alike. `day` is the local day of submission."""

    SUPPLIER = "supplier"
    SUPPLIER_GROUP = "supplier_group"
    REQUESTER = "requester"
    BUYER = "buyer"
    SUBMITTER = "submitter"
    ENTITY = "entity"
    DAY = "day"
    CATEGORY = "category"
    COST_CENTER = "cost_center"
    PROJECT = "project"
    CONTRACT = "contract"
    TYPE = "type"


@dataclass(frozen=True, slots=True)
class Threshold:
    """A limit in minor units. With `is_inside` the limit itself needs no more: `up_to`."""

    limit: Money
    is_inside: bool

    def holds(self, minor: int | Fraction) -> bool:
        """Whether an amount in minor units stays under it."""
        return minor <= self.limit.minor if self.is_inside else minor < self.limit.minor


@dataclass(frozen=True, slots=True)
class Likely:
    """Documents that each stay under a limit and together do not, in order of time.

    `together` is what those add up to; `beyond` are alike and over the limit by themselves.
    `why` are the facts that they share, by name.
    """

    why: tuple[tuple[str, str], ...]
    documents: tuple[Document, ...]
    together: Money | Exact
    beyond: tuple[Document, ...] = ()


@dataclass(frozen=True, slots=True)
class Around:
    """What was found about one limit; `under` and `over` are within 5 % of it, itself included."""

    threshold: Threshold
    likely: tuple[Likely, ...]
    under: tuple[Document, ...]
    over: tuple[Document, ...]

    @property
    def alone(self) -> tuple[Likely, ...]:
        """Those without a document beyond the limit."""
        return tuple(each for each in self.likely if not each.beyond)


@dataclass(frozen=True, slots=True)
class Splitting:
    """The whole report. What was not looked at is counted: `lacking` a fact, `foreign` currency."""

    looked_at: int
    around: tuple[Around, ...]
    lacking: int = 0
    foreign: int = 0


@dataclass(slots=True)
class _Group:
    why: tuple[tuple[str, str], ...]
    documents: list[Document] = field(default_factory=list)


def thresholds_of(policy: PolicySet, currency: str) -> tuple[Threshold, ...]:
    """The bounds of the set's matrices in a currency, lowest first."""
    keys = {
        row.high
        for matrix in policy.matrices
        if matrix.currency == currency
        for row in matrix.rows
        if row.high < HIGHEST
    }
    # A key is twice the limit, or one less where the limit itself is not inside.
    return tuple(Threshold(Money(-(-high // 2), currency), high % 2 == 0) for high in sorted(keys))


def by_facts(
    policy: PolicySet,
    data: MasterData,
    documents: Iterable[Document],
    same: Sequence[Shared],
    limits: Sequence[Threshold],
) -> Splitting:
    """Groups of documents that share facts. All limits are in one currency."""
    currency = limits[0].limit.currency
    groups: dict[tuple[tuple[str, str], ...], _Group] = {}
    known: list[Document] = []
    lacking = foreign = 0
    for document in sorted(documents, key=_in_time):
        if document.currency != currency:
            foreign += 1
            continue
        known.append(document)
        why = tuple((str(name), _fact(policy, data, document, name)) for name in same)
        if all(value for _, value in why):
            groups.setdefault(why, _Group(why)).documents.append(document)
        else:
            lacking += 1
    around = (_around(limit, groups.values(), known) for limit in limits)
    return Splitting(len(known) + foreign, tuple(around), lacking, foreign)


def by_total(
    policy: PolicySet,
    data: MasterData,
    documents: Iterable[Document],
    total: str,
    limits: Sequence[Threshold],
) -> Splitting:
    """Each document with the earlier ones that a total of the set counts.

    Where the sum reaches the limit with one document, those that it counted are the group.
    """
    ordered = sorted(documents, key=_in_time)
    ledger = Ledger(policy, data)
    reached: list[tuple[Document, Money | Exact, tuple[Document, ...]]] = []
    lacking = 0
    for number, document in enumerate(ordered):
        # By its place in the list: two sources may use one id.
        named, now = replace(document, id=str(number)), document.submitted_at
        found = ledger.totals(named, now)
        value = found.values.get(total)
        if isinstance(value, Money | Exact):
            counted = tuple(ordered[int(name)] for name in found.counted[total])
            reached.append((document, value, counted))
        else:
            lacking += 1
        ledger.count(Earlier(named, APPROVED, now))
    around = (_around_total(limit, total, reached, ordered) for limit in limits)
    return Splitting(len(ordered), tuple(around), lacking)


def _around(
    threshold: Threshold, groups: Iterable[_Group], documents: Sequence[Document]
) -> Around:
    likely = (_likely(threshold, group) for group in groups)
    return _near(threshold, [each for each in likely if each is not None], documents)


def _likely(threshold: Threshold, group: _Group) -> Likely | None:
    # Nothing for nothing is no part of a need, and a credit would only hide one.
    under = tuple(one for one in group.documents if 0 < net(one) and threshold.holds(net(one)))
    together = sum(map(net, under))
    if len(under) < 2 or threshold.holds(together):
        return None
    beyond = tuple(one for one in group.documents if not threshold.holds(net(one)))
    return Likely(group.why, under, Money(together, threshold.limit.currency), beyond)


def _around_total(
    threshold: Threshold,
    total: str,
    reached: Iterable[tuple[Document, Money | Exact, tuple[Document, ...]]],
    documents: Sequence[Document],
) -> Around:
    found: list[Likely] = []
    for document, value, counted in reached:
        is_comparable = value.currency == document.currency == threshold.limit.currency
        if not is_comparable or not threshold.holds(net(document)):
            continue
        if not threshold.holds(Fraction(value.minor)) and counted:
            beyond = tuple(one for one in counted if not threshold.holds(net(one)))
            under = (*(one for one in counted if threshold.holds(net(one)) and net(one)), document)
            if len(under) > 1:
                found.append(Likely(((total, str(value)),), under, value, beyond))
    in_currency = [one for one in documents if one.currency == threshold.limit.currency]
    return _near(threshold, found, in_currency)


def _near(threshold: Threshold, likely: Sequence[Likely], documents: Sequence[Document]) -> Around:
    limit = threshold.limit.minor
    margin = Fraction(limit * NEAR_PERCENT, _WHOLE)
    close = [one for one in documents if limit - margin <= net(one) <= limit + margin]
    return Around(
        threshold,
        tuple(likely),
        tuple(one for one in close if threshold.holds(net(one))),
        tuple(one for one in close if not threshold.holds(net(one))),
    )


def net(document: Document) -> int:
    """The net amount of all lines, in minor units."""
    return sum(line.net.minor for line in document.lines)


def _in_time(document: Document) -> tuple[datetime, str]:
    return document.submitted_at, document.id


def _fact(policy: PolicySet, data: MasterData, document: Document, name: Shared) -> str:
    """The fact as text; persons by person and never by login. Empty where there is none."""
    match name:
        case Shared.DAY:
            entity = policy.organization.entities.get(document.entity)
            zone = ZoneInfo(entity.zone if entity is not None else "UTC")
            return document.submitted_at.astimezone(zone).date().isoformat()
        case Shared.SUPPLIER_GROUP:
            supplier = data.suppliers.get(document.supplier)
            return (supplier.group if supplier is not None else "") or document.supplier
        case Shared.REQUESTER | Shared.BUYER | Shared.SUBMITTER:
            named = getattr(document, name)
            return data.person_of(named, document.submitted_at) or named
        case Shared.CATEGORY | Shared.COST_CENTER | Shared.PROJECT:
            return getattr(document, name) or _of_lines(document, name)
        case _:
            return str(getattr(document, name))


def _of_lines(document: Document, name: Shared) -> str:
    """What every line says, where the header says nothing; several values are none."""
    found = {str(getattr(line, name)) for line in document.lines}
    return found.pop() if len(found) == 1 else ""
