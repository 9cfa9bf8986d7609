"""Comparisons: `up_to`, `below`, `above`, `from` against a constant, a fact, or a share of one.

The module exists because bounds stand in three places (tests of a fact, rows, guarantees) and mean
exactly the same everywhere. Constant bounds on an amount in the file's currency become keys of
`engine.money.key`, so that they are compared as whole numbers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType
from typing import Final

from engine.facts.comparing import ordered
from engine.facts.conditions import Bound, Compare, Constant, Extreme, FactBound, Op
from engine.facts.kinds import ORDERED, FactValue, Kind
from engine.facts.vocabulary import Fact, Of
from engine.money import HIGHEST, LOWEST, Money
from engine.places import Place
from rules.compiling.constants import constant
from rules.compiling.context import PARTS_MAX, Context
from rules.compiling.forms import percentage_of
from rules.compiling.shapes import Fields, Form, Key
from rules.compiling.written import written
from rules.diagnostics import shown
from rules.reading.nodes import Mapping as MappingNode
from rules.reading.nodes import Node, Scalar, Sequence, comma_list_hint, described

AMOUNT: Final = Fact("amount", Kind.MONEY)  # the matrix's own amount, in its currency

_FACT_NAME: Final = re.compile(r"[a-z][a-z0-9_]*(?:\.[a-z0-9_]+)*")
_SHARE: Final = re.compile(r"(?P<share>[^\s%]+\s?%) of (?P<fact>\S+)")
_FRACTION: Final = re.compile(r"(?P<share>[0-9]{0,3}\.[0-9]{1,6}) of (?P<fact>[a-z]\S*)")
_ONLY_SHARE: Final = re.compile(r"[0-9]+(?:\.[0-9]+)? ?%")
_UPPER: Final = (Op.UP_TO, Op.BELOW)
_LOWER: Final = (Op.ABOVE, Op.FROM)


def find_fact(name: str, place: Place, context: Context) -> Fact | None:
    """The fact of that name, if it may be asked for here; otherwise the reason is reported."""
    fact = context.words.facts.get(name)
    if fact is None:
        if name not in context.words.broken:
            _report_unknown_fact(name, place, context)
        return None
    if fact.of is Of.LINE and not context.on_line:
        message = f"{shown(name)} is a fact of a line, and this is asked of the document"
        help = f"write `any_line: {{{name}: ...}}` or `every_line: {{{name}: ...}}`"
        context.error("line-fact", place, message, help)
        return None
    if name.startswith("approver.") and not context.on_approver:
        message = f"{shown(name)} is known only where a rule is about the approver"
        context.error("approver-fact", place, message, "such a rule stands under `barred`")
        return None
    return fact


def _report_unknown_fact(name: str, place: Place, context: Context) -> None:
    if name == "amount":
        message = "the amount is not asked for in a condition"
        help = "write the bound on the row itself, or name the fact, such as `document.net`"
        context.error("unknown-fact", place, message, help)
    else:
        known = context.words.facts
        own = name.rpartition(".")[2]
        is_own = own in known and known[own].of in (Of.SUPPLIER, Of.ENTITY)
        if is_own and not context.words.unsure:
            message, help = f"no fact named {shown(name)}", f"did you mean {shown(own)}?"
            context.error("unknown-fact", place, message, help)
        else:
            context.unknown("unknown-fact", place, "fact", name, known)


def read_bound(node: Node, fact: Fact, context: Context) -> Bound | None:
    """One bound that a fact is compared with."""
    match node:
        case Scalar():
            return _single(node, fact, context)
        case MappingNode() if fact.kind is Kind.MONEY:
            return _extreme(node, fact, context)
        case _:
            message = f"expected a value to compare with, found {described(node)}"
            context.error("not-a-bound", node.place, message)
            return None


def _single(node: Scalar, fact: Fact, context: Context) -> Bound | None:
    share = _SHARE.fullmatch(node.text) if fact.kind is Kind.MONEY and not node.quoted else None
    if share is not None:
        return _share(node, share["share"], share["fact"], fact, context)
    if fact.kind is Kind.MONEY and _is_misspelt_share(node, context):
        return None
    if _names_fact(node, fact, context):
        other = _comparable(node.text, node.place, fact, context)
        return None if other is None else FactBound(other.name)
    value = constant(node, fact, context)
    return None if value is None else Constant(value)


def _is_misspelt_share(node: Scalar, context: Context) -> bool:
    """Whether a bound is a share in another spelling, or of nothing; then it is reported."""
    fraction = _FRACTION.fullmatch(node.text)
    if fraction is None and not _ONLY_SHARE.fullmatch(node.text):
        return False
    message = f"expected a share like `10% of contract.original`, found {shown(node.text)}"
    help = f"say of what: {shown(f'{node.text} of contract.original')}, for one"
    if fraction is not None:
        percent = Decimal(fraction["share"]) * 100
        plain = f"{percent:f}"
        plain = plain.rstrip("0").rstrip(".") if "." in plain else plain
        help = f"write {shown(plain + '% of ' + fraction['fact'])}"
    context.error("not-a-bound", node.place, message, help)
    return True


def _names_fact(node: Scalar, fact: Fact, context: Context) -> bool:
    """Whether a bound names a fact. Words of the fact's own scale come first."""
    if node.quoted or not _FACT_NAME.fullmatch(node.text):
        return False
    if fact.kind is Kind.SCALE:
        return node.text not in fact.values and node.text in context.words.facts
    return True


