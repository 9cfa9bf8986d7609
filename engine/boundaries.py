"""The moments at which people change by time alone: employment, offices, absences, delegations.

Between two of them, under the same master data, whoever could act before can act still.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from itertools import chain
from typing import Protocol

from engine.master_data import MasterData, Span


class _Spanned(Protocol):
    @property
    def span(self) -> Span: ...


def boundaries(data: MasterData) -> tuple[datetime, ...]:
    """Every moment (aware) at which somebody begins or ceases to be somebody who may act, in order.

    Ends are exclusive: at the moment itself the span holds no more.
    """
    moments = {
        moment for span in _spans(data) for moment in (span.start, span.end) if moment is not None
    }
    revoked = (d.revoked_at for rows in data.delegations.values() for d in rows)
    return tuple(sorted(moments | {moment for moment in revoked if moment is not None}))


def next_boundary(moments: tuple[datetime, ...], after: datetime) -> datetime | None:
    """The first of the moments that comes after an aware one; `None` for none."""
    position = bisect_right(moments, after)
    return moments[position] if position < len(moments) else None


def _spans(data: MasterData) -> Iterator[Span]:
    for person in data.people.values():
        yield from person.employed
        yield from _of(chain(person.managers, person.levels))
    for rows in _all_rows(data):
        yield from _of(chain.from_iterable(rows.values()))
    for center in data.cost_centers.values():
        yield from _of(chain(center.owners, center.budget_holders))
    for project in data.projects.values():
        yield project.span
        yield from _of(project.managers)


def _all_rows(data: MasterData) -> Iterator[Mapping[object, tuple[_Spanned, ...]]]:
    every: tuple[object, ...] = (
        *(data.logins, data.holdings, data.acting, data.absences),
        *(data.delegations, data.interests, data.relations),
    )
    yield from every  # type: ignore[misc]


def _of(rows: Iterable[_Spanned]) -> Iterator[Span]:
    return (row.span for row in rows)
