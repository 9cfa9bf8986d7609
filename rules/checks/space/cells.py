"""The space of documents that a matrix speaks of, and rows as boxes in it.

A box is an interval of amount keys (`engine.money.key`) and, for some variables, the cells it
allows. A condition becomes a list of boxes: the documents for which it is certainly true, or those
for which it is possibly true (true or, for want of a fact, undecided).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, assert_never

from engine.facts.conditions import (
    All,
    Any,
    Compare,
    Condition,
    Constant,
    Extreme,
    Lines,
    Not,
    OneOf,
    Op,
    Present,
    Settled,
)
from engine.money import HIGHEST, LOWEST
from rules.checks.space import variables as v
from rules.checks.space.gathering import Domains, Gathering, is_axis, key_of, share_of
from rules.checks.space.variables import Variable

MOST_BOXES: Final = 600  # alternatives of one condition


class TooManyBoxes(Exception):
    """A condition has more alternatives than are examined; `str` says which bound was passed."""


@dataclass(frozen=True, slots=True)
class Box:
    """Keys `low..high` of the amount, and the cells allowed of some variables."""

    low: int
    high: int
    masks: Mapping[int, int]

    def meet(self, other: "Box") -> "Box | None":
        """What both allow; `None` if nothing."""
        low, high = max(self.low, other.low), min(self.high, other.high)
        if low > high:
            return None
        if not other.masks:
            return Box(low, high, self.masks)
        masks = dict(self.masks)
        for variable, mask in other.masks.items():
            both = masks.get(variable, mask) & mask
            if not both:
                return None
            masks[variable] = both
        return Box(low, high, masks)


WHOLE: Final = Box(LOWEST, HIGHEST, {})


class Space:
    """The variables of some conditions, and the masks of every test in them.

    `currency` is that of the amount. `domains` lists all that a fact can be (an entity's country
    within the scope). `between` says whether amounts between two minor units exist.
    """

    def __init__(
        self,
        conditions: Iterable[Condition],
        currency: str = "",
        domains: Domains | None = None,
        between: bool = False,
    ) -> None:
        self.currency = currency
        self.between = between
        self.domains = domains or {}
        self._masks: dict[Condition, tuple[int, int, int]] = {}
        self._spread: dict[Condition, Condition] = {}
        gathering = Gathering(currency, self.domains, between)
        for condition in dict.fromkeys(conditions):
            gathering.add(self._plain(condition))
        self.variables = gathering.variables()
        self._numbers, self._present = gathering.numbers, gathering.present

    def boxes(self, condition: Condition, *, certain: bool, wanted: bool = True) -> list[Box]:
        """The documents for which the condition is (or, not `wanted`, is not) true.

        `certain` leaves out, otherwise the answer includes, those for which it is undecided.
        Raises `TooManyBoxes`.
        """
        return self._boxes(self._plain(condition), wanted, certain)

    def _plain(self, condition: Condition) -> Condition:
        """The condition with every lesser/greater bound written as single comparisons."""
        match condition:
            case Compare(bound=Extreme()):
                found = self._spread.get(condition)
                if found is None:
                    found = self._spread[condition] = _without_extremes(condition)
                return found
            case All(parts) if parts:
                return All(tuple(self._plain(part) for part in parts))
            case Any(parts):
                return Any(tuple(self._plain(part) for part in parts))
            case Not(part):
                return Not(self._plain(part))
            case Settled(part):
                return self._plain(part)
            case Lines(part, True):
                return Not(Lines(_opposite(part), every=False))
            case _:
                return condition

    def _boxes(self, condition: Condition, wanted: bool, certain: bool) -> list[Box]:
        match condition:
            case All(parts):
                each = (self._boxes(part, wanted, certain) for part in parts)
                return _product(each) if wanted else _union(each)
            case Any(parts):
                each = (self._boxes(part, wanted, certain) for part in parts)
                return _union(each) if wanted else _product(each)
            case Not(part):
                return self._boxes(part, not wanted, certain)
            case Settled(part):
                return self._boxes(part, wanted, certain)
            case Compare() if is_axis(condition, self.currency):
                return [_axis(condition, wanted)]
            case Compare() | OneOf() | Present() | Lines():
                return self._atom_boxes(condition, wanted, certain)
            case _:
                assert_never(condition)

    def _atom_boxes(
        self, atom: Compare | OneOf | Present | Lines, wanted: bool, certain: bool
    ) -> list[Box]:
        found = self._masks.get(atom)
        if found is None:
            found = self._masks[atom] = self._mask(atom)
        number, yes, no = found
        everything = v.full(self.variables[number])
        mask = yes if wanted else no
        if not certain:
            mask |= everything & ~(yes | no)
        if not mask:
            return []
        return [WHOLE if mask == everything else Box(LOWEST, HIGHEST, {number: mask})]

    def _mask(self, atom: Compare | OneOf | Present | Lines) -> tuple[int, int, int]:
        match atom:
            case Present(fact):
                number = self._present[fact]
                return number, *_presence(self.variables[number])
            case Lines(part):
                return self._numbers["line", part], 2, 1
            case OneOf(values=values):
                number = self._numbers[key_of(atom)]
                return number, *v.one_of(self.variables[number], values)
            case Compare(bound=bound):
                number = self._numbers[key_of(atom)]
                against = bound.value if isinstance(bound, Constant) else share_of(bound)
                return number, *v.compared(self.variables[number], atom, against)
            case _:
                assert_never(atom)


def _presence(variable: Variable) -> tuple[int, int]:
    """The cells in which the fact is present; a paper or yes/no fact that is false is not."""
    absent = v.unknown_bit(variable)
    if isinstance(variable, v.Words):
        absent |= sum(1 << i for i, value in enumerate(variable.values) if value is False)
    return v.full(variable) & ~absent, absent


def _without_extremes(test: Compare) -> Condition:
    """`x <= lesser of a, b` is `x <= a and x <= b`; the other seven follow."""
    if not isinstance(test.bound, Extreme):
        return test
    parts = tuple(
        _without_extremes(Compare(test.fact, test.op, part, test.kind, test.currency, test.scale))
        for part in test.bound.parts
    )
    is_upper = test.op in (Op.UP_TO, Op.BELOW)
    return All(parts) if is_upper == test.bound.lesser else Any(parts)


def _opposite(condition: Condition) -> Condition:
    return condition.part if isinstance(condition, Not) else Not(condition)


def _axis(atom: Compare, wanted: bool) -> Box:
    point = 2 * int(v.number(atom.bound.value)) if isinstance(atom.bound, Constant) else 0
    op = atom.op if wanted else _REVERSED[atom.op]
    match op:
        case Op.UP_TO:
            return Box(LOWEST, point, {})
        case Op.BELOW:
            return Box(LOWEST, point - 1, {})
        case Op.ABOVE:
            return Box(point + 1, HIGHEST, {})
        case Op.FROM:
            return Box(point, HIGHEST, {})
        case _:
            assert_never(op)


_REVERSED: Final[Mapping[Op, Op]] = {
    Op.UP_TO: Op.ABOVE,
    Op.BELOW: Op.FROM,
    Op.ABOVE: Op.UP_TO,
    Op.FROM: Op.BELOW,
}


def _product(each: Iterable[list[Box]]) -> list[Box]:
    found = [WHOLE]
    for boxes in each:
        if len(boxes) == 1 and boxes[0] is WHOLE:
            continue
        met = (left.meet(right) for left in found for right in boxes)
        found = [box for box in met if box is not None]
        if len(found) > MOST_BOXES:
            raise TooManyBoxes(f"a condition with more than {MOST_BOXES} alternatives")
        if not found:
            break
    return found


def _union(each: Iterable[list[Box]]) -> list[Box]:
    """All boxes; those that differ in one variable only are put together."""
    found: list[Box] = []
    single: dict[int, int] = {}
    for boxes in each:
        for box in boxes:
            if box.low == LOWEST and box.high == HIGHEST and len(box.masks) == 1:
                [(variable, mask)] = box.masks.items()
                single[variable] = single.get(variable, 0) | mask
            else:
                found.append(box)
    found += [Box(LOWEST, HIGHEST, {variable: mask}) for variable, mask in single.items()]
    if len(found) > MOST_BOXES:
        raise TooManyBoxes(f"a condition with more than {MOST_BOXES} alternatives")
    return found
