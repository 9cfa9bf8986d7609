"""Totals that documents share: what each adds, and one writer at a time for each key.

Two documents that could change each other's total share a key (`engine/cumulation/keys.py`). A
transaction locks the keys of its document in ascending order before it adds up, so that of two that
arrive together one sees the other. What a document adds is kept by key, moment and currency, so
that a total is one sum of the database's, exact in whole numbers.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import Final

from sqlalchemy import Connection, Row, TextClause, bindparam, delete, select, text

from adapters.store.cases import Case
from adapters.store.many import Rows, insert_rows
from adapters.store.tables import contributions, moment_as_kept
from engine.cases.status import Status
from engine.cumulation import APPROVED, PENDING
from engine.cumulation.counting import Amounts, Contribution, Measure
from engine.money import INT64_MAX
from engine.rates import Shortage

COUNTS_AS: Final[Mapping[Status, str]] = {
    Status.PENDING: PENDING,
    Status.HELD: PENDING,
    Status.RETURNED: PENDING,
    Status.APPROVED: APPROVED,
    Status.POSTING: APPROVED,
    Status.POSTED: APPROVED,
    Status.EXCEPTION: APPROVED,
    Status.IMPORTED: APPROVED,
}

# Sums of 64-bit numbers leave 64 bits; those of their two halves never do, for 2**32 documents.
_HALF: Final = 10**9

Added = Sequence[Contribution]
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


def keys_of(connection: Connection, case_ids: Collection[int]) -> list[str]:
    """The keys of totals that cases add to now."""
    if not case_ids:
        return []
    query = select(contributions.c.key).where(contributions.c.case_id.in_(case_ids))
    return [*connection.execute(query.distinct()).scalars()]


def count(connection: Connection, case: Case, added: Added) -> None:
    """The case adds this, under keys that are locked, and nothing else; from when it came in."""
    forget(connection, case.id)
    insert_rows(connection, contribution_rows([case], [added]))


def contribution_rows(made: Sequence[Case], added: Sequence[Added]) -> Rows:
    """What these cases, which add nothing yet, add once it is kept."""
    rows = [_row(case, each) for case, of in zip(made, added, strict=True) for each in of]
    return Rows(contributions, rows)


def count_change(
    connection: Connection, standing: Case, approved: Added, case: Case, pending: Added
) -> None:
    """The greater counts, key by key: what stands approved, or what its change would add.

    The approved version counts as approved from when it came in; the change adds what it would add
    more, as pending. Where the two are of different currencies both count: too much, never too
    little.
    """
    forget(connection, case.id)
    rows = {}
    for each in approved:
        row = {**_row(standing, each), "stands_as": APPROVED}
        rows[row["key"], moment_as_kept(standing.received_at)] = row
    before = {each.key: each.amounts for each in approved}
    for each in pending:
        amounts, old = each.amounts, before.get(each.key)
        if old is not None and old.currency == amounts.currency and not amounts.lacking:
            amounts = replace(amounts, minor=max(Fraction(0), amounts.minor - old.minor))
        name = each.key, moment_as_kept(case.received_at)
        if name in rows and not amounts.minor:
            continue
        if name in rows:  # both came in at one moment: the whole of the greater is approved
            rows[name] = {**_row(case, each), "stands_as": APPROVED}
        else:
            rows[name] = {**_row(case, replace(each, amounts=amounts)), "stands_as": ""}
    insert_rows(connection, Rows(contributions, list(rows.values())))


def forget(connection: Connection, case_id: int) -> None:
    """The case adds nothing any more."""
    connection.execute(_FORGET, {"of": case_id})


def counted(connection: Connection, asked: Sequence[tuple[Measure, int]]) -> list[list[Amounts]]:
    """What others add to each total, together for those that are converted alike.

    With each measure goes the id of the document's own case, which is not counted; 0 for none.
    """
    found: list[list[Amounts]] = [[] for _ in asked]
    rows = [_asked(n, *each) for n, each in enumerate(asked) if each[0].value is None]
    if rows:
        query = _SUMS[connection.dialect.name == "sqlite"]
        for row in connection.execute(query, {"asked": json.dumps(rows)}):
            found[row.n].append(_amounts(row))
    return found


def counted_cases(
    connection: Connection, measure: Measure, but_not: Collection[int]
) -> Sequence[int]:
    """The ids of the cases that a total counts, in their order."""
    if measure.value is not None:
        return []
    query = _CASES[connection.dialect.name == "sqlite"]
    asked = json.dumps([_asked(0, measure, 0)])
    return [id for id in connection.execute(query, {"asked": asked}).scalars() if id not in but_not]


def kept(connection: Connection, case_ids: Collection[int]) -> Mapping[int, frozenset[object]]:
    """What cases add, by case, as values that can only be compared."""
    found: dict[int, set[object]] = {}
    query = select(contributions).where(contributions.c.case_id.in_(case_ids))
    for row in connection.execute(query) if case_ids else ():
        found.setdefault(row.case_id, set()).add(tuple(row))
    return {case_id: frozenset(added) for case_id, added in found.items()}


def as_kept(case: Case, added: Iterable[Contribution]) -> frozenset[object]:
    """The same values for what a case adds, as `kept` would give them."""
    names = contributions.c.keys()
    rows = (_row(case, each) for each in added)
    return frozenset(tuple(row[name] for name in names) for row in rows)


def _number(key: str) -> int:
    return int.from_bytes(hashlib.sha256(key.encode()).digest()[:8], "big", signed=True)


def _row(case: Case, each: Contribution) -> dict[str, object]:
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
        "at": case.received_at,
        "case_id": case.id,
        "currency": amounts.currency,
        "rate_day": str(amounts.rate_day or ""),
        "whole": whole,
        "rest": rest,
        "parts": parts,
        "lacking": f"{lacking.code} {lacking.detail}" if lacking is not None else "",
        "stands_as": "",
    }


def _asked(n: int, measure: Measure, own: int) -> dict[str, object]:
    return {
        "n": n,
        "key": measure.key,
        "since": moment_as_kept(measure.since),
        "before": moment_as_kept(measure.before),
        "own": own,
        "pending": int(PENDING in measure.statuses),
        "approved": int(APPROVED in measure.statuses),
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


def _statuses(word: str) -> str:
    return ", ".join(f"'{status}'" for status, counts in COUNTS_AS.items() if counts == word)


# Several totals at once: making and sending a statement costs more than it takes to answer it. What
# is asked comes as JSON, which each database reads in its own way. In this order: `key` and `at`
# find the rows, `id` their cases.
_READ: Final = {
    True: """(select json_extract(value, '$.n') as n, json_extract(value, '$.key') as key,
        json_extract(value, '$.since') as since, json_extract(value, '$.before') as before,
        json_extract(value, '$.own') as own, json_extract(value, '$.pending') as pending,
        json_extract(value, '$.approved') as approved from json_each(:asked))""",
    False: """json_to_recordset(cast(:asked as json)) """,
}
_COLUMNS: Final = (
    "(n integer, key text, since text, before text, own integer, pending integer, approved integer)"
)
_COUNTED: Final = f"""
    from {{asked}}
    cross join contributions as c
    cross join cases as k
    where c.key = a.key and c.at >= a.since and c.at < a.before
    and k.id = c.case_id and k.id <> a.own
    and ((a.pending = 1 and c.whole >= 0 and c.stands_as = ''
            and k.status in ({_statuses(PENDING)}))
        or (a.approved = 1 and (c.stands_as = 'approved'
            or c.stands_as = '' and k.status in ({_statuses(APPROVED)}))))
"""


def _statement(columns: str, end: str, is_sqlite: bool) -> TextClause:
    asked = f"{_READ[is_sqlite]} as a" + ("" if is_sqlite else _COLUMNS)
    return text(f"select {columns} {_COUNTED.format(asked=asked)} {end}")


_ALIKE: Final = "a.n, c.currency, c.rate_day, c.parts"
_ADDED_UP: Final = f"""{_ALIKE},
    sum(c.whole / {_HALF}) as whole_halves, sum(c.whole % {_HALF}) as whole_rest,
    sum(c.rest / {_HALF}) as rest_halves, sum(c.rest % {_HALF}) as rest_rest,
    max(c.lacking) as lacking"""
_SUMS: Final = {
    is_sqlite: _statement(_ADDED_UP, f"group by {_ALIKE} order by {_ALIKE}", is_sqlite)
    for is_sqlite in (True, False)
}
_CASES: Final = {
    is_sqlite: _statement("k.id", "order by k.id", is_sqlite) for is_sqlite in (True, False)
}
_FORGET: Final = delete(contributions).where(contributions.c.case_id == bindparam("of"))
