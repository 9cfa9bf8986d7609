"""Whoever is told may object, as long as the policy says and the document is not being posted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from adapters.policy_folder import read_set
from api.usecases.casework.acting import Kind
from api.usecases.casework.activating import bootstrap
from api.usecases.casework.checking import check_trail
from api.usecases.casework.resources import Resources
from engine.cases.status import Status
from tests.casework.conftest import ACME, ADMIN, START, data_files
from tests.casework.documents import NOW
from tests.casework.test_arranging import acted, submitted
from tests.databases import BOTH, opened

# Submitted on Monday 2027-03-15; two business days in New York are over as Wednesday closes.
OVER = datetime(2027, 3, 17, 21, 0, tzinfo=UTC)


@pytest.fixture(params=BOTH)
def resources(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Resources]:
    """ACME, where the CFO is told of whatever the United States order and may object."""
    files = dict(read_set(ACME))
    asks = b"approve:\n      - cost_center_owner"
    us = files["approvals/us.yaml"]
    assert asks in us
    told = b"\n      - {notify: {who: cfo, may_object_in: 2 business days}}\n"
    files["approvals/us.yaml"] = us.replace(asks, asks.replace(b"\n", told, 1))
    with opened(request.param, tmp_path) as store:
        made = Resources(store, targets={("US01", "purchase_order"): "erp"})
        bootstrap(made, files, data_files(), ADMIN, "installation", START)
        yield made


def test_an_objection_in_time_refuses_the_document(resources: Resources) -> None:
    case = submitted(resources)
    assert acted(resources, case, "carl", Kind.OBJECT).code == "comment_missing"
    last = OVER - timedelta(seconds=1)
    done = acted(resources, case, "carl", Kind.OBJECT, last, comment="not now")
    assert (done.code, done.case.status) == ("", Status.REJECTED)
    assert check_trail(resources.store).problems == []


@pytest.mark.parametrize("kind", [Kind.OBJECT, Kind.REJECT])
def test_an_objection_after_its_time_changes_nothing(resources: Resources, kind: Kind) -> None:
    case = submitted(resources)
    done = acted(resources, case, "carl", kind, OVER, comment="too late")
    assert (done.code, done.case.status) == ("objection_too_late", Status.PENDING)


@pytest.mark.parametrize("person", ["rita", "vera", "mia"])
def test_nobody_objects_who_is_not_told(resources: Resources, person: str) -> None:
    case = submitted(resources)
    done = acted(resources, case, person, Kind.OBJECT, NOW, comment="no")
    assert (done.code, done.case.status) == ("not_asked", Status.PENDING)


def test_what_is_being_posted_takes_no_objection(resources: Resources) -> None:
    case = submitted(resources, "8000.00")
    assert acted(resources, case, "mia").case.status is Status.POSTING
    assert acted(resources, case, "carl", Kind.OBJECT, comment="no").code == "not_open"


def test_what_is_approved_and_goes_nowhere_yet_is_still_refused(resources: Resources) -> None:
    waiting = replace(resources, targets={})
    case = submitted(waiting, "8000.00")
    assert acted(waiting, case, "mia").case.status is Status.APPROVED
    done = acted(waiting, case, "carl", Kind.OBJECT, comment="not this year")
    assert (done.code, done.case.status) == ("", Status.REJECTED)
    assert acted(waiting, case, "carl", Kind.OBJECT, comment="once more").code == "not_open"
    assert check_trail(resources.store).problems == []
