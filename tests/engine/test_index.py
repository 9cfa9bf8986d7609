"""The index finds every row that can be true or undecided, against asking every row."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from engine.facts.conditions import ALWAYS, All, Any, Condition, Not, OneOf
from engine.facts.kinds import FactValue
from engine.facts.truth import Known, holds
from engine.index import index_rows
from engine.money import HIGHEST, LOWEST, key
from engine.places import NOWHERE
from engine.policy import NotNeeded, Row
from engine.rates import Converter

FACTS = ("category", "capex", "site")
VALUES: tuple[FactValue, ...] = ("it", "travel", "legal")


@st.composite
def conditions(draw: st.DrawFn, depth: int = 2) -> Condition:
    if depth == 0 or draw(st.booleans()):
        values = draw(st.frozensets(st.sampled_from(VALUES), min_size=1, max_size=3))
        return OneOf(draw(st.sampled_from(FACTS)), values)
    inner = tuple(draw(st.lists(conditions(depth=depth - 1), max_size=3)))
    return draw(st.sampled_from([All(inner), Any(inner), Not(All(inner))]))


@st.composite
def rows(draw: st.DrawFn) -> Row:
    low = draw(st.none() | st.integers(0, 40))
    high = draw(st.none() | st.integers(0, 40))
    return Row(
        name=str(draw(st.integers(0, 10**6))),
        place=NOWHERE,
        answer=NotNeeded(),
        low=LOWEST if low is None else low,
        high=HIGHEST if high is None else high,
        when=draw(st.just(ALWAYS) | conditions()),
    )


def asked_one_by_one(row: Row, known: Known, number: int | None) -> bool | None:
    truth = holds(row.when, known)
    if number is not None:
        return truth if row.low <= number <= row.high else False
    unbounded = row.low == LOWEST and row.high == HIGHEST
    return truth if unbounded or truth is False else None


@given(
    st.lists(rows(), max_size=12),
    st.dictionaries(st.sampled_from(FACTS), st.sampled_from(VALUES)),
    st.none() | st.fractions(0, 20, max_denominator=2),
)
def test_nothing_that_may_match_is_left_out(
    table: list[Row], values: dict[str, FactValue], amount: Fraction | None
) -> None:
    known = Known(values, Converter({}, None, None))
    number = None if amount is None else key(amount)
    found: dict[int, bool | None] = {}
    for candidate in index_rows(table).candidates(values, number):
        assert id(candidate.row) not in found, "a row is found once"
        rest = holds(candidate.rest, known)
        whole = asked_one_by_one(candidate.row, known, number)
        unbounded = candidate.row.low == LOWEST and candidate.row.high == HIGHEST
        found[id(candidate.row)] = (
            rest if number is not None or unbounded or rest is False else None
        )
        assert found[id(candidate.row)] == whole
    for row in table:
        if id(row) not in found:
            assert asked_one_by_one(row, known, number) is False
