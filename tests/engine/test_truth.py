"""Three truth values: what is missing makes undecided, unless no value could change the answer."""

from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.facts.comparing import ordered
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
    Op,
    Present,
    settle,
)
from engine.facts.kinds import ANY_AMOUNT, NO_LIMIT, Duration, FactValue, Kind
from engine.facts.truth import Known, holds, shortages
from engine.money import Exact, Money
from engine.rates import Converter

NOBODY = Converter({}, None, None)
WORDS = ("a", "b", "c")
AMOUNTS = tuple(Exact(Fraction(n, 2), "USD") for n in range(-1, 9))


def known(**values: FactValue) -> Known:
    return Known(values, NOBODY)


def money(fact: str, op: Op, minor: int) -> Compare:
    return Compare(fact, op, Constant(Money(minor, "USD")), Kind.MONEY, "USD")


@st.composite
def conditions(draw: st.DrawFn, depth: int = 3) -> Condition:
    if depth == 0 or draw(st.booleans()):
        if draw(st.booleans()):
            return money(
                draw(st.sampled_from(("x", "y"))),
                draw(st.sampled_from(Op)),
                draw(st.integers(0, 3)),
            )
        values = draw(st.frozensets(st.sampled_from(WORDS), min_size=1, max_size=2))
        domain = draw(st.sampled_from(((), WORDS)))
        return OneOf(draw(st.sampled_from(("u", "v"))), frozenset(values), domain)
    inner = tuple(draw(st.lists(conditions(depth=depth - 1), min_size=1, max_size=3)))
    return draw(st.sampled_from([All(inner), Any(inner), Not(All(inner))]))


def whatever(condition: Condition, values: dict[str, FactValue]) -> bool | None:
    """Every value of every missing fact tried; `?` stands for a word nobody names."""
    open_words = any(isinstance(part, OneOf) and not part.domain for part in _parts(condition))
    words: tuple[FactValue, ...] = (*WORDS, "?") if open_words else WORDS
    domains = {"x": AMOUNTS, "y": AMOUNTS, "u": words, "v": words}
    missing = [name for name in domains if name not in values]
    found = {
        holds(condition, known(**{**values, **dict(zip(missing, tried, strict=True))}))
        for tried in product(*(domains[name] for name in missing))
    }
    return found.pop() if len(found) == 1 else None


def _parts(condition: Condition) -> list[Condition]:
    match condition:
        case All(parts) | Any(parts):
            return [condition, *(p for part in parts for p in _parts(part))]
        case Not(part):
            return [condition, *_parts(part)]
        case _:
            return [condition]


@given(
    conditions(),
    st.fixed_dictionaries(
        {},
        optional={
            "x": st.sampled_from(AMOUNTS),
            "y": st.sampled_from(AMOUNTS),
            "u": st.sampled_from(WORDS),
            "v": st.sampled_from(WORDS),
        },
    ),
)
def test_a_condition_is_decided_exactly_when_no_value_could_change_it(
    condition: Condition, values: dict[str, FactValue]
) -> None:
    closed = {p.domain for p in _parts(condition) if isinstance(p, OneOf)}
    if len(closed) > 1:  # one fact has one domain; the compiler sees to it
        return
    assert holds(settle(condition), known(**values)) == whatever(condition, values)


def test_a_missing_fact_is_undecided_and_not_false() -> None:
    test = OneOf("in_plan", frozenset({True}))
    assert holds(test, known()) is None
    assert holds(Not(test), known()) is None
    assert shortages(test, known())["in_plan"].code == "fact_missing"


def test_presence_is_always_decided() -> None:
    assert holds(Present("contract"), known()) is False
    assert holds(Present("in_plan"), known(in_plan=False)) is True
    assert holds(Present("contract"), known(contract="C-1")) is True


@pytest.mark.parametrize("op", list(Op))
def test_a_bound_of_two_facts_compares_exactly(op: Op) -> None:
    third = Compare("x", op, FactBound("y", Fraction(1, 3)), Kind.MONEY)
    values = known(x=Money(1, "USD"), y=Money(3, "USD"))
    assert holds(third, values) is (op in (Op.UP_TO, Op.FROM))


def test_the_lesser_of_several_bounds_decides() -> None:
    bound = Extreme((FactBound("y", Fraction(1, 10)), Constant(Money(500, "USD"))), lesser=True)
    test = Compare("x", Op.UP_TO, bound, Kind.MONEY, "USD")
    assert holds(test, known(x=Money(500, "USD"), y=Money(5000, "USD"))) is True
    assert holds(test, known(x=Money(500, "USD"), y=Money(4999, "USD"))) is False
    assert holds(test, known(x=Money(500, "USD"))) is None


def test_no_limit_is_below_zero_and_any_amount_above_everything() -> None:
    assert ordered(Money(0, "USD"), Op.UP_TO, NO_LIMIT) is False
    assert ordered(Money(2**62, "USD"), Op.UP_TO, ANY_AMOUNT) is True


def test_months_and_days_compare_only_where_every_calendar_agrees() -> None:
    assert ordered(Duration(36, 0), Op.UP_TO, Duration(36, 0)) is True
    assert ordered(Duration(1, 0), Op.UP_TO, Duration(0, 30)) is None
    assert ordered(Duration(1, 0), Op.UP_TO, Duration(0, 40)) is True
    assert ordered(Duration(12, 0), Op.ABOVE, Duration(0, 300)) is True


def test_tests_on_lines_need_lines() -> None:
    part = OneOf("category", frozenset({"it"}))
    none = known()
    assert holds(Lines(part, every=True), none) is None
    mixed = Known({}, NOBODY, ({"category": "it"}, {"category": "legal"}))
    assert holds(Lines(part, every=False), mixed) is True
    assert holds(Lines(part, every=True), mixed) is False
    unknown = Known({}, NOBODY, ({"category": "it"}, {}))
    assert holds(Lines(part, every=False), unknown) is True
    assert holds(Lines(part, every=True), unknown) is None


def test_money_without_a_rate_is_undecided_and_says_which() -> None:
    test = money("x", Op.UP_TO, 1000)
    values = known(x=Money(1, "EUR"))
    assert holds(test, values) is None
    assert [s.code for s in shortages(test, values).values()] == ["fx_not_stated"]
