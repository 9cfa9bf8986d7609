"""An emergency completes now and is ratified afterwards; a refusal has an owner (B11)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.policy_folder import read_set
from adapters.store.delivery import exceptions_of
from api.usecases.casework.acting import Kind
from api.usecases.casework.activating import bootstrap
from api.usecases.casework.checking import check_trail
from api.usecases.casework.resources import Resources
from engine.cases.status import Status
from tests.casework.conftest import ACME, ADMIN, START, data_files
from tests.casework.test_arranging import acted, submitted
from tests.databases import BOTH, opened


@pytest.fixture(params=BOTH)
def resources(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Resources]:
    """ACME, where the CFO ratifies whatever the United States order."""
    files = dict(read_set(ACME))
    asks = b"approve:\n      - cost_center_owner"
    assert asks in files["approvals/us.yaml"]
    with_cfo = asks.replace(b"\n", b"\n      - {ratify: {by: cfo, within: 30 days}}\n", 1)
    us = files["approvals/us.yaml"].replace(asks, with_cfo)
    owned = us.replace(b"amount: commitment.net", b"amount: commitment.net\nowner: cfo")
    assert owned != us
    with opened(request.param, tmp_path) as store:
        made = Resources(store)
        bootstrap(
            made, {**files, "approvals/us.yaml": owned}, data_files(), ADMIN, "installation", START
        )
        yield made


def test_it_completes_now_and_is_ratified_once(resources: Resources) -> None:
    case = submitted(resources, "8000.00")
    assert acted(resources, case, "carl", Kind.RATIFY).code == "not_open"
    assert acted(resources, case, "mia").case.status is Status.APPROVED
    assert acted(resources, case, "vera", Kind.RATIFY).code == "not_asked"
    assert acted(resources, case, "rita", Kind.RATIFY).code != ""
    done = acted(resources, case, "carl", Kind.RATIFY)
    assert (done.code, done.case.status) == ("", Status.APPROVED)
    assert acted(resources, case, "carl", Kind.RATIFY).code == "answered_already"
    assert check_trail(resources.store).problems == []


def test_a_refused_ratification_is_an_exception_of_the_owner_of_the_file(
    resources: Resources,
) -> None:
    case = submitted(resources, "8000.00")
    acted(resources, case, "mia")
    silent = acted(resources, case, "carl", Kind.REFUSE_RATIFICATION)
    assert silent.code == "comment_missing"
    done = acted(resources, case, "carl", Kind.REFUSE_RATIFICATION, comment="no emergency")
    assert (done.code, done.case.status) == ("", Status.APPROVED)
    with resources.store.reading() as connection:
        [found] = exceptions_of(connection, case.id)
    assert (found.code, found.owner) == ("ratification_refused", "cfo")
    assert "no emergency" in found.message
    assert acted(resources, case, "carl", Kind.RATIFY).code == "answered_already"


def test_a_ratification_approves_nothing(resources: Resources) -> None:
    case = submitted(resources, "8000.00")
    assert acted(resources, case, "carl").code != ""
    assert acted(resources, case, "carl", Kind.REJECT).code != ""
    assert submitted(resources, "8000.00").status is Status.PENDING
