"""Many rows at once: one statement with arrays where the database takes them, otherwise a batch.

PostgreSQL answers each statement of a batch by itself; a hundred small rows cost it less as arrays
of one statement, whose text is the same for one row and for many. Rows of several tables are one
statement as well: to wait for one more costs as much as ten rows. Its text is made once, so that
nothing is left to do but to send it. SQLite is in this process and takes a batch as well.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
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
            arrays = {name: array for each in some for name, array in _arrays(each).items()}
            connection.exec_driver_sql(_from_arrays(tuple(each.shape for each in some)), arrays)
        return
    for each in some:
        made = sqlite.insert(each.table)
        connection.execute(
            made.on_conflict_do_nothing() if each.may_be_there else made, list(each.rows)
        )


def insert_numbered(connection: Connection, new: Rows) -> list[int]:
    """Inserts rows into a table that numbers them (`id`). The ids, in the order of the rows."""
    if not new.rows:
        return []
    if connection.dialect.name == "postgresql":
        arrays = {**_arrays(new), _PLACE: [*range(len(new.rows))]}
        found = connection.exec_driver_sql(_numbered_from_arrays(new.shape), arrays)
        # Rows are numbered in the order of the select; in which they are returned nobody promises.
        return sorted(found.scalars())
    made = insert(new.table).returning(new.table.c.id, sort_by_parameter_order=True)
    return [*connection.execute(made, list(new.rows)).scalars()]


_POSTGRESQL: Final = postgresql.psycopg.dialect()  # type: ignore[no-untyped-call]
_PLACE: Final = "place_in_arrays"


def _arrays(some: Rows) -> dict[str, list[object]]:
    found = {}
    for name in some.rows[0]:
        kept = _kept(some.table, name)
        values = [row[name] for row in some.rows]
        found[f"{some.table.name}_{name}"] = [*map(kept, values)] if kept else values
    return found


@lru_cache(300)
def _kept(table: Table, name: str) -> Callable[[object], object] | None:
    """How a value of a column becomes what is kept; `None` where it is that already."""
    return table.c[name].type.dialect_impl(_POSTGRESQL).bind_processor(_POSTGRESQL)


@lru_cache(50)
def _from_arrays(shapes: tuple[Shape, ...]) -> str:
    *before, last = shapes
    beside = [_one_from_arrays(*each).cte(f"into_{each[0].name}") for each in before]
    return _text(_one_from_arrays(*last).add_cte(*beside))


def _one_from_arrays(table: Table, names: tuple[str, ...], may_be_there: bool) -> postgresql.Insert:
    columns = [_unnested(table, name) for name in names]
    made = postgresql.insert(table).from_select(list(names), select(*columns))
    return made.on_conflict_do_nothing() if may_be_there else made


@lru_cache(50)
def _numbered_from_arrays(shape: Shape) -> str:
    table, names, _ = shape
    columns = [_unnested(table, name) for name in names]
    place = _elements(_PLACE, Integer()).label(_PLACE)
    rows = select(*columns, place).subquery()
    in_order = select(*(rows.c[name] for name in names)).order_by(rows.c[_PLACE])
    made = postgresql.insert(table).from_select(list(names), in_order)
    return _text(made.returning(table.c.id))


def _text(made: Insert) -> str:
    return str(made.compile(dialect=_POSTGRESQL))


def _unnested(table: Table, name: str) -> Label[Any]:
    return _elements(f"{table.name}_{name}", table.c[name].type).label(name)


def _elements(name: str, kind: TypeEngine[Any]) -> Function[Any]:
    """The elements of an array that is a parameter, each as the value of a single row."""
    array = ARRAY(kind)
    return func.unnest(cast(bindparam(name, type_=array), array))
