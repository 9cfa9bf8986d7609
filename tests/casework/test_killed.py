"""Workers that are killed at any moment: nothing is lost, nothing is posted twice (D2)."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from adapters.store import cases, delivery
from api.usecases.casework.checking import check_trail
from api.usecases.casework.resources import Resources
from engine.cases.status import Status
from tests.casework.deliveries import enqueued
from tests.casework.fake_erp import FakeErp

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.kill


class Workers:
    """A process that starts workers one after the other."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def killed_at_work(self, erp: FakeErp) -> None:
        """Starts a worker and kills it at some moment, mostly in one of its first postings."""
        calls = len(erp.calls)
        child = int(self._ask("go"))
        end = time.monotonic() + random.choice([0.0, 1.0, 1.0, 1.0])
        while len(erp.calls) == calls and time.monotonic() < end:
            time.sleep(0.002)
        time.sleep(random.uniform(0.0, 0.12))
        os.kill(child, signal.SIGKILL)
        assert self.said() == "gone"

    def drain(self) -> None:
        """A worker that is left alone until nothing is under way."""
        self._ask("drain")
        assert self.said() == "gone"

    def _ask(self, command: str) -> str:
        assert self._process.stdin is not None
        self._process.stdin.write(f"{command}\n")
        self._process.stdin.flush()
        return self.said()

    def said(self) -> str:
        """Its next line."""
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()


@contextmanager
def workers(url: str, erp_file: Path) -> Iterator[Workers]:
    """Workers on a database, ended afterwards."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.casework.worker_process", url, str(erp_file)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    found = Workers(process)
    try:
        assert found.said() == "ready"
        yield found
    finally:  # it ends with its input
        assert process.stdin is not None
        process.stdin.close()
        process.wait(timeout=30)
        assert process.stdout is not None
        process.stdout.close()


def killed(resources: Resources, folder: Path, kills: int, documents: int) -> int:
    """Kills so many workers while they post; how many attempts nobody heard the end of.

    Documents come in all the while.
    """
    erp = FakeErp(folder / "erp.db")
    url = resources.store.engine.url.render_as_string(hide_password=False)
    with workers(url, erp.path) as running:
        for kill in range(kills):
            for number in range(kill * documents // kills, (kill + 1) * documents // kills):
                enqueued(resources, f"PO-{number}", "10.00")
            running.killed_at_work(erp)
        running.drain()
    whole(resources, erp, documents)
    return erp.calls.count("post") + erp.calls.count("find") - documents


def whole(resources: Resources, erp: FakeErp, documents: int) -> None:
    """Every document is posted, once, and the trail tells it."""
    report = check_trail(resources.store)
    assert report.problems == []
    assert sorted(erp.keys) == [f"C-{n:06d}/1" for n in range(1, documents + 1)]
    with resources.store.reading() as connection:
        assert cases.how_many(connection) == documents
        for id in range(1, documents + 1):
            case = cases.by_id(connection, id)
            assert case is not None
            assert case.status is Status.POSTED
            assert len(delivery.receipts_of(connection, id)) == 1
        assert delivery.exceptions_of(connection) == []


def test_workers_that_are_killed_twenty_times_lose_nothing_and_post_nothing_twice(
    resources: Resources, tmp_path: Path
) -> None:
    # The kills met workers at work: some attempts had to be looked for.
    assert killed(resources, tmp_path, kills=20, documents=50) > 0


@pytest.mark.slow
def test_workers_that_are_killed_three_hundred_times_lose_nothing_and_post_nothing_twice(
    resources: Resources, tmp_path: Path
) -> None:
    assert killed(resources, tmp_path, kills=300, documents=300) > 0
