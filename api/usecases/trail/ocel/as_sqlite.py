"""The log as an OCEL 2.0 database: a table for each type, beside those that say what belongs to
what."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final

from api.usecases.trail.ocel.model import (
    EVENT_ATTRIBUTES,
    OBJECT_ATTRIBUTES,
    STATIC,
    Attribute,
    Event,
    Object,
)
from api.usecases.trail.ocel.reading import Log

_TYPES: Final = {"integer": "INTEGER", "string": "TEXT"}
_UNSAFE: Final = re.compile(r"[^A-Za-z0-9_]")
_COMMON: Final = """
create table event (ocel_id text primary key, ocel_type text not null);
create table object (ocel_id text primary key, ocel_type text not null);
create table event_map_type (ocel_type text primary key, ocel_type_map text not null);
create table object_map_type (ocel_type text primary key, ocel_type_map text not null);
create table event_object (ocel_event_id text, ocel_object_id text, ocel_qualifier text,
  primary key (ocel_event_id, ocel_object_id, ocel_qualifier));
create table object_object (ocel_source_id text, ocel_target_id text, ocel_qualifier text,
  primary key (ocel_source_id, ocel_target_id, ocel_qualifier));
"""


def write_sqlite(log: Log, path: Path) -> None:
    """Writes the database. Raises `OSError` and `sqlite3.Error`."""
    with sqlite3.connect(path, isolation_level=None) as database:
        database.execute("begin")
        for statement in filter(str.strip, _COMMON.split(";")):
            database.execute(statement)
        maps: dict[str, str] = {}
        for event in log.events():
            if event.type not in maps:
                maps[event.type] = _table(database, "event", event.type, EVENT_ATTRIBUTES, "")
            _add_event(database, maps[event.type], event)
        for kind, attributes in OBJECT_ATTRIBUTES.items():
            _table(database, "object", kind, attributes, "ocel_changed_field text,")
        for made in log.objects():
            _add_object(database, made)
        database.execute("commit")
    database.close()


def _table(
    database: sqlite3.Connection, of: str, name: str, attributes: Mapping[str, str], more: str
) -> str:
    """The table of a type; what it is called."""
    called = f"{of}_{_UNSAFE.sub('_', name)}"
    columns = "".join(f", {attribute} {_TYPES[kind]}" for attribute, kind in attributes.items())
    database.execute(
        f"create table {called} (ocel_id text, ocel_time timestamp, {more}".rstrip(", ")
        + f"{columns})"
    )
    database.execute(
        f"insert into {of}_map_type values (?, ?)",  # noqa: S608 - `event` or `object`
        (name, called.removeprefix(f"{of}_")),
    )
    return called


def _add_event(database: sqlite3.Connection, table: str, event: Event) -> None:
    database.execute("insert into event values (?, ?)", (event.id, event.type))
    _insert(database, table, {"ocel_id": event.id, "ocel_time": event.at, **event.attributes})
    database.executemany(
        "insert or ignore into event_object values (?, ?, ?)",
        [(event.id, link.object_id, link.qualifier) for link in event.links],
    )


def _add_object(database: sqlite3.Connection, made: Object) -> None:
    table = f"object_{made.type}"
    database.execute("insert into object values (?, ?)", (made.id, made.type))
    fixed = _by_name(each for each in made.attributes if each.at == STATIC)
    _insert(database, table, {"ocel_id": made.id, "ocel_time": STATIC, **fixed})
    for each in made.attributes:
        if each.at != STATIC:
            changed = {"ocel_changed_field": each.name, each.name: each.value}
            _insert(database, table, {"ocel_id": made.id, "ocel_time": each.at, **changed})
    database.executemany(
        "insert or ignore into object_object values (?, ?, ?)",
        [(made.id, link.object_id, link.qualifier) for link in made.links],
    )


def _by_name(attributes: Iterable[Attribute]) -> dict[str, str]:
    return {each.name: each.value for each in attributes}


def _insert(database: sqlite3.Connection, table: str, values: Mapping[str, str | int]) -> None:
    """A row. Names of tables and columns are ours; values are bound."""
    names: Sequence[str] = list(values)
    marks = ", ".join("?" * len(names))
    database.execute(
        f"insert into {table} ({', '.join(names)}) values ({marks})",  # noqa: S608
        list(values.values()),
    )
