"""Many rows in one statement are kept as one row after the other would be."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import Connection, event, insert, text

from adapters.store.many import Rows, insert_numbered, insert_rows
from adapters.store.tables import mitigation_uses, past_acts, seeds, texts, trail, trail_end
from tests.databases import BOTH, opened

AT = datetime(2027, 3, 15, 9, 0, 0, 123456, tzinfo=timezone(timedelta(hours=-4)))
KEPT = "2027-03-15T13:00:00.123456Z"


def let_anything_be_named(connection: Connection) -> None:
    """Rows here name cases and acts that there are none of, and are gone at the end."""
    if connection.dialect.name == "sqlite":
        connection.execute(text("pragma defer_foreign_keys = on"))
    else:
        connection.execute(text("set session_replication_role = replica"))


@pytest.mark.parametrize("kind", BOTH)
def test_moments_of_many_rows_are_kept_like_those_of_one(kind: str, tmp_path: Path) -> None:
    with opened(kind, tmp_path) as store, store.transaction() as connection:
        let_anything_be_named(connection)
        if kind == "postgresql":
            connection.execute(text("set time zone 'Asia/Tokyo'"))
        one = {"mitigation": "one", "act_id": 1, "at": AT, "reviewed_at": None}
        connection.execute(insert(mitigation_uses), [one])
        insert_rows(connection, Rows(mitigation_uses, [{**one, "mitigation": "many"}]))
        found = connection.execute(text("select at, reviewed_at from mitigation_uses")).all()
        assert [tuple(row) for row in found] == [(KEPT, None)] * 2
        connection.execute(mitigation_uses.delete())


@pytest.mark.parametrize("kind", BOTH)
def test_no_rows_are_no_statement(kind: str, tmp_path: Path) -> None:
    with opened(kind, tmp_path) as store, store.transaction() as connection:
        insert_rows(connection, Rows(trail_end, []))
        insert_rows(connection)


@pytest.mark.parametrize("kind", BOTH)
def test_rows_of_several_tables_are_kept_together(kind: str, tmp_path: Path) -> None:
    use = {"mitigation": "one", "act_id": 1, "at": AT, "reviewed_at": None}
    seed = {"case_id": 1, "version": 1, "seed": "first"}
    statements = []
    with opened(kind, tmp_path) as store, store.transaction() as connection:
        let_anything_be_named(connection)
        insert_rows(connection, Rows(seeds, [seed]))
        event.listen(connection, "before_cursor_execute", lambda *of: statements.append(of[2]))
        insert_rows(
            connection,
            Rows(mitigation_uses, [use, {**use, "mitigation": "two"}]),
            Rows(texts, []),
            Rows(seeds, [{**seed, "seed": "later"}, {**seed, "case_id": 2}], may_be_there=True),
        )
        assert len(statements) == (1 if kind == "postgresql" else 2)
        kept = connection.execute(seeds.select().order_by(seeds.c.case_id)).all()
        assert [tuple(row) for row in kept] == [(1, 1, "first"), (2, 1, "first")]
        names = connection.execute(mitigation_uses.select()).all()
        assert sorted(row.mitigation for row in names) == ["one", "two"]
        connection.execute(mitigation_uses.delete())
        connection.execute(seeds.delete())


@pytest.mark.parametrize("kind", BOTH)
def test_numbers_are_in_the_order_of_the_rows(kind: str, tmp_path: Path) -> None:
    with opened(kind, tmp_path) as store, store.transaction() as connection:
        let_anything_be_named(connection)
        rows = [
            {
                "case_id": n * 7919 % 300 or 70_000,  # numbers of two widths in one array
                "version": 1,
                "person": f'p{n * 31 % 100:02}, "{{}}\\ {n} \N{SNOWMAN}',
                "act": "",
                "on_behalf_of": None,
                "at": AT,
                "under": "[]",
            }
            for n in range(300)
        ]
        ids = insert_numbered(connection, Rows(past_acts, rows))
        assert insert_numbered(connection, Rows(past_acts, [])) == []
        found = connection.execute(past_acts.select()).all()
        kept = {row.id: (row.case_id, row.person, row.on_behalf_of) for row in found}
        assert [kept[id] for id in ids] == [(r["case_id"], r["person"], None) for r in rows]
        connection.execute(past_acts.delete())


@pytest.mark.parametrize("kind", BOTH)
def test_bytes_are_kept_as_they_are(kind: str, tmp_path: Path) -> None:
    body = bytes(range(256)) * 40
    kept = []
    with opened(kind, tmp_path) as store, suppress(_Undone), store.transaction() as connection:
        row = {"position": 1, "digest": "d", "kind": "k", "case_id": None, "at": AT}
        rows = [{**row, "body": body}, {**row, "position": 2, "body": b""}]
        insert_rows(connection, Rows(trail, rows))
        kept = [*connection.execute(trail.select().order_by(trail.c.position))]
        raise _Undone  # they are no records
    assert [(row.case_id, bytes(row.body)) for row in kept] == [(None, body), (None, b"")]


class _Undone(Exception):
    """Nothing of a transaction stays."""
