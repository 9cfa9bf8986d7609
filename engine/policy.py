"""A policy set, compiled: what `rules` makes of a folder of files and `decide` reads.

Everything here is immutable and knows its place in the files. Keys of bounds are those of
`engine.money.key`: an amount `x` of the matrix's currency lies in a row when
`row.low <= key(x) <= row.high`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from fractions import Fraction

from engine.countries.country import Country
from engine.facts.conditions import ALWAYS, Compare, Condition
from engine.facts.vocabulary import Fact, Total
from engine.index import RowIndex
from engine.money import HIGHEST, LOWEST, Money
from engine.organization import LimitsByLevel, Organization
from engine.places import NOWHERE, Place
from engine.rates import FxChoice
from engine.readiness.check import ReadinessCheck
from engine.routing.words import Word
from engine.scopes import Effective, Scope


@dataclass(frozen=True, slots=True)
class Requirement:
    """One part of a `require`: not true is a finding."""

    condition: Condition
    text: str  # as written, for the finding: `business_case: present`
    place: Place = field(compare=False)


@dataclass(frozen=True, slots=True)
class Approve:
    """Steps in order; each step is one word."""

    steps: tuple[Word, ...]


@dataclass(frozen=True, slots=True)
class NotNeeded:
    """Straight through."""


@dataclass(frozen=True, slots=True)
class Hold:
    """Held for a person, with the policy's own reason and an optional code of its own."""

    reason: str
    code: str = ""


@dataclass(frozen=True, slots=True)
class Refuse:
    """Refused, with the policy's own reason."""

    reason: str
    code: str = ""


Answer = Approve | NotNeeded | Hold | Refuse


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a matrix. `low..high` are the keys its constant bounds allow.

    `when` holds every other test, bounds that are facts included. `bounds` are the constant
    bounds as tests on the pseudo-fact `amount`, for the trace.
    """

    name: str
    place: Place
    answer: Answer
    exception: bool = False
    low: int = LOWEST
    high: int = HIGHEST
    bounds: tuple[Compare, ...] = ()
    when: Condition = ALWAYS
    require: tuple[Requirement, ...] = ()
    waives: tuple[tuple[str, str], ...] = ()  # (guarantee, reason)


@dataclass(frozen=True, slots=True)
class Matrix:
    """One `approvals` file. `amount` is a money fact, or empty for `none`."""

    name: str
    title: str
    file: str
    place: Place
    scope: Scope
    effective: Effective
    documents: frozenset[str]
    when: Condition
    currency: str
    amount: str
    owner: str
    rows: tuple[Row, ...]
    otherwise: Answer | None = None
    otherwise_place: Place = NOWHERE
    index: RowIndex[Row] | None = field(default=None, compare=False, repr=False)


class At(StrEnum):
    """Where the steps of an additional row stand to those of the matrix."""

    BEFORE = "before"
    BESIDE = "beside"
    AFTER = "after"


@dataclass(frozen=True, slots=True)
class Review:
    """Open a review of the documents that a total counted (or of this document)."""

    documents: str  # counted | this
    by: tuple[Word, ...]
    code: str


@dataclass(frozen=True, slots=True)
class Additional:
    """One row of a `controls` file, or one cap: every one that matches adds.

    Scope, dates, currency, amount and owner are those of its file. `answer` may be `None` (only
    requirements or a review).
    """

    name: str
    place: Place
    scope: Scope
    effective: Effective
    documents: frozenset[str]  # empty: all
    currency: str
    amount: str
    answer: Answer | None
    at: At = At.AFTER
    low: int = LOWEST
    high: int = HIGHEST
    bounds: tuple[Compare, ...] = ()
    when: Condition = ALWAYS
    require: tuple[Requirement, ...] = ()
    review: Review | None = None
    because: str = ""
    code: str = ""
    owner: str = ""


@dataclass(frozen=True, slots=True)
class Barred:
    """A condition on the person who would approve; `approver.*` facts are about him."""

    name: str
    place: Place
    scope: Scope
    effective: Effective
    documents: frozenset[str]
    when: Condition


@dataclass(frozen=True, slots=True)
class Duty:
    """Acts on documents of some types (or, static, roles held), that may conflict with another."""

    name: str
    place: Place
    documents: frozenset[str]
    acts: frozenset[str]
    roles: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two duties that one person may not both have. `on` is the field it is compared over."""

    name: str
    place: Place
    scope: Scope
    effective: Effective
    duties: tuple[str, str]
    on: str  # same_document | same_chain | same_supplier | same_object | person
    within: int | None  # local days, inclusive; None: ever
    outcome: str  # block | warn | mitigate
    related: bool = False
    risk: str = ""


@dataclass(frozen=True, slots=True)
class Mitigation:
    """An accepted conflict of one person, up to `cap`, until the end of a local day."""

    name: str
    place: Place
    conflict: str
    person: str
    cap: Money | None
    until: date
    monitor: str
    review_every: int  # days


@dataclass(frozen=True, slots=True)
class Ruling:
    """A conflict as it speaks of documents of one type, with its duties.

    `others` are the duties that whoever has them may not join by approving such a document. `own`
    are the acts on it that belong to either duty. `is_once`: approving it is both duties.
    """

    conflict: Conflict
    first: Duty
    second: Duty
    others: tuple[Duty, ...]
    own: frozenset[str]
    is_once: bool


@dataclass(frozen=True, slots=True)
class Rulings:
    """What conflicts say of a document type; `against` approving it, by another type and an act."""

    every: tuple[Ruling, ...]
    against: Mapping[tuple[str, str], tuple[Ruling, ...]]


