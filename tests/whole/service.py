"""`countersign serve` as a process that tests start, kill and ask."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import httpx

from tests.erp_seed import APPROVER
from tests.erp_server import DATABASE, Tryton

ROOT: Final = Path(__file__).resolve().parents[2]
COMMAND: Final = (sys.executable, "-c", "from api.cli import main; main()")
WAIT_SECONDS: Final = 120
# One for all, because making one reads every certificate of the machine; it keeps no connection to
# a process that a test may have killed.
CLIENT: Final = httpx.Client(limits=httpx.Limits(max_keepalive_connections=0), timeout=60)
PERIODS: Final = (
    "entity,kind,name,first_day,last_day,opens_at,closed_at,ledger\n"
    "US01,AP,2027,2027-01-01,2027-12-31,2026-01-01T00:00:00-05:00,,\n"
)


class Service:
    """One process with its worker inside, on a port of its own; `kill` is `kill -9`."""

    def __init__(
        self,
        url: str,
        folder: Path,
        erp: Tryton | None,
        *,
        worker: bool = True,
        prefix: str = "",
    ) -> None:
        self.prefix = prefix
        self._erp = erp
        self.log = folder / f"service-{os.urandom(3).hex()}.log"
        self.port = _free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self._variables = {
            **os.environ,
            "COUNTERSIGN_ENVIRONMENT": "development",
            "COUNTERSIGN_DATABASE_URL": url,
            "COUNTERSIGN_WORKER": "true" if worker else "false",
            "COUNTERSIGN_LEASE_SECONDS": "30",  # what a killed worker had claimed waits so long
            "COUNTERSIGN_ERP": json.dumps([] if erp is None else [_connection(erp)]),
            "ERP_USER": APPROVER.user,
            "ERP_SECRET": APPROVER.secret,
        }
        self._process: subprocess.Popen[bytes] | None = None
        self._tokens: dict[str, str] = {}

    @property
    def erp(self) -> Tryton:
        """The ERP it posts to. Raises `AssertionError` where it has none."""
        assert self._erp is not None
        return self._erp

    def run(self, *arguments: str) -> None:
        """One command of the command line, to its end."""
        done = subprocess.run(
            [*COMMAND, *arguments],
            check=False,
            cwd=ROOT,
            env=self._variables,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stdout + done.stderr

    def install(self, folder: Path) -> None:
        """Tables, and ACME in force: with the year of the ERP open already, whatever day it is."""
        data = folder / "data"
        shutil.copytree(ROOT / "policies" / "acme" / "data", data)
        (data / "periods.csv").write_text(PERIODS)
        self.run("store", "migrate")
        set_in_force = ("activate", "policies/acme", "--data", str(data))
        self.run(*set_in_force, "--by", "gina", "--because", "installation")

    def start(self) -> None:
        """Starts the process and waits until it is ready."""
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [*COMMAND, "serve", "--port", str(self.port)],
                cwd=ROOT,
                env=self._variables,
                stdout=log,
                stderr=log,
            )
        self._tokens.clear()
        deadline = time.monotonic() + WAIT_SECONDS
        while not self._is_ready():
            assert self._process.poll() is None, self.log.read_text()[-3000:]
            assert time.monotonic() < deadline, self.log.read_text()[-3000:]
            time.sleep(0.05)

    def kill(self) -> None:
        """Ends the process as a power cut would."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """Ends the process if it runs."""
        self._end(signal.SIGTERM)

    def ask(self, person: str, method: str, path: str, body: Any = None) -> httpx.Response:
        """One request of a person's. Raises `httpx.TransportError` where nobody answers."""
        headers = {"Authorization": f"Bearer {self._token(person)}"}
        return CLIENT.request(method, self.address + path, json=body, headers=headers)

    def insist(self, person: str, method: str, path: str, body: Any = None) -> httpx.Response:
        """The same, until somebody answers."""
        deadline = time.monotonic() + WAIT_SECONDS
        while True:
            with suppress(httpx.TransportError):
                answer = self.ask(person, method, path, body)
                if answer.status_code == 401:  # another process: its tokens are others
                    self._tokens.clear()
                elif answer.status_code < 500:
                    return answer
            assert time.monotonic() < deadline, f"{method} {path}: nobody answered"
            time.sleep(0.1)

    def until(self, case: str, *statuses: str, seconds: float = WAIT_SECONDS) -> dict[str, Any]:
        """The case once it stands at one of these."""
        deadline = time.monotonic() + seconds
        while True:
            found: dict[str, Any] = self.insist("gina", "GET", f"/v1/cases/{case}").json()
            if found["status"] in statuses:
                return found
            has_ended = found["status"] in ("posted", "exception", "rejected", "withdrawn")
            assert not has_ended, (found["status"], found["exceptions"])
            assert time.monotonic() < deadline, (found["status"], found["findings"])
            time.sleep(0.2)

    def invoice(self, number: str, net: str = "40000.00", **fields: Any) -> dict[str, Any]:
        """An invoice of Globex for Rita's need: above Mia's limit, within Dan's."""
        line = {"net": net, "tax": "0.00", "cost_center": "cc100", "gl_account": "5.1.3"}
        return {
            "type": "invoice",
            "id": f"I-{self.prefix}{number}",
            "number": f"GX-{self.prefix}{number}",
            "entity": "US01",
            "requester": "rita",
            "supplier": "S-1",
            "currency": "USD",
            "document_date": "2027-03-01",
            "lines": [line],
            **fields,
        }

    def _token(self, person: str) -> str:
        if person not in self._tokens:
            made = CLIENT.post(f"{self.address}/development/tokens", json={"person": person})
            self._tokens[person] = made.json()["token"]
        return self._tokens[person]

    def _is_ready(self) -> bool:
        with suppress(httpx.TransportError):
            return CLIENT.get(f"{self.address}/readyz", timeout=10).status_code == 200
        return False

    def _end(self, how: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait(60)
            self._process = None


def _connection(erp: Tryton) -> dict[str, Any]:
    return {
        "name": "tryton",
        "kind": "tryton",
        "url": erp.base_url,
        "database": DATABASE,
        "owner": "group_controller",
        "user_variable": "ERP_USER",
        "secret_variable": "ERP_SECRET",
        "posts": [{"entity": "US01", "type": "invoice"}],
    }


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
    return port
