"""Fresh databases for tests: SQLite always, PostgreSQL where a server answers.

`COUNTERSIGN_TEST_POSTGRESQL` names the server (`postgresql+psycopg://user@host/postgres`); without
it one on this machine is tried. Every test has a database of its own, dropped afterwards.
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.exc import DBAPIError

from adapters.store.opening import Store, migrate, open_store

SERVER = os.environ.get(
    "COUNTERSIGN_TEST_POSTGRESQL", "postgresql+psycopg://postgres@127.0.0.1/postgres"
)
BOTH = ["sqlite", pytest.param("postgresql", marks=pytest.mark.server)]


@contextmanager
def database(kind: str, folder: Path) -> Iterator[str]:
    """The address of an empty database."""
    if kind == "sqlite":
        yield f"sqlite:///{folder / 'countersign.db'}"
        return
    if not _answers():
        pytest.skip("no PostgreSQL answers; COUNTERSIGN_TEST_POSTGRESQL says where one is")
    name = f"countersign_test_{uuid.uuid4().hex[:12]}"
    server = create_engine(SERVER, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(text(f'create database "{name}"'))
    try:
        yield make_url(SERVER).set(database=name).render_as_string(hide_password=False)
    finally:
        with server.connect() as connection:
            connection.execute(text(f'drop database "{name}" with (force)'))
        server.dispose()


@contextmanager
def opened(kind: str, folder: Path) -> Iterator[Store]:
    """A store on an empty database, its tables made."""
    with database(kind, folder) as url:
        migrate(url)
        store = open_store(url)
        try:
            yield store
        finally:
            store.close()


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
