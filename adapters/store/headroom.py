"""Totals that documents share: what each adds, and one writer at a time for each key.

Two documents that could change each other's total share a key (`engine/cumulation/keys.py`). A
transaction locks the keys of its document in ascending order before it adds up, so that of two that
arrive together one sees the other. What a document adds is kept by key, moment and currency, so
that a total is one sum of the database's, exact in whole numbers.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from fractions import Fraction
from typing import Final

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    bindparam,
    delete,
    func,
    insert,
    literal_column,
    or_,
    select,
    text,
)

from adapters.store.tables import cases, contributions
from engine.cases.status import Status
from engine.cumulation import APPROVED, PENDING
from engine.cumulation.counting import Amounts, Contribution, Measure
from engine.money import INT64_MAX
from engine.rates import Shortage

COUNTS_AS: Final[Mapping[Status, str]] = {
    Status.PENDING: PENDING,
    Status.HELD: PENDING,
    Status.APPROVED: APPROVED,
    Status.POSTING: APPROVED,
    Status.POSTED: APPROVED,
    Status.EXCEPTION: APPROVED,
}

# Sums of 64-bit numbers leave 64 bits; those of their two halves never do, for 2**32 documents.
_HALF: Final = 10**9
# Locked one after the other, in the order of the list: `unnest` keeps it.
_LOCK = text("select pg_advisory_xact_lock(each) from unnest(cast(:numbers as bigint[])) as each")


def lock(connection: Connection, keys: Iterable[str]) -> None:
    """Locks the keys until the transaction ends, in one order for all; SQLite has one writer.

    Keys are locked by a number made of them: two that share one wait for each other in vain, and
    that is all.
    """
    if connection.dialect.name != "sqlite":
        numbers = sorted({_number(key) for key in keys})
        if numbers:
            connection.execute(_LOCK, {"numbers": numbers})


def count(
    connection: Connection, case_id: int, at: datetime, added: Sequence[Contribution], is_new: bool
) -> None:
    """The case adds this from `at` on, under keys that are locked, and nothing else."""
    if not is_new:
        connection.execute(_FORGET, {"of": case_id})
    if added:
        connection.execute(_ADD, [_row(case_id, at, each) for each in added])


def counted(connection: Connection, measure: Measure, but_not: int) -> list[Amounts]:
    """What the others add to a total, together for those that are converted alike."""
    if measure.value is not None:
        return []
    return [_amounts(row) for row in connection.execute(_SUMS, _asked(measure, but_not))]


def counted_cases(connection: Connection, measure: Measure, but_not: int) -> Sequence[int]:
    """The ids of the cases that a total counts, in their order."""
    if measure.value is not None:
        return []
    return connection.execute(_IDS, _asked(measure, but_not)).scalars().all()


def kept(connection: Connection, case_ids: Collection[int]) -> Mapping[int, frozenset[object]]:
    """What cases add, by case, as values that can only be compared."""
    found: dict[int, set[object]] = {}
    query = select(contributions).where(contributions.c.case_id.in_(case_ids))
    for row in connection.execute(query) if case_ids else ():
        found.setdefault(row.case_id, set()).add(tuple(row))
    return {case_id: frozenset(added) for case_id, added in found.items()}


def as_kept(case_id: int, at: datetime, added: Iterable[Contribution]) -> frozenset[object]:
    """The same values for what a case adds, as `kept` would give them."""
    names = contributions.c.keys()
    rows = (_row(case_id, at, each) for each in added)
    return frozenset(tuple(row[name] for name in names) for row in rows)


def _number(key: str) -> int:
    return int.from_bytes(hashlib.sha256(key.encode()).digest()[:8], "big", signed=True)


def _row(case_id: int, at: datetime, each: Contribution) -> dict[str, object]:
    amounts = each.amounts
    parts = amounts.minor.denominator
    whole, rest = divmod(amounts.minor.numerator, parts)
    lacking = amounts.lacking
    if lacking is None and max(abs(whole), parts) > INT64_MAX:
        lacking = Shortage("amount_overflow", amounts.currency)
    if lacking is not None:
        whole, rest, parts = 0, 0, 1
    return {
        "key": each.key,
        "at": at,
        "case_id": case_id,
        "currency": amounts.currency,
        "rate_day": str(amounts.rate_day or ""),
        "whole": whole,
        "rest": rest,
        "parts": parts,
        "lacking": f"{lacking.code} {lacking.detail}" if lacking is not None else "",
    }


def _asked(measure: Measure, but_not: int) -> dict[str, object]:
    statuses = [str(status) for status, word in COUNTS_AS.items() if word in measure.statuses]
    return {
        "key": measure.key,
        "since": measure.since,
        "before": measure.before,
        "statuses": statuses,
        "but_not": but_not,
    }


def _amounts(row: Row[*tuple[object, ...]]) -> Amounts:
    whole = int(row.whole_halves) * _HALF + int(row.whole_rest)
    rest = int(row.rest_halves) * _HALF + int(row.rest_rest)
    code, _, detail = row.lacking.partition(" ")
    return Amounts(
        currency=row.currency,
        rate_day=date.fromisoformat(row.rate_day) if row.rate_day else None,
        minor=whole + Fraction(rest, row.parts),
        lacking=Shortage(code, detail) if code else None,
    )


def _sum(column: ColumnElement[int], name: str) -> Iterator[ColumnElement[int]]:
    """The two halves of a sum. Both databases divide towards zero, so that they belong together."""
    yield func.sum(column.op("/")(literal_column(str(_HALF)))).label(f"{name}_halves")
    yield func.sum(column.op("%")(literal_column(str(_HALF)))).label(f"{name}_rest")


_PENDING: Final = tuple(str(status) for status, word in COUNTS_AS.items() if word == PENDING)
_COUNTED: Final = (
    contributions.c.key == bindparam("key"),
    contributions.c.at >= bindparam("since"),
    contributions.c.at < bindparam("before"),
    contributions.c.case_id == cases.c.id,
    cases.c.id != bindparam("but_not"),
    cases.c.status.in_(bindparam("statuses", expanding=True)),
    # A credit that nobody has approved gives nothing back: whoever splits could hide it so.
    or_(contributions.c.whole >= 0, cases.c.status.not_in(_PENDING)),
)
_ALIKE: Final = (
    contributions.c.currency,
    contributions.c.rate_day,
    contributions.c.parts,
)
_SUMS: Final = (
    select(
        *_ALIKE,
        *_sum(contributions.c.whole, "whole"),
        *_sum(contributions.c.rest, "rest"),
        func.max(contributions.c.lacking).label("lacking"),
    )
    .where(*_COUNTED)
    .group_by(*_ALIKE)
    .order_by(*_ALIKE)
)
_IDS: Final = select(cases.c.id).where(*_COUNTED).order_by(cases.c.id)
_FORGET: Final = delete(contributions).where(contributions.c.case_id == bindparam("of"))
_ADD: Final = insert(contributions)
