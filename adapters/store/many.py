"""Many rows at once: one statement with arrays where the database takes them, otherwise a batch.

PostgreSQL answers each statement of a batch by itself; a hundred small rows cost it less as arrays
of one statement, whose text is the same for one row and for many. SQLite is in this process and
takes a batch as well. Rows of several tables are one statement there, too: each that is waited for
costs as much as ten rows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import (
    Connection,
    Function,
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


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows for a table, which all have the same columns.

    `may_be_there`: those that are there stay as they are.
    """

    table: Table
    rows: Sequence[Row]
    may_be_there: bool = False

    @property
    def shape(self) -> Shape:
        """What a statement for such rows depends on."""
        return self.table, tuple(self.rows[0]), self.may_be_there


Shape = tuple[Table, tuple[str, ...], bool]


def insert_rows(connection: Connection, *together: Rows) -> None:
    """Inserts rows, of each table once, in one statement where the database can."""
    some = [each for each in together if each.rows]
    if connection.dialect.name == "postgresql":
        if some:
            arrays = {k: v for each in some for k, v in _arrays(each.table, each.rows).items()}
            connection.execute(_from_arrays(tuple(each.shape for each in some)), arrays)
        return
    for each in some:
        made = sqlite.insert(each.table)
        connection.execute(
            made.on_conflict_do_nothing() if each.may_be_there else made, list(each.rows)
        )


def insert_numbered(connection: Connection, table: Table, rows: Sequence[Row]) -> list[int]:
    """Inserts rows that all have the same columns into a table that numbers them (`id`).

    The ids, in the order of the rows.
    """
    if not rows:
        return []
    names = tuple(rows[0])
    if connection.dialect.name == "postgresql":
        arrays = {**_arrays(table, rows), _PLACE: [*range(len(rows))]}
        # Rows are numbered in the order of the select; in which they are returned nobody promises.
        return sorted(connection.execute(_numbered_from_arrays(table, names), arrays).scalars())
    made = insert(table).returning(table.c.id, sort_by_parameter_order=True)
    return [*connection.execute(made, list(rows)).scalars()]


def _arrays(table: Table, rows: Sequence[Row]) -> dict[str, list[object]]:
    return {f"{table.name}_{name}": [row[name] for row in rows] for name in rows[0]}


@lru_cache(50)
def _from_arrays(shapes: tuple[Shape, ...]) -> Insert:
    *before, last = shapes
    beside = [_one_from_arrays(*each).cte(f"into_{each[0].name}") for each in before]
    return _one_from_arrays(*last).add_cte(*beside)


def _one_from_arrays(table: Table, names: tuple[str, ...], may_be_there: bool) -> postgresql.Insert:
    columns = [_unnested(table, name) for name in names]
    made = postgresql.insert(table).from_select(list(names), select(*columns))
    return made.on_conflict_do_nothing() if may_be_there else made


@lru_cache(50)
def _numbered_from_arrays(table: Table, names: tuple[str, ...]) -> Insert:
    columns = [_unnested(table, name) for name in names]
    place = _elements(_PLACE, Integer()).label(_PLACE)
    rows = select(*columns, place).subquery()
    in_order = select(*(rows.c[name] for name in names)).order_by(rows.c[_PLACE])
    return postgresql.insert(table).from_select(list(names), in_order).returning(table.c.id)


_PLACE: Final = "place_in_arrays"


def _unnested(table: Table, name: str) -> Label[Any]:
    return _elements(f"{table.name}_{name}", table.c[name].type).label(name)


def _elements(name: str, kind: TypeEngine[Any]) -> Function[Any]:
    """The elements of an array that is a parameter, kept as the value of a single row would be."""
    array = ARRAY(kind)
    return func.unnest(cast(bindparam(name, type_=array), array))
