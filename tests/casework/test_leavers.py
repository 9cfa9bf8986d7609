"""Whoever has left does nothing on a case any more, whatever part he had in it (B4).

Each act is one that the person could do: in the last minute of his last day it is accepted, and at
the end of that day it is refused and on record.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from adapters.policy_folder import read_set
from adapters.store import cases
from adapters.store.arrangements import arrangements_on, questions_on
from adapters.store.trail import every_record
from api.usecases.casework.acting import Kind
from api.usecases.casework.activating import bootstrap, load_master_data
from api.usecases.casework.checking import check_trail
from api.usecases.casework.remarking import remark
from api.usecases.casework.resources import Resources
from engine.cases.status import Status
from tests.casework.conftest import ACME, ADMIN, START, data_files
from tests.casework.documents import NOW, by
from tests.casework.test_arranging import acted, submitted
from tests.casework.test_people_changes import without
from tests.databases import BOTH, opened

LAST_DAY = "2027-03-15"
MIDNIGHT = datetime(2027, 3, 16, 4, 0, tzinfo=UTC)  # the end of that day in New York
MINUTE = timedelta(minutes=1)
PLACES = b"approve:\n      - cost_center_owner"
TOLD = (
    b"approve:\n"
    b"      - {notify: {who: compliance, may_object_in: 2 business days}}\n"
    b"      - {ratify: {by: cfo, within: 30 days}}\n"
    b"      - cost_center_owner"
)


@pytest.fixture(params=BOTH)
def resources(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Resources]:
    """ACME, where Cora is told of orders and may object, and Carl ratifies them."""
    files = dict(read_set(ACME))
    assert PLACES in files["approvals/us.yaml"]
    files["approvals/us.yaml"] = files["approvals/us.yaml"].replace(PLACES, TOLD)
    with opened(request.param, tmp_path) as store:
        made = Resources(store)
        bootstrap(made, files, data_files(), ADMIN, "installation", START)
        yield made


def leaves(resources: Resources, person: str) -> None:
    load_master_data(resources, without(person, LAST_DAY), ADMIN, "leaves", NOW + 2 * MINUTE)


def prepared(resources: Resources, kind: Kind, id: str) -> tuple[cases.Case, dict[str, object]]:
    """A case on which somebody could do the act, and what it needs."""
    at = NOW + MINUTE
    case = submitted(resources, id=id)
    match kind:
        case Kind.REPLY:
            acted(resources, case, "mia", Kind.ASK, at, to="noah", comment="which contract?")
            return case, {"number": 1, "comment": "C-77"}
        case Kind.TAKE_AWAY:
            acted(resources, case, "mia", Kind.ADD_AFTER, at, to="lena")
            return case, {"number": 1}
        case Kind.RESUBMIT:
            acted(resources, case, "mia", Kind.RETURN, at, comment="why?")
        case Kind.RATIFY | Kind.REFUSE_RATIFICATION:
            acted(resources, case, "mia", now=at)
            assert acted(resources, case, "dan", now=at).case.status is Status.APPROVED
    return case, {"comment": "because"}


@pytest.mark.parametrize(
    ("kind", "person"),
    [
        (Kind.OBJECT, "cora"),
        (Kind.RATIFY, "carl"),
        (Kind.REFUSE_RATIFICATION, "carl"),
        (Kind.REPLY, "noah"),
        (Kind.TAKE_AWAY, "mia"),
        (Kind.ESCALATE, "rita"),
        (Kind.RESUBMIT, "rita"),
        (Kind.WITHDRAW, "rita"),
        (Kind.APPROVE, "mia"),
        (Kind.REJECT, "mia"),
        (Kind.RETURN, "mia"),
        (Kind.REASSIGN, "mia"),
    ],
)
def test_who_has_left_is_refused_what_he_could_do_a_minute_before(
    resources: Resources, kind: Kind, person: str
) -> None:
    early, fields = prepared(resources, kind, "PO-1")
    late, _ = prepared(resources, kind, "PO-2")
    if kind is Kind.REASSIGN:
        fields["to"] = "dan"
    leaves(resources, person)
    assert acted(resources, early, person, kind, MIDNIGHT - MINUTE, **fields).code == ""
    before = state(resources, late)
    assert acted(resources, late, person, kind, MIDNIGHT, **fields).code == "inactive"
    assert state(resources, late) == before
    with resources.store.reading() as connection:
        body = json.loads([*every_record(connection)][-1].body)
    assert (body["kind"], body["action"], body["code"]) == ("refusal", str(kind), "inactive")
    assert body["who"]["decided_by"] == person
    assert check_trail(resources.store).problems == []


def state(resources: Resources, case: cases.Case) -> tuple[object, ...]:
    """Everything that the acts of this test could move."""
    with resources.store.reading() as connection:
        found = cases.by_id(connection, case.id)
        assert found is not None
        return (
            found.status,
            found.decision_digest,
            len(cases.acts_of(connection, case.id)),
            arrangements_on(connection, case.id),
            questions_on(connection, case.id),
        )


def test_a_second_login_of_a_leaver_is_the_leaver(resources: Resources) -> None:
    case = submitted(resources)
    leaves(resources, "rita")
    done = acted(resources, case, "rsmith.ext", Kind.WITHDRAW, MIDNIGHT)
    assert (done.code, done.case.status) == ("inactive", Status.PENDING)


def test_who_has_left_says_nothing_more_about_a_case(resources: Resources) -> None:
    case = submitted(resources)
    leaves(resources, "noah")
    said = remark(resources, case.id, "still there", (), by("noah"), MIDNIGHT - MINUTE)
    assert not isinstance(said, str)
    assert remark(resources, case.id, "I was here", (), by("noah"), MIDNIGHT) == "person_unknown"
