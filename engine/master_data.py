"""People, holders, cost centers, suppliers and rates, as loaded: one immutable snapshot.

Every dated value carries a `Span` of instants, so one snapshot answers for any moment. Dates in
source files are local days of the person's (or entity's) time zone; the loader turns them into
instants, the last day being inclusive. People are known by `PersonId`; a login is only a way to
find one.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from fractions import Fraction
from types import MappingProxyType
from typing import Final, Generic, NewType, TypeVar

from engine.chart import NO_CHART, Chart
from engine.facts.kinds import FactValue
from engine.identifiers.judged import Judged
from engine.money import Money
from engine.rates import Rate
from engine.tokens import Tokens
from engine.tokens import token as unkeyed

PersonId = NewType("PersonId", str)
T = TypeVar("T")
V = TypeVar("V")
K = TypeVar("K", bound=Hashable)


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
        for span in self.employed:  # a loop and not `any`: asked for everyone who is looked at
            if span.holds(moment):
                return True
        return False


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
class Relation:
    """The two are related (married, say): what one may not do as well, nor may the other."""

    person: PersonId
    related_to: PersonId
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


# Fields of documents that a supplier's record states too: names of facts that shadow no field.
SUPPLIER_TERMS: Final = MappingProxyType(
    {"payment_terms": "supplier.payment_terms", "currency": "supplier.currency"}
)


@dataclass(frozen=True, slots=True)
class Supplier:
    """A supplier. `group` joins related companies; empty means a group of its own.

    `tax_ids` are tokens for matching; `tax_numbers` is what was found of the same numbers while
    they could be read.
    """

    id: str
    name: str
    group: str = ""
    status: str = ""
    country: str = ""
    accounts: frozenset[str] = frozenset()
    tax_ids: frozenset[str] = frozenset()
    addresses: frozenset[str] = frozenset()
    facts: Mapping[str, FactValue] = field(default_factory=lambda: MappingProxyType({}))
    tax_numbers: tuple[Judged, ...] = ()


@dataclass(frozen=True, slots=True)
class Contract:
    """An approved contract that orders are called off from. `original` is its value when signed."""

    id: str
    supplier: str
    net: Money
    original: Money


@dataclass(frozen=True, slots=True)
class Answer:
    """What a register or another system answered, and when (aware) if that is known."""

    says: bool
    at: datetime | None = None


Question = tuple[str, str]  # what was asked, and of what: `("tax_id", "tax_id:9f86...")`
PERIOD_KINDS: Final = ("AP", "AR", "GL", "INV")  # payables, receivables, general ledger, stock


@dataclass(frozen=True, slots=True)
class Period:
    """An accounting period of an entity, of one of `PERIOD_KINDS`. Its days are local, inclusive.

    `open` are the spans in which it takes postings, in order: a closed one may be opened again. A
    period without a `ledger` counts in every ledger.
    """

    entity: str
    kind: str
    name: str
    first_day: date
    last_day: date
    ledger: str = ""
    open: tuple[Span, ...] = ()

    def is_open(self, moment: datetime) -> bool:
        """Whether it takes postings at the moment."""
        return any(span.holds(moment) for span in self.open)


@dataclass(frozen=True, slots=True)
class MasterData:
    """One snapshot, named by the digest of what was loaded. Made by `snapshot`.

    `token` makes of a restricted value of a document what such values are compared by here.
    """

    digest: str
    people: Mapping[PersonId, Person]
    logins: Mapping[str, tuple[Dated[PersonId], ...]]
    holdings: Mapping[tuple[str, str], tuple[Holding, ...]]  # by role and scope
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
    ranked: Mapping[str, tuple[PersonId, ...]]  # by entity, those who ever have a level
    periods: Mapping[tuple[str, str], tuple[Period, ...]]  # by entity and kind
    relations: Mapping[PersonId, tuple[Relation, ...]]  # by either of the two
    groups: Mapping[str, tuple[str, ...]]  # ids of the suppliers of a group
    chart: Chart = NO_CHART
    answers: Mapping[Question, Answer] = field(default_factory=lambda: MappingProxyType({}))
    token: Tokens = unkeyed

    def person_of(self, name: str, moment: datetime) -> PersonId | None:
        """The person behind a person id or a login at the moment; `None` for nobody."""
        if name in self.people:
            return PersonId(name)
        return current(self.logins.get(name, ()), moment)

    def is_absent(self, person: PersonId, moment: datetime) -> bool:
        """Whether the person is recorded as away at the moment."""
        absences = self.absences.get(person)
        return absences is not None and any(a.span.holds(moment) for a in absences)


def snapshot(
    digest: str,
    people: Iterable[Person] = (),
    logins: Iterable[tuple[str, Dated[PersonId]]] = (),
    holdings: Iterable[Holding] = (),
    acting: Iterable[Acting] = (),
    absences: Iterable[Absence] = (),
    delegations: Iterable[Delegation] = (),
    interests: Iterable[Interest] = (),
    cost_centers: Iterable[CostCenter] = (),
    projects: Iterable[Project] = (),
    suppliers: Iterable[Supplier] = (),
    contracts: Iterable[Contract] = (),
    rates: Iterable[Rate] = (),
    holidays: Mapping[str, frozenset[date]] = MappingProxyType({}),
    entity_facts: Mapping[str, Mapping[str, FactValue]] = MappingProxyType({}),
    periods: Iterable[Period] = (),
    relations: Iterable[Relation] = (),
    chart: Chart = NO_CHART,
    answers: Mapping[Question, Answer] = MappingProxyType({}),
) -> MasterData:
    """The snapshot of these rows, indexed for deciding. The order of the rows does not matter."""
    persons = sorted(people, key=lambda person: person.id)
    known = sorted(suppliers, key=lambda supplier: supplier.id)
    return MasterData(
        digest=digest,
        people=MappingProxyType({person.id: person for person in persons}),
        logins=_by(logins, lambda row: row[0], lambda row: row[1]),
        holdings=_by(sorted(holdings, key=lambda row: row.person), _role_and_scope, _itself),
        acting=_by(sorted(acting, key=lambda row: row.by), lambda row: row.position, _itself),
        absences=_by(absences, lambda row: row.person, _itself),
        delegations=_by(
            sorted(delegations, key=lambda row: row.id), lambda row: row.delegator, _itself
        ),
        interests=_by(interests, lambda row: row.person, _itself),
        cost_centers=MappingProxyType({row.id: row for row in cost_centers}),
        projects=MappingProxyType({row.id: row for row in projects}),
        suppliers=MappingProxyType({row.id: row for row in known}),
        contracts=MappingProxyType({row.id: row for row in contracts}),
        rates=_by(sorted(rates, key=lambda rate: rate.day), _pair, _itself),
        holidays=holidays,
        entity_facts=entity_facts,
        ranked=_by((p for p in persons if p.levels), lambda p: p.entity, lambda p: p.id),
        periods=_by(sorted(periods, key=_in_ledgers), lambda row: (row.entity, row.kind), _itself),
        relations=_by(_both_ways(relations), lambda row: row.person, _itself),
        groups=_by((s for s in known if s.group), lambda s: s.group, lambda s: s.id),
        chart=chart,
        answers=answers,
    )


def _both_ways(relations: Iterable[Relation]) -> Iterator[Relation]:
    for row in relations:
        yield row
        yield Relation(row.related_to, row.person, row.span)


def _in_ledgers(period: Period) -> tuple[str, date, str]:
    return period.ledger, period.first_day, period.name


def _role_and_scope(row: Holding) -> tuple[str, str]:
    return row.role, row.scope


def _pair(rate: Rate) -> tuple[str, str, str]:
    return rate.type, rate.base, rate.quote


def _itself(row: T) -> T:
    return row


def _by(
    rows: Iterable[T], name: Callable[[T], K], value: Callable[[T], V]
) -> Mapping[K, tuple[V, ...]]:
    groups: dict[K, list[V]] = {}
    for row in rows:
        groups.setdefault(name(row), []).append(value(row))
    return MappingProxyType({group: tuple(found) for group, found in groups.items()})
