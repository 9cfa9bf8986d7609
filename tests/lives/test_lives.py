"""Random lives of cases in the service, step by step beside a slow reference."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test
from sqlalchemy import event, make_url

from adapters.store.opening import Store, open_store
from api.usecases.casework import resources
from api.usecases.casework.activating import bootstrap
from api.usecases.casework.resources import Loaded, Resources
from engine.cases.identities import Identities
from tests.databases import migrated
from tests.lives.machine import Lives
from tests.lives.world import START, People, Policy, master_data, set_files

ADMIN: Final = Identities("vera", "command line")
FILES: Final = set_files(Policy())
LOADED: Final = Loaded()  # sets and people by digest: the same in every life
STEPS: Final = 25
FEW: Final = 24
MANY: Final = 2_000

Reopen = Callable[[], Resources]
Life = Callable[[], AbstractContextManager[tuple[Resources, Reopen]]]


def _on_sqlite(begun: Path) -> Life:
    """Each life has the file of a prepared store as it was, and the same two services: an engine
    of its own would compile every statement anew. What is written need not reach the disk."""
    folder = begun.parent / "life"
    folder.mkdir()
    url = f"sqlite:///{shutil.copy(begun, folder)}"
    stores = [open_store(url), open_store(url)]
    for store in stores:
        event.listen(store.engine, "connect", _without_disk)
        store.close()

    @contextmanager
    def life() -> Iterator[tuple[Resources, Reopen]]:
        for left in folder.iterdir():  # the log too, of a life that was broken off
            left.unlink()
        shutil.copy(begun, folder)
        try:
            yield Resources(stores[0], LOADED), lambda: Resources(stores[1], Loaded())
        finally:
            for store in stores:
                store.close()

    return life


def _without_disk(connection: Any, record: object) -> None:
    connection.execute("pragma synchronous = off")


def _on_postgresql(folder: Path) -> Life:
    """Each life has a database of `tests/databases.py`; one that comes back has its engines."""
    known: dict[str, list[Store]] = {}

    @contextmanager
    def life() -> Iterator[tuple[Resources, Reopen]]:
        with _begun_database("postgresql", folder) as url:
            if url not in known:
                known[url] = [open_store(url), open_store(url)]
            stores = known[url]
            try:
                yield Resources(stores[0], LOADED), lambda: Resources(stores[1], Loaded())
            finally:
                for store in stores:
                    store.close()

    return life


def _run(opened: Life, lives: int) -> None:
    machine = type("Lives", (Lives,), {"opened": staticmethod(opened)})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=lives,
            stateful_step_count=STEPS,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
        ),
    )


@pytest.fixture(autouse=True)
def people_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lives have sets and people in common: each is made once."""
    monkeypatch.setattr(resources, "KEPT_LOADED", 300)


@contextmanager
def _begun_database(kind: str, folder: Path) -> Iterator[str]:
    with migrated(kind, folder) as url:
        store = open_store(url)
        made = Resources(store, Loaded())
        bootstrap(made, FILES, master_data(People()), ADMIN, "installation", START)
        store.close()
        yield url


def test_lives_of_cases_are_as_the_slow_reference_says(tmp_path: Path) -> None:
    with _begun_database("sqlite", tmp_path) as url:
        _run(_on_sqlite(Path(make_url(url).database or "")), FEW)


@pytest.mark.server
def test_lives_of_cases_are_as_the_slow_reference_says_on_postgresql(tmp_path: Path) -> None:
    _run(_on_postgresql(tmp_path), FEW // 4)


@pytest.mark.slow
def test_thousands_of_lives_are_as_the_slow_reference_says(tmp_path: Path) -> None:
    with _begun_database("sqlite", tmp_path) as url:
        _run(_on_sqlite(Path(make_url(url).database or "")), MANY)


@pytest.mark.slow
@pytest.mark.server
def test_hundreds_of_lives_are_as_the_slow_reference_says_on_postgresql(tmp_path: Path) -> None:
    _run(_on_postgresql(tmp_path), MANY // 4)