@dataclass(frozen=True, slots=True)
class RelatedParties:
    """Which details are matched between people and suppliers, and what follows.

    `add` is asked when somebody with a declared interest takes part or would have been asked.
    """

    place: Place
    match: frozenset[str]  # bank_account | tax_id | address
    refuse_on_match: bool
    exclude_declared: bool
    add: tuple[Word, ...] = ()


@dataclass(frozen=True, slots=True)
class Guarantee:
    """Checked on every route. `above` are amounts by currency; empty applies always.

    `at_least` distinct approvers, and `by` roles of which each must approve. `order` is
    `never-less-for-more`, which speaks about a matrix and not about one route.
    """

    name: str
    place: Place
    scope: Scope
    effective: Effective
    documents: frozenset[str]
    amount: str
    above: Mapping[str, Money]
    when: Condition = ALWAYS
    at_least: int = 0
    by: tuple[str, ...] = ()
    order: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DelegationRule:
    """One row of `handling.delegation`; any matching row allows a delegation.

    `limit` is delegator | delegate | lesser. `longest` is a number of local days, 0 unlimited.
    `level_gap` is the most levels between the two, -1 unlimited. `depth` is how often a delegate
    may delegate on. `to_level` is the least level of the delegate. `pending_stay`: what was asked
    before its start stays with the delegator.
    """

    place: Place
    documents: frozenset[str]
    limit: str
    entities: frozenset[str] = frozenset()
    cap: Money | None = None
    longest: int = 0
    level_gap: int = -1
    depth: int = 0
    to_level: str = ""
    to_roles: frozenset[str] = frozenset()
    require: frozenset[str] = frozenset()
    when: Condition = ALWAYS
    pending_stay: bool = False


@dataclass(frozen=True, slots=True)
class StandInRule:
    """`by` stands in for the role `for_role`, only `because` of what and within the bounds."""

    place: Place
    for_role: str
    by: Word
    because: frozenset[str]  # absent | vacant | barred
    require: tuple[Requirement, ...] = ()
    up_to: Money | None = None
    documents: frozenset[str] = frozenset()
    when: Condition = ALWAYS


@dataclass(frozen=True, slots=True)
class Increase:
    """How much a total may grow before it is approved again.

    `percent` is a share of one, `amount` has its own currency; `None` where it is not stated. More
    than one of the two is enough, or with `is_both` it takes both. `since` is original |
    last_approved: exceeding it against any of these counts.
    """

    percent: Fraction | None
    amount: Money | None
    is_both: bool
    since: frozenset[str]


@dataclass(frozen=True, slots=True)
class Changes:
    """What other content of an open case does to what was approved.

    A difference in one of `changed`, or an `increase`, has everything approved again. One in
    `affected_only` has those asked again whose object or allocation is another one.
    """

    place: Place
    increase: Increase | None = None
    changed: frozenset[str] = frozenset()
    affected_only: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class SetChanges:
    """How a set is exchanged for another one: by whom it is approved, and put in force.

    `matrix` routes a `policy_change` that no schedule covers; `None` where the set names nobody.
    Holders of a role of `activated_by` put what was approved in force, and roll back.
    """

    place: Place = field(compare=False)
    matrix: Matrix | None = None
    activated_by: tuple[str, ...] = ()


ScopeKey = tuple[str, str, str]  # kind of scope, its name, document type ("" for all)


@dataclass(frozen=True, slots=True)
class Lookup:
    """Where to look for a document of an entity: matrices, controls, and the facts ever read."""

    matrices: Mapping[ScopeKey, tuple[Matrix, ...]]
    additional: Mapping[ScopeKey, tuple[tuple[str, str, RowIndex[Additional]], ...]]
    barred: Mapping[ScopeKey, tuple[Barred, ...]]
    guarantees: Mapping[ScopeKey, tuple[Guarantee, ...]]
    limits: Mapping[tuple[str, bool], LimitsByLevel]  # by entity, and whether they are joint
    rulings: Mapping[str, Rulings]  # by document type
    readiness: Mapping[ScopeKey, tuple[ReadinessCheck, ...]]
    reads: frozenset[str]
    totals: tuple[tuple[Fact, Total], ...]


@dataclass(frozen=True, slots=True)
class PolicySet:
    """A whole set; `digest` names its content, an unset choice is empty.

    `lookup` and each matrix's `index` are set by `engine.matching.build`.
    """

    name: str
    digest: str
    language: int
    organization: Organization
    facts: Mapping[str, Fact]
    documents: frozenset[str]
    matrices: tuple[Matrix, ...]
    credits: str = ""  # absolute | signed_with_waiver
    fx: FxChoice | None = None
    in_flight: str = ""
    second_opinion: str = ""  # required | where_installed
    set_changes: SetChanges | None = None
    additional: tuple[Additional, ...] = ()
    barred: tuple[Barred, ...] = ()
    duties: Mapping[str, Duty] = field(default_factory=dict)
    conflicts: tuple[Conflict, ...] = ()
    mitigations: tuple[Mitigation, ...] = ()
    related_parties: tuple[RelatedParties, ...] = ()
    guarantees: tuple[Guarantee, ...] = ()
    delegation: tuple[DelegationRule, ...] = ()
    stand_ins: tuple[StandInRule, ...] = ()
    changes: Changes | None = None  # none: any other content begins anew
    escalation: Mapping[str, str] = field(default_factory=dict)
    readiness: tuple[ReadinessCheck, ...] = ()
    countries: Mapping[str, Country] = field(default_factory=dict)  # by ISO code
    lookup: Lookup | None = field(default=None, compare=False, repr=False)
