"""Every instant at which something in a set or its data changes.

A test that states no moment must come out the same whenever it runs. It is run just before and just
after each of these instants; where two of the decisions differ, it depends on time.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from engine.business_time import start_of_day
from engine.facts.conditions import Compare, Condition, Constant, atoms
from engine.master_data import MasterData, Span
from engine.policy import PolicySet
from engine.scopes import Effective


def changes(policy: PolicySet, data: MasterData, zone: str) -> tuple[datetime, ...]:
    """The instants, ascending; days are those of `zone`."""
    found: set[datetime] = set()
    for day in {*_days(policy), *_rate_days(policy, data)}:
        if date(1900, 1, 1) < day < date(2900, 1, 1):
            found.add(start_of_day(day, zone))
    for span in _spans(data):
        found.update(moment for moment in (span.start, span.end) if moment is not None)
    return tuple(sorted(found))


def around(moments: tuple[datetime, ...]) -> tuple[datetime, ...]:
    """Moments to try: before each change and at it."""
    second = timedelta(seconds=1)
    return tuple(sorted({near for moment in moments for near in (moment - second, moment)}))


def _days(policy: PolicySet) -> Iterator[date]:
    for effective in _effectives(policy):
        yield from (day for day in (effective.start, effective.to) if day is not None)
    for condition in _conditions(policy):
        yield from _constants(condition)
    for mitigation in policy.mitigations:
        yield mitigation.until + timedelta(days=1)


def _effectives(policy: PolicySet) -> Iterator[Effective]:
    yield from (matrix.effective for matrix in policy.matrices)
    yield from (control.effective for control in policy.additional)
    yield from (barred.effective for barred in policy.barred)
    yield from (guarantee.effective for guarantee in policy.guarantees)
    yield from (conflict.effective for conflict in policy.conflicts)
    yield from (check.effective for check in policy.readiness)


def _conditions(policy: PolicySet) -> Iterator[Condition]:
    for matrix in policy.matrices:
        yield matrix.when
        for row in matrix.rows:
            yield from (row.when, *(part.condition for part in row.require))
    for control in policy.additional:
        yield from (control.when, *(part.condition for part in control.require))
    yield from (barred.when for barred in policy.barred)
    yield from (guarantee.when for guarantee in policy.guarantees)
    yield from (limit.when for limit in policy.organization.limits)
    yield from (rule.when for rule in policy.delegation)
    yield from (rule.when for rule in policy.stand_ins)


def _constants(condition: Condition) -> Iterator[date]:
    """The days on which a comparison with today changes."""
    for atom in atoms(condition):
        if isinstance(atom, Compare) and isinstance(atom.bound, Constant):
            value = atom.bound.value
            if isinstance(value, date):
                yield from (value, value + timedelta(days=1))


def _rate_days(policy: PolicySet, data: MasterData) -> Iterator[date]:
    stale = policy.fx.stale_after_days if policy.fx is not None else 0
    for rates in data.rates.values():
        for rate in rates:
            yield from (rate.day, rate.day + timedelta(days=1))
            yield rate.day + timedelta(days=stale + 1)


def _spans(data: MasterData) -> Iterator[Span]:
    for person in data.people.values():
        yield from person.employed
        yield from (dated.span for dated in person.managers)
        yield from (dated.span for dated in person.levels)
    yield from (entry.span for entries in data.holdings.values() for entry in entries)
    yield from (entry.span for entries in data.acting.values() for entry in entries)
    yield from (entry.span for entries in data.absences.values() for entry in entries)
    yield from (entry.span for entries in data.interests.values() for entry in entries)
    for delegations in data.delegations.values():
        for delegation in delegations:
            yield from (delegation.span, Span(None, delegation.revoked_at))
    for logins in data.logins.values():
        yield from (dated.span for dated in logins)
    for center in data.cost_centers.values():
        yield from (dated.span for dated in (*center.owners, *center.budget_holders))
    for project in data.projects.values():
        yield project.span
        yield from (dated.span for dated in project.managers)
    for periods in data.periods.values():
        yield from (span for period in periods for span in period.open)
