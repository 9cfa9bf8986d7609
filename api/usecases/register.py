"""The register of authority as lines: one for each thing that a person holds, may or may not.

One line says the same in a table, in CSV and in JSON. Days are local days of the person's entity;
a last day is included.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import groupby
from typing import Final
from zoneinfo import ZoneInfo

from api.usecases.drafts import Draft, DraftData
from engine.business_time import start_of_day
from engine.explaining.messages.catalogues import catalogue
from engine.facts.conditions import ALWAYS, All, Condition
from engine.master_data import ALWAYS as FOREVER
from engine.master_data import Delegation, Person, PersonId, Span
from engine.places import NOWHERE, Place
from engine.register.entries import entries
from engine.register.entry import (
    Asking,
    Bar,
    Delegated,
    Employment,
    Entry,
    Granted,
    Held,
    StandsIn,
    Worth,
)
from rules.checks.wording import condition_text

STATES: Final = {
    "to_come": "not yet in force",
    "delegation_revoked": "revoked",
    "inactive": "one of the two is not employed, so it does not count",
    "absent": "the delegate is away himself",
}
BARS: Final = {
    "declared_interest": "declared an interest in {about}: is not asked about it",
    "related_party_match": "shares a detail with the supplier {about}: is not asked about it",
    "segregation": "holds roles of both duties of the conflict {about}: approves nothing it covers",
    "barred": "barred by {about}",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One thing of one person. `kind` says what; what does not apply is empty."""

    kind: str
    what: str
    up_to: str = ""
    entities: str = ""
    documents: str = ""
    only_where: str = ""
    together_with: str = ""
    since: str = ""
    until: str = ""
    note: str = ""
    place: str = ""


COLUMNS: Final = (
    *("person", "name", "entity", "status"),
    *("kind", "what", "up_to", "entities", "documents", "only_where", "together_with"),
    *("since", "until", "note", "place"),
)


@dataclass(frozen=True, slots=True)
class Shown:
    """A person's entry in words: where he stands, and his lines."""

    entry: Entry
    status: str
    lines: tuple[Line, ...]


def at_noon(day: date, zone: str) -> datetime:
    """The moment that a day means: its noon there."""
    return datetime.combine(day, time(12), ZoneInfo(zone))


def register(
    draft: Draft, data: DraftData, people: Iterable[PersonId], when: datetime | date
) -> Iterator[Shown]:
    """The entries of the people, at the moment, or at noon of the day where each of them is."""
    known = data.data.people
    for _, group in groupby(people, key=lambda person: _zone(draft, known[person])):
        together = tuple(group)
        zone = _zone(draft, known[together[0]])
        moment = when if isinstance(when, datetime) else at_noon(when, zone)
        for entry in entries(draft.policy, data.data, together, moment):
            yield Shown(entry, status(entry, zone), tuple(_lines(draft, entry, zone)))


def _zone(draft: Draft, person: Person) -> str:
    return draft.policy.organization.entities[person.entity].zone


def status(entry: Entry, zone: str) -> str:
    """Whether he is there at the moment, in words."""
    since, until = _days(entry.employed, zone)
    match entry.employment:
        case Employment.NOT_STARTED:
            return f"begins on {since}: approves nothing yet"
        case Employment.LEFT:
            return f"left, the last day was {until}: approves nothing" if until else "left"
        case Employment.INTERRUPTED:
            return f"is back on {since}: approves nothing until then"
        case Employment.ACTIVE:
            away = next((span for span in entry.absences if span.holds(entry.now)), None)
            if away is None:
                return f"active until {until}" if until else "active"
            _, back = _days(away, zone)
            return f"away until {back}" if back else "away"


def _lines(draft: Draft, entry: Entry, zone: str) -> Iterator[Line]:
    is_there = entry.employment is Employment.ACTIVE
    yield from _held(entry, zone)
    if not is_there:
        return
    every = tuple(draft.policy.organization.entities)
    yield from (_limit(granted, every) for granted in entry.limits)
    for seat in entry.bodies:
        said = f"votes in {seat.body.name}" if seat.votes else f"records {seat.body.name}"
        votes = f"{seat.votes} votes" if seat.votes > 1 else ""
        yield Line("body", said, note=votes, place=_place(seat.body.place))
    yield from (line for each in entry.received for line in _delegation(each, zone, "from"))
    yield from (line for each in entry.given for line in _delegation(each, zone, "to"))
    yield from (_stand_in(each) for each in entry.stands_in)
    for post in entry.acting:
        since, until = _days(post.span, zone)
        note = "" if post.span.holds(entry.now) else "not yet"
        what = f"acts in the position of {post.position}"
        yield Line("acting", what, since=since, until=until, note=note)
    yield from (_bar(bar, zone) for bar in entry.bars)
    yield from (_asked(each) for each in entry.asked)


def _held(entry: Entry, zone: str) -> Iterator[Line]:
    """Level, roles, and what is owned; said to count nothing for who is not there."""
    note = "" if entry.employment is Employment.ACTIVE else "does not count"
    if entry.level is not None:
        since, until = _days(entry.level.span, zone)
        yield Line("level", entry.level.value, since=since, until=until, note=note)
    yield from (role_line(held, entry, zone) for held in entry.roles)
    for owned in entry.owned:
        since, until = _days(owned.span, zone)
        what = f"{owned.kind} of {owned.name}"
        yield Line("owner", what, entities=owned.entity, since=since, until=until, note=note)


