"""What is looked up for every document is found by an index, however the database planned it.

PostgreSQL keeps the plan of a statement that it has seen a few times; one that was good for an
empty table would read every case for each document until somebody analyses the table.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from adapters.store import cases, headroom
from engine.cumulation.counting import Amounts, Measure
from engine.cumulation.keys import HeadroomKey
from tests.databases import opened

START = datetime(2027, 1, 1, tzinfo=UTC)
END = datetime(2028, 1, 1, tzinfo=UTC)
MANY = 3_000
ROWS_READ = (
    "select sum(seq_tup_read) from pg_stat_xact_user_tables"
    " where relname in ('cases', 'contributions')"
)
CASES = text(
    "insert into cases (source, type, document_id, version, entity, status, requester, document,"
    " document_digest, received_at, given, decision_digest, decision, findings, posting_number,"
    " changed_at) select 'coupa', 'invoice', 'I-' || n, 1, 'US01', 'pending', 'rita', '{}', '',"
    " '2027-03-15T13:00:00.000000Z', '{}', '', '{}', '[]', 0, '2027-03-15T13:00:00.000000Z'"
    " from generate_series(1, :many) as n"
)
ADDED = text(
    "insert into contributions (key, at, case_id, currency, rate_day, whole, rest, parts, lacking,"
    " stands_as) select 'key of ' || document_id, received_at, id, 'USD', '', 100, 0, 1, '', ''"
    " from cases"
)


class Undone(Exception):
    """Nothing of it stays."""


def by_documents(connection: Connection, n: int) -> int:
    names = [("coupa", "invoice", f"I-{n}"), ("coupa", "invoice", "unknown")]
    return len(cases.by_documents(connection, names))


def counted(connection: Connection, n: int) -> int:
    own = Amounts("USD", None, Fraction(0))
    key = HeadroomKey(f"key of I-{n}")
    measure = Measure("spend", key, frozenset({"pending"}), START, END, "USD", own)
    [amounts] = headroom.counted(connection, [(measure, 0)])
    return len(amounts)


@pytest.mark.server
@pytest.mark.parametrize("look_up", [by_documents, counted])
def test_a_plan_made_for_an_empty_table_reads_no_whole_one(
    look_up: Callable[[Connection, int], int], tmp_path: Path
) -> None:
    read = []
    with (
        opened("postgresql", tmp_path) as store,
        suppress(Undone),
        store.transaction() as connection,
    ):
        for n in range(
            12
        ):  # more often than the driver and the server wait before they keep a plan
            assert look_up(connection, n) == 0
        connection.execute(CASES, {"many": MANY})
        connection.execute(ADDED)
        before = connection.execute(text(ROWS_READ)).scalar_one()
        assert look_up(connection, 7) == 1
        read.append(connection.execute(text(ROWS_READ)).scalar_one() - before)
        raise Undone
    assert read == [0]
