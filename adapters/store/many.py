"""Many rows at once: one statement with arrays where the database takes them, otherwise a batch.

PostgreSQL answers each statement of a batch by itself; a hundred small rows cost it less as arrays
of one statement, whose text is the same for one row and for many. SQLite is in this process and
takes a batch as well.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import (
    Connection,
    Insert,
    Integer,
    Label,
    Table,
    bindparam,
    cast,
    func,
    insert,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import TypeEngine

Row = Mapping[str, object]


def insert_rows(
    connection: Connection, table: Table, rows: Sequence[Row], *, may_be_there: bool = False
) -> None:
    """Inserts rows that all have the same columns; `may_be_there`: those that are there stay."""
    if not rows:
        return
    names = tuple(rows[0])
    if connection.dialect.name == "postgresql":
        connection.execute(_from_arrays(table, names, may_be_there), _arrays(names, rows))
    elif may_be_there:
        connection.execute(sqlite.insert(table).on_conflict_do_nothing(), list(rows))
    else:
        connection.execute(insert(table), list(rows))


def insert_numbered(connection: Connection, table: Table, rows: Sequence[Row]) -> list[int]:
    """Inserts rows that all have the same columns into a table that numbers them (`id`).

    The ids, in the order of the rows.
    """
    if not rows:
        return []
    names = tuple(rows[0])
    if connection.dialect.name == "postgresql":
        arrays = {**_arrays(names, rows), _PLACE: [*range(len(rows))]}
        # Rows are numbered in the order of the select; in which they are returned nobody promises.
        return sorted(connection.execute(_numbered_from_arrays(table, names), arrays).scalars())
    made = insert(table).returning(table.c.id, sort_by_parameter_order=True)
    return [*connection.execute(made, list(rows)).scalars()]


def _arrays(names: tuple[str, ...], rows: Sequence[Row]) -> dict[str, list[object]]:
    return {name: [row[name] for row in rows] for name in names}


@lru_cache(50)
def _from_arrays(table: Table, names: tuple[str, ...], may_be_there: bool) -> Insert:
    columns = [_unnested(name, table.c[name].type) for name in names]
    made = postgresql.insert(table).from_select(list(names), select(*columns))
    return made.on_conflict_do_nothing() if may_be_there else made


@lru_cache(50)
def _numbered_from_arrays(table: Table, names: tuple[str, ...]) -> Insert:
    columns = [_unnested(name, table.c[name].type) for name in names]
    rows = select(*columns, _unnested(_PLACE, Integer())).subquery()
    in_order = select(*(rows.c[name] for name in names)).order_by(rows.c[_PLACE])
    return postgresql.insert(table).from_select(list(names), in_order).returning(table.c.id)


_PLACE: Final = "place_in_arrays"


def _unnested(name: str, kind: TypeEngine[Any]) -> Label[Any]:
    """The elements of an array that is a parameter, kept as the value of a single row would be."""
    array = ARRAY(kind)
    return func.unnest(cast(bindparam(name, type_=array), array)).label(name)
