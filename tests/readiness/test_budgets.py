"""Budgets of documents whose lines belong to several cost centers: what falls to each, exactly."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction
from types import MappingProxyType
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.chart import Budget, Validity, chart_of
from engine.cumulation import APPROVED, PENDING, Earlier, totals
from engine.cumulation.parts import MOST_PARTS
from engine.documents.model import Document, Line
from engine.facts.kinds import Kind
from engine.facts.vocabulary import Fact, Total, Window
from engine.master_data import CostCenter, MasterData, Person, PersonId, snapshot
from engine.money import Exact, Money
from engine.policy import PolicySet
from engine.readiness.finding import Finding
from engine.readiness.funds import BudgetLeft
from engine.readiness.surroundings import Surroundings
from tests.readiness.worlds import NOW, ask, codes, document, line, money, policy

YEAR: Final = Validity(date(2027, 1, 1), date(2027, 12, 31))
USED: Final = BudgetLeft("used")
BY_ACCOUNT: Final = ("cost_center", "gl_account")


def fact(same: tuple[str, ...] = ("cost_center",), of: str = "commitment.net") -> Fact:
    window = Window(0, "ever")
    return Fact("used", Kind.MONEY, total=Total(of, same, window, frozenset({APPROVED, PENDING})))


def budget(center: str, amount: str, account: str = "") -> Budget:
    return Budget("US01", center, account, money(amount), YEAR)


def world(*rows: Budget) -> MasterData:
    """`half` recovers half of its tax, everything else all of it."""
    shares = {"cc100": Fraction(1), "cc200": Fraction(1), "half": Fraction(1, 2)}
    return snapshot(
        "digest",
        people=[Person(PersonId("rita"), "Rita", "US01")],
        cost_centers=[
            CostCenter(center, "US01", tax_recovery=share) for center, share in shares.items()
        ],
        chart=chart_of([], [], [], list(rows), {}),
    )


def under(declared: Fact) -> PolicySet:
    return policy(facts={"used": declared})


def found(
    on: Document, data: MasterData, *earlier: Document, declared: Fact | None = None
) -> tuple[Finding, ...]:
    """What the check says, with these documents approved before."""
    declared = fact() if declared is None else declared
    known = [Earlier(each, APPROVED, NOW - timedelta(days=1)) for each in earlier]
    added = totals(under(declared), data, on, known, NOW)
    beside = Surroundings(
        totals=MappingProxyType({**added.values}), parts=MappingProxyType({**added.parts})
    )
    return ask(USED, on, data, beside=beside, facts={"used": declared})


def two(first: str = "60.00", second: str = "40.00", id: str = "I-1", **more: object) -> Document:
    return document(
        line(1, first, cost_center="cc100"), line(2, second, cost_center="cc200"), id=id, **more
    )


def over(said: tuple[Finding, ...]) -> list[tuple[str, str, str]]:
    """What is exceeded: the cost center, its budget and what would be spent of it."""
    assert set(codes(said)) <= {"budget_exceeded"}
    words = [dict(one.words) for one in said]
    return [(each["cost_center"], each["budget"], each["spent"]) for each in words]


def test_each_cost_center_is_compared_with_what_falls_to_it() -> None:
    assert over(found(two(), world(budget("cc100", "60.00"), budget("cc200", "40.00")))) == []
    little = world(budget("cc100", "60.00"), budget("cc200", "39.99"))
    assert over(found(two(), little)) == [("cc200", "39.99 USD", "40.00 USD")]


def test_what_an_earlier_document_took_of_one_of_its_cost_centers_is_counted() -> None:
    """Nobody slips past a budget by charging part of a bill elsewhere, before or after."""
    data = world(budget("cc100", "100.00"), budget("cc200", "100.00"))
    whole = document(line(1, "50.00", cost_center="cc100"), id="I-2")
    assert over(found(whole, data, two("60.00", "1.00"))) == [("cc100", "100.00 USD", "110.00 USD")]
    assert over(found(two("60.00", "1.00"), data, whole)) == [("cc100", "100.00 USD", "110.00 USD")]
    assert over(found(two(), data, two(id="I-2"), two(id="I-3"))) == [
        ("cc100", "100.00 USD", "180.00 USD"),
        ("cc200", "100.00 USD", "120.00 USD"),
    ]


def test_tax_that_cannot_be_recovered_falls_to_the_cost_center_that_cannot_recover_it() -> None:
    lines = (
        line(1, "100.00", cost_center="cc100", tax=money("20.00")),
        line(2, "100.00", cost_center="half", tax=money("20.01")),
    )
    data = world(budget("cc100", "100.00"), budget("half", "110.00"))
    (only,) = found(document(*lines), data)
    assert dict(only.words)["spent"] == str(Exact(Fraction(22001, 2), "USD"))


def test_options_fall_to_each_in_the_proportion_of_its_lines() -> None:
    order = two("75.00", "25.00", type="purchase_order", options=money("10.00"))
    assert over(found(order, world(budget("cc100", "82.50"), budget("cc200", "2.49")))) == [
        ("cc200", "2.49 USD", "27.50 USD")
    ]


def test_a_budget_that_is_not_known_is_named_for_its_cost_center() -> None:
    (only,) = found(two(), world(budget("cc100", "60.00")))
    assert (only.code, dict(only.words)["cost_center"]) == ("budget_unknown", "cc200")


def test_a_total_that_does_not_go_by_cost_center_cannot_tell_what_falls_to_each() -> None:
    data = world(budget("cc100", "1000.00"), budget("cc200", "1000.00"))
    said = found(two(), data, declared=fact(("entity",)))
    assert codes(said) == ["budget_total_unknown", "budget_total_unknown"]


def test_an_account_with_a_budget_of_its_own_is_not_hidden_among_others() -> None:
    data = world(budget("cc100", "1000.00"), budget("cc100", "10.00", "6100"))
    lines = (
        line(1, "50.00", cost_center="cc100", gl_account="6100"),
        line(2, "1.00", cost_center="cc100", gl_account="6200"),
    )
    (only,) = found(document(*lines), data)
    assert (only.code, dict(only.words)["gl_account"]) == ("budget_by_account", "6100")
    said = found(document(*lines), data, declared=fact(BY_ACCOUNT))
    assert [(one.code, dict(one.words)["gl_account"]) for one in said] == [
        ("budget_exceeded", "6100"),
        ("budget_unknown", "6200"),  # what one account took says nothing of the whole cost center
    ]


def test_a_document_of_too_many_parts_is_not_ready() -> None:
    centers = [f"c{n}" for n in range(MOST_PARTS + 1)]
    lines = [line(n, "1.00", cost_center=each) for n, each in enumerate(centers, 1)]
    said = found(document(*lines), world(*(budget(each, "9.00") for each in centers)))
    assert set(codes(said)) == {"budget_total_unknown"}
    fewer = world(*(budget(each, "9.00") for each in centers[1:]))
    assert found(document(*lines[1:]), fewer) == ()


CENTERS: Final = ("cc100", "cc200", "half")
AMOUNT: Final = st.integers(-10_000, 10_000).filter(bool)


@st.composite
def lines_of(draw: st.DrawFn) -> tuple[Line, ...]:
    drawn = draw(st.lists(st.tuples(st.sampled_from(CENTERS), AMOUNT), min_size=2, max_size=9))
    return tuple(
        Line(
            n,
            Money(net, "USD"),
            cost_center=center,
            tax=Money(net * 19 // 100 if net > 0 else 0, "USD"),
        )
        for n, (center, net) in enumerate(drawn, 1)
    )


@pytest.mark.parametrize("of", ["document.net", "document.gross", "document.tax", "commitment.net"])
@given(lines=lines_of(), options=st.integers(0, 999))
def test_the_parts_of_a_document_add_up_to_it(
    of: str, lines: tuple[Line, ...], options: int
) -> None:
    """Whatever is divided, nothing is lost and nothing is made up."""
    on = document(*lines, type="invoice", options=Money(options, "USD") if options else None)
    every = totals(under(fact(("entity",), of)), world(), on, (), NOW)
    parts = totals(under(fact(("cost_center",), of)), world(), on, (), NOW)
    whole = every.values["used"]
    assert isinstance(whole, Money | Exact)
    if len({one.cost_center for one in lines}) == 1:
        assert parts.values["used"] == whole
        return
    shares = [value.minor for value in parts.parts.values() if isinstance(value, Money | Exact)]
    if parts.parts:
        assert sum(shares) == whole.minor
        assert len(shares) == len({one.cost_center for one in lines})
    else:  # lines that come to nothing have no proportion
        assert of == "commitment.net"
        assert options
