"""The population that cases are selected from: every case of it, and what they come to."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, func, select

from adapters.store.cases import number_of
from adapters.store.tables import cases, moment_as_kept, trail
from engine.money import fraction_text
from engine.sampling import Item
from engine.verifying.counting import COLUMNS
from engine.verifying.totals import Totals

BATCH: Final = 500


@dataclass(slots=True)
class Population:
    """What its rows came to, once they were all written: `items` are drawn from, `ids` by number of
    the case."""

    items: list[Item] = field(default_factory=list)
    ids: dict[str, int] = field(default_factory=dict)
    by_status: Counter[str] = field(default_factory=Counter)
    totals: dict[str, Fraction] = field(default_factory=dict)

    def rows(
        self, connection: Connection, conditions: list[ColumnElement[bool]], size: int
    ) -> Iterator[dict[str, str]]:
        """A row for each case whose first record is among the first `size`, by its number."""
        for each in cases_of(connection, conditions, size):
            self.items.append(Item(each.number, each.amount or Fraction(0)))
            self.ids[each.number] = each.id
            self.by_status[each.cells["status"]] += 1
            if each.amount is not None:
                currency = each.cells["currency"]
                self.totals[currency] = self.totals.get(currency, Fraction(0)) + each.amount
            yield each.cells


@dataclass(frozen=True, slots=True)
class Row:
    """A case: its cells by column, and what it is worth, `None` for nothing."""

    id: int
    number: str
    amount: Fraction | None
    cells: dict[str, str]


def cases_of(
    connection: Connection, conditions: list[ColumnElement[bool]], size: int
) -> Iterator[Row]:
    """The cases whose first record is among the first `size`, by number, some at a time."""
    after = 0
    first = select(trail.c.case_id, func.min(trail.c.position).label("position"))
    firsts = first.where(trail.c.case_id.is_not(None)).group_by(trail.c.case_id).subquery()
    query = (
        select(cases, firsts.c.position)
        .join(firsts, firsts.c.case_id == cases.c.id)
        .where(*conditions, firsts.c.position <= size)
        .order_by(cases.c.id)
    )
    while True:
        found = connection.execute(query.where(cases.c.id > after).limit(BATCH)).all()
        if not found:
            return
        for row in found:
            yield _row(row)
        after = found[-1].id


def _row(row: Any) -> Row:
    number = number_of(row.id)
    currency, amount = _worth(row.document)
    cells = (
        number,
        row.type,
        row.document_id,
        row.entity,
        row.status,
        "" if amount is None else fraction_text(amount),
        currency,
        str(row.position),
        moment_as_kept(row.received_at),
    )
    return Row(row.id, number, amount, dict(zip(COLUMNS, cells, strict=True)))


def worth(document: str) -> tuple[str, str]:
    """The currency of a document as it is kept, and its sum as exact text; empty for none."""
    currency, amount = _worth(document)
    return currency, "" if amount is None else fraction_text(amount)


def _worth(document: str) -> tuple[str, Fraction | None]:
    """The currency of a document and the sum of its lines without tax; nothing where none state
    an amount."""
    totals = Totals()
    totals.add({"document": json.loads(document)})
    for currency, amount in totals.by_currency.items():
        return currency, amount
    return "", None
