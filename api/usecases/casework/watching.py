"""Keeps what falls due on a case in step with who is asked on it.

Whoever is asked still keeps his moment; whoever is asked anew has his whole time from now on. Since
when a place is asked at all is kept by the same rule, also where nothing falls due.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from adapters.store import deadlines
from adapters.store.cases import Case
from adapters.store.deadlines import Deadline
from api.usecases.casework.resources import InForce
from engine.business_time import BusinessCalendar, calendar_of
from engine.deadlines.spans import end_of
from engine.deadlines.watching import Kind, Watched, watched
from engine.decision import Decision
from engine.errors import PolicyError
from engine.routing.course import Course, PlaceKey


def watch(
    connection: Connection,
    current: InForce,
    case: Case,
    decision: Decision,
    course: Course,
    now: datetime,
) -> None:
    """The deadlines of a case as it stands after something happened; it is locked."""
    before = {(d.key, d.kind): d for d in deadlines.watched_on(connection, case.id)}
    wanted = [*_wanted(current, case, decision, course, now, before)]
    if wanted or before:
        deadlines.set_deadlines(connection, case.id, wanted)


def watch_new(
    current: InForce,
    case: Case,
    decision: Decision,
    course: Course,
    now: datetime,
    asked_before: Iterable[Deadline] = (),
) -> Iterator[Deadline]:
    """The deadlines of a case that has none, for the caller to keep.

    `asked_before` is since when its places were asked with the content before, where that counts.
    """
    before = {(each.key, each.kind): each for each in asked_before}
    yield from _wanted(current, case, decision, course, now, before)


def _wanted(
    current: InForce,
    case: Case,
    decision: Decision,
    course: Course,
    now: datetime,
    before: Mapping[tuple[PlaceKey | None, Kind], Deadline],
) -> Iterator[Deadline]:
    found = watched(current.policy, case.status, decision, course)
    entity = current.policy.organization.entities.get(case.entity)
    if entity is None:
        return
    calendar = calendar_of(entity, current.data.holidays)
    for each in found:
        known = before.get((each.key, each.kind))
        is_known = known is not None and _is_same(known, each)
        since = known.since if known is not None and is_known else now
        is_asked = each.kind is Kind.ASKED
        due_at = since if is_asked else _due(each, since, calendar)
        if due_at is None:
            continue
        if known is not None and is_known:
            persons = each.persons or known.persons
            yield replace(known, place=each.place, persons=persons, due_at=due_at)
        else:
            done_at = now if is_asked else None  # there is nothing to do about it
            yield Deadline(
                *(case.id, each.key, each.kind, each.place, each.persons, each.rung),
                since,
                due_at,
                done_at,
            )


def _is_same(known: Deadline, found: Watched) -> bool:
    """Whether somebody who is asked was asked before, in the same rung."""
    is_shared = not known.persons or not set(known.persons).isdisjoint(found.persons)
    return known.rung == found.rung and is_shared


def _due(found: Watched, since: datetime, calendar: BusinessCalendar) -> datetime | None:
    """When it is due; `None` where the calendar never comes so far."""
    try:
        return end_of(found.span, since, calendar)
    except PolicyError:
        return None
