"""Fresh databases for tests: SQLite always, PostgreSQL where a server answers.

`COUNTERSIGN_TEST_POSTGRESQL` names the server (`postgresql+psycopg://user@host/postgres`); without
it one on this machine is tried. Every test has a database of its own, dropped afterwards.
"""

from __future__ import annotations

import atexit
import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.exc import DBAPIError

from adapters.store.opening import Store, migrate, open_store
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

    Made once for each process and copied: making tables takes longer than most tests.
    """
    if kind == "sqlite":
        (folder / NAME).write_bytes(_migrated_file())
        yield f"sqlite:///{folder / NAME}"
        return
    _skip_without_server()
    with _on_server(f'template "{_template()}"') as url:
        yield url


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
        _command(f'drop database "{name}" with (force)')


@cache
def _migrated_file() -> bytes:
    with TemporaryDirectory() as folder:
        path = Path(folder) / NAME
        migrate(f"sqlite:///{path}")
        return path.read_bytes()


@cache
def _template() -> str:
    name = _new_name()
    _command(f'create database "{name}"')
    atexit.register(_command, f'drop database "{name}" with (force)')
    migrate(_address(name))
    return name


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
