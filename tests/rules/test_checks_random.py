"""Random small matrices: the linter reports a gap or overlap exactly where trying out finds one.

The oracle knows nothing of boxes: it asks every row, by the engine's own conditions, about every
document of a grid that has a value in each cell the drawn tests can tell apart.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import chain, combinations, product
from typing import Final

from hypothesis import event, given, note
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from engine.facts.conditions import (
    ALWAYS,
    All,
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
)
from engine.facts.conditions import Any as AnyOf
from engine.facts.kinds import FactValue, Kind
from engine.facts.truth import Known, holds
from engine.money import Exact, Money, key
from engine.policy import PolicySet, Row
from engine.rates import Converter
from rules.checks.answers import answer_shape
from rules.checks.coverage import check_coverage
from rules.diagnostics import Severity
from tests.rules.small_sets import FX, found, matrix, policy, row

BOUNDS: Final = (0, 1, 3)
NO_RATES: Final = Converter({}, None, None)


def money(minor: Fraction | int) -> Money | Exact:
    whole = Fraction(minor)
    if whole.denominator == 1:
        return Money(whole.numerator, "USD")
    return Exact(whole, "USD")


def steps(low: int, high: int, parts: int) -> list[Fraction]:
    return [Fraction(n, parts) for n in range(low * parts, high * parts + 1)]


def constants(fact: str) -> SearchStrategy[Condition]:
    return st.builds(
        lambda op, bound: Compare(fact, op, Constant(Money(bound, "USD")), Kind.MONEY, "USD"),
        st.sampled_from(Op),
        st.sampled_from(BOUNDS),
    )


def related() -> SearchStrategy[Condition]:
    share = st.sampled_from([Fraction(1, 2), Fraction(1), None]).map(
        lambda part: FactBound("base", part)
    )
    constant = st.sampled_from(BOUNDS).map(lambda bound: Constant(Money(bound, "USD")))
    extreme = st.builds(
        lambda a, b, lesser: Extreme((a, b), lesser), share, constant, st.booleans()
    )
    bound = st.one_of(share, extreme)
    return st.builds(
        lambda op, against: Compare("amount", op, against, Kind.MONEY, "USD"),
        st.sampled_from(Op),
        bound,
    )


def words(
    fact: str, values: Sequence[FactValue], domain: Sequence[FactValue] = ()
) -> SearchStrategy[Condition]:
    chosen = st.sets(st.sampled_from(list(values)), min_size=1)
    return chosen.map(lambda some: OneOf(fact, frozenset(some), tuple(domain)))


LINE: Final = words("kind", ["s", "t"])
ATOMS: Final[Mapping[str, SearchStrategy[Condition]]] = {
    "category": words("category", ["a", "b"]),
    "capex": words("capex", [True, False], [True, False]),
    "quote": st.just(Present("quote")),
    "plan": st.one_of(words("plan", ["x", "y"], ["x", "y"]), st.just(Present("plan"))),
    "other": constants("other"),
    "base": st.one_of(related(), constants("base")),
    "commitment.net": constants("commitment.net"),
    "lines": st.builds(Lines, st.one_of(LINE, LINE.map(Not)), st.booleans()),
}


def conditions(facts: Sequence[str]) -> SearchStrategy[Condition]:
    atoms = st.one_of([ATOMS[fact] for fact in facts])
    return st.recursive(
        atoms,
        lambda inner: st.one_of(
            inner.map(Not),
            st.lists(inner, min_size=1, max_size=2).map(lambda parts: All(tuple(parts))),
            st.lists(inner, min_size=1, max_size=2).map(lambda parts: AnyOf(tuple(parts))),
        ),
        max_leaves=3,
    )


@dataclass(frozen=True)
class Drawn:
    """A set with one matrix, and the facts that its conditions read."""

    policy: PolicySet
    facts: tuple[str, ...]


@st.composite
def matrices(draw: DrawFn) -> Drawn:
    facts = draw(st.lists(st.sampled_from(sorted(ATOMS)), min_size=1, max_size=3, unique=True))
    when = st.one_of(st.just(ALWAYS), conditions(facts))
    rows = []
    for _ in range(draw(st.integers(1, 5))):
        rows.append(
            replace(
                row(draw(st.sampled_from("pqr")), exception=draw(st.integers(0, 3)) == 0),
                low=draw(st.sampled_from([-(2**80), *(2 * b for b in BOUNDS), 1, 7])),
                high=draw(st.sampled_from([2**80, *(2 * b for b in BOUNDS), 1, 5])),
                when=draw(when),
            )
        )
    made = matrix(*rows, when=draw(when))
    credits = draw(st.sampled_from(["absolute", "signed_with_waiver", ""]))
    # With amounts between two minor units the grid over `base` is large, and seldom drawn.
    fx = draw(st.sampled_from([None, None, None, FX] if "base" in facts else [None, FX]))
    return Drawn(policy(made, credits=credits, fx=fx), tuple(facts))


def documents(drawn: Drawn) -> Iterator[Known]:
    """Every document of the grid, with its amount."""
    parts = 1 if drawn.policy.fx is None else 4 if "base" in drawn.facts else 2
    lowest = 0 if not drawn.policy.credits else -4
    grids: dict[str, list[list[tuple[str, FactValue]]]] = {
        "category": [[("category", word)] for word in "abz"],
        "capex": [[("capex", yes)] for yes in (True, False)],
        "quote": [[("quote", True)], []],
        "plan": [[("plan", "x")], [("plan", "y")], []],
        "other": [[("other", money(n))] for n in steps(-1, 4, parts)],
        "base": [[("base", money(n))] for n in steps(-5, 10, parts if parts == 1 else 2 * parts)],
    }
    used = [grids[fact] for fact in drawn.facts if fact in grids]
    lines = [({"kind": kind} for kind in kinds) for kinds in _some("stu")]
    line_sets = [tuple(kinds) for kinds in lines] if "lines" in drawn.facts else [()]
    for net, line_set, *values in product(steps(lowest, 6, parts), line_sets, *used):
        facts = dict(chain.from_iterable(values))
        amount = abs(net) if drawn.policy.credits == "absolute" else net
        facts |= {"commitment.net": money(net), "amount": money(amount)}
        yield Known(facts, NO_RATES, line_set)


def _some(words_: str) -> Iterator[tuple[str, ...]]:
    for size in range(1, len(words_) + 1):
        yield from combinations(words_, size)


def truth(one: Row, known: Known) -> bool | None:
    amount = known.values["amount"]
    assert isinstance(amount, Money | Exact)
    return one.low <= key(amount.minor) <= one.high and holds(one.when, known)


def tried(drawn: Drawn) -> tuple[set[str], set[str]]:
    """The amounts of documents that no row covers, and of those with several answers."""
    (made,) = drawn.policy.matrices
    gaps: set[str] = set()
    overlaps: set[str] = set()
    for known in documents(drawn):
        if holds(made.when, known) is not True:
            continue
        results = [(one, truth(one, known)) for one in made.rows]
        amount = str(known.values["amount"])
        if all(result is False for _, result in results):
            gaps.add(amount)
        exceptions = [(one, result) for one, result in results if one.exception]
        if any(result is not False for _, result in exceptions):
            results = exceptions
        if len({answer_shape(one) for one, result in results if result is True}) > 1:
            overlaps.add(amount)
    return gaps, overlaps


def reported(drawn: Drawn) -> tuple[list[str], list[str]]:
    """The amounts of the witnesses of gaps and overlaps."""
    amounts: dict[str, list[str]] = {"gap": [], "overlap": []}
    for report in found(check_coverage, drawn.policy):
        note(str(report))
        assert report.code in amounts
        assert report.severity is Severity.ERROR
        if report.witness is not None:
            match = re.search(r"amount (\S+ USD)", report.witness)
            assert match is not None
            amounts[report.code].append(match[1])
    return amounts["gap"], amounts["overlap"]


@given(matrices())
def test_gaps_and_overlaps_are_reported_exactly_where_trying_out_finds_them(drawn: Drawn) -> None:
    note(str(drawn.policy.matrices[0]))
    gaps, overlaps = tried(drawn)
    gap_witnesses, overlap_witnesses = reported(drawn)
    event(f"gap {bool(gaps)}, overlap {bool(overlaps)}")
    assert bool(gaps) == bool(gap_witnesses)
    assert bool(overlaps) == bool(overlap_witnesses)
    assert {amount for amount in gap_witnesses if is_whole(amount)} <= gaps
    assert {amount for amount in overlap_witnesses if is_whole(amount)} <= overlaps


def is_whole(amount: str) -> bool:
    """Whether an amount of the grid; between two minor units the linter may say a finer one."""
    return len(amount.partition(".")[2]) == len("00 USD")
