"""Segregation of duties over stored documents: what was done keeps people from acting (B4)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from adapters.policy_folder import read_set
from adapters.store import cases
from adapters.store.cases import Case
from adapters.store.trail import records_of
from api.usecases.casework.acting import Acted, Action, Kind, act
from api.usecases.casework.activating import bootstrap, load_master_data
from api.usecases.casework.asking_again import ask_again
from api.usecases.casework.checking import check_trail
from api.usecases.casework.resources import Resources
from api.usecases.casework.reviewing_uses import UsesReviewed, review_uses
from api.usecases.casework.second_opinion import Opinions, Word, recorded
from api.usecases.casework.submission import Submission, Submitted
from api.usecases.casework.submitting import submit, submit_all
from engine.cases.status import Status
from tests.casework.conftest import ACME, ADMIN, START, data_files
from tests.casework.documents import by
from tests.casework.test_concurrency import at_once
from tests.casework.test_people_changes import without
from tests.databases import BOTH, opened
from tests.matcher import matcher

CONTROLS = Path(__file__).parents[1] / "scenarios/sets/supplier_creator/controls/segregation.yaml"
CHAIN = """kind: controls
scope: {entities: [US01]}
currency: USD
amount: document.net
segregation:
  duties:
    take_goods: {documents: [goods_receipt], acts: [receive]}
    approve_bill: {documents: [invoice], acts: [approve]}
  conflicts:
    - {name: P2P-08, duties: [take_goods, approve_bill], on: same_chain, outcome: block}
"""
CREATED = datetime(2027, 2, 1, 15, 0, tzinfo=UTC)


def installed(store: object) -> Resources:
    files = {
        **read_set(ACME),
        "controls/segregation.yaml": CONTROLS.read_bytes(),
        "controls/chain.yaml": CHAIN.encode(),
    }
    data = data_files()
    rows = data["cost_centers.csv"].decode().splitlines()
    heads = rows[0].split(",")
    for center, owner in (("cc910", "paul"), ("cc920", "petra")):
        cells = {"id": center, "owner": owner, "entity": "US01"}
        rows.append(",".join(cells.get(head, "") for head in heads))
    data["cost_centers.csv"] = ("\n".join(rows) + "\n").encode()
    made = Resources(store)  # type: ignore[arg-type]
    bootstrap(made, files, data, ADMIN, "installation", START)
    return made


@pytest.fixture(params=BOTH)
def resources(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Resources]:
    with opened(request.param, tmp_path) as store:
        yield installed(store)


def sent(resources: Resources, at: datetime, **fields: object) -> Case:
    raw = {"entity": "US01", "requester": "rita", "supplier": "S-88", "currency": "USD", **fields}
    done = submit(resources, raw, "portal", by("rita"), at)
    assert isinstance(done, Submitted)
    return done.case


def supplier_request(resources: Resources, submitter: str, at: datetime = CREATED) -> Case:
    return sent(resources, at, type="supplier_request", id=f"SR-{at:%d%H}", submitter=submitter)


def invoice(
    resources: Resources, at: datetime, net: str = "100.00", center: str = "cc910", **more: object
) -> Case:
    line = {"net": net, "tax": "0.00", "cost_center": center}
    number = f"GX-{at:%m%d%H%M}"
    return sent(
        resources,
        at,
        type="invoice",
        id=str(more.pop("id", f"I-{number}")),
        number=number,
        lines=[line],
        document_date="2027-02-01",
        **more,
    )


def done_by(person: str, resources: Resources, case: Case, at: datetime) -> Acted:
    action = Action(Kind.APPROVE, person, case.version)
    found = act(resources, case.id, action, by(person), at)
    assert found is not None
    return found


def asked(resources: Resources, case: Case) -> set[str]:
    with resources.store.reading() as connection:
        return {task.person for task in cases.tasks_on(connection, case.id)}


@pytest.mark.parametrize(
    ("day", "is_asked"),
    [
        (datetime(2027, 5, 1, 15, tzinfo=UTC), False),  # day 89
        (datetime(2027, 5, 3, 3, 59, tzinfo=UTC), False),  # day 90, a minute to midnight
        (datetime(2027, 5, 3, 4, 0, tzinfo=UTC), True),  # day 91 begins in New York
    ],
)
def test_scenario_24_who_created_the_supplier_does_not_approve_its_invoices_for_90_days(
    resources: Resources, day: datetime, is_asked: bool
) -> None:
    supplier_request(resources, "paul")
    bill = invoice(resources, day)
    assert ("paul" in asked(resources, bill)) is is_asked
    if not is_asked:
        found = json.loads(bill.decision_json)
        assert "supplier_request SR-0115" in json.dumps(found["passed_over"])


def test_he_may_not_act_either_where_he_was_asked_before(resources: Resources) -> None:
    """The invoice was there first; then he asks for the supplier's bank details to be changed."""
    day = CREATED + timedelta(days=1)
    bill = invoice(resources, day)
    assert asked(resources, bill) == {"paul"}
    supplier_request(resources, "paul", day + timedelta(hours=1))
    done = done_by("paul", resources, bill, day + timedelta(hours=2))
    assert done.code in ("segregation", "not_asked")
    with resources.store.reading() as connection:
        last = json.loads(records_of(connection, bill.id)[-1].body)
    assert last["kind"] == "refusal"
    assert "SR-" in json.dumps(last["history"])