def _share(node: Scalar, share: str, name: str, fact: Fact, context: Context) -> Bound | None:
    fraction = percentage_of(Scalar(share, quoted=False, place=node.place), context)
    other = _comparable(name, node.place, fact, context)
    if fraction is None or other is None:
        return None
    if fraction <= 0:
        context.error(
            "out-of-range", node.place, f"expected a share above 0%, found {shown(share)}"
        )
        return None
    return FactBound(other.name, fraction)


def _comparable(name: str, place: Place, fact: Fact, context: Context) -> Fact | None:
    other = find_fact(name, place, context)
    if other is None:
        return None
    if other.name == fact.name:
        message = f"{shown(name)} is compared with itself"
        context.error("same-fact", place, message)
        return None
    if other.kind is not fact.kind or other.values != fact.values:
        message = f"{shown(fact.name)} is {kind_text(fact)}, {shown(name)} is {kind_text(other)}"
        if other.kind is fact.kind:
            message = f"{shown(fact.name)} and {shown(name)} have words of different scales"
        context.error("different-kinds", place, f"{message}: they cannot be compared")
        return None
    return other


def _extreme(node: MappingNode, fact: Fact, context: Context) -> Bound | None:
    if len(node.entries) != 1 or node.entries[0][0].text not in ("lesser", "greater"):
        help = "write `{lesser: [10% of contract.original, 100_000.00]}`, or `greater`"
        context.error("not-a-bound", node.place, "expected an amount, `lesser` or `greater`", help)
        return None
    key, value = node.entries[0]
    if not isinstance(value, Sequence):
        message = f"expected a list of amounts, found {described(value)}"
        context.error("expected-list", value.place, message)
        return None
    if not 2 <= len(value.items) <= PARTS_MAX:
        message = f"expected at least two amounts after `{key.text}`, found {len(value.items)}"
        context.error("list-length", value.place, message)
        return None
    for index in range(len(value.items)):
        hint = comma_list_hint(value, index)
        if hint is not None:
            context.error("comma-in-amount", value.items[index].place, "half an amount", hint)
            return None
    parts = [read_bound(item, fact, context) for item in value.items]
    known = [part for part in parts if part is not None]
    return Extreme(tuple(known), key.text == "lesser") if len(known) == len(parts) else None


def kind_text(fact: Fact) -> str:
    """The kind of a fact as a message says it."""
    return _KINDS[fact.kind]


_KINDS: Final[Mapping[Kind, str]] = MappingProxyType(
    {
        Kind.YES_NO: "yes or no",
        Kind.CHOICE: "a word of a list",
        Kind.SCALE: "a word of a scale",
        Kind.MONEY: "an amount of money",
        Kind.NUMBER: "a number",
        Kind.DURATION: "a duration",
        Kind.DATE: "a date",
        Kind.TEXT: "a text",
        Kind.PAPER: "a paper",
    }
)


def compare(fact: Fact, op: Op, bound: Bound, context: Context) -> Compare:
    """The test `fact op bound`, with the currency in which money is compared."""
    currency = ""
    if fact.kind is Kind.MONEY:
        currency = next(_currencies(bound), context.currency if fact is AMOUNT else "")
    return Compare(fact.name, op, bound, fact.kind, currency, fact.values)


def _currencies(bound: Bound) -> Iterator[str]:
    if isinstance(bound, Constant) and isinstance(bound.value, Money):
        yield bound.value.currency
    elif isinstance(bound, Extreme):
        for part in bound.parts:
            yield from _currencies(part)


Written = tuple[Op, Place, Bound]


