"""Whether a few linear comparisons between amounts can be true together, exactly, with an example.

Rows compare facts with constants and with each other (`amount` with 10% of `contract.original`).
The checks split on each comparison alone; this module says whether a combination can exist.
Fourier-Motzkin elimination over rationals: right for the handful of facts a matrix speaks of.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

MOST: Final = 600  # comparisons derived; beyond that the combination is taken as possible

ZERO: Final = Fraction(0)


@dataclass(frozen=True, slots=True)
class Linear:
    """The weighted sum of facts plus `constant` is at most 0 (`strict`: below 0)."""

    weights: Mapping[str, Fraction]
    constant: Fraction
    strict: bool


def at_most(fact: str, value: Fraction, strict: bool = False) -> Linear:
    """`fact <= value`, or `<` where strict."""
    return Linear({fact: Fraction(1)}, -value, strict)


def at_least(fact: str, value: Fraction, strict: bool = False) -> Linear:
    """`fact >= value`, or `>` where strict."""
    return Linear({fact: Fraction(-1)}, value, strict)


def below_share(fact: str, share: Fraction, base: str, strict: bool = False) -> Linear:
    """`fact <= share * base`, or `<` where strict."""
    return Linear(_joined({fact: Fraction(1)}, {base: -share}), ZERO, strict)


def above_share(fact: str, share: Fraction, base: str, strict: bool = False) -> Linear:
    """`fact >= share * base`, or `>` where strict."""
    return Linear(_joined({fact: Fraction(-1)}, {base: share}), ZERO, strict)


def solve(comparisons: Sequence[Linear], first: str = "") -> dict[str, Fraction] | None:
    """A value for every fact that makes all comparisons true; `None` where there is none.

    The fact `first` is whole if it can be, the others if they then can. Empty where the system
    grew beyond `MOST`: nothing is known then.
    """
    names = sorted(
        {name for comparison in comparisons for name in comparison.weights},
        key=lambda name: (name == first, name),
    )
    stages: list[tuple[str, list[Linear]]] = []
    rest = list(comparisons)
    for name in names:
        about = [c for c in rest if c.weights.get(name)]
        rest = [c for c in rest if not c.weights.get(name)]
        stages.append((name, about))
        above = [c for c in about if c.weights[name] > 0]
        below = [c for c in about if c.weights[name] < 0]
        rest += [_without(name, high, low) for high in above for low in below]
        if len(rest) > MOST:
            return {}
    if any(c.constant > 0 or (c.strict and c.constant == 0) for c in rest):
        return None
    solution: dict[str, Fraction] = {}
    for name, about in reversed(stages):
        solution[name] = _value(name, about, solution)
    return solution


def _joined(left: Mapping[str, Fraction], right: Mapping[str, Fraction]) -> dict[str, Fraction]:
    return {name: left.get(name, ZERO) + right.get(name, ZERO) for name in {**left, **right}}


def _without(name: str, high: Linear, low: Linear) -> Linear:
    """What an upper and a lower bound of one fact say together, without the fact."""
    up, down = high.weights[name], -low.weights[name]
    weights = _joined(
        {n: w * down for n, w in high.weights.items()}, {n: w * up for n, w in low.weights.items()}
    )
    weights = {n: w for n, w in weights.items() if n != name and w}
    return Linear(weights, high.constant * down + low.constant * up, high.strict or low.strict)


def _value(name: str, about: list[Linear], known: Mapping[str, Fraction]) -> Fraction:
    """A value within the bounds, whole and near zero where one fits."""
    low: tuple[Fraction, bool] | None = None
    high: tuple[Fraction, bool] | None = None
    for comparison in about:
        weight = comparison.weights[name]
        others = sum(
            (w * known[n] for n, w in comparison.weights.items() if n != name), comparison.constant
        )
        bound = -others / weight
        if weight > 0 and (high is None or (bound, not comparison.strict) < (high[0], not high[1])):
            high = bound, comparison.strict
        if weight < 0 and (low is None or (bound, comparison.strict) > low):
            low = bound, comparison.strict
    return _between(low, high)


def _between(low: tuple[Fraction, bool] | None, high: tuple[Fraction, bool] | None) -> Fraction:
    candidates = [ZERO]
    if low is not None:
        candidates += [low[0], Fraction(low[0].__floor__() + 1)]
    if high is not None:
        candidates += [high[0], Fraction(high[0].__ceil__() - 1)]
    if low is not None and high is not None:
        candidates.append((low[0] + high[0]) / 2)
    whole_first = sorted(candidates, key=lambda value: (value.denominator != 1, abs(value)))
    for value in whole_first:
        above = low is None or value > low[0] or (value == low[0] and not low[1])
        under = high is None or value < high[0] or (value == high[0] and not high[1])
        if above and under:
            return value
    return ZERO