@pytest.mark.parametrize(
    "fields",
    [
        {"submitter": "rita", "source_ids": {}},
        {"supplier": "S-44"},
    ],
)
def test_other_suppliers_and_other_people_are_not_barred(
    resources: Resources, fields: dict[str, object]
) -> None:
    sent(resources, CREATED, type="supplier_request", id="SR-1", **{"submitter": "paul", **fields})
    bill = invoice(resources, CREATED + timedelta(days=9))
    assert asked(resources, bill) == {"paul"}


def test_a_request_that_came_to_nothing_bars_nobody(resources: Resources) -> None:
    made = supplier_request(resources, "paul")
    withdrawn = act(
        resources, made.id, Action(Kind.WITHDRAW, "rita", made.version), by("rita"), CREATED
    )
    assert withdrawn is not None
    assert withdrawn.case.status is Status.WITHDRAWN
    assert asked(resources, invoice(resources, CREATED + timedelta(days=9))) == {"paul"}


def test_a_date_that_the_sender_states_and_another_version_change_nothing(
    resources: Resources,
) -> None:
    supplier_request(resources, "paul")
    sent(
        resources,
        CREATED + timedelta(days=1),
        type="supplier_request",
        id="SR-0115",
        submitter="noah",
        submitted_at="2020-01-01T00:00:00Z",
    )
    assert "paul" not in asked(resources, invoice(resources, CREATED + timedelta(days=9)))


def test_scenario_25_a_mitigation_lets_her_through_until_its_uses_are_long_unreviewed(
    resources: Resources,
) -> None:
    supplier_request(resources, "petra", datetime(2027, 5, 1, 15, tzinfo=UTC))
    used = datetime(2027, 5, 3, 15, tzinfo=UTC)
    first = invoice(resources, used, "5000.00", "cc920")
    assert "petra" in asked(resources, first)
    assert done_by("petra", resources, first, used).code == ""
    beyond = invoice(resources, used + timedelta(hours=1), "5000.01", "cc920")
    assert "petra" not in asked(resources, beyond)
    late = used + timedelta(days=31)
    suspended = invoice(resources, late, "10.00", "cc920")
    assert "petra" not in asked(resources, suspended)
    for nobody in ("petra", "mia", "rita"):
        refused = review_uses(resources, "ME-12", "fine", by(nobody), late)
        assert refused == UsesReviewed(0, "not_the_monitor")
    assert review_uses(resources, "ME-13", "fine", by("tina"), late).code == "mitigation_unknown"
    assert "petra" not in asked(resources, invoice(resources, late, "11.00", "cc920", id="I-2"))
    assert review_uses(resources, "ME-12", "I saw the bill", by("tina"), late) == UsesReviewed(1)
    again = invoice(resources, late + timedelta(hours=1), "10.00", "cc920")
    assert "petra" in asked(resources, again)


def test_a_monitor_who_has_left_reviews_no_use(resources: Resources) -> None:
    gone = datetime(2027, 6, 1, 4, tzinfo=UTC)  # the end of her last day in New York
    load_master_data(resources, without("tina"), ADMIN, "Tina leaves", CREATED)
    early = review_uses(resources, "ME-12", "seen", by("tina"), gone - timedelta(minutes=1))
    assert early == UsesReviewed(0)
    late = review_uses(resources, "ME-12", "seen", by("tina"), gone)
    assert late == UsesReviewed(0, "not_the_monitor")


