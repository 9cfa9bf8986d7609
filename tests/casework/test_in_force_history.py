"""What was in force when: kept for whatever is put in force, and found again by moment."""

from __future__ import annotations

import json
from datetime import timedelta
from importlib import import_module

from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import Column, Integer, MetaData, Table, Text, select, text

from adapters.store.in_force import What, digests
from adapters.store.in_force_history import digests_at, history_of
from adapters.store.trail import records
from api.usecases.casework.activating import load_master_data
from api.usecases.casework.resources import Resources
from tests.casework.conftest import ADMIN, START, data_files
from tests.casework.documents import NOW

NAMES = ("what", "position", "digest", "since", "how")
ABSENT = "person,from,to\nmia,2027-03-10,2027-03-31\n"


def test_everything_that_is_put_in_force_is_found_by_its_moment(resources: Resources) -> None:
    with resources.store.reading() as connection:
        first = digests(connection)
    files = {**data_files(), "absences.csv": ABSENT.encode()}
    load_master_data(resources, files, ADMIN, "mia is away", NOW)
    with resources.store.reading() as connection:
        second = digests(connection)
        assert first != second
        assert not digests_at(connection, START - timedelta(microseconds=1)).is_complete
        assert digests_at(connection, START) == first
        assert digests_at(connection, NOW - timedelta(microseconds=1)) == first
        assert digests_at(connection, NOW) == second
        found = history_of(connection, What.MASTER_DATA)
        behind = {each.position: each for each in records(connection)}
    assert [(each.digest, each.since, each.until, each.how) for each in found] == [
        (first.master_data, START, NOW, "bootstrap"),
        (second.master_data, NOW, None, "master_data_loaded"),
    ]
    for each in found:
        stated = json.loads(behind[each.position].body)
        assert (stated["kind"], stated["in_force"]["master_data"]) == (each.how, each.digest)


def test_what_was_put_in_force_before_there_was_a_history_is_read_from_the_trail(
    resources: Resources,
) -> None:
    files = {**data_files(), "absences.csv": ABSENT.encode()}
    load_master_data(resources, files, ADMIN, "mia is away", NOW)
    migration = import_module("adapters.store.migrations.versions.r0005_policy_versions")
    kinds = {name: Integer if name == "position" else Text for name in NAMES}
    again = Table("again", MetaData(), *(Column(name, kinds[name]) for name in NAMES))
    with resources.store.transaction() as connection:
        again.create(connection)
        with Operations.context(MigrationContext.configure(connection)):
            migration._fill(again)
        query = text(f"select {', '.join(NAMES)} from in_force_history")  # noqa: S608
        expected = connection.execute(query).all()
        found = connection.execute(select(again)).all()
        again.drop(connection)
    assert sorted(map(tuple, found)) == sorted(map(tuple, expected))
    assert len(found) == 5
