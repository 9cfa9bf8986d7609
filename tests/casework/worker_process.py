"""Workers as processes of their own, made to be killed.

Reads `DATABASE ERP_FILE` from its arguments and then one command a line: `go` forks a worker that
says its process id as soon as it is at work, `drain` one that ends when nothing is left. When it is
gone, that is said too.
What takes long (reading the policy set) is done once, before anything is forked.
"""

from __future__ import annotations

import os
import random
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import text

from adapters.store.opening import Store, open_store
from api.usecases.casework.posting import Counter, Target
from api.usecases.casework.resources import Loaded, Resources
from api.worker import Pace, Worker
from tests.casework.fake_erp import FakeErp

LEASE = timedelta(milliseconds=400)
AHEAD = timedelta(days=365)  # what tests submit is due in the spring of 2027
LONGEST_SECONDS = 120
PACE = Pace(threads=2, poll=timedelta(milliseconds=20))


def work(url: str, erp_file: Path, loaded: Loaded, *, drains: bool) -> None:
    """Posts until it is killed, or until nothing is left."""
    store = open_store(url)
    erp = FakeErp(erp_file, pause=lambda: time.sleep(random.random() * 0.02))
    targets = {"erp": Target(erp, "ap_clerks")}
    counter = Counter(targets, lambda: datetime.now(UTC) + AHEAD, random.random, LEASE)
    worker = Worker(Resources(store, loaded), counter, PACE)
    worker.start()
    say(str(os.getpid()))
    end = time.monotonic() + LONGEST_SECONDS
    while time.monotonic() < end and (not drains or left(store)):
        time.sleep(0.02)
    worker.stop()


def left(store: Store) -> bool:
    """Whether something is still under way."""
    with store.reading() as connection:
        query = "select count(*) from outbox where status in ('waiting', 'claimed')"
        return bool(connection.execute(text(query)).scalar())


def say(line: str) -> None:
    """One line for whoever started this."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main() -> None:
    url, erp_file = sys.argv[1], Path(sys.argv[2])
    loaded = Loaded()
    store = open_store(url)
    with store.reading() as connection:
        loaded.current(connection)
    store.close()
    say("ready")
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            try:
                work(url, erp_file, loaded, drains=line.strip() == "drain")
            finally:
                os._exit(0)
        os.waitpid(child, 0)
        say("gone")


main()
