"""The service under load: durable decisions a second, how late, and a burst, on both databases.

    python -m bench.service                    SQLite, and PostgreSQL where one answers
    python -m bench.service --seconds 10       less time for each
    python -m bench.service --rate 675         more of them offered, as for a slower machine

ACME with 400 requesters and 2,000 suppliers more, so that totals are shared as they are in a month
of a company. Every answer is given after its decision, its case and its record have reached the
disk. Beside it, in the same run, an endpoint that declares the same models and does nothing.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import random
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final

import httpx
from rich.console import Console
from rich.table import Table
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.exc import DBAPIError

from bench.load import Measured, closed, post, steady

ROOT: Final = Path(__file__).resolve().parents[1]
COMMAND: Final = (sys.executable, "-c", "from api.cli import main; main()")
SERVER: Final = os.environ.get(
    "COUNTERSIGN_TEST_POSTGRESQL", "postgresql+psycopg://postgres@127.0.0.1/postgres"
)
RATE: Final = 500  # decisions a second that are offered
BURST: Final = 10_000
CALLERS: Final = 64
SUPPLIERS: Final = 2_000
REQUESTERS: Final = 400
Record = dict[str, Any]


def measure(kind: str, seconds: float, offered: int = RATE) -> Record:
    """One database: the closed loop, the steady rate, the burst; and that nothing was lost."""
    with _database(kind) as url, tempfile.TemporaryDirectory() as folder:
        port = _free_port()
        variables = {
            **os.environ,
            "COUNTERSIGN_ENVIRONMENT": "development",
            "COUNTERSIGN_DATABASE_URL": url or f"sqlite:///{folder}/countersign.db",
            "COUNTERSIGN_WORKER": "false",
        }
        _install(Path(folder), variables)
        with _served([*COMMAND, "serve", "--port", str(port)], variables, port):
            token = _token(port)
            answer = _answer(port, token)
            warm = closed(port, _orders("warm", token), 500, CALLERS)
            most = closed(port, _orders("most", token), int(100 * seconds), CALLERS)
            rate = steady(port, _orders("rate", token), offered, seconds, CALLERS)
            burst = closed(port, _orders("burst", token), BURST, CALLERS)
            sent = 1 + sum(len(each.seconds) for each in (warm, most, rate, burst))
            return {
                "database": kind,
                "most_a_second": most.rate,
                "offered_a_second": offered,
                **_shown("steady", rate),
                **_shown("closed", most),
                "burst_seconds": burst.took,
                "sent": sent,
                "kept": _kept(variables),
                "accepted": 1 + sum(e.statuses[201] for e in (warm, most, rate, burst)),
                "answer": answer,
            }


def empty(seconds: float, answer: str) -> Record:
    """An endpoint with the same models that gives this answer to all."""
    port = _free_port()
    command = [sys.executable, "-m", "bench.empty_endpoint", str(port)]
    with _served(command, {**os.environ, "ANSWER": answer}, port):
        token = "x" * 120
        closed(port, _orders("warm", token), 500, CALLERS)
        most = closed(port, _orders("most", token), int(300 * seconds), CALLERS)
    return {"database": "", "most_a_second": most.rate, **_shown("closed", most)}


def _shown(name: str, found: Measured) -> Record:
    return {
        f"{name}_p50_ms": found.milliseconds(0.5),
        f"{name}_p99_ms": found.milliseconds(0.99),
        f"{name}_statuses": dict(found.statuses),
    }


def _orders(series: str, token: str) -> Any:
    chance = random.Random(series)

    def order(n: int) -> bytes:
        document = {
            "type": "purchase_order",
            "id": f"PO-{series}-{n}",
            "entity": "US01",
            "requester": f"requester{chance.randrange(REQUESTERS)}",
            "supplier": f"S-B{chance.randrange(SUPPLIERS)}",
            "currency": "USD",
            "category": chance.choice(("software", "office_supplies", "services")),
            "cost_center": "cc100",
            "lines": [{"net": f"{chance.randrange(10, 90_000)}.{chance.randrange(100):02}"}],
        }
        return post("/v1/documents", json.dumps(document).encode(), token)

    return order


def many_people(folder: Path) -> Path:
    """Master data of ACME in a new folder, with as many requesters and suppliers more."""
    data = folder / "data"
    shutil.copytree(ROOT / "policies" / "acme" / "data", data)
    _more(data / "people.csv", "rita", (f"requester{n}" for n in range(REQUESTERS)))
    _more(data / "suppliers.csv", "S-44", (f"S-B{n}" for n in range(SUPPLIERS)))
    return data


def _install(folder: Path, variables: dict[str, str]) -> None:
    data = many_people(folder)
    _run(variables, "store", "migrate")
    put = ("activate", str(ROOT / "policies" / "acme"), "--data", str(data))
    _run(variables, *put, "--by", "gina", "--because", "a measurement")


def _more(file: Path, like: str, names: Iterator[str]) -> None:
    """More rows like one, under other names and without what only one can have."""
    with file.open(newline="") as opened:
        rows = list(csv.DictReader(opened))
    [row] = [row for row in rows if row["id"] == like]
    own = {"bank_account": "", "tax_id": "", "address": "", "email": ""}
    rows += [
        {**row, **{k: v for k, v in own.items() if k in row}, "id": n, "name": n} for n in names
    ]
    with file.open("w", newline="") as opened:
        writer = csv.DictWriter(opened, list(row))
        writer.writeheader()
        writer.writerows(rows)


def _run(variables: dict[str, str], *arguments: str) -> str:
    done = subprocess.run(
        [*COMMAND, *arguments], cwd=ROOT, env=variables, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(done.stdout + done.stderr)
    return done.stdout


def _kept(variables: dict[str, str]) -> int:
    """The cases in the store, which its trail agrees with."""
    checked = json.loads(_run(variables, "trail", "check", "--json"))
    return int(checked["cases"])


@contextmanager
def _served(command: list[str], variables: dict[str, str], port: int) -> Iterator[None]:
    process = subprocess.Popen(command, cwd=ROOT, env=variables, stdout=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 60
        while True:
            with suppress(httpx.TransportError):
                if httpx.get(f"http://127.0.0.1:{port}/healthz").status_code == 200:
                    break
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError("the server did not start")
            time.sleep(0.1)
        yield
    finally:
        process.terminate()
        process.wait(30)


def _answer(port: int, token: str) -> str:
    """What is answered to one document."""
    order = json.loads(_orders("one", "")(0).partition(b"\r\n\r\n")[2])
    headers = {"Authorization": f"Bearer {token}"}
    sent = httpx.post(f"http://127.0.0.1:{port}/v1/documents", json=order, headers=headers)
    if sent.status_code != 201:
        raise RuntimeError(sent.text)
    return sent.text


def _token(port: int) -> str:
    address = f"http://127.0.0.1:{port}/development/tokens"
    return str(httpx.post(address, json={"person": "gina"}, timeout=60).json()["token"])


@contextmanager
def _database(kind: str) -> Iterator[str]:
    """The address of an empty database on the server; empty for SQLite, which is a file."""
    if kind == "SQLite":
        yield ""
        return
    name = f"countersign_bench_{secrets.token_hex(4)}"
    server = create_engine(SERVER, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(text(f'create database "{name}"'))
    try:
        yield make_url(SERVER).set(database=name).render_as_string(hide_password=False)
    finally:
        with server.connect() as connection:
            connection.execute(text(f'drop database "{name}" with (force)'))


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def run(seconds: float, offered: int) -> list[Record]:
    """Everything, one after the other; the endpoint that does nothing after each database."""
    records = []
    answer = ""
    for kind in ("SQLite", "PostgreSQL"):
        try:
            records.append(measure(kind, seconds, offered))
        except DBAPIError:
            records.append({"database": kind, "absent": "no PostgreSQL answers"})
        answer = records[-1].pop("answer", answer)
        records.append(empty(seconds, answer))
    return records


def table(records: list[Record], offered: int) -> Table:
    """What was measured, as it is quoted."""
    bare = [each["most_a_second"] for each in records if not each["database"]]
    beside = sum(bare) / len(bare)
    found = Table(title=f"one service process; nothing done: {beside:,.0f} a second (= 1.0)")
    for head in (
        "database",
        "at most",
        "x of nothing",
        f"p50, p99 at {offered}/s",
        "burst",
        "kept",
    ):
        found.add_column(head, justify="left" if head == "database" else "right")
    for each in records:
        if not each["database"]:
            continue
        if "absent" in each:
            found.add_row(each["database"], each["absent"])
            continue
        found.add_row(
            each["database"],
            f"{each['most_a_second']:,.0f}/s",
            f"{each['most_a_second'] / beside:.2f}",
            f"{each['steady_p50_ms']:.0f}, {each['steady_p99_ms']:.0f} ms",
            f"{BURST:,} in {each['burst_seconds']:.1f} s",
            f"{each['kept']:,} of {each['sent']:,}",
        )
    return found


def main() -> None:
    """Runs what the command line asks for."""
    parser = argparse.ArgumentParser(prog="python -m bench.service")
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument(
        "--rate", type=int, default=RATE, help="decisions a second that are offered"
    )
    parser.add_argument("--only", choices=("SQLite", "PostgreSQL"))
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    how = asked.seconds, asked.rate
    records = run(*how) if asked.only is None else [measure(asked.only, *how)]
    if asked.json or asked.only:
        sys.stdout.write(json.dumps(records, indent=1) + "\n")
    else:
        Console(width=None if sys.stdout.isatty() else 120).print(table(records, asked.rate))


if __name__ == "__main__":
    main()
