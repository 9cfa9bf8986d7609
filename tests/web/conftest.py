"""The service on a fresh database, with callers as their tokens would make them out."""

from __future__ import annotations

import json
import socket
import ssl
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
import uvicorn
from fastapi import FastAPI

from adapters.identity import AuthenticationFailed, Caller, FailureCode, Scope
from adapters.policy_folder import read_set
from adapters.store.trail import records
from api.usecases.casework.activating import bootstrap
from api.usecases.casework.resources import Resources
from api.web.app import create_app
from api.web.asking import Service
from engine.cases.identities import Identities
from tests.databases import BOTH, opened
from tests.records import whole

ACME = Path(__file__).parents[2] / "policies" / "acme"
START = datetime(2027, 3, 1, 9, 0, tzinfo=UTC)
NOW = datetime(2027, 3, 15, 13, 0, tzinfo=UTC)
ISSUER = "https://login.acme.example"
# The service is asked without TLS; to read all certificates takes longer than most tests.
NO_CERTIFICATES = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)

PERSON = Caller(
    person_name="rita",
    client="portal",
    issuer=ISSUER,
    subject="rita",
    authenticated_at=NOW,
    strength="acr:2",
    scopes=frozenset(Scope),
    entities=None,
    is_development=False,
)
TOOL = replace(PERSON, person_name="", subject="portal", authenticated_at=None, strength="unstated")


class Door:
    """Lets in whoever has a token that was given out here; a token is a name."""

    def __init__(self) -> None:
        self.callers: dict[str, Caller] = {}

    def caller_of(self, headers: Iterable[tuple[str, str]], peer: str, now: datetime) -> Caller:
        tokens = [value for name, value in headers if name.lower() == "authorization"]
        found = self.callers.get(tokens[0].removeprefix("Bearer ")) if len(tokens) == 1 else None
        if found is None:
            raise AuthenticationFailed(FailureCode.NO_TOKEN, "a token is needed")
        return found

    def is_at_hand(self, headers: Iterable[tuple[str, str]], now: datetime) -> bool:
        return True


@dataclass
class Desk:
    """What a test does: sends as somebody, and looks at what was recorded."""

    client: httpx.Client
    resources: Resources
    door: Door
    woken: list[int] = field(default_factory=list)

    def let_in(self, token: str, caller: Caller) -> str:
        self.door.callers[token] = caller
        return token

    def send(
        self, method: str, path: str, body: object = None, by: str = "rita", **headers: str
    ) -> httpx.Response:
        sent = {"Authorization": f"Bearer {by}"} | {
            name.replace("_", "-"): value for name, value in headers.items()
        }
        content: bytes | None = None
        if body is not None:
            content = body if isinstance(body, bytes) else json.dumps(body).encode()
            sent.setdefault("Content-Type", "application/json")
        return self.client.request(method, path, content=content, headers=sent)

    def act(self, number: str, by: str, kind: str = "approve", **fields: object) -> httpx.Response:
        asked = {"kind": kind, "version": 1, **fields}
        return self.send("POST", f"/v1/cases/{number}/actions", asked, by)

    def told(self, kind: str) -> list[dict[str, object]]:
        with self.resources.store.reading() as connection:
            found = [each for each in records(connection) if each.kind == kind]
            return [whole(connection, each) for each in found]


def order(amount: str = "8000.00", id: str = "PO-1", **fields: object) -> dict[str, object]:
    """A purchase order of Rita's, on cost center cc100 of Mia's."""
    return {
        "type": "purchase_order",
        "id": id,
        "entity": "US01",
        "requester": "rita",
        "currency": "USD",
        "amount": amount,
        "cost_center": "cc100",
        "supplier": "S-1",
        "submitted_at": "2027-03-15T12:00:00Z",
        **fields,
    }


@contextmanager
def listening(app: FastAPI) -> Iterator[str]:
    """The application behind a real server, on a free port of this machine."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        config = uvicorn.Config(app, log_config=None, access_log=False, proxy_headers=False)
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [free]})
        thread.start()
        try:
            while not server.started and thread.is_alive():
                time.sleep(0.01)
            yield f"http://127.0.0.1:{free.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


def desk_on(resources: Resources) -> Iterator[Desk]:
    door = Door()
    woken: list[int] = []
    service = Service(resources, door, lambda: NOW, lambda: woken.append(1))
    with (
        listening(create_app(service)) as address,
        httpx.Client(base_url=address, verify=NO_CERTIFICATES) as client,
    ):
        desk = Desk(client, resources, door, woken)
        for name in ("rita", "mia", "dan", "vera", "carl", "noah"):
            desk.let_in(name, replace(PERSON, person_name=name, subject=name))
        desk.let_in("tool", TOOL)
        desk.let_in("elsewhere", replace(TOOL, entities=frozenset({"DE01"})))
        yield desk


def acme_files() -> tuple[dict[str, bytes], dict[str, bytes]]:
    """Its policy, and its master data."""
    data = ((path.name, path.read_bytes()) for path in (ACME / "data").glob("*.csv"))
    return read_set(ACME), dict(data)


def put_in_force(resources: Resources) -> None:
    who = Identities("gina", "command line")
    bootstrap(resources, *acme_files(), who, "installation", START)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """ACME in force, in an embedded database; orders and invoices of US01 are posted to `erp`."""
    yield from _desk("sqlite", tmp_path)


@pytest.fixture(params=BOTH)
def desk_on_both(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Desk]:
    """The same on each database."""
    yield from _desk(request.param, tmp_path)


def _desk(kind: str, folder: Path) -> Iterator[Desk]:
    targets = {("US01", "invoice"): "erp", ("US01", "purchase_order"): "erp"}
    with opened(kind, folder) as store:
        made = Resources(store, targets=targets)
        put_in_force(made)
        yield from desk_on(made)
