"""Witnesses, amounts and rows in the words of the person who writes policy."""

from collections.abc import Mapping, Sequence
from datetime import date
from fractions import Fraction
from typing import assert_never

from engine.facts.conditions import (
    All,
    Any,
    Bound,
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
from engine.money import HIGHEST, LOWEST, Exact, Money, decimal_text, fraction_text
from engine.policy import Additional, Matrix, Row
from rules.checks.space import variables as v
from rules.checks.space.cells import Space
from rules.checks.space.gathering import AMOUNT
from rules.checks.space.possible import money_of
from rules.checks.space.regions import Region, Span, nearest_zero

ANY_OTHER = "(any other)"
NOT_PROVED_HELP = "nothing has to be wrong: write conditions with fewer alternatives, or test it"


def key_text(key: int, currency: str) -> str:
    """The amount of a key: `50000.01 USD`, `50000.005 USD (after conversion)` between two."""
    if key % 2 == 0:
        return f"{decimal_text(key // 2, currency)} {currency}"
    between = decimal_text(Fraction(key, 2), currency)
    return f"{between} {currency} (after conversion)"


def grouped(minor: int, currency: str) -> str:
    """An amount as policy files write it: `50_000.00`."""
    whole, dot, decimals = decimal_text(minor, currency).partition(".")
    sign, digits = ("-", whole[1:]) if whole.startswith("-") else ("", whole)
    return f"{sign}{int(digits):_}{dot}{decimals}"


def span_text(span: Span, currency: str, lowest: int) -> str:
    """The amounts of a span: `50000.01 to 50000.99 USD`; `lowest` is where the axis begins."""
    low, high = span
    if low <= lowest and high >= HIGHEST:
        return "any amount"
    if high >= HIGHEST:
        return (
            f"amounts above {_end(low - 1, currency)}"
            if low % 2
            else (f"amounts from {_end(low, currency)}")
        )
    if low <= LOWEST:
        return (
            f"amounts up to {_end(high, currency)}"
            if high % 2 == 0
            else (f"amounts below {_end(high + 1, currency)}")
        )
    first, last = low + low % 2, high - high % 2
    if first > last:
        return key_text(low, currency)
    if first == last:
        return _end(first, currency)
    return f"{decimal_text(first // 2, currency)} to {_end(last, currency)}"


def _end(key: int, currency: str) -> str:
    return f"{decimal_text(key // 2, currency)} {currency}"


def witness(space: Space, region: Region, has_amount: bool) -> str:
    """A document of the region: `category: it, capex: yes, amount 50000.00 USD`."""
    parts = facts_text(space, region.masks, region.numbers)
    if has_amount:
        parts.append(f"amount {_amount_text(space, region)}")
    return ", ".join(parts) or "any document"


def _amount_text(space: Space, region: Region) -> str:
    known = money_of(region.numbers, AMOUNT, space.currency)
    if isinstance(known, Exact):
        return f"{known} (after conversion)"
    if known is not None:
        return str(known)
    return key_text(nearest_zero(region.spans[0], space.between), space.currency)


def facts_text(
    space: Space, masks: Mapping[int, int], numbers: Mapping[str, Fraction]
) -> list[str]:
    """One example for each decided variable, in a stable order; compared facts with values."""
    found: dict[str, None] = {}
    for number, mask in sorted(masks.items()):
        variable = space.variables[number]
        exists = mask & v.full(variable)
        if exists and exists != v.full(variable):
            found |= dict.fromkeys(_cell_text(variable, next(v.bits(exists)), numbers))
    return sorted(found)


def _cell_text(variable: v.Variable, cell: int, numbers: Mapping[str, Fraction]) -> list[str]:
    if 1 << cell == v.unknown_bit(variable):
        return [f"{name}: missing" for name in v.facts(variable)[:1]]
    match variable:
        case v.Words(fact=fact, values=(True,)):
            return [f"{fact}: present"]
        case v.Words(fact=fact, values=values) | v.Lengths(fact=fact, values=values):
            return [f"{fact}: {value_text(values[cell])}"]
        case v.Numbers():
            return [f"{variable.fact}: {_number_text(variable, cell, numbers)}"]
        case v.Relation():
            return _relation_text(variable, cell, numbers)
        case v.LineTest(part=part):
            return [f"{'a' if cell else 'no'} line with {condition_text(part)}"]
        case v.Opaque(atom=atom):
            return [condition_text(atom if cell else Not(atom))]
        case _:
            assert_never(variable)


def _number_text(variable: v.Numbers, cell: int, numbers: Mapping[str, Fraction]) -> str:
    known = money_of(numbers, variable.fact, variable.currency) if variable.currency else None
    if known is not None:
        return str(known)
    value = v.number_in(variable, cell)
    match variable.kind:
        case Kind.MONEY:
            return str(Exact(value, variable.currency))
        case Kind.DATE:
            return date.fromordinal(int(value)).isoformat()
        case _:
            return fraction_text(value)


def _relation_text(variable: v.Relation, cell: int, numbers: Mapping[str, Fraction]) -> list[str]:
    if variable.kind is Kind.MONEY:
        currency = variable.currency
        pairs = [(name, money_of(numbers, name, currency)) for name in v.facts(variable)]
        if currency and all(value is not None for _, value in pairs):
            return [f"{name}: {value}" for name, value in pairs if name != AMOUNT]
    shares, several = variable.shares, len(variable.shares) > 1
    if several and cell == v.both_zero(variable):
        return [f"{variable.fact} and {variable.base} are zero"]
    is_negative = cell > 2 * len(shares)
    inner = cell - v.both_zero(variable) if is_negative else cell
    texts = [_share_text(share, variable.base) for share in shares]
    if inner % 2:
        return [f"{variable.fact} equal to {texts[inner // 2]}"]
    sides = ("below", "above") if is_negative else ("above", "below")
    parts = [f"{sides[0]} {texts[inner // 2 - 1]}"] if inner else []
    parts += [f"{sides[1]} {texts[inner // 2]}"] if inner < 2 * len(shares) else []
    return [f"{variable.fact} {' and '.join(parts)}"]


def _share_text(share: Fraction, base: str) -> str:
    return base if share == 1 else f"{fraction_text(share * 100)}% of {base}"


def value_text(value: FactValue) -> str:
    """A constant as it is written in a policy."""
    if value == v.OTHER:
        return ANY_OTHER
    match value:
        case bool():
            return "yes" if value else "no"
        case Money():
            return f"{grouped(value.minor, value.currency)} {value.currency}"
        case Fraction():
            return fraction_text(value)
        case Duration():
            return str(value)
        case _:
            return str(value)


def condition_text(condition: Condition) -> str:
    """A condition on one line, close to how it is written."""
    match condition:
        case Compare(fact, op, bound):
            return f"{fact}: {{{op.value}: {_bound_text(bound)}}}"
        case OneOf(fact, values):
            words = sorted(value_text(value) for value in values)
            return f"{fact}: {words[0] if len(words) == 1 else '[' + ', '.join(words) + ']'}"
        case Present(fact):
            return f"{fact}: present"
        case All(parts):
            return ", ".join(condition_text(part) for part in parts) or "anything"
        case Any(parts):
            return f"any: [{', '.join(f'{{{condition_text(part)}}}' for part in parts)}]"
        case Not(part):
            return f"not: {{{condition_text(part)}}}"
        case Lines(part, every):
            return f"{'every_line' if every else 'any_line'}: {{{condition_text(part)}}}"
        case Settled(part):
            return condition_text(part)
        case _:
            assert_never(condition)


def _bound_text(bound: Bound) -> str:
    match bound:
        case Constant(value):
            return value_text(value)
        case FactBound(fact, share):
            return _share_text(Fraction(1) if share is None else share, fact)
        case Extreme(parts, lesser):
            inner = ", ".join(_bound_text(part) for part in parts)
            return f"{{{'lesser' if lesser else 'greater'}: [{inner}]}}"
        case _:
            assert_never(bound)


def row_name(row: Row | Additional) -> str:
    """How a message speaks of a row."""
    return f"row `{row.name}`" if row.name else f"the row at {row.place}"


def cases(texts: Sequence[str], shown: int) -> str:
    """Several cases in one sentence: the first few, and how many more."""
    named = "; or ".join(texts[:shown])
    more = len(texts) - shown
    return f"{named}; and {more} more cases" if more > 0 else named


def matrix_name(matrix: Matrix) -> str:
    """How a message speaks of a matrix."""
    return f"`{matrix.name}`" if matrix.name else f"`{matrix.file}`"