def role_line(held: Held, entry: Entry, zone: str) -> Line:
    """A role that somebody holds; said to count nothing for who is not there."""
    since, until = _days(held.holding.span, zone)
    scope = "" if held.role.per == "group" else f" for {_everything(held.holding.scope)}"
    note = "" if entry.employment is Employment.ACTIVE else "does not count"
    acting = "acting" if held.holding.acting else note
    what = f"{held.role.name}{scope}"
    return Line("role", what, since=since, until=until, note=acting, place=_place(held.role.place))


def _everything(scope: str) -> str:
    return "everything" if scope == "*" else scope


def _limit(granted: Granted, every: tuple[str, ...]) -> Line:
    limit = granted.limit
    scope = "" if granted.scope == "*" else f" for {granted.scope}"
    return Line(
        "limit",
        f"as {granted.by}{scope}",
        up_to="any amount" if limit.up_to is None else str(limit.up_to),
        entities=_listed(granted.entities, every),
        documents=_listed(sorted(limit.documents), ()),
        only_where=said(granted.when),
        together_with=" and ".join(granted.others),
        place=_place(limit.place),
    )


def _listed(names: Iterable[str], every: tuple[str, ...]) -> str:
    """The names, or nothing where they are all there are."""
    listed = tuple(names)
    return "" if listed == every else ", ".join(listed)


def said(condition: Condition) -> str:
    """A condition as policies write it; nothing for what is always true."""
    return "" if condition == ALWAYS else condition_text(condition)


def _place(place: Place) -> str:
    return "" if place == NOWHERE else str(place)


def _delegation(each: Delegated, zone: str, direction: str) -> Iterator[Line]:
    delegation = each.delegation
    other = delegation.delegate if direction == "to" else delegation.delegator
    since, until = _days(delegation.span, zone)
    line = Line(
        "delegation",
        f"{direction} {other} ({delegation.id})",
        up_to="" if delegation.cap is None else str(delegation.cap),
        entities=_listed(sorted(delegation.entities), ()),
        documents=_listed(sorted(delegation.documents), ()),
        only_where=_scope(delegation),
        since=since,
        until=until,
    )
    if each.state != "in_force":
        yield _noted(line, STATES[each.state])
    elif not each.worth:
        yield _noted(line, f"no row allows it: {', '.join(each.refused)}")
    for worth in each.worth:
        yield _worth(line, worth)


def _scope(delegation: Delegation) -> str:
    parts = []
    if delegation.categories:
        parts.append(f"category: [{', '.join(sorted(delegation.categories))}]")
    if delegation.capex is not None:
        parts.append(f"capex: {'yes' if delegation.capex else 'no'}")
    return ", ".join(parts)


def _noted(line: Line, note: str, **more: str) -> Line:
    values = {name: getattr(line, name) for name in line.__slots__}
    return Line(**{**values, "note": note, **more})


def _worth(line: Line, worth: Worth) -> Line:
    """The line with what the delegation comes to by one row."""
    said_amount = catalogue("en").amount
    amounts = " and ".join(f"{who} ({said_amount(limit)})" for who, limit in worth.authority)
    both = "lesser authority of " if len(worth.authority) > 1 else "authority of "
    caps = (
        f", at most {' and '.join(said_amount(str(cap)) for cap in worth.caps)}"
        if worth.caps
        else ""
    )
    conditions = ", ".join(filter(None, (line.only_where, said(worth.rule.when))))
    return _noted(
        line,
        f"{both}{amounts}{caps}{'; open tasks stay' if worth.rule.pending_stay else ''}",
        entities=", ".join(worth.entities),
        documents=", ".join(worth.documents),
        only_where=conditions,
        place=_place(worth.rule.place),
    )


def _stand_in(each: StandsIn) -> Line:
    rule = each.rule
    required = ", ".join(part.text for part in rule.require)
    return Line(
        "stand_in",
        f"for {rule.for_role}, as {each.by}",
        up_to="" if rule.up_to is None else str(rule.up_to),
        documents=", ".join(sorted(rule.documents)),
        only_where=", ".join(filter(None, (said(rule.when), required))),
        note=f"only while every holder is {' or '.join(sorted(rule.because))}",
        place=_place(rule.place),
    )


def _bar(bar: Bar, zone: str) -> Line:
    since, until = _days(bar.span, zone)
    what = BARS[bar.code].format(about=bar.about)
    return Line(
        "bar", what, "", "", "", said(bar.when), "", since, until, bar.code, _place(bar.place)
    )


def _asked(each: Asking) -> Line:
    name = f", {each.row}" if each.row else ""
    where = f"{each.of}{name}" if each.of else f"control{name}"
    tests = each.tests.parts if isinstance(each.tests, All) else (each.tests,)
    only = ", ".join(filter(None, map(said, tests)))
    ways = ", ".join(each.ways)
    return Line(
        "asked", f"by {where}", only_where=only, note=f"as {ways}", place=_place(each.place)
    )


def _days(span: Span, zone: str) -> tuple[str, str]:
    """The first and the last day, or the moment where an end is within a day; empty for open."""
    if span == FOREVER:
        return "", ""
    since = "" if span.start is None else _moment(span.start, zone, span.start)
    last = None if span.end is None else span.end - timedelta(microseconds=1)
    until = "" if last is None or span.end is None else _moment(span.end, zone, last)
    return since, until


def _moment(instant: datetime, zone: str, day_of: datetime) -> str:
    """The local day where the instant is a local midnight, else the local time."""
    local = instant.astimezone(ZoneInfo(zone))
    if instant == start_of_day(local.date(), zone):
        return day_of.astimezone(ZoneInfo(zone)).date().isoformat()
    return local.isoformat(timespec="minutes")
