"""Opening a store: the database, its transactions, and the migrations that bring it up to date.

SQLite: every transaction begins with `BEGIN IMMEDIATE` (by default the driver would begin late, and
a row written in a savepoint would survive the rollback of the whole), the log is written ahead and
each commit reaches the disk. Writers of one process queue at a lock of ours: SQLite's own waiting
polls, which costs time and is not fair. PostgreSQL: read committed; rows are locked by name.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from functools import cache
from importlib import resources
from typing import Any, Final

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from psycopg.types.array import ListBinaryDumper
from sqlalchemy import Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import StaticPool

BUSY_SECONDS: Final = 30
POOL_CONNECTIONS: Final = 20


class StoreError(Exception):
    """The store cannot be used. The message is one line and names no secret.

    ├── `StoreUnavailable`    the database does not answer now; asking again later makes sense
    └── `StoreOutdated`       its schema is not that of this program
    """


class StoreUnavailable(StoreError):
    """The database does not answer."""


class StoreOutdated(StoreError):
    """The schema is older or newer than this program."""


class Store:
    """An open store. `transaction()` is the only way to write, and commits as a whole."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.is_sqlite = engine.dialect.name == "sqlite"
        self._turn = threading.Lock() if self.is_sqlite else nullcontext()

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """One transaction that may write; committed at the end, rolled back by any exception.

        Raises `StoreUnavailable` where the database went away.
        """
        try:
            with self._turn, self.engine.begin() as connection:
                yield connection
        except DBAPIError as problem:
            if problem.connection_invalidated:
                raise StoreUnavailable("the database went away") from problem
            raise

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection that only reads; SQLite readers wait for nobody."""
        options = {"isolation_level": "AUTOCOMMIT"}
        with self.engine.connect().execution_options(**options) as connection:
            yield connection

    @contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """A connection that sees the store as it is at its first look, whatever is written after.

        For what reads much: writers do not wait for it.
        """
        level = "AUTOCOMMIT" if self.is_sqlite else "REPEATABLE READ"
        with self.engine.connect().execution_options(isolation_level=level) as connection:
            if self.is_sqlite:  # reads only, and so needs no turn among the writers
                connection.exec_driver_sql("begin deferred")
            try:
                yield connection
            finally:
                if self.is_sqlite:
                    connection.exec_driver_sql("rollback")

    def close(self) -> None:
        """Gives all connections back."""
        self.engine.dispose()


def open_store(url: str) -> Store:
    """Opens the database and checks that its schema is that of this program.

    `url` as SQLAlchemy writes it: `sqlite:///countersign.db`, `postgresql+psycopg://...`. Raises
    `StoreUnavailable` and `StoreOutdated`.
    """
    store = Store(_engine(url))
    try:
        with store.reading() as connection:
            found = _revision(connection)
    except DBAPIError as problem:
        store.close()
        raise StoreUnavailable(f"{_shown(url)} does not answer") from problem
    wanted = _newest_revision()
    if found != wanted:
        store.close()
        help = "run `countersign store migrate`"
        raise StoreOutdated(
            f"the schema of {_shown(url)} is `{found}`, expected `{wanted}`; {help}"
        )
    return store


def migrate(url: str) -> None:
    """Makes the tables, or brings them up to date; in one transaction where the database can."""
    engine = _engine(url)
    try:
        with engine.begin() as connection:
            if engine.dialect.name == "postgresql":  # two nodes that start at once take turns
                connection.execute(text("select pg_advisory_xact_lock(7210001)"))
            config = _config()
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    except DBAPIError as problem:
        if problem.connection_invalidated or problem.orig is None:
            raise StoreUnavailable(f"{_shown(url)} does not answer") from problem
        raise
    finally:
        engine.dispose()


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(resources.files("adapters.store") / "migrations"))
    return config


@cache
def _newest_revision() -> str | None:
    """That of this program, which stays the same while it runs."""
    return ScriptDirectory.from_config(_config()).get_current_head()


def _revision(connection: Connection) -> str | None:
    if not connection.dialect.has_table(connection, "alembic_version"):
        return None
    return connection.execute(text("select version_num from alembic_version")).scalar()


def _shown(url: str) -> str:
    return f"`{make_url(url).render_as_string(hide_password=True)}`"


def _engine(url: str) -> Engine:
    parsed = make_url(url)
    options: dict[str, Any] = {}
    if parsed.get_backend_name() == "sqlite":
        options["connect_args"] = {"check_same_thread": False, "timeout": BUSY_SECONDS}
        if parsed.database in (None, "", ":memory:"):
            options["poolclass"] = StaticPool
        else:
            options |= {"pool_size": POOL_CONNECTIONS, "max_overflow": POOL_CONNECTIONS}
    else:
        options |= {
            "pool_size": POOL_CONNECTIONS,
            "max_overflow": POOL_CONNECTIONS,
            "pool_pre_ping": True,
            "isolation_level": "READ COMMITTED",
        }
    engine = create_engine(parsed, **options)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _on_connect)
        event.listen(engine, "begin", _on_begin)
    else:
        event.listen(engine, "connect", _on_connect_to_server)
    return engine


# Records are long enough to be compressed; by default that takes longer than all else about them.
_COMPRESS_FAST: Final = """
    select set_config(name, 'lz4', false) from pg_settings
     where name = 'default_toast_compression' and 'lz4' = any(enumvals)
"""


def _on_connect_to_server(connection: Any, record: object) -> None:
    # As text, arrays of long texts would have to be quoted sign by sign, here and there.
    connection.adapters.register_dumper(list, ListBinaryDumper)
    connection.execute(_COMPRESS_FAST)
    connection.commit()


def _on_connect(connection: Any, record: object) -> None:
    connection.isolation_level = None  # the driver begins nothing by itself
    cursor = connection.cursor()
    cursor.execute("pragma journal_mode = wal")
    cursor.execute("pragma synchronous = full")
    cursor.execute("pragma foreign_keys = on")
    cursor.close()


def _on_begin(connection: Connection) -> None:
    if connection.get_execution_options().get("isolation_level") != "AUTOCOMMIT":
        connection.exec_driver_sql("begin immediate")
