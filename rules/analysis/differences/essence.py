"""What a rule says, apart from where and in which order it says it.

Two rules of equal essence mean the same. Order is kept where it means something: the steps of a
route, the parts of `first`, the roles of a chain, levels.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Mapping
from dataclasses import fields, is_dataclass
from typing import Final

from engine.facts.conditions import All, Any, Condition, Settled
from engine.places import Place
from engine.policy import Additional, Matrix, PolicySet, Row
from engine.routing.words import Together

# Where something stands, what is there to find or to print it, what the vocabulary says already.
_NO_MEANING: Final = frozenset(
    {"place", "otherwise_place", "index", "lookup", "file", "bounds", "domain", "scale"}
    | {"text", "version"}  # as written
)
_UNORDERED: Final = frozenset(
    {"rows", "require", "waives", "matrices", "limits", "additional", "barred", "conflicts"}
    | {"mitigations", "related_parties", "guarantees", "delegation", "stand_ins", "readiness"}
    | {"votes", "among"}
)


def essence(value: object, *, without: frozenset[str] = frozenset()) -> Hashable:
    """The value without places and meaningless order. `without` leaves out fields of the value."""
    match value:
        case Place():
            return None
        case All() | Any() | Settled():
            return _condition(value)
        case Together(need=need, parts=parts):
            return "together", need, _bag(parts)
        case tuple() | list():
            return tuple(essence(item) for item in value)
        case frozenset() | set():
            return frozenset(essence(item) for item in value)
        case Mapping():
            return frozenset((key, essence(item)) for key, item in value.items())
        case _ if is_dataclass(value) and not isinstance(value, type):
            return type(value).__name__, *(
                _bag(part)
                if field.name in _UNORDERED and isinstance(part, tuple)
                else essence(part)
                for field in fields(value)
                if field.name not in _NO_MEANING and field.name not in without
                for part in (getattr(value, field.name),)
            )
        case _:
            return value


def _bag(items: tuple[object, ...]) -> Hashable:
    return frozenset(Counter(essence(item) for item in items).items())


def _condition(condition: Condition) -> Hashable:
    """`all` inside `all` and single parts are opened; the order of the parts means nothing."""
    match condition:
        case Settled(part):
            return essence(part)
        case All(parts) | Any(parts) if len(parts) == 1:
            return essence(parts[0])
        case All() | Any():
            return type(condition).__name__, frozenset(map(essence, _opened(condition)))
        case _:
            return essence(condition)


def _opened(condition: All | Any) -> tuple[Condition, ...]:
    found: list[Condition] = []
    for part in condition.parts:
        inner = part.part if isinstance(part, Settled) else part
        if isinstance(inner, All | Any) and type(inner) is type(condition):
            found += _opened(inner)
        else:
            found.append(part)
    return tuple(found)


def of_answer(row: Row | Additional) -> Hashable:
    """What a row answers and requires."""
    return essence(row.answer), _bag(row.require)


def of_set(policy: PolicySet) -> Hashable:
    """What a set says, apart from its name and digest."""
    return essence(policy, without=frozenset({"name", "digest"}))


def of_rows(matrix: Matrix) -> Hashable:
    """The rows of a matrix and what it says otherwise, names of rows apart."""
    unnamed = frozenset({"name", "waives"})
    rows = frozenset(essence(row, without=unnamed) for row in matrix.rows)
    return rows, essence(matrix.otherwise)


def ordered(found: Hashable) -> str:
    """An essence as text, the same in every run: what rules are sorted by."""
    match found:
        case frozenset():
            return f"{{{','.join(sorted(map(ordered, found)))}}}"
        case tuple():
            return f"({','.join(map(ordered, found))})"
        case _:
            return repr(found)
