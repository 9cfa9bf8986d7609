"""The log out of a store, piece by piece: events in their order, then the objects."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from itertools import groupby
from operator import itemgetter
from typing import Any, Final

from sqlalchemy import Connection, select

from adapters.store.cases import number_of
from adapters.store.tables import cases, trail
from adapters.store.trail import every_record
from api.usecases.trail.exporting.population import worth
from api.usecases.trail.ocel.model import (
    ABOUT,
    STATIC,
    Attribute,
    Event,
    Link,
    Object,
    event_of,
    object_id,
)

BATCH: Final = 500


class Log:
    """One store at one moment. First all events are taken, then all objects.

    Kept meanwhile are the names of people, sets, suppliers, orders and entities, and no case.
    """

    def __init__(
        self,
        connection: Connection,
        size: int,
        progress: Callable[[int, int], None] = lambda done, total: None,
    ) -> None:
        self._progress = progress
        self._connection = connection
        self._size = size
        self._named: dict[str, str] = {}  # ids of objects that are no cases, with their types
        self.event_types: set[str] = set()

    def events(self) -> Iterator[Event]:
        """An event for each of the first records, in their order."""
        for record in every_record(self._connection, BATCH):
            if record.position > self._size:
                return
            event = event_of(record.position, json.loads(record.body))
            self.event_types.add(event.type)
            self._name(event.links)
            yield event
            if record.position % BATCH == 0:
                self._progress(record.position, self._size)

    def objects(self) -> Iterator[Object]:
        """Each case, and whatever events or cases are about."""
        statuses = self._statuses()
        known: tuple[int, list[Attribute]] | None = next(statuses, None)
        after = 0
        query = select(cases).order_by(cases.c.id)
        while found := self._connection.execute(query.where(cases.c.id > after).limit(BATCH)).all():
            for row in found:
                while known is not None and known[0] < row.id:
                    known = next(statuses, None)
                if known is not None and known[0] == row.id:
                    made = _case(row, known[1])
                    self._name(made.links)
                    yield made
            after = found[-1].id
        for id, kind in sorted(self._named.items()):
            yield Object(id, kind)

    def _name(self, links: tuple[Link, ...]) -> None:
        for link in links:
            kind = link.object_id.partition(":")[0]
            if kind != "case":
                self._named[link.object_id] = kind

    def events_by_case(self) -> Iterator[Event]:
        """An event for each record of a case, the records of a case together."""
        for done, (_, position, body) in enumerate(self._by_case(), start=1):
            yield event_of(position, body)
            if done % BATCH == 0:
                self._progress(done, self._size)

    def _statuses(self) -> Iterator[tuple[int, list[Attribute]]]:
        """The statuses of each case that its records state, in the order of cases."""
        for case_id, records in groupby(self._by_case(), key=itemgetter(0)):
            changes: list[Attribute] = []
            for _, _, body in records:
                _change(changes, body)
            yield case_id, changes

    def _by_case(self) -> Iterator[tuple[int, int, dict[str, Any]]]:
        """Case, position and body of each record of a case, in this order."""
        after, position = 0, 0
        query = (
            select(trail.c.case_id, trail.c.position, trail.c.body)
            .where(trail.c.case_id.is_not(None), trail.c.position <= self._size)
            .order_by(trail.c.case_id, trail.c.position)
            .limit(BATCH)
        )
        while True:
            same = (trail.c.case_id == after) & (trail.c.position > position)
            rows = self._connection.execute(query.where((trail.c.case_id > after) | same)).all()
            if not rows:
                return
            for row in rows:
                yield row.case_id, row.position, json.loads(row.body)
            after, position = rows[-1].case_id, rows[-1].position


def _change(changes: list[Attribute], body: dict[str, Any]) -> None:
    status = body.get("status")
    if isinstance(status, str) and (not changes or changes[-1].value != status):
        changes.append(Attribute("status", str(body["at"]), status))


def _case(row: Any, statuses: list[Attribute]) -> Object:
    currency, amount = worth(row.document)
    stated = {
        "document_type": row.type,
        "document_id": row.document_id,
        "entity": row.entity,
        "currency": currency,
        "amount": amount,
    }
    fixed = tuple(Attribute(name, STATIC, value) for name, value in stated.items() if value)
    plain = json.loads(row.document)
    links = tuple(
        Link(object_id(kind, name), what)
        for kind, field, what in ABOUT
        if isinstance(name := plain.get(field), str) and name
    )
    return Object(object_id("case", number_of(row.id)), "case", (*fixed, *statuses), links)
