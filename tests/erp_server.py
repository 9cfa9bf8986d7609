"""A real Tryton for tests: a process of its own on loopback, with a seeded database of its own.

    with running_tryton(tmp_path) as erp:
        erp.base_url, erp.database, erp.seed
        erp.kill()   # as `kill -9`
        erp.start()  # again, on the same port and database

The database is built once for a checkout, kept under `build/erp/`, and copied for each server. A
test that uses this is marked `server`; where Tryton is not installed it skips, and says how to
install it.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import signal
import socket
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Final

import pytest
from sqlalchemy import make_url

from tests.databases import database
from tests.erp_seed import ADMIN, seed

ROOT: Final = Path(__file__).resolve().parents[1]
VENV: Final = ROOT / ".venv-erp"
BUILD: Final = ROOT / "build" / "erp"
DATABASE: Final = "erp"
WAIT_SECONDS: Final = 60


class Tryton:
    """One server process. `folder` holds its settings, its log and, with SQLite, its database."""

    def __init__(self, folder: Path, database: str, store: str) -> None:
        self.folder = folder
        self.database = database
        self.port = _free_port()
        self.base_url = f"http://127.0.0.1:{self.port}"
        self.seed: dict[str, Any] = {}
        self._store = store
        self._process: subprocess.Popen[bytes] | None = None
        folder.mkdir(parents=True, exist_ok=True)
        self.settings.write_text(
            f"[database]\n{store}\n"
            f"[web]\nlisten = 127.0.0.1:{self.port}\n"
            "[session]\nmax_attempt = 1000\n"
        )

    @property
    def settings(self) -> Path:
        return self.folder / "trytond.conf"

    @property
    def log(self) -> Path:
        return self.folder / "trytond.log"

    def start(self) -> None:
        """Starts the server and waits until it answers."""
        # Without `-d` the first login of a fresh server fails for ever.
        command = [VENV / "bin" / "trytond", "-c", self.settings, "-d", self.database]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log)
        deadline = time.monotonic() + WAIT_SECONDS
        while not self._answers():
            assert self._process.poll() is None, self.log.read_text()[-2_000:]
            assert time.monotonic() < deadline, self.log.read_text()[-2_000:]
            time.sleep(0.05)

    def _answers(self) -> bool:
        try:
            socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
        except OSError:
            return False
        return True

    def kill(self) -> None:
        """Ends the process as a power cut would."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """Ends the process if it runs."""
        self._end(signal.SIGTERM)

    def restart(self) -> None:
        """The same database and port, a new process."""
        self.stop()
        self.start()

    def _end(self, how: signal.Signals) -> None:
        if self._process is None:
            return
        self._process.send_signal(how)
        try:
            self._process.wait(WAIT_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None


@contextmanager
def running_tryton(folder: Path) -> Iterator[Tryton]:
    """A seeded Tryton on SQLite that runs while the block does."""
    built = _built()
    server = _on_sqlite(folder / "tryton")
    with (
        closing(sqlite3.connect(built / "erp.sqlite")) as source,
        closing(sqlite3.connect(server.folder / "erp.sqlite")) as target,
    ):
        source.backup(target)
    server.seed = json.loads((built / "seed.json").read_text())
    try:
        server.start()
        yield server
    finally:
        server.stop()


@contextmanager
def running_tryton_on_postgresql(folder: Path) -> Iterator[Tryton]:
    """The same on PostgreSQL, in a database that is dropped in the end."""
    skip_without_tryton()
    with database("postgresql", folder) as address:
        url = make_url(address)
        store = url.set(drivername="postgresql", database="").render_as_string(False)
        server = Tryton(folder / "tryton", str(url.database), f"uri = {store.rstrip('/')}/")
        try:
            _make_schema(server)
            server.start()
            server.seed = seed(server.base_url, server.database)
            yield server
        finally:
            server.stop()


def skip_without_tryton() -> None:
    """Skips the test where there is no Tryton; a failure where servers are required."""
    if not (VENV / ".installed").exists():
        pytest.skip("Tryton is not installed: run `make .venv-erp/.installed`")


def _on_sqlite(folder: Path) -> Tryton:
    return Tryton(folder, DATABASE, f"uri = sqlite://\npath = {folder}")


def _built() -> Path:
    """The folder of the seeded database, built when what it is made of has changed."""
    skip_without_tryton()
    parts = (ROOT / "requirements" / "erp.txt", ROOT / "tests" / "erp_seed.py", Path(__file__))
    digest = hashlib.sha256(b"".join(part.read_bytes() for part in parts)).hexdigest()[:16]
    built = BUILD / digest
    BUILD.mkdir(parents=True, exist_ok=True)
    with (BUILD / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # test processes run side by side
        if not (built / "seed.json").exists():
            _build(built)
    return built


def _build(built: Path) -> None:
    server = _on_sqlite(built)
    empty = built / "erp.sqlite"
    for old in built.glob("erp.sqlite*"):
        old.unlink()
    empty.touch()
    _make_schema(server)
    server.start()
    try:
        ids = seed(server.base_url, server.database)
    finally:
        server.stop()
    (built / "seed.json").write_text(json.dumps(ids))


def _make_schema(server: Tryton) -> None:
    password = server.folder / "password"
    password.write_text(ADMIN.secret + "\n")
    command = [VENV / "bin" / "trytond-admin", "-c", server.settings, "-d", server.database]
    options = ["-u", "account_invoice", "--activate-dependencies", "-l", "en"]
    run = subprocess.run(
        [*command, *options, "--email", "admin@example.org"],
        env=os.environ | {"TRYTONPASSFILE": str(password)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr[-2_000:]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
