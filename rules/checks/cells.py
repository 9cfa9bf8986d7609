"""The space of documents that a matrix speaks of, and rows as boxes in it.

A box is an interval of amount keys (`engine.money.key`) and, for some variables, the cells it
allows. A condition becomes a list of boxes: the documents for which it is certainly true, or those
for which it is possibly true (true or, for want of a fact, undecided).
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Final, assert_never

from engine.conditions import (
    All,
    Any,
    Compare,
    Condition,
    Constant,
    Extreme,
    FactBound,
    Lines,
    Not,
    OneOf,
    Op,
    Present,
    Settled,
)
from engine.facts import Duration, FactValue, Kind
from engine.money import Exact, Money
from engine.policy import HIGHEST, LOWEST
from rules.checks import variables as v
from rules.checks.variables import OTHER, Variable

AMOUNT: Final = "amount"  # the pseudo-fact of a row's own bounds
MOST_BOXES: Final = 600  # alternatives of one condition

Key = tuple[object, ...]
Domains = Mapping[str, tuple[FactValue, ...]]


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
        self._numbers: dict[Key, int] = {}
        self._masks: dict[Condition, tuple[int, int, int]] = {}
        self._spread: dict[Condition, Condition] = {}
        self._present: dict[str, int] = {}
        gathered = _Gathered(self)
        for condition in dict.fromkeys(conditions):
            gathered.add(self._plain(condition))
        self.variables = gathered.variables()

    def boxes(self, condition: Condition, *, certain: bool, wanted: bool = True) -> list[Box]:
        """The documents for which the condition is (or, not `wanted`, is not) true.

        `certain` leaves out, otherwise the answer includes, those for which it is undecided.
        Raises `TooManyBoxes`.
        """
        return self._boxes(self._plain(condition), wanted, certain)

    def number_of(self, key: Key) -> int:
        """The number of a variable by its key, new ones counted on."""
        return self._numbers.setdefault(key, len(self._numbers))

    def is_axis(self, atom: Compare) -> bool:
        """Whether the test is a constant bound on the amount itself, in its own currency."""
        return (
            atom.fact == AMOUNT
            and isinstance(atom.bound, Constant)
            and isinstance(atom.bound.value, Money)
            and atom.bound.value.currency == self.currency
            and atom.currency in ("", self.currency)
        )

    def mentions_presence(self, fact: str, number: int) -> None:
        """Remember which variable answers whether the fact is present."""
        self._present.setdefault(fact, number)

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
            case Compare() if self.is_axis(condition):
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
                against = bound.value if isinstance(bound, Constant) else _share(bound)
                return number, *v.compared(self.variables[number], atom, against)
            case _:
                assert_never(atom)


class _Gathered:
    """What the tests of all conditions say about each variable, while a space is made."""

    def __init__(self, space: Space) -> None:
        self._space = space
        self._atoms: dict[int, list[Compare | OneOf | Lines]] = {}
        self._about: dict[str, list[int]] = {}
        self._asked: set[str] = set()
        self._seen: set[Condition] = set()

    def add(self, condition: Condition) -> None:
        """Every test in the condition."""
        for atom in _atoms(condition):
            if atom in self._seen:
                continue
            self._seen.add(atom)
            if isinstance(atom, Present):
                self._asked.add(atom.fact)
            elif isinstance(atom, Compare) and self._space.is_axis(atom):
                continue
            else:
                key: Key = ("line", atom.part) if isinstance(atom, Lines) else key_of(atom)
                number = self._space.number_of(key)
                self._atoms.setdefault(number, []).append(atom)

    def variables(self) -> tuple[Variable, ...]:
        """One variable for each number."""
        made = [self._variable(atoms) for _, atoms in sorted(self._atoms.items())]
        answers: dict[str, int] = {}
        for number, variable in enumerate(made):
            if variable.fact and not isinstance(variable, v.Relation | v.Opaque):
                answers.setdefault(variable.fact, number)
        for fact in sorted(self._asked):
            if fact not in answers:
                answers[fact] = self._space.number_of(("presence", fact))
                made.append(v.Words(fact, (True,), unknown=True))
            self._space.mentions_presence(fact, answers[fact])
        return tuple(made)

    def _variable(self, atoms: list[Compare | OneOf | Lines]) -> Variable:
        first = atoms[0]
        if isinstance(first, Lines):
            return v.LineTest(first.part)
        key = key_of(first)
        bounds = [a.bound for a in atoms if isinstance(a, Compare)]
        unknown = first.fact in self._asked
        match key[0]:
            case "relation":
                base = str(key[2])
                shares = sorted({_share(bound) for bound in bounds})
                unknown = unknown or base in self._asked
                kind = first.kind if isinstance(first, Compare) else Kind.NUMBER
                return v.Relation(first.fact, base, str(key[3]), kind, tuple(shares), unknown)
            case "number":
                return self._number(atoms, str(key[2]), unknown)
            case "length":
                lengths = v.spread_lengths(
                    [c for c in _constants(atoms) if isinstance(c, Duration)]
                )
                return v.Lengths(first.fact, lengths, unknown)
            case "words":
                return self._words(atoms, unknown)
            case _:
                return v.Opaque(first, unknown, first.fact)

    def _number(
        self, atoms: list[Compare | OneOf | Lines], currency: str, unknown: bool
    ) -> Variable:
        constants = _constants(atoms)
        points = tuple(sorted({v.number(constant) for constant in constants}))
        first = next(iter(constants))
        if isinstance(first, Money | Exact):
            kind, whole = Kind.MONEY, not self._space.between
        elif isinstance(first, date):
            kind, whole = Kind.DATE, True
        else:
            kind, whole = Kind.NUMBER, False
        return v.Numbers(_fact(atoms), currency, kind, points, whole, unknown)

    def _words(self, atoms: list[Compare | OneOf | Lines], unknown: bool) -> Variable:
        fact = _fact(atoms)
        scale = next((a.scale for a in atoms if isinstance(a, Compare) and a.scale), ())
        domain = self._space.domains.get(fact) or scale
        domain = domain or next((a.domain for a in atoms if isinstance(a, OneOf) and a.domain), ())
        named = dict.fromkeys(sorted(_constants(atoms), key=str))
        if any(isinstance(value, bool) for value in named):
            domain = domain or (True, False)
        values = domain or (*named, OTHER)
        return v.Words(fact, tuple(values), scale, unknown)


def key_of(atom: Compare | OneOf) -> Key:
    """What a test asks about: tests of one key are cells of one variable."""
    if isinstance(atom, OneOf):
        sample = next(iter(atom.values), next(iter(atom.domain), ""))
        return _value_key(atom.fact, sample, "", atom)
    if isinstance(atom.bound, FactBound):
        return "relation", atom.fact, atom.bound.fact, atom.currency
    if isinstance(atom.bound, Extreme):
        return "opaque", atom
    return _value_key(atom.fact, atom.bound.value, atom.currency, atom)


def _value_key(fact: str, value: FactValue, currency: str, atom: Condition) -> Key:
    match value:
        case bool() | str():
            return "words", fact
        case Money() | Exact():
            if currency not in ("", value.currency):
                return "opaque", atom
            return "number", fact, value.currency
        case Duration():
            return "length", fact
        case Fraction() | date():
            return "number", fact, ""
        case _:
            return "opaque", atom


def _fact(atoms: list[Compare | OneOf | Lines]) -> str:
    return next(atom.fact for atom in atoms if not isinstance(atom, Lines))


def _constants(atoms: list[Compare | OneOf | Lines]) -> dict[FactValue, None]:
    found: dict[FactValue, None] = {}
    for atom in atoms:
        if isinstance(atom, OneOf):
            found |= dict.fromkeys(atom.values)
        elif isinstance(atom, Compare) and isinstance(atom.bound, Constant):
            found[atom.bound.value] = None
    return found


def _share(bound: object) -> Fraction:
    share = bound.share if isinstance(bound, FactBound) else None
    return Fraction(1) if share is None else share


def _atoms(condition: Condition) -> Iterator[Compare | OneOf | Present | Lines]:
    """The tests of a condition; a test on lines is one, whatever is inside."""
    match condition:
        case Compare() | OneOf() | Present() | Lines():
            yield condition
        case All(parts) | Any(parts):
            for part in parts:
                yield from _atoms(part)
        case Not(part) | Settled(part):
            yield from _atoms(part)
        case _:
            assert_never(condition)


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
