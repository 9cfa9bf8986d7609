"""Fresh databases for tests: SQLite always, PostgreSQL where a server answers.

`COUNTERSIGN_TEST_POSTGRESQL` names the server (`postgresql+psycopg://user@host/postgres`); without
it one on this machine is tried. Every test has a database of its own; nobody else is let into it
meanwhile. On PostgreSQL it is emptied afterwards and serves another test of the same process, which
takes a hundredth of the time of making one; a database whose schema is no longer as it was made is
dropped instead.
"""

from __future__ import annotations

import atexit
import os
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import psycopg
import pytest
from psycopg.sql import SQL, Identifier
from psycopg.types.json import Jsonb
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.exc import DBAPIError

from adapters.store.opening import Store, migrate, open_store
from adapters.store.tables import metadata
from tests.verifying.again import not_performed

SERVER = os.environ.get(
    "COUNTERSIGN_TEST_POSTGRESQL", "postgresql+psycopg://postgres@127.0.0.1/postgres"
)
NAME = "countersign.db"
BOTH = ["sqlite", pytest.param("postgresql", marks=pytest.mark.server)]


@contextmanager
def database(kind: str, folder: Path) -> Iterator[str]:
    """The address of an empty database, without tables."""
    if kind == "sqlite":
        yield f"sqlite:///{folder / NAME}"
        return
    with _on_server() as url:
        yield url


@contextmanager
def migrated(kind: str, folder: Path) -> Iterator[str]:
    """The address of a database with its tables, which hold nothing.

    Made once for each process: making tables takes longer than most tests.
    """
    if kind == "sqlite":
        (folder / NAME).write_bytes(_migrated_file())
        yield f"sqlite:///{folder / NAME}"
        return
    _skip_without_server()
    name = _IDLE.pop() if _IDLE else _made()
    try:
        yield _address(name)
    finally:
        _give_back(name)


@contextmanager
def opened(kind: str, folder: Path, *, is_tampered: bool = False) -> Iterator[Store]:
    """A store on an empty database, its tables made.

    Every decision that a test leaves on record is performed again at its end, from the record and
    the contents it names, and has to be the same (F5); unless the test tampers with records.
    """
    with migrated(kind, folder) as url:
        store = open_store(url)
        try:
            yield store
            assert is_tampered or not_performed(store) == []
        finally:
            store.close()


@contextmanager
def _on_server(how: str = "") -> Iterator[str]:
    _skip_without_server()
    name = _new_name()
    _command(f'create database "{name}" {how}')
    try:
        yield _address(name)
    finally:
        _drop(name)


@cache
def _migrated_file() -> bytes:
    with TemporaryDirectory() as folder:
        path = Path(folder) / NAME
        migrate(f"sqlite:///{path}")
        return path.read_bytes()


_IDLE: Final[list[str]] = []  # databases of this process that are empty and in nobody's hands

# Whatever changes a schema writes a row of the catalog anew, by a later transaction.
_SCHEMA: Final = " union all ".join(
    f"select '{table}', count(*), max(xmin::text::bigint) from {table}"  # noqa: S608
    for table in "pg_class pg_attribute pg_index pg_constraint pg_trigger pg_proc".split()
)
# Without the triggers that keep what is only ever added to; numbers begin at 1 again.
_EMPTY: Final = """
do $$ declare name text; begin
  perform set_config('session_replication_role', 'replica', true);
  for name in select format('%I.%I', schemaname, tablename) from pg_tables
      where schemaname = 'public' and tablename <> 'alembic_version' loop
    execute 'delete from ' || name;
  end loop;
  perform setval(format('%I.%I', schemaname, sequencename)::regclass, start_value, false)
    from pg_sequences where schemaname = 'public';
end $$
"""


def _made() -> str:
    """The name of a new database with tables."""
    name = _new_name()
    _command(f'create database "{name}" template "{_template()}"')
    return name


def _give_back(name: str) -> None:
    """As it was made, for another test; dropped where it cannot be made so."""
    made = _as_made()
    try:
        is_as_made = _emptied(name, made.rows) == made.schema
    except (psycopg.OperationalError, psycopg.errors.InsufficientPrivilege):
        is_as_made = False
    if is_as_made:
        _IDLE.append(name)
    else:
        _drop(name)


def _emptied(name: str, rows: Mapping[str, object]) -> object:
    """What the schema is, of a database that holds these rows and lets nobody in any more."""
    with _connected(name) as connection:
        connection.execute(
            "select pg_terminate_backend(pid, 10000) from pg_stat_activity"
            " where datname = current_database() and pid <> pg_backend_pid()"
        )
        connection.execute(_EMPTY)
        for table, found in rows.items():
            values = "select * from jsonb_populate_recordset(null::{0}, %s)"
            insert = SQL("insert into {0} " + values).format(Identifier(table))
            connection.execute(insert, [Jsonb(found)])
        return connection.execute(_SCHEMA).fetchall()


@dataclass(frozen=True)
class _AsMade:
    """What a database is that nobody has used yet."""

    schema: object
    rows: Mapping[str, object]  # by table; most hold nothing


@cache
def _as_made() -> _AsMade:
    with _connected(_template()) as connection:
        rows = {}
        for table in metadata.tables:
            query = SQL("select jsonb_agg(t) from {} t").format(Identifier(table))
            [rows[table]] = connection.execute(query).fetchone() or [None]
        schema = connection.execute(_SCHEMA).fetchall()
    return _AsMade(schema, {table: found for table, found in rows.items() if found})


def _connected(name: str) -> psycopg.Connection:
    url = make_url(SERVER).set(drivername="postgresql", database=name)
    return psycopg.connect(url.render_as_string(hide_password=False), autocommit=True)


@cache
def _template() -> str:
    name = _new_name()
    _command(f'create database "{name}"')
    atexit.register(_drop_idle)
    atexit.register(_drop, name)
    migrate(_address(name))
    return name


def _drop_idle() -> None:
    while _IDLE:
        _drop(_IDLE.pop())


def _drop(name: str) -> None:
    _command(f'drop database "{name}" with (force)')


def _new_name() -> str:
    return f"countersign_test_{uuid.uuid4().hex[:12]}"


def _address(name: str) -> str:
    return make_url(SERVER).set(database=name).render_as_string(hide_password=False)


def _command(statement: str) -> None:
    server = create_engine(SERVER, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(text(statement))
    server.dispose()


def _skip_without_server() -> None:
    if not _answers():
        pytest.skip("no PostgreSQL answers; COUNTERSIGN_TEST_POSTGRESQL says where one is")


@cache
def _answers() -> bool:
    engine = create_engine(SERVER, connect_args={"connect_timeout": 3})
    try:
        with engine.connect():
            return True
    except DBAPIError:
        return False
    finally:
        engine.dispose()
