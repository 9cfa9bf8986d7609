"""What is watched on a case by time: who is asked, what is stale, what has to be ratified.

The policy's `escalation` says after how long; the calendar is that of the document's entity. A
time counts from the moment at which somebody was asked, and each rung has the whole time again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import StrEnum

from engine.cases.status import Status
from engine.deadlines.spans import Span, span_of
from engine.decision import Ask, Assignment, Decision, Outcome, Via
from engine.policy import PolicySet
from engine.routing.completing import open_now
from engine.routing.course import ActKind, Course, PlaceKey, keyed
from engine.routing.escalating import may_be_raised, positions
from engine.values import value


class Kind(StrEnum):
    """What happens when it is due."""

    REMIND = "remind"
    ESCALATE = "escalate"
    WITHDRAW = "withdraw"
    RATIFY = "ratify"
    ASKED = "asked"  # nothing: it keeps since when a place is asked


@value
class Watched:
    """One thing that falls due after `span`; `key` is `None` for the case itself.

    `persons` are those who are asked, `rung` how often the place was escalated.
    """

    kind: Kind
    span: Span
    key: PlaceKey | None = None
    place: int = 0
    persons: tuple[str, ...] = ()
    rung: int = 0


_AGREED = frozenset({Status.APPROVED, Status.POSTING, Status.POSTED, Status.EXCEPTION})
_UNATTENDED = frozenset({Status.HELD, Status.RETURNED})
_AT_ONCE = Span(0, "days")  # a ratification without a time is open to the end of the day


def watched(
    policy: PolicySet, status: Status, decision: Decision, course: Course
) -> Iterator[Watched]:
    """What is watched of a case that stands so."""
    terms = policy.escalation
    if status is Status.PENDING and decision.outcome is Outcome.ROUTE:
        yield from _of_route(terms, decision, course)
        yield from _told(decision)
    elif status in _UNATTENDED and "withdraw_after" in terms:
        yield Watched(Kind.WITHDRAW, span_of(terms["withdraw_after"]))
    elif status in _AGREED:
        yield from _to_ratify(decision, course)
        yield from _told(decision)


def _of_route(terms: Mapping[str, str], decision: Decision, course: Course) -> Iterator[Watched]:
    open_places = dict(open_now(decision, course))
    ids = {place.id for place in open_places.values()}
    for key, place in open_places.items():
        if place.already in ids or place.ask not in (Ask.APPROVE, Ask.CONSULT):
            continue
        yield _asked(key, place)
        persons = _persons(place)
        rung = sum(a.via is Via.ESCALATED for a in place.assignees)
        if "remind_after" in terms:
            span = span_of(terms["remind_after"])
            yield Watched(Kind.REMIND, span, key, place.id, persons, rung)
        if "escalate_after" in terms and (may_be_raised(place) or place.body is None):
            span = span_of(terms["escalate_after"])
            yield Watched(Kind.ESCALATE, span, key, place.id, persons, rung)


def _persons(place: Assignment) -> tuple[str, ...]:
    """Who could act there; of a body its members and recorders."""
    body = place.body
    more = () if body is None else (*body.members, *body.recorders)
    return tuple(dict.fromkeys((*(a.person for a in place.assignees), *more)))


def _to_ratify(decision: Decision, course: Course) -> Iterator[Watched]:
    for key, place in keyed(decision):
        is_given = any(key in g.keys and g.kind is not ActKind.REJECT for g in course.given)
        if place.ask is Ask.RATIFY and not is_given:
            span = span_of(place.within) if place.within else _AT_ONCE
            yield Watched(Kind.RATIFY, span, key, place.id, _persons(place))
            yield _asked(key, place)


def _told(decision: Decision) -> Iterator[Watched]:
    """Who is told is so from the beginning, and may object as long as it is open."""
    for key, place in keyed(decision):
        if place.ask is Ask.NOTIFY:
            yield _asked(key, place)


def _asked(key: PlaceKey, place: Assignment) -> Watched:
    """Since when, for whoever's place it is, also while others are asked above or instead."""
    return Watched(Kind.ASKED, _AT_ONCE, key, place.id, positions(place))
