"""Which variables some conditions speak of, and which values their tests tell apart."""

from collections.abc import Iterator, Mapping
from datetime import date
from fractions import Fraction
from typing import Final, assert_never

from engine.facts.conditions import (
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
    Present,
    Settled,
)
from engine.facts.kinds import Duration, FactValue, Kind
from engine.money import Exact, Money
from rules.checks.space import variables as v
from rules.checks.space.variables import OTHER, Variable

AMOUNT: Final = "amount"  # the pseudo-fact of a row's own bounds

Key = tuple[object, ...]
Domains = Mapping[str, tuple[FactValue, ...]]


class Gathering:
    """What the tests of all conditions say about each variable, while a space is made.

    `numbers` are those of the variables by key, `present` the variable that knows whether a fact
    is there.
    """

    def __init__(self, currency: str, domains: Domains, between: bool) -> None:
        self._currency = currency
        self._domains = domains
        self._between = between
        self.numbers: dict[Key, int] = {}
        self.present: dict[str, int] = {}
        self._atoms: dict[int, list[Compare | OneOf | Lines]] = {}
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
            elif isinstance(atom, Compare) and is_axis(atom, self._currency):
                continue
            else:
                key: Key = ("line", atom.part) if isinstance(atom, Lines) else key_of(atom)
                number = self._number_of(key)
                self._atoms.setdefault(number, []).append(atom)

    def _number_of(self, key: Key) -> int:
        return self.numbers.setdefault(key, len(self.numbers))

    def variables(self) -> tuple[Variable, ...]:
        """One variable for each number."""
        made = [self._variable(atoms) for _, atoms in sorted(self._atoms.items())]
        answers: dict[str, int] = {}
        for number, variable in enumerate(made):
            if variable.fact and not isinstance(variable, v.Relation | v.Opaque):
                answers.setdefault(variable.fact, number)
        for fact in sorted(self._asked):
            if fact not in answers:
                answers[fact] = self._number_of(("presence", fact))
                made.append(v.Words(fact, (True,), unknown=True))
            self.present[fact] = answers[fact]
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
                shares = sorted({share_of(bound) for bound in bounds})
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
            kind, whole = Kind.MONEY, not self._between
        elif isinstance(first, date):
            kind, whole = Kind.DATE, True
        else:
            kind, whole = Kind.NUMBER, False
        return v.Numbers(_fact(atoms), currency, kind, points, whole, unknown)

    def _words(self, atoms: list[Compare | OneOf | Lines], unknown: bool) -> Variable:
        fact = _fact(atoms)
        scale = next((a.scale for a in atoms if isinstance(a, Compare) and a.scale), ())
        domain = self._domains.get(fact) or scale
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


def is_axis(atom: Compare, currency: str) -> bool:
    """Whether the test is a constant bound on the amount itself, in its own currency."""
    return (
        atom.fact == AMOUNT
        and isinstance(atom.bound, Constant)
        and isinstance(atom.bound.value, Money)
        and atom.bound.value.currency == currency
        and atom.currency in ("", currency)
    )


def share_of(bound: object) -> Fraction:
    """The share of another fact that a bound is: all of it where none is written."""
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
