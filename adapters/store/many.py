"""Many rows at once: one statement with arrays where the database takes them, otherwise a batch.

PostgreSQL answers each statement of a batch by itself; a hundred small rows cost it less as arrays
of one statement. SQLite is in this process and takes a batch as well.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache

from sqlalchemy import Connection, Insert, Table, bindparam, cast, func, insert, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql import ARRAY

Row = Mapping[str, object]


def insert_rows(
    connection: Connection, table: Table, rows: Sequence[Row], *, may_be_there: bool = False
) -> None:
    """Inserts rows that all have the same columns; `may_be_there`: those that are there stay."""
    if not rows:
        return
    names = tuple(rows[0])
    if connection.dialect.name == "postgresql":
        arrays = {name: [row[name] for row in rows] for name in names}
        connection.execute(_from_arrays(table, names, may_be_there), arrays)
    elif may_be_there:
        connection.execute(sqlite.insert(table).on_conflict_do_nothing(), list(rows))
    else:
        connection.execute(insert(table), list(rows))


@lru_cache(50)
def _from_arrays(table: Table, names: tuple[str, ...], may_be_there: bool) -> Insert:
    kinds = {name: ARRAY(table.c[name].type) for name in names}
    columns = [  # a parameter of its own type is kept as that of a single row would be
        func.unnest(cast(bindparam(name, type_=kind), kind)).label(name)
        for name, kind in kinds.items()
    ]
    made = postgresql.insert(table).from_select(list(names), select(*columns))
    return made.on_conflict_do_nothing() if may_be_there else made