def test_before_release_every_act_of_the_chain_is_looked_at(resources: Resources) -> None:
    """Who approved the bill takes the goods afterwards: it is not released any more."""
    day = datetime(2027, 3, 2, 15, tzinfo=UTC)
    bill = invoice(resources, day, center="cc100", supplier="S-1", purchase_order="PO-7")
    approved = done_by("mia", resources, bill, day + timedelta(hours=1))
    assert approved.case.status is Status.APPROVED
    sent(
        resources,
        day + timedelta(hours=2),
        type="goods_receipt",
        id="GR-1",
        supplier="S-1",
        purchase_order="PO-7",
        receiver="mia",
        lines=[{"net": "100.00"}],
    )
    assert ask_again(resources, bill.id, day + timedelta(hours=3))
    with resources.store.reading() as connection:
        found = cases.by_id(connection, bill.id)
    assert found is not None
    assert "duties_in_conflict" in found.findings_json
    assert check_trail(resources.store).problems == []


@pytest.mark.parametrize("kind", BOTH)
def test_of_two_acts_of_one_person_at_one_moment_the_second_sees_the_first(
    kind: str, tmp_path: Path
) -> None:
    with opened(kind, tmp_path) as store:
        nodes = [installed(store)]
        nodes.append(Resources(store))
        for attempt in range(6):
            day = CREATED + timedelta(hours=attempt * 3)
            bill = invoice(nodes[0], day, supplier="S-1" if attempt % 2 else "S-2")
            if asked(nodes[0], bill) != {"paul"}:
                continue  # the attempt before left him barred: they are of one group
            request, approval = at_once(
                partial(supplier_request_of_group, nodes[0], attempt, day + timedelta(hours=1)),
                partial(done_by, "paul", nodes[1], bill, day + timedelta(hours=1)),
            )
            assert isinstance(approval, Acted)
            assert isinstance(request, Case)
            with store.reading() as connection:
                asked_for = records_of(connection, request.id)[0].position
                acted = records_of(connection, bill.id)[-1].position
            assert (approval.code == "") is (acted < asked_for)


def supplier_request_of_group(resources: Resources, attempt: int, at: datetime) -> Case:
    return sent(
        resources,
        at,
        type="supplier_request",
        id=f"SR-{attempt}",
        submitter="paul",
        supplier="S-1",
    )


def test_what_is_submitted_in_one_batch_is_known_to_what_follows_in_it(
    resources: Resources,
) -> None:
    header = {"entity": "US01", "requester": "rita", "supplier": "S-88", "currency": "USD"}
    request = {**header, "type": "supplier_request", "id": "SR-1", "submitter": "paul"}
    line = {"net": "100.00", "tax": "0.00", "cost_center": "cc910"}
    bill = {**header, "type": "invoice", "id": "I-1", "number": "GX-1", "lines": [line]}
    offered = [Submission(raw, "portal", by("rita"), CREATED) for raw in (request, bill)]
    _, done = submit_all(resources, offered)
    assert isinstance(done, Submitted)
    assert "paul" not in asked(resources, done.case)


@pytest.mark.server
def test_the_second_opinion_knows_what_was_done_before_and_what_was_accepted(
    resources: Resources,
) -> None:
    """A mitigated approval is in agreement; one that came by another way is violated for both."""
    supplier_request(resources, "petra", datetime(2027, 5, 1, 15, tzinfo=UTC))
    day = datetime(2027, 5, 3, 15, tzinfo=UTC)
    bill = invoice(resources, day, "100.00", "cc920")
    assert done_by("petra", resources, bill, day + timedelta(hours=1)).code == ""
    with matcher() as second, resources.store.reading() as connection:
        happened, case = recorded(resources, connection, bill.id)
        answer = Opinions(second).answer(happened, case.number)
        acts = tuple(replace(act, under=frozenset()) for act in happened.acts)
        unmitigated = replace(happened, acts=acts)
        other = Opinions(second).answer(unmitigated, case.number)
    assert [each.person for each in happened.past.acts if each.document_type != "invoice"]
    assert (answer.word, answer.ours) == (Word.AGREEMENT, ())
    assert not [each for each in answer.uncovered if each.control.startswith("conflict")]
    assert other.word is Word.AGREEMENT
    assert [each.control for each in other.ours] == ["conflict P2P-01"]
