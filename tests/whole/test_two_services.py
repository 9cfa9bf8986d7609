"""Two service processes on one PostgreSQL: one outcome, and whoever comes second is told."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest

from adapters.store.opening import open_store
from api.usecases.casework.checking import check_trail
from tests.databases import database
from tests.whole.service import Service

pytestmark = pytest.mark.server
APPROVAL = {"kind": "approve", "version": 1}


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Service, Service]]:
    folder = tmp_path_factory.mktemp("two")
    with database("postgresql", folder) as url:
        made = (
            Service(url, folder, None, worker=False),
            Service(url, folder, None, worker=False),
        )
        made[0].install(folder)
        for each in made:
            each.start()
        yield made
        for each in made:
            each.stop()
        store = open_store(url)
        report = check_trail(store)
        store.close()
        assert report.is_intact, report.problems


def test_one_document_sent_to_both_is_one_case(services: tuple[Service, Service]) -> None:
    raw = services[0].invoice("same")
    with ThreadPoolExecutor(8) as pool:
        asked = [partial(each.ask, "rita", "POST", "/v1/documents", raw) for each in services * 4]
        answers = [*pool.map(lambda ask: ask(), asked)]
    assert sorted(each.status_code for each in answers) == [200] * 7 + [201]
    assert len({each.json()["case"] for each in answers}) == 1


def test_of_racing_approvals_on_both_one_is_accepted(services: tuple[Service, Service]) -> None:
    for number in range(5):
        raw = services[0].invoice(f"race-{number}", "8000.00")
        case = services[0].ask("rita", "POST", "/v1/documents", raw).json()["case"]
        with ThreadPoolExecutor(2) as pool:
            asked = [
                partial(each.ask, "mia", "POST", f"/v1/cases/{case}/actions", APPROVAL)
                for each in services
            ]
            answers = [*pool.map(lambda ask: ask(), asked)]
        assert sorted(each.status_code for each in answers) == [200, 409]
        assert {each.json().get("code") for each in answers} == {None, "not_open"}
