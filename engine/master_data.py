"""People, holders, cost centers, suppliers and rates, as loaded: one immutable snapshot.

Every dated value carries a `Span` of instants, so one snapshot answers for any moment. Dates in
source files are local days of the person's (or entity's) time zone; the loader turns them into
instants, the last day being inclusive. People are known by `PersonId`; a login is only a way to
find one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from fractions import Fraction
from types import MappingProxyType
from typing import Generic, NewType, TypeVar

from engine.facts import FactValue
from engine.money import Money
from engine.rates import Rate

PersonId = NewType("PersonId", str)
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Span:
    """From `start` (inclusive) to `end` (exclusive), both aware instants; `None` is unbounded."""

    start: datetime | None = None
    end: datetime | None = None

    def holds(self, moment: datetime) -> bool:
        """Whether the moment lies within."""
        return (self.start is None or self.start <= moment) and (
            self.end is None or moment < self.end
        )


ALWAYS = Span()


@dataclass(frozen=True, slots=True)
class Dated(Generic[T]):
    """A value and when it holds."""

    value: T
    span: Span = ALWAYS


def current(values: tuple[Dated[T], ...], moment: datetime) -> T | None:
    """The value that holds at the moment (the first, where the source states several)."""
    for dated in values:
        if dated.span.holds(moment):
            return dated.value
    return None


@dataclass(frozen=True, slots=True)
class Person:
    """One human being. `employed` are the spans in which he is active; empty means never.

    `accounts` are keyed tokens or values of payroll bank accounts, `tax_ids` and `addresses` the
    same for matching related parties. `facts` are the company's own facts `of: person`.
    """

    id: PersonId
    name: str
    entity: str
    employed: tuple[Span, ...] = (ALWAYS,)
    managers: tuple[Dated[PersonId], ...] = ()
    levels: tuple[Dated[str], ...] = ()
    department: str = ""
    email: str = ""
    accounts: frozenset[str] = frozenset()
    tax_ids: frozenset[str] = frozenset()
    addresses: frozenset[str] = frozenset()
    facts: Mapping[str, FactValue] = field(default_factory=lambda: MappingProxyType({}))

    def is_active(self, moment: datetime) -> bool:
        """Whether he is employed at the moment."""
        return any(span.holds(moment) for span in self.employed)


@dataclass(frozen=True, slots=True)
class Holding:
    """A person holds a role for `scope`: an entity id, a department ..., or `*` for every one."""

    role: str
    person: PersonId
    scope: str = "*"
    span: Span = ALWAYS
    acting: bool = False


@dataclass(frozen=True, slots=True)
class Acting:
    """`by` acts in the vacant position of `position` (the person who held it)."""

    position: PersonId
    by: PersonId
    span: Span = ALWAYS


@dataclass(frozen=True, slots=True)
class Absence:
    """The person is away."""

    person: PersonId
    span: Span


@dataclass(frozen=True, slots=True)
class Interest:
    """The person declared an interest in a supplier or supplier group."""

    person: PersonId
    supplier: str
    span: Span = ALWAYS


@dataclass(frozen=True, slots=True)
class Delegation:
    """`delegator` lets `delegate` act for him. Empty sets mean all; `capex` `None` means both.

    `made_at` is when it was written; `revoked_at` ends it at that instant. `papers` are the
    evidences named in the policy's `require`.
    """

    id: str
    delegator: PersonId
    delegate: PersonId
    span: Span
    documents: frozenset[str] = frozenset()
    entities: frozenset[str] = frozenset()
    categories: frozenset[str] = frozenset()
    capex: bool | None = None
    cap: Money | None = None
    revoked_at: datetime | None = None
    papers: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class CostCenter:
    """A cost center, its owner and its share of recoverable input tax (`None`: unstated)."""

    id: str
    entity: str
    owners: tuple[Dated[PersonId], ...] = ()
    budget_holders: tuple[Dated[PersonId], ...] = ()
    department: str = ""
    tax_recovery: Fraction | None = None


@dataclass(frozen=True, slots=True)
class Project:
    """A project and its manager."""

    id: str
    entity: str
    managers: tuple[Dated[PersonId], ...] = ()
    span: Span = ALWAYS


@dataclass(frozen=True, slots=True)
class Supplier:
    """A supplier. `group` joins related companies; empty means a group of its own."""

    id: str
    name: str
    group: str = ""
    status: str = ""
    country: str = ""
    accounts: frozenset[str] = frozenset()
    tax_ids: frozenset[str] = frozenset()
    addresses: frozenset[str] = frozenset()
    facts: Mapping[str, FactValue] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class Contract:
    """An approved contract that orders are called off from. `original` is its value when signed."""

    id: str
    supplier: str
    net: Money
    original: Money


@dataclass(frozen=True, slots=True)
class MasterData:
    """One snapshot, named by the digest of what was loaded. Indexes are built by `engine`."""

    digest: str
    people: Mapping[PersonId, Person]
    logins: Mapping[str, tuple[Dated[PersonId], ...]]
    holdings: Mapping[str, tuple[Holding, ...]]  # by role
    acting: Mapping[PersonId, tuple[Acting, ...]]  # by position
    absences: Mapping[PersonId, tuple[Absence, ...]]
    delegations: Mapping[PersonId, tuple[Delegation, ...]]  # by delegator
    interests: Mapping[PersonId, tuple[Interest, ...]]
    cost_centers: Mapping[str, CostCenter]
    projects: Mapping[str, Project]
    suppliers: Mapping[str, Supplier]
    contracts: Mapping[str, Contract]
    rates: Mapping[tuple[str, str, str], tuple[Rate, ...]]
    holidays: Mapping[str, frozenset[date]]  # by calendar name
    entity_facts: Mapping[str, Mapping[str, FactValue]]

    def person_of(self, name: str, moment: datetime) -> PersonId | None:
        """The person behind a person id or a login at the moment; `None` for nobody."""
        if name in self.people:
            return PersonId(name)
        return current(self.logins.get(name, ()), moment)

    def is_absent(self, person: PersonId, moment: datetime) -> bool:
        """Whether the person is recorded as away at the moment."""
        return any(a.span.holds(moment) for a in self.absences.get(person, ()))
