"""The tests of a condition as they were made: `10000.00 <= 10000.00`, true.

Only what decided is traced: the winning row and the controls that applied.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from functools import lru_cache

from engine.decision import Comparison
from engine.facts.conditions import Compare, Condition, Extreme, OneOf, Present, placed_atoms
from engine.facts.kinds import FactValue
from engine.facts.truth import Known, bound_value, compared, holds, in_currency
from engine.money import Exact, Money, decimal_text, fraction_text
from engine.rates import Shortage


def trace(conditions: tuple[Condition, ...], known: Known) -> Iterator[Comparison]:
    """Each test in the conditions with both sides as text. Tests on lines are made once a line."""
    for condition in conditions:
        for atom, on_lines in placed_atoms(condition):
            if not on_lines:
                yield _comparison(atom, known)
                continue
            for view in known.each_line():
                yield _comparison(atom, view)


def _comparison(atom: Compare | OneOf | Present, known: Known) -> Comparison:
    value = known.values.get(atom.fact)
    match atom:
        case Compare(fact, op):
            left = in_currency(value, atom.currency, known) if value is not None else None
            right = bound_value(atom, known)
            plain = not atom.scale and not isinstance(atom.bound, Extreme)
            result = compared(left, op, right) if plain else holds(atom, known)
            return Comparison(fact, text_of(left), op.sign, text_of(right), result)
        case OneOf(fact, values):
            return Comparison(fact, text_of(value), "=", _one_of(values), holds(atom, known))
        case Present(fact):
            return Comparison(fact, text_of(value), "is", "present", holds(atom, known))


@lru_cache(maxsize=4_096)  # the values stand in the policy, and are the same for every document
def _one_of(values: frozenset[FactValue]) -> str:
    return " | ".join(sorted(text_of(value) for value in values))


def text_of(value: FactValue | Shortage | None) -> str:
    """A fact as a trace prints it: amounts unrounded and without currency, yes and no."""
    match value:
        case None | Shortage():
            return "?"
        case bool():
            return "yes" if value else "no"
        case Money() | Exact():
            return decimal_text(value.minor, value.currency)
        case str():
            return value
        case Fraction():
            return fraction_text(value)
        case _:
            return str(value)
