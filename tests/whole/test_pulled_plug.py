"""The plug is pulled anywhere: nothing is lost, nothing is posted twice, the trail checks."""

from __future__ import annotations

import random
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from adapters.store.opening import open_store
from api.usecases.casework.checking import check_trail
from tests.adapters.tryton.desk import Connections
from tests.databases import BOTH, database
from tests.erp_server import Tryton, running_tryton
from tests.whole.service import Service

pytestmark = [pytest.mark.server, pytest.mark.kill]


@pytest.mark.parametrize("kind", BOTH)
def test_service_and_erp_killed_anywhere_lose_and_double_nothing(kind: str, tmp_path: Path) -> None:
    with running_tryton(tmp_path) as erp:
        drive(kind, tmp_path, erp, kills=6, documents=6)


@pytest.mark.slow
@pytest.mark.parametrize("kind", BOTH)
def test_service_and_erp_killed_for_a_night(kind: str, tmp_path: Path) -> None:
    with running_tryton(tmp_path) as erp:
        drive(kind, tmp_path, erp, kills=300, documents=150)


def drive(kind: str, folder: Path, erp: Tryton, *, kills: int, documents: int) -> None:
    """Kills one or the other at random while clients submit and approve and never give up."""
    seed = random.randrange(10**6)
    chance = random.Random(seed)
    with database(kind, folder) as url:
        service = Service(url, folder, erp, prefix=f"{kind}-{seed}-")
        service.install(folder)
        service.start()
        found: dict[int, str] = {}
        client = threading.Thread(target=_all, args=(service, found, documents), daemon=True)
        client.start()
        for _ in range(kills):
            time.sleep(chance.uniform(0.05, 1.5))
            victim: Service | Tryton = chance.choice((service, service, erp))
            victim.kill()
            victim.start()
        client.join(300)
        assert not client.is_alive(), f"seed {seed}: {len(found)} of {documents} approved"
        for case in found.values():
            service.until(case, "posted", seconds=300)
        receipts = _receipts(service, found.values())
        service.stop()
        store = open_store(url)
        report = check_trail(store)
        store.close()
        assert report.is_intact, (seed, report.problems)
        assert _ledger(erp, service.prefix) == receipts, f"seed {seed}"
        assert len(receipts) == documents


def _all(service: Service, found: dict[int, str], documents: int) -> None:
    for number in range(documents):
        raw = service.invoice(str(number))
        case: str = service.insist("rita", "POST", "/v1/documents", raw).json()["case"]
        for person in ("mia", "dan"):
            action = {"kind": "approve", "version": 1}
            service.insist(person, "POST", f"/v1/cases/{case}/actions", action)
        found[number] = case


def _receipts(service: Service, found: Any) -> dict[str, str]:
    """The number that each document got, by the supplier's number."""
    numbers = {}
    for case in found:
        shown = service.insist("gina", "GET", f"/v1/cases/{case}").json()
        [receipt] = shown["receipts"]
        numbers[shown["document"]["number"]] = receipt["number"]
    return numbers


def _ledger(erp: Tryton, prefix: str) -> dict[str, str]:
    """What the ERP posted, by the supplier's number. Fails where something was posted twice."""
    with Connections() as connections:
        posted = connections.ledger(erp)._session.read(
            "model.account.invoice.search_read",
            [["reference", "like", f"GX-{prefix}%"], ["state", "=", "posted"]],
            0,
            None,
            None,
            ["reference", "number"],
        )
    numbers = {each["reference"]: each["number"] for each in posted}
    assert len(numbers) == len(posted)
    return numbers
