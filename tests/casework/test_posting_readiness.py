"""What keeps an approved case from posting is kept with it, and nothing goes out."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from adapters.store import outbox
from adapters.store.trail import every_record
from api.usecases.casework.acting import Action, Kind, act
from api.usecases.casework.resources import Resources
from api.usecases.casework.submission import Submitted
from api.usecases.casework.submitting import submit
from engine.cases.status import Status
from tests.casework.documents import PORTAL, by, order

CLOSED = datetime(2027, 4, 5, 22, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("late", "status", "codes"),
    [
        (timedelta(seconds=-1), Status.POSTING, []),
        (timedelta(0), Status.APPROVED, ["period_closed"]),
    ],
    ids=["open", "closed"],
)
def test_scenario_37_an_approval_after_the_close_stands_and_nothing_posts(
    resources: Resources, late: timedelta, status: Status, codes: list[str]
) -> None:
    invoice = {**order("500.00"), "type": "invoice", "document_date": "2027-03-31"}
    done = submit(resources, invoice, "portal", PORTAL, CLOSED - timedelta(hours=1))
    assert isinstance(done, Submitted)
    assert json.loads(done.case.findings_json) == []
    action = Action(kind=Kind.APPROVE, by="mia", version=done.case.version)
    acted = act(resources, done.case.id, action, by("mia"), CLOSED + late)
    assert acted is not None
    assert (acted.code, acted.case.status) == ("", status)
    assert [found["code"] for found in json.loads(acted.case.findings_json)] == codes
    with resources.store.reading() as connection:
        parcel = outbox.of_key(connection, f"{done.case.number}/1")
        kinds = [record.kind for record in every_record(connection)]
    assert (parcel is None) is bool(codes)
    assert ("readiness" in kinds) is bool(codes)
