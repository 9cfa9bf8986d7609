"""Between two moments at which people change, whoever could act before can act still (B3, B7)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from engine.boundaries import boundaries, next_boundary
from engine.master_data import (
    Absence,
    Acting,
    Dated,
    Delegation,
    Holding,
    MasterData,
    Person,
    PersonId,
    Span,
    current,
    snapshot,
)

START = datetime(2027, 3, 1, tzinfo=UTC)
MIA, LENA = PersonId("mia"), PersonId("lena")
moments = st.integers(0, 12).map(lambda hours: START + timedelta(hours=hours))
spans = st.builds(Span, st.none() | moments, st.none() | moments)
delegations = st.builds(
    lambda span, revoked: Delegation("D-1", MIA, LENA, span, revoked_at=revoked),
    spans,
    st.none() | moments,
)


@st.composite
def people(draw: st.DrawFn) -> MasterData:
    """Mia with every span of hers drawn: employed, level, manager, office, absent, delegated."""
    mia = Person(
        MIA,
        "Mia",
        "US01",
        employed=tuple(draw(st.lists(spans, max_size=2))),
        managers=(Dated(LENA, draw(spans)),),
        levels=(Dated("manager", draw(spans)),),
    )
    return snapshot(
        "digest",
        people=[mia, Person(LENA, "Lena", "US01")],
        logins=[("mia.us", Dated(MIA, draw(spans)))],
        holdings=[Holding("cfo", MIA, span=draw(spans))],
        acting=[Acting(MIA, LENA, draw(spans))],
        absences=[Absence(MIA, draw(spans))],
        delegations=[draw(delegations)],
    )


def state(data: MasterData, now: datetime) -> tuple[object, ...]:
    """Everything about Mia that time alone can change."""
    mia = data.people[MIA]
    [holding] = [each for rows in data.holdings.values() for each in rows]
    [acting] = data.acting[MIA]
    [given_] = data.delegations[MIA]
    return (
        mia.is_active(now),
        current(mia.managers, now),
        current(mia.levels, now),
        data.person_of("mia.us", now),
        holding.span.holds(now),
        acting.span.holds(now),
        data.is_absent(MIA, now),
        given_.span.holds(now) and (given_.revoked_at is None or now < given_.revoked_at),
    )


@given(people(), moments, st.integers(0, 13 * 3600))
def test_nothing_changes_before_the_next_boundary(
    data: MasterData, now: datetime, seconds: int
) -> None:
    later = now + timedelta(seconds=seconds)
    following = next_boundary(boundaries(data), now)
    if following is None or later < following:
        assert state(data, later) == state(data, now)


@given(st.sets(moments), moments)
def test_the_next_boundary_is_the_first_that_comes_after(
    found: set[datetime], now: datetime
) -> None:
    expected = min((moment for moment in found if moment > now), default=None)
    assert next_boundary(tuple(sorted(found)), now) == expected
