"""The store: its schema, its transactions, and what is only ever added to."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, StatementError

from adapters.store.opening import Store, StoreOutdated, StoreUnavailable, migrate, open_store
from adapters.store.tables import metadata
from adapters.store.trail import Entry, append, end, every_record
from tests.databases import BOTH, database, opened

NOW = datetime(2027, 3, 15, 13, 0, tzinfo=UTC)


@pytest.mark.parametrize("kind", BOTH)
def test_the_migrations_make_the_tables_that_the_program_knows(kind: str, tmp_path: Path) -> None:
    with opened(kind, tmp_path) as store, store.reading() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


@pytest.mark.parametrize("kind", BOTH)
def test_migrating_twice_changes_nothing(kind: str, tmp_path: Path) -> None:
    with database(kind, tmp_path) as url:
        migrate(url)
        migrate(url)
        open_store(url).close()


@pytest.mark.parametrize("kind", BOTH)
def test_a_database_without_tables_is_not_opened(kind: str, tmp_path: Path) -> None:
    with database(kind, tmp_path) as url, pytest.raises(StoreOutdated, match="store migrate"):
        open_store(url)


def test_a_server_that_does_not_answer_is_named_without_its_password() -> None:
    url = "postgresql+psycopg://somebody:geheim@127.0.0.1:9/nothing?connect_timeout=2"
    with pytest.raises(StoreUnavailable) as caught:
        open_store(url)
    assert "127.0.0.1" in str(caught.value)
    assert "geheim" not in str(caught.value)


@pytest.mark.parametrize("kind", BOTH)
@pytest.mark.parametrize("table", ["trail", "contents", "in_force_history"])
@pytest.mark.parametrize("change", ["update {} set digest = 'x'", "delete from {}"])
def test_what_is_only_added_to_cannot_be_changed(
    kind: str, table: str, change: str, tmp_path: Path
) -> None:
    with opened(kind, tmp_path) as store:
        with store.transaction() as connection:
            append(connection, [Entry("note", None, NOW, {"a": "b"})])
            connection.execute(
                text("insert into contents values ('d', 'k', :body, 'now')"), {"body": b"x"}
            )
            connection.execute(
                text("insert into in_force_history values ('policy', 1, 'd', 'now', 'note')")
            )
        is_emptied = table == "contents" and change.startswith("update")  # as an erasure does it
        said = "only an erasure takes away" if is_emptied else "only ever added to"
        with pytest.raises(DBAPIError, match=said), store.transaction() as again:
            again.execute(text(change.format(table)))
        with store.reading() as connection:
            assert connection.execute(text(f"select count(*) from {table}")).scalar() == 1  # noqa: S608


@pytest.mark.parametrize("kind", BOTH)
def test_a_transaction_that_fails_leaves_nothing_and_no_gap(kind: str, tmp_path: Path) -> None:
    with opened(kind, tmp_path) as store:
        with store.transaction() as connection:
            append(connection, [Entry("note", None, NOW, {"n": 1})])
        with pytest.raises(RuntimeError):
            _append_and_fail(store)
        with store.transaction() as connection:
            last = append(connection, [Entry("note", None, NOW, {"n": n}) for n in (3, 4)])
        assert last == 3
        with store.reading() as connection:
            assert [record.position for record in every_record(connection, batch=2)] == [1, 2, 3]
            assert end(connection) == 3


def test_a_savepoint_does_not_outlive_the_transaction_around_it(tmp_path: Path) -> None:
    with opened("sqlite", tmp_path) as store:
        with pytest.raises(RuntimeError):
            _append_and_fail(store)
        with store.reading() as connection:
            assert end(connection) == 0


@pytest.mark.parametrize("kind", BOTH)
def test_a_moment_without_a_time_zone_is_not_kept(kind: str, tmp_path: Path) -> None:
    naive = datetime(2027, 3, 15, 13, 0)  # noqa: DTZ001
    with (
        opened(kind, tmp_path) as store,
        pytest.raises((StatementError, ValueError), match="time zone"),
        store.transaction() as connection,
    ):
        append(connection, [Entry("note", None, naive, {})])


def _append_and_fail(store: Store) -> None:
    """A record in a savepoint, and then a failure around it."""
    with store.transaction() as connection:
        with connection.begin_nested():
            append(connection, [Entry("note", None, NOW, {"n": 2})])
        raise RuntimeError
