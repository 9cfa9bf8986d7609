"""A control as a rule over typed facts: patterns, joins, and at most one negation at the end.

This is as much as every rule engine can say alike, and nothing that only one of them can. A rule
fires once for each combination of different facts that its patterns match, where no fact matches
`unless`. What fires is a control that was violated, by whom and by which acts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class FieldType(StrEnum):
    """What a field of a fact holds: a whole number, yes or no, or a text compared as a whole."""

    NUMBER = "number"
    FLAG = "flag"
    TEXT = "text"


class Sign(StrEnum):
    """How a field is compared. Texts and flags are only equal or different."""

    EQUAL = "equal"
    DIFFERENT = "different"
    BELOW = "below"
    UP_TO = "up_to"
    ABOVE = "above"
    FROM = "from"


Constant = int | bool | str
Fact = Mapping[str, Constant]  # its type stands under `type`
Sheet = Mapping[str, Mapping[str, FieldType]]  # the fields of each type of fact


@dataclass(frozen=True, slots=True)
class Check:
    """`field sign value`, on one fact."""

    field: str
    value: Constant
    sign: Sign = Sign.EQUAL


@dataclass(frozen=True, slots=True)
class Join:
    """`field sign other + plus`, where `other` is a field of the fact of an earlier pattern."""

    field: str
    pattern: int
    other: str
    sign: Sign = Sign.EQUAL
    plus: int = 0


@dataclass(frozen=True, slots=True)
class Either:
    """At least one of several lists of tests is true. Not nested, and not in a negation."""

    options: tuple[tuple[Check | Join, ...], ...]


@dataclass(frozen=True, slots=True)
class Pattern:
    """A fact of a type for which every test is true."""

    type: str
    tests: tuple[Check | Join | Either, ...] = ()


@dataclass(frozen=True, slots=True)
class ControlRule:
    """Fires where the control is violated; several rules may stand for one control.

    `persons` and `acts` say where it stands who violated it and by what: a pattern and a field.
    """

    control: str
    patterns: tuple[Pattern, ...]
    unless: Pattern | None = None
    persons: tuple[tuple[int, str], ...] = ()
    acts: tuple[tuple[int, str], ...] = ()


@dataclass(frozen=True, slots=True, order=True)
class Violation:
    """A control that was violated: by whom, and by which acts (their numbers on the case)."""

    control: str
    persons: tuple[str, ...] = ()
    acts: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Uncovered:
    """A control about which the second opinion says nothing, and why."""

    control: str
    code: str
    reason: str
