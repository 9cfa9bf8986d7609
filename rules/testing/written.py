"""A policy test as it is written, with the place of everything, before the policy is looked at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time
from types import MappingProxyType
from typing import Final

from engine.money import Money
from engine.places import Place
from engine.routing.course import ActKind
from rules.reading.nodes import Mapping as MappingNode

OUTCOMES: Final = (
    "route",
    "straight_through",
    "held",
    "refused",
    "waiting",
    "approved",
    "rejected",
)
AFTER_ACTS: Final = ("waiting", "approved", "rejected")


@dataclass(frozen=True, slots=True)
class Moment:
    """When a test happens: a moment, or a day (its noon, where the entity is)."""

    text: str
    moment: datetime | None
    place: Place


@dataclass(frozen=True, slots=True)
class WrittenAct:
    """One act: who, for whom, what, when; `holds` are roles that he holds from then on."""

    by: str
    place: Place
    kind: ActKind = ActKind.APPROVE
    holds: tuple[str, ...] = ()
    on_behalf_of: str = ""
    at: Moment | None = None
    body: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """Somebody that a test expects: a name, or `need` of several."""

    place: Place
    name: str = ""
    need: int = 0
    parts: tuple[Item, ...] = ()

    def __str__(self) -> str:
        """As it is written."""
        if self.name:
            return self.name
        inner = ", ".join(str(part) for part in self.parts)
        if self.need == 1:
            return f"any of {inner}"
        return f"all of {inner}" if self.need == len(self.parts) else f"{self.need} of {inner}"


@dataclass(frozen=True, slots=True)
class Expectation:
    """What must come out. Lists that are `None` are not looked at.

    `outcome` is empty in a test that only asks whether the document may post.
    """

    place: Place
    outcome: str
    places: Mapping[str, Place] = field(default_factory=lambda: MappingProxyType({}))
    code: str | None = None
    amount: str | None = None
    exactly: bool = False
    approve: tuple[Item, ...] | None = None
    steps: tuple[tuple[Item, ...], ...] | None = None
    not_asked: tuple[Item, ...] | None = None
    notify: tuple[Item, ...] | None = None
    consult: tuple[Item, ...] | None = None
    ratify: tuple[Item, ...] | None = None
    missing: tuple[Item, ...] | None = None
    act_refused: tuple[str, ...] | None = None
    findings: tuple[str, ...] | None = None
    reviews: tuple[str, ...] | None = None
    signs: Mapping[str, str] | None = None
    ready: bool | None = None
    not_ready: tuple[str, ...] | None = None

    @property
    def asks_readiness(self) -> bool:
        """Whether it says something about posting."""
        return self.ready is not None or self.not_ready is not None


@dataclass(frozen=True, slots=True)
class ExpectedReport:
    """A report that the set must have: its code, its file, the amount of its witness."""

    code: str
    place: Place
    file: str = ""
    at: Money | None = None


@dataclass(frozen=True, slots=True)
class PolicyTest:
    """One test as written. `given` are the file's, then the test's own.

    `unreviewed` is when mitigations were used that nobody has reviewed since.
    """

    name: str
    place: Place
    document: MappingNode
    expect: Expectation
    defaults: MappingNode | None = None
    earlier: tuple[MappingNode, ...] = ()
    facts: MappingNode | None = None
    given: tuple[MappingNode, ...] = ()
    acts: tuple[WrittenAct, ...] = ()
    on: Moment | None = None
    unreviewed: Mapping[str, Moment] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class PolicyTests:
    """One file of tests."""

    name: str
    tests: tuple[PolicyTest, ...]
    lint: tuple[ExpectedReport, ...]


def day_of(moment: Moment) -> datetime:
    """The noon of a moment that is written as a day, as clocks there show it (naive)."""
    day = datetime.fromisoformat(moment.text[:10])
    return datetime.combine(day.date(), time(12))
