"""The population that cases are selected from: every case of it, and what they come to."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Final

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
                yield self._row(row)
            after = found[-1].id

    def _row(self, row: object) -> dict[str, str]:
        number = number_of(row.id)  # type: ignore[attr-defined]
        currency, amount = _worth(row.document)  # type: ignore[attr-defined]
        self.items.append(Item(number, amount or Fraction(0)))
        self.ids[number] = row.id  # type: ignore[attr-defined]
        self.by_status[row.status] += 1  # type: ignore[attr-defined]
        if amount is not None:
            self.totals[currency] = self.totals.get(currency, Fraction(0)) + amount
        cells = (
            number,
            row.type,  # type: ignore[attr-defined]
            row.document_id,  # type: ignore[attr-defined]
            row.entity,  # type: ignore[attr-defined]
            row.status,  # type: ignore[attr-defined]
            "" if amount is None else fraction_text(amount),
            currency,
            str(row.position),  # type: ignore[attr-defined]
            moment_as_kept(row.received_at),  # type: ignore[attr-defined]
        )
        return dict(zip(COLUMNS, cells, strict=True))


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