def read_pairs(
    pairs: list[tuple[Op, Place, Node]], fact: Fact, context: Context
) -> list[Written] | None:
    """The bounds of one fact, at most one from below and one from above; `None` after an error."""
    if fact.kind not in ORDERED:
        op, place, _ = pairs[0]
        message = f"{shown(fact.name)} is {kind_text(fact)}, and `{op}` needs an order"
        context.error("no-order", place, message)
        return None
    found: list[Written] = []
    is_good = True
    for op, place, node in pairs:
        bound = read_bound(node, fact, context)
        if bound is None:
            is_good = False
        else:
            found.append((op, place, bound))
    return found if is_good and _is_range(pairs, found, fact, context) else None


def _is_range(
    pairs: list[tuple[Op, Place, Node]], found: list[Written], fact: Fact, context: Context
) -> bool:
    for side, what in ((_UPPER, "upper"), (_LOWER, "lower")):
        same = [(op, place) for op, place, _ in pairs if op in side]
        if len(same) > 1:
            message = f"`{same[0][0]}` and `{same[1][0]}` are both {what} bounds"
            context.error("two-bounds", same[1][1], message)
            return False
    low = next(((op, bound) for op, _, bound in found if op in _LOWER), None)
    high = next(((op, bound) for op, _, bound in found if op in _UPPER), None)
    if low is not None and high is not None and _is_empty(low, high, fact):
        texts = [shown(f"{op}: {written(node)}") for op, _, node in pairs]
        message = f"nothing is both {' and '.join(texts)}"
        context.error("never-true", max(place for _, place, _ in found), message)
        return False
    return True


def _is_empty(low: tuple[Op, Bound], high: tuple[Op, Bound], fact: Fact) -> bool:
    """Whether two constant bounds leave nothing between them."""
    (lower, a), (upper, b) = low, high
    if not (isinstance(a, Constant) and isinstance(b, Constant)) or not _alike(a.value, b.value):
        return False
    is_open = lower is Op.ABOVE or upper is Op.BELOW
    return ordered(a.value, Op.FROM if is_open else Op.ABOVE, b.value, fact.values) is True


def _alike(a: FactValue, b: FactValue) -> bool:
    return not (isinstance(a, Money) and isinstance(b, Money)) or a.currency == b.currency


@dataclass(frozen=True, slots=True)
class AmountBounds:
    """What a row says of the amount: keys of its constant bounds, the same as tests, the others."""

    low: int = LOWEST
    high: int = HIGHEST
    constant: tuple[Compare, ...] = ()
    other: tuple[Compare, ...] = ()


NO_BOUNDS: Final = AmountBounds()


def amount_bounds(
    fields: Fields, keys: Mapping[Op, Key[Node]], has_amount: bool, context: Context
) -> AmountBounds | None:
    """The bounds of a row on the header's amount; `None` after an error."""
    pairs = [
        (op, fields.at(key), node)
        for op, key in keys.items()
        if (node := fields.node(key)) is not None
    ]
    if not pairs:
        return NO_BOUNDS
    if not has_amount:
        op, place, _ = pairs[0]
        message = f"`{op}` bounds the amount, and this file has none"
        context.error("no-amount", place, message, "write `amount: commitment.net`, say")
        return None
    found = read_pairs(pairs, AMOUNT, context)
    if found is None:
        return None
    if not context.currency:
        message = "the amount is bounded, and the file states no `currency`"
        context.error("no-currency", pairs[0][1], message, "write `currency: EUR`, say")
        return None
    return row_bounds(found, context)


def row_bounds(found: list[Written], context: Context) -> AmountBounds:
    """Bounds as keys where they are constants of the file's currency, else as tests."""
    low, high = LOWEST, HIGHEST
    constants: list[Compare] = []
    others: list[Compare] = []
    for op, _, bound in found:
        test = compare(AMOUNT, op, bound, context)
        if not isinstance(bound, Constant) or test.currency != context.currency:
            others.append(test)
            continue
        constants.append(test)
        key = bound_key(op, bound)
        low, high = (key, high) if op in _LOWER else (low, key)
    return AmountBounds(low, high, tuple(constants), tuple(others))


def bound_key(op: Op, bound: Constant) -> int:
    """The key of the least or largest amount that a constant bound allows."""
    minor = bound.value.minor if isinstance(bound.value, Money) else 0
    return 2 * minor + (1 if op is Op.ABOVE else -1 if op is Op.BELOW else 0)


def bound_keys(what: str) -> Mapping[Op, Key[Node]]:
    """The four keys of a mapping that bounds something."""
    docs = {
        Op.UP_TO: f"{what} at or below this",
        Op.BELOW: f"{what} below this",
        Op.ABOVE: f"{what} above this",
        Op.FROM: f"{what} at or above this",
    }
    return MappingProxyType({op: Key(op.value, BOUND, doc) for op, doc in docs.items()})


def _as_written(node: Node, _context: Context) -> Node:
    return node


BOUND: Final[Form[Node]] = Form("bound", _as_written)
