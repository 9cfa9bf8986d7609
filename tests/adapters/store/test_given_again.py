"""A database that serves several tests is to each of them as if it had just been made."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import Connection, make_url, text
from sqlalchemy.exc import DBAPIError

from adapters.store.opening import open_store
from adapters.store.tables import metadata
from adapters.store.trail import Entry, append
from tests import databases
from tests.databases import migrated

NOW = datetime(2027, 3, 15, 13, 0, tzinfo=UTC)
SEQUENCES = "select sequencename, last_value from pg_sequences"

pytestmark = pytest.mark.server


@pytest.fixture(autouse=True)
def nothing_idle(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """So that a test here meets the databases that it used itself, and no other."""
    mine: list[str] = []
    monkeypatch.setattr(databases, "_IDLE", mine)
    yield
    databases._drop_idle()


def use(connection: Connection) -> None:
    append(connection, [Entry("note", None, NOW, {"a": "b"})])
    connection.execute(text("insert into contents values ('d', 'k', 'x', 'now')"))
    connection.execute(text("select nextval('cases_id_seq')"))


def rows(connection: Connection) -> dict[str, list[object]]:
    queries = {table: text(f'select * from "{table}"') for table in metadata.tables}  # noqa: S608
    return {table: [*connection.execute(query)] for table, query in queries.items()}


def test_it_is_the_same_one_and_holds_what_a_new_one_holds(tmp_path: Path) -> None:
    with migrated("postgresql", tmp_path) as first:
        store = open_store(first)
        with store.transaction() as connection:
            before, numbers = rows(connection), connection.execute(text(SEQUENCES)).all()
            use(connection)
            assert rows(connection) != before
            assert connection.execute(text(SEQUENCES)).all() != numbers
        store.close()
    with migrated("postgresql", tmp_path) as second:
        assert second == first
        store = open_store(second)
        with store.reading() as connection:
            assert rows(connection) == before
            assert connection.execute(text(SEQUENCES)).all() == numbers
        with store.transaction() as connection:
            use(connection)
        with pytest.raises(DBAPIError, match="only ever added to"), store.transaction() as again:
            again.execute(text("delete from contents"))
        store.close()


def test_two_at_a_time_are_two(tmp_path: Path) -> None:
    with migrated("postgresql", tmp_path) as one, migrated("postgresql", tmp_path) as other:
        assert one != other


def test_who_left_a_transaction_open_is_shown_out(tmp_path: Path) -> None:
    with migrated("postgresql", tmp_path) as first:
        left = databases._connected(make_url(first).database or "")
        left.execute("begin")
        left.execute("insert into contents values ('d', 'k', 'x', 'now')")
    with migrated("postgresql", tmp_path) as second:
        assert second == first
        with pytest.raises(psycopg.OperationalError):
            left.execute("commit")
        left.close()
        store = open_store(second)
        with store.reading() as connection:
            assert connection.execute(text("select count(*) from contents")).scalar() == 0
        store.close()


@pytest.mark.parametrize(
    "change",
    [
        "alter table trail disable trigger all",
        "drop function only_added_to() cascade",
        "alter table cases add column more text",
        "create index another on cases (id)",
        "create table another (id int)",
    ],
)
def test_one_whose_schema_was_changed_is_not_given_again(change: str, tmp_path: Path) -> None:
    with migrated("postgresql", tmp_path) as first:
        store = open_store(first)
        with store.transaction() as connection:
            connection.execute(text(change))
        store.close()
    assert databases._IDLE == []
    with migrated("postgresql", tmp_path) as second:
        assert second != first
