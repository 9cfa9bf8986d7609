"""One entry of the register, as values: everything that one person may approve as of a moment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from engine.facts.conditions import ALWAYS, Condition
from engine.master_data import ALWAYS as FOREVER
from engine.master_data import Acting, Dated, Delegation, Holding, Person, PersonId, Span
from engine.money import Money
from engine.organization import Limit, Role
from engine.places import NOWHERE, Place
from engine.policy import DelegationRule, StandInRule


class Employment(StrEnum):
    """Whether the person is there at the moment; only who is active may approve."""

    ACTIVE = "active"
    NOT_STARTED = "not_started"
    LEFT = "left"
    INTERRUPTED = "interrupted"


@dataclass(frozen=True, slots=True)
class Held:
    """A role and the holding of it."""

    role: Role
    holding: Holding


@dataclass(frozen=True, slots=True)
class Granted:
    """A limit that the person has in these entities, as holder of a role or level.

    `scope` is what a role that is per department, project ... is held for, `*` for all; `when` is
    what else must be true. `others` share a joint limit: every party's name but his own.
    """

    limit: Limit
    by: str
    entities: tuple[str, ...]
    scope: str = "*"
    when: Condition = ALWAYS
    others: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Owned:
    """A cost center or project, and what he is to it."""

    kind: str  # cost_center_owner | budget_holder | project_manager
    name: str
    entity: str
    span: Span


@dataclass(frozen=True, slots=True)
class Seat:
    """A body in which he votes, or whose resolutions he records (`votes` 0)."""

    body: Role
    votes: int
    present: int


@dataclass(frozen=True, slots=True)
class Worth:
    """What a delegation comes to in some entities, for some document types, by one row.

    `authority` is whose authority counts and how much that is without further conditions.
    """

    rule: DelegationRule
    entities: tuple[str, ...]
    documents: tuple[str, ...]
    authority: tuple[tuple[PersonId, str], ...]
    caps: tuple[Money, ...]


@dataclass(frozen=True, slots=True)
class Delegated:
    """A delegation given or received. `state` is `in_force`, `to_come`, or a code of why it fails.

    `worth` is empty where no row allows it; `refused` says why, by code.
    """

    delegation: Delegation
    state: str
    worth: tuple[Worth, ...] = ()
    refused: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class StandsIn:
    """A rule by which he may stand in, and the word of it that names him."""

    rule: StandInRule
    by: str


@dataclass(frozen=True, slots=True)
class Bar:
    """What keeps him from approving: a code, what it is about, until when, and under what."""

    code: str
    about: str
    span: Span = FOREVER
    place: Place = NOWHERE
    when: Condition = ALWAYS


@dataclass(frozen=True, slots=True)
class Asking:
    """A row that can ask him: `ways` are the words by which, `tests` where it applies.

    `of` names the matrix; it is empty for a control.
    """

    of: str
    row: str
    place: Place
    tests: Condition
    ways: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """Everything about one person at one moment."""

    person: Person
    now: datetime
    employment: Employment
    employed: Span
    absences: tuple[Span, ...]
    logins: tuple[str, ...]
    supervisor: PersonId | None
    level: Dated[str] | None
    roles: tuple[Held, ...]
    limits: tuple[Granted, ...]
    owned: tuple[Owned, ...]
    bodies: tuple[Seat, ...]
    given: tuple[Delegated, ...]
    received: tuple[Delegated, ...]
    stands_in: tuple[StandsIn, ...]
    acting: tuple[Acting, ...]
    bars: tuple[Bar, ...]
    asked: tuple[Asking, ...]
