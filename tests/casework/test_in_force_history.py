"""What was in force when: kept for whatever is put in force, and found again by moment."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import create_engine, text

from adapters.policy_folder import read_set
from adapters.store import opening
from adapters.store.in_force import What, digests
from adapters.store.in_force_history import digests_at, history_of
from adapters.store.opening import migrate, open_store
from adapters.store.trail import records
from api.usecases.casework.activating import bootstrap, load_master_data
from api.usecases.casework.resources import Resources
from tests.casework.conftest import ACME, ADMIN, START, data_files
from tests.casework.documents import NOW
from tests.databases import BOTH, database

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


@pytest.mark.parametrize("kind", BOTH)
def test_what_was_put_in_force_before_there_was_a_history_is_read_from_the_trail(
    kind: str, tmp_path: Path
) -> None:
    with database(kind, tmp_path) as url:
        migrate(url)
        store = open_store(url)
        made = Resources(store)
        bootstrap(made, read_set(ACME), data_files(), ADMIN, "installation", START)
        with store.reading() as connection:
            expected = history_of(connection, What.POLICY)
        store.close()
        _without_history(url)
        migrate(url)
        store = open_store(url)
        with store.reading() as connection:
            assert history_of(connection, What.POLICY) == expected
        store.close()


def _without_history(url: str) -> None:
    """The database as it was before the table was there."""
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("drop table in_force_history"))
        config = opening._config()
        config.attributes["connection"] = connection
        command.stamp(config, "0004")
    engine.dispose()
