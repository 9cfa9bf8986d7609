"""Which combinations of cells can exist together in one document.

The search splits on every test by itself. Some combinations contradict themselves: a document of
entity US01 in Germany, an amount below 100 that is above a tenth of a contract of 5,000, every line
a service and one line not. They are ruled out here, where something was found, and only there.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from typing import Final

from engine.facts.conditions import All, Condition, Not
from engine.facts.kinds import FactValue
from engine.money import HIGHEST, LOWEST, Exact, Money
from rules.checks.space import variables as v
from rules.checks.space.cells import Space, TooManyBoxes
from rules.checks.space.gathering import AMOUNT
from rules.checks.space.linear import Linear, above_share, at_least, at_most, below_share, solve
from rules.checks.space.regions import Masks, Span, nearest_zero

MOST_HALVED: Final = 10  # times that a range is halved in search of whole amounts
MOST_TRIED: Final = 2_000  # combinations of cells tried for one region; beyond that it may exist

Choice = tuple[Linear, ...]


@dataclass(frozen=True, slots=True)
class Amount:
    """How the amount of a matrix comes about: the fact it is, and whether its sign is dropped."""

    fact: str = ""
    absolute: bool = False


class Possible:
    """Answers for one space; `entities` are the facts of each entity in scope, empty for any."""

    def __init__(
        self, space: Space, amount: Amount, entities: Sequence[Mapping[str, FactValue]] = ()
    ) -> None:
        self._space = space
        self._amount = amount
        self._entities = entities
        known = enumerate(space.variables)
        self._about_entity = [
            (number, variable)
            for number, variable in known
            if isinstance(variable, v.Words) and entities and variable.fact in entities[0]
        ]
        self._lines: dict[tuple[tuple[int, int], ...], bool] = {}

    def __call__(self, masks: Masks, span: Span) -> Mapping[str, Fraction] | None:
        """Example values of compared facts; `None` where no such document can exist."""
        if not (self._entity_exists(masks) and self._missing_agree(masks)):
            return None
        if not self._lines_exist(masks):
            return None
        return self._numbers(masks, span)

    def _entity_exists(self, masks: Masks) -> bool:
        asked = [(masks[n], variable) for n, variable in self._about_entity if n in masks]
        return not asked or any(
            all(
                any(variable.values[cell] == facts[variable.fact] for cell in v.bits(mask))
                for mask, variable in asked
            )
            for facts in self._entities
        )

    def _missing_agree(self, masks: Masks) -> bool:
        """A fact is missing for all that is asked about it, or for nothing."""
        can: dict[str, set[bool]] = {}
        one_missing: list[tuple[str, ...]] = []
        for number, mask in masks.items():
            variable = self._space.variables[number]
            unknown = v.unknown_bit(variable)
            if not unknown:
                continue
            states = {state for state, bit in ((True, unknown), (False, ~unknown)) if mask & bit}
            names = v.facts(variable)
            if len(names) == 1 or states == {False}:
                for name in names:
                    can[name] = can.get(name, {True, False}) & states
            elif states == {True}:
                one_missing.append(names)
        return all(can.values()) and all(
            any(True in can.get(name, {True}) for name in names) for names in one_missing
        )

    def _lines_exist(self, masks: Masks) -> bool:
        """Whether lines can be made that fulfil what some line must, and nothing that none may."""
        tests = tuple(
            (number, mask)
            for number, mask in sorted(masks.items())
            if isinstance(self._space.variables[number], v.LineTest) and mask in (1, 2)
        )
        if not tests:
            return True
        if tests not in self._lines:
            self._lines[tests] = self._make_lines(tests)
        return self._lines[tests]

    def _make_lines(self, tests: tuple[tuple[int, int], ...]) -> bool:
        some: list[Condition] = []
        none: list[Condition] = []
        for number, mask in tests:
            variable = self._space.variables[number]
            if isinstance(variable, v.LineTest):
                (some if mask == 2 else none).append(variable.part)
        nothing_forbidden = All(tuple(Not(part) for part in none))
        wanted = [All((part, nothing_forbidden)) for part in some] or [nothing_forbidden]
        return all(satisfiable(condition, self._space) for condition in wanted)

    def _numbers(self, masks: Masks, span: Span) -> Mapping[str, Fraction] | None:
        choices = list(self._choices(masks))
        related = any(isinstance(self._space.variables[n], v.Relation) for n in masks)
        if not choices or not (related or self._is_linked(masks)):
            return {}
        links = self._links()
        total = len(links)
        for choice in choices:
            total *= len(choice)
        if total > MOST_TRIED:
            return {}
        name = f"{AMOUNT} {self._space.currency}"
        for bounds in self._bounds(name, span):
            for usual in (self._usual(masks), ()):
                for combination in product(*choices, links):
                    chosen = (line for part in combination for line in part)
                    solution = self._solved([*usual, *bounds, *chosen], name)
                    if solution is not None:
                        return solution
        return None

    def _solved(
        self, comparisons: list[Linear], first: str, depth: int = 0
    ) -> dict[str, Fraction] | None:
        """A solution in which amounts of money are whole, unless a conversion makes others."""
        solution = solve(comparisons, first)
        if solution is None or self._space.between or depth > MOST_HALVED:
            return solution
        for name in sorted(solution, key=lambda name: (name != first, name)):
            value = solution[name]
            if value.denominator != 1 and not name.endswith(" "):
                down, up = Fraction(value.__floor__()), Fraction(value.__ceil__())
                for bound in (at_most(name, down), at_least(name, up)):
                    found = self._solved([*comparisons, bound], first, depth + 1)
                    if found is not None:
                        return found
                return None
        return solution

    def _bounds(self, name: str, span: Span) -> Iterator[Choice]:
        """The amount that is shown first if it can be; then any of the span."""
        shown = Fraction(nearest_zero(span, self._space.between), 2)
        if shown.denominator == 1:
            yield at_least(name, shown), at_most(name, shown)
        low, high = span
        if not self._space.between:
            low, high = low + low % 2, high - high % 2
        yield _within(name, (low, high))

    def _usual(self, masks: Masks) -> Choice:
        """An example with no negative facts is preferred."""
        relations = (self._space.variables[number] for number in masks)
        names = {
            f"{fact} {variable.currency}": None
            for variable in relations
            if isinstance(variable, v.Relation)
            for fact in v.facts(variable)
        }
        return tuple(at_least(name, Fraction(0)) for name in names)

    def _is_linked(self, masks: Masks) -> bool:
        """Whether a decided variable is the very fact that the amount is."""
        return any(
            isinstance(variable := self._space.variables[number], v.Numbers)
            and variable.currency == self._space.currency != ""
            and variable.fact == self._amount.fact
            for number in masks
        )

    def _links(self) -> list[Choice]:
        """The amount is the fact, or the fact without its sign."""
        fact, currency = self._amount.fact, self._space.currency
        if not fact or not currency:
            return [()]
        amount, name = f"{AMOUNT} {currency}", f"{fact} {currency}"
        one = Fraction(1)
        same = (below_share(name, one, amount), above_share(name, one, amount))
        turned = (below_share(name, -one, amount), above_share(name, -one, amount))
        return [same, turned] if self._amount.absolute else [same]

    def _choices(self, masks: Masks) -> Iterator[list[Choice]]:
        """For every decided variable that is a number: the ways in which it can be."""
        for number, mask in masks.items():
            variable = self._space.variables[number]
            known = mask & v.full(variable) & ~v.unknown_bit(variable)
            if not known:
                continue
            if isinstance(variable, v.Numbers):
                yield [_interval(variable, low, high) for low, high in _runs(known)]
            elif isinstance(variable, v.Relation):
                yield [_relation(variable, cell) for cell in v.bits(known)]
            elif isinstance(variable, v.Words) and variable.scale:
                yield [_rank(variable, cell) for cell in v.bits(known)]


def satisfiable(condition: Condition, near: Space) -> bool:
    """Whether any document (or line) can fulfil the condition for certain."""
    space = Space([condition], near.currency, near.domains, near.between)
    possible = Possible(space, Amount())
    try:
        boxes = space.boxes(condition, certain=True)
    except TooManyBoxes:
        return True
    return any(possible(box.masks, (box.low, box.high)) is not None for box in boxes)


def _runs(mask: int) -> Iterator[tuple[int, int]]:
    """Neighbouring cells, as first and last."""
    first = last = -2
    for cell in v.bits(mask):
        if cell != last + 1:
            if first >= 0:
                yield first, last
            first = cell
        last = cell
    if first >= 0:
        yield first, last


def _interval(variable: v.Numbers, first: int, last: int) -> Choice:
    name = f"{variable.fact} {variable.currency}"
    found: list[Linear] = []
    points, step = variable.points, Fraction(1 if variable.whole else 0)
    if first % 2:
        found.append(at_least(name, points[first // 2]))
    elif first:
        found.append(at_least(name, points[first // 2 - 1] + step, not step))
    if last % 2:
        found.append(at_most(name, points[last // 2]))
    elif last < 2 * len(points):
        found.append(at_most(name, points[last // 2] - step, not step))
    return tuple(found)


def _relation(variable: v.Relation, cell: int) -> Choice:
    name, base = f"{variable.fact} {variable.currency}", f"{variable.base} {variable.currency}"
    shares, zero = variable.shares, Fraction(0)
    several = len(shares) > 1
    if several and cell == v.both_zero(variable):
        signs = (at_least, at_most)
        return tuple(sign(fact, zero) for fact in (name, base) for sign in signs)
    is_negative = cell > 2 * len(shares)
    inner = cell - v.both_zero(variable) if is_negative else cell
    if inner % 2:
        share = shares[inner // 2]
        found = [below_share(name, share, base), above_share(name, share, base)]
        if several:
            sign = at_most if is_negative else at_least
            found.append(sign(base, zero, strict=True))
        return tuple(found)
    if inner == 0:
        return tuple(below_share(name, share, base, strict=True) for share in shares)
    if inner == 2 * len(shares):
        return tuple(above_share(name, share, base, strict=True) for share in shares)
    lower, upper = shares[inner // 2 - 1], shares[inner // 2]
    if is_negative:
        lower, upper = upper, lower
    return (
        above_share(name, lower, base, strict=True),
        below_share(name, upper, base, strict=True),
    )


def _rank(variable: v.Words, cell: int) -> Choice:
    value = variable.values[cell]
    if not isinstance(value, str) or value not in variable.scale:
        return ()
    rank = Fraction(variable.scale.index(value))
    name = f"{variable.fact} "
    return at_least(name, rank), at_most(name, rank)


def _within(name: str, span: Span) -> Choice:
    """The amounts that a span of keys stands for."""
    found: list[Linear] = []
    low, high = span
    if low > LOWEST:
        found.append(at_least(name, Fraction(low // 2), strict=bool(low % 2)))
    if high < HIGHEST:
        found.append(at_most(name, Fraction((high + 1) // 2), strict=bool(high % 2)))
    return tuple(found)


def money_of(numbers: Mapping[str, Fraction], fact: str, currency: str) -> Money | Exact | None:
    """The example value of a fact in a currency, where one was worked out."""
    value = numbers.get(f"{fact} {currency}")
    if value is None:
        return None
    return Money(value.numerator, currency) if value.denominator == 1 else Exact(value, currency)
