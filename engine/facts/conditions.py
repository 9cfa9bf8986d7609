"""Conditions over facts, as a small tree of frozen values that the compiler writes.

`engine/facts/truth.py` says whether one holds. `Settled` marks a condition in which one fact stands
twice: there, what is true (or false) whatever the missing facts are, is true (or false).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from types import MappingProxyType
from typing import assert_never

from engine.facts.kinds import FactValue, Kind


class Op(StrEnum):
    """The four comparisons of the language; each means exactly its sign."""

    UP_TO = "up_to"
    BELOW = "below"
    ABOVE = "above"
    FROM = "from"

    @property
    def sign(self) -> str:
        """The sign as a trace prints it."""
        return _SIGNS[self]


_SIGNS: Mapping[Op, str] = MappingProxyType(
    {Op.UP_TO: "<=", Op.BELOW: "<", Op.ABOVE: ">", Op.FROM: ">="}
)


@dataclass(frozen=True, slots=True)
class Constant:
    """A written bound."""

    value: FactValue


@dataclass(frozen=True, slots=True)
class FactBound:
    """The value of another fact, or a share of it (`10% of contract.original`)."""

    fact: str
    share: Fraction | None = None


@dataclass(frozen=True, slots=True)
class Extreme:
    """The lesser or the greater of several money bounds."""

    parts: tuple[Bound, ...]
    lesser: bool


Bound = Constant | FactBound | Extreme


@dataclass(frozen=True, slots=True)
class Compare:
    """`fact op bound`. Money is compared in `currency` (the fact's own where that is empty)."""

    fact: str
    op: Op
    bound: Bound
    kind: Kind
    currency: str = ""
    scale: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OneOf:
    """The fact equals one of the values. `domain` lists all it can take; empty means open."""

    fact: str
    values: frozenset[FactValue]
    domain: tuple[FactValue, ...] = ()


@dataclass(frozen=True, slots=True)
class Present:
    """Whether the fact has a value, also where that is no or zero. Never undecided."""

    fact: str


@dataclass(frozen=True, slots=True)
class All:
    """Every part; true when there is none."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Any:
    """At least one part; false when there is none."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The opposite; undecided stays undecided."""

    part: Condition


@dataclass(frozen=True, slots=True)
class Lines:
    """`any_line` or `every_line`. A document that states no lines leaves it undecided."""

    part: Condition
    every: bool


@dataclass(frozen=True, slots=True)
class Settled:
    """A condition in which the facts `repeated` stand more than once."""

    part: Condition
    repeated: tuple[str, ...]


Condition = Compare | OneOf | Present | All | Any | Not | Lines | Settled
ALWAYS = All(())


def atoms(condition: Condition) -> Iterator[Compare | OneOf | Present]:
    """Every test in the condition, left to right, those on lines included."""
    return (atom for atom, _ in placed_atoms(condition))


def placed_atoms(
    condition: Condition, on_lines: bool = False
) -> Iterator[tuple[Compare | OneOf | Present, bool]]:
    """Every test, and whether it is made on lines."""
    match condition:
        case Compare() | OneOf() | Present():
            yield condition, on_lines
        case All(parts) | Any(parts):
            for part in parts:
                yield from placed_atoms(part, on_lines)
        case Lines(part):
            yield from placed_atoms(part, True)
        case Not(part) | Settled(part):
            yield from placed_atoms(part, on_lines)
        case _:
            assert_never(condition)


def bound_facts(bound: Bound) -> Iterator[str]:
    """The facts that a bound reads."""
    match bound:
        case FactBound(fact):
            yield fact
        case Extreme(parts):
            for part in parts:
                yield from bound_facts(part)
        case Constant():
            return
        case _:
            assert_never(bound)


def facts_of(condition: Condition) -> Iterator[str]:
    """Every fact the condition reads, repeated as often as it stands there."""
    for atom in atoms(condition):
        yield atom.fact
        if isinstance(atom, Compare):
            yield from bound_facts(atom.bound)


def settle(condition: Condition) -> Condition:
    """Marks a condition in which one fact stands more than once (see `Settled`)."""
    names = list(facts_of(condition))
    repeated = tuple(sorted({name for name in names if names.count(name) > 1}))
    has_lines = any(isinstance(part, Lines) for part in parts_of(condition))
    return Settled(condition, repeated) if repeated and not has_lines else condition


def parts_of(condition: Condition) -> Iterator[Condition]:
    """The condition and everything inside it, outermost first."""
    yield condition
    match condition:
        case All(parts) | Any(parts):
            for part in parts:
                yield from parts_of(part)
        case Not(part) | Lines(part) | Settled(part):
            yield from parts_of(part)
        case _:
            return
