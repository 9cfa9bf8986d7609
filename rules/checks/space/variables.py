"""What rows ask about, each divided into the cells that their tests can tell apart.

A variable is one fact (money: one fact in one currency), one relation between two facts, one test
on lines, or one test that cannot be divided further. Its cells are the bits of an integer, so that
"the cells in which this test is true" is a number and combining tests is `&` and `|`. The highest
bit of a variable with `unknown` is the cell in which the fact is missing.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from itertools import pairwise
from types import MappingProxyType
from typing import Final, assert_never

from engine.facts.comparing import ordered
from engine.facts.conditions import Compare, Condition, OneOf, Op
from engine.facts.kinds import Duration, FactValue, Kind

OTHER: Final = "\0other"  # every word that no row names


@dataclass(frozen=True, slots=True)
class Words:
    """A choice, scale, text, yes/no or paper: one cell a word; the last is any other word."""

    fact: str
    values: tuple[FactValue, ...]
    scale: tuple[str, ...] = ()
    unknown: bool = False
    cells: Mapping[FactValue, int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        cells = MappingProxyType({value: cell for cell, value in enumerate(self.values)})
        object.__setattr__(self, "cells", cells)


@dataclass(frozen=True, slots=True)
class Numbers:
    """Money, a number or a date against constants.

    Cell `2i + 1` is the point `points[i]`, cell `2i` what lies below it, the last what lies above
    all. `whole`: only whole numbers exist (days, minor units that no conversion reaches between).
    """

    fact: str
    currency: str
    kind: Kind
    points: tuple[Fraction, ...]
    whole: bool
    unknown: bool = False


@dataclass(frozen=True, slots=True)
class Lengths:
    """A duration: one cell a representative."""

    fact: str
    values: tuple[Duration, ...]
    unknown: bool = False


@dataclass(frozen=True, slots=True)
class Relation:
    """A fact against shares of another fact.

    Cells as in `Numbers`, over `share * base`. With several shares (ascending) the inner of these
    cells are for a base above zero; then follows the cell in which both facts are zero, and the
    inner cells once more for a base below zero, where the order of the shares is reversed.
    """

    fact: str
    base: str
    currency: str
    kind: Kind
    shares: tuple[Fraction, ...]
    unknown: bool = False


@dataclass(frozen=True, slots=True)
class LineTest:
    """Whether any line fulfils a condition: cell 0 no, cell 1 yes."""

    part: Condition
    unknown: bool = False
    fact: str = ""


@dataclass(frozen=True, slots=True)
class Opaque:
    """A test that is not divided: cell 0 not true, cell 1 true."""

    atom: Compare | OneOf
    unknown: bool = False
    fact: str = ""


Variable = Words | Numbers | Lengths | Relation | LineTest | Opaque


def width(variable: Variable) -> int:
    """How many cells the variable has, the unknown one included."""
    return _known_cells(variable) + variable.unknown


def unknown_bit(variable: Variable) -> int:
    """The mask of the cell in which the fact is missing; 0 where no row asks for presence."""
    return 1 << _known_cells(variable) if variable.unknown else 0


def full(variable: Variable) -> int:
    """The mask of all cells that can exist."""
    mask = (1 << width(variable)) - 1
    if isinstance(variable, Numbers) and variable.whole:
        for i, (low, high) in enumerate(pairwise(variable.points)):
            if high - low <= 1:
                mask &= ~(1 << (2 * i + 2))
    return mask


def facts(variable: Variable) -> tuple[str, ...]:
    """The facts of the document that the variable is about; none for tests on lines."""
    if isinstance(variable, Relation):
        return variable.fact, variable.base
    return (variable.fact,) if variable.fact else ()


def bits(mask: int) -> Iterator[int]:
    """The cells of a mask, lowest first."""
    while mask:
        low = mask & -mask
        yield low.bit_length() - 1
        mask ^= low


def one_of(variable: Variable, values: frozenset[FactValue]) -> tuple[int, int]:
    """The cells in which the fact equals one of the values, and those in which it does not."""
    known = full(variable) & ~unknown_bit(variable)
    match variable:
        case Words():
            yes = 0
            for value in values:
                cell = variable.cells.get(value)
                yes |= 0 if cell is None else 1 << cell
        case Numbers():
            wanted = {number(value) for value in values}
            yes = sum(1 << (2 * i + 1) for i, p in enumerate(variable.points) if p in wanted)
        case Lengths():
            yes = _where(variable.values, lambda value: value in values)
        case _:
            yes = 2
    return yes & known, known & ~yes


def compared(variable: Variable, atom: Compare, bound: FactValue | Fraction) -> tuple[int, int]:
    """The cells in which the comparison is true, and those in which it is false."""
    known = full(variable) & ~unknown_bit(variable)
    match variable:
        case Words(values=values):
            tests = [ordered(value, atom.op, bound, atom.scale) for value in values]
        case Lengths(values=values):
            tests = [ordered(value, atom.op, bound) for value in values]
        case Numbers(points=points):
            yes = _threshold(atom.op, points.index(number(bound)), known)
            return yes, known & ~yes
        case Relation():
            yes = _related(variable, atom.op, number(bound), known)
            return yes, known & ~yes
        case Opaque():
            return 2, 1
        case LineTest():
            return 0, 0
        case _:
            assert_never(variable)
    yes = sum(1 << i for i, result in enumerate(tests) if result is True)
    no = sum(1 << i for i, result in enumerate(tests) if result is False)
    return yes & known, no & known


def number(value: FactValue | Fraction) -> Fraction:
    """A constant as the number that is compared: minor units, days, or the number itself."""
    match value:
        case Fraction():
            return value
        case date():
            return Fraction(value.toordinal())
        case bool() | str() | Duration():
            return Fraction(0)
        case _:
            return Fraction(value.minor) if hasattr(value, "minor") else Fraction(0)


def number_in(variable: Numbers, cell: int) -> Fraction:
    """A number of the cell: the point, or one next to it, or between two."""
    points = variable.points
    if cell % 2:
        return points[cell // 2]
    if cell == 0:
        return points[0] - 1
    value = points[cell // 2 - 1] + 1
    if cell < 2 * len(points) and value >= points[cell // 2]:
        value = (points[cell // 2 - 1] + points[cell // 2]) / 2
    return value


def spread_lengths(constants: Sequence[Duration]) -> tuple[Duration, ...]:
    """Lengths at, just below and just above every constant, in both units."""
    found: dict[Duration, None] = {}
    for months, days in ((0, 0), (-1, 0), (1, 0), (0, -1), (0, 1)):
        for c in constants:
            if c.months + months >= 0 and c.days + days >= 0:
                found[Duration(c.months + months, c.days + days)] = None
    return tuple(found)


def _where(values: Sequence[FactValue], test: Callable[[FactValue], bool]) -> int:
    return sum(1 << i for i, value in enumerate(values) if test(value))


def _known_cells(variable: Variable) -> int:
    match variable:
        case Words(values=values) | Lengths(values=values):
            return len(values)
        case Numbers(points=points):
            return 2 * len(points) + 1
        case Relation(shares=shares):
            return 2 * len(shares) + 1 + (2 * len(shares) if len(shares) > 1 else 0)
        case LineTest() | Opaque():
            return 2
        case _:
            assert_never(variable)


def _threshold(op: Op, index: int, known: int) -> int:
    """The cells on the wanted side of point number `index`."""
    below = (1 << (2 * index + 1)) - 1
    point = 1 << (2 * index + 1)
    match op:
        case Op.BELOW:
            return below & known
        case Op.UP_TO:
            return (below | point) & known
        case Op.ABOVE:
            return known & ~(below | point)
        case Op.FROM:
            return known & ~below
        case _:
            assert_never(op)


def _related(variable: Relation, op: Op, share: Fraction, known: int) -> int:
    """The cells in which the fact is on the wanted side of `share * base`."""
    count, index = len(variable.shares), variable.shares.index(share)
    line = known & ((1 << (2 * count + 1)) - 1)
    yes = _threshold(op, index, line)
    if count == 1:
        return yes
    if op in (Op.UP_TO, Op.FROM):
        yes |= 1 << both_zero(variable)
    for inner in range(1, 2 * count):
        # For a negative base a larger share is a smaller number.
        reversed_index = 2 * index + 1
        is_above = inner < reversed_index
        is_below = inner > reversed_index
        wanted = {
            Op.UP_TO: not is_above,
            Op.BELOW: is_below,
            Op.ABOVE: is_above,
            Op.FROM: not is_below,
        }[op]
        if wanted:
            yes |= 1 << (both_zero(variable) + inner)
    return yes & known


def both_zero(variable: Relation) -> int:
    """The cell in which fact and base are zero, where there are several shares."""
    return 2 * len(variable.shares) + 1
