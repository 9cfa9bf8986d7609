"""The tests of a condition as they were made: `10000.00 <= 10000.00`, true.

Only what decided is traced: the winning row and the controls that applied.
"""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache
from typing import Final

from engine.decision import Comparison
from engine.facts.comparing import ordered
from engine.facts.conditions import (
    All,
    Compare,
    Condition,
    Constant,
    Extreme,
    OneOf,
    Present,
    placed_atoms,
)
from engine.facts.kinds import FactValue
from engine.facts.truth import Known, bound_value, compared, holds, in_currency
from engine.money import AMOUNTS, decimal_text, fraction_text
from engine.rates import Shortage

TESTS: Final = (Compare, OneOf, Present)


def trace(conditions: tuple[Condition, ...], known: Known) -> list[Comparison]:
    """Each test in the conditions with both sides as text. Tests on lines are made once a line."""
    made: list[Comparison] = []
    for condition in conditions:
        parts = condition.parts if isinstance(condition, All) else (condition,)
        for part in parts:
            if isinstance(part, TESTS):  # as most are
                made.append(_comparison(part, known))
                continue
            for atom, on_lines in placed_atoms(part):
                if on_lines:
                    made += [_comparison(atom, view) for view in known.each_line()]
                else:
                    made.append(_comparison(atom, known))
    return made


def _comparison(atom: Compare | OneOf | Present, known: Known) -> Comparison:
    fact = atom.fact
    value = known.values.get(fact)
    if isinstance(atom, Compare):
        written = atom.bound.value if isinstance(atom.bound, Constant) else None
        if (  # an amount beside a written one in its own currency, as most are: nothing to convert
            isinstance(value, AMOUNTS)
            and isinstance(written, AMOUNTS)
            and value.currency == written.currency
            and (not atom.currency or atom.currency == value.currency)
        ):
            result = ordered(value, atom.op, written)
            amount = decimal_text(value.minor, value.currency)
            bound = decimal_text(written.minor, written.currency)
            return Comparison(fact, amount, atom.op.sign, bound, result)
        left = in_currency(value, atom.currency, known) if value is not None else None
        right = bound_value(atom, known)
        plain = not atom.scale and not isinstance(atom.bound, Extreme)
        result = compared(left, atom.op, right) if plain else holds(atom, known)
        return Comparison(fact, text_of(left), atom.op.sign, text_of(right), result)
    if isinstance(atom, OneOf):
        result = None if value is None else value in atom.values
        return Comparison(fact, text_of(value), "=", _one_of(atom.values), result)
    return Comparison(fact, text_of(value), "is", "present", fact in known.values)


@lru_cache(maxsize=4_096)  # the values stand in the policy, and are the same for every document
def _one_of(values: frozenset[FactValue]) -> str:
    return " | ".join(sorted(text_of(value) for value in values))


def text_of(value: FactValue | Shortage | None) -> str:
    """A fact as a trace prints it: amounts unrounded and without currency, yes and no."""
    if isinstance(value, AMOUNTS):  # most that are asked by far
        return decimal_text(value.minor, value.currency)
    if isinstance(value, str):
        return value
    if value is None or isinstance(value, Shortage):
        return "?"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return fraction_text(value) if isinstance(value, Fraction) else str(value)
