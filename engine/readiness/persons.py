"""Persons behind names: whether two names are one person, or two that count as one."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from engine.master_data import MasterData, PersonId


def persons_of(data: MasterData, names: Iterable[str], moment: datetime) -> frozenset[PersonId]:
    """The persons behind logins and ids; a name that nobody is known by stands for itself."""
    return frozenset(data.person_of(name, moment) or PersonId(name) for name in names if name)


def is_or_is_near(
    data: MasterData, person: PersonId, others: Iterable[PersonId], moment: datetime
) -> bool:
    """Whether the person is one of the others, or is related to one at the moment."""
    near = {row.related_to for row in data.relations.get(person, ()) if row.span.holds(moment)}
    return not (near | {person}).isdisjoint(others)
