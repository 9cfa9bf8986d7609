"""Several at once, on one database: two nodes, each with a store and a memory of its own.

SQLite has one writer, so there two nodes are two processes that take turns; on PostgreSQL they run
side by side. The outcome has to be one that some order of the requests explains, and the trail says
which: positions are the order of commits.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import pytest

from adapters.policy_folder import read_set
from adapters.store import cases
from adapters.store.opening import open_store
from adapters.store.trail import Record, every_record
from api.usecases.casework.acting import Acted, Action, Kind, act
from api.usecases.casework.activating import bootstrap, load_master_data
from api.usecases.casework.checking import check_trail
from api.usecases.casework.closing_reviews import Finding, Found, close
from api.usecases.casework.resources import Loaded, Resources
from api.usecases.casework.submission import Submitted
from api.usecases.casework.submitting import submit
from api.usecases.trail.disclosing import disclosures_of
from engine.cases.status import Status
from engine.deciding import decide
from engine.documents import accept
from engine.documents.fields import FieldClass
from engine.recorded import given_of
from engine.verifying.disclosing import with_disclosed
from tests.casework.conftest import ACME, ADMIN, START, data_files
from tests.casework.documents import NOW, PORTAL, by, order
from tests.databases import BOTH, migrated

T = TypeVar("T")
LATER = NOW + timedelta(hours=1)
DELEGATION = (
    "id,delegator,delegate,from,to,documents,entities,categories,capex,cap,revoked_at\n"
    "D-1,mia,lena,2027-03-01,2027-03-31,,,,,,{revoked}\n"
)


@pytest.fixture(params=BOTH)
def nodes(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Resources, Resources]]:
    with migrated(request.param, tmp_path) as url:
        made = (Resources(open_store(url), Loaded()), Resources(open_store(url), Loaded()))
        bootstrap(made[0], read_set(ACME), with_delegation(""), ADMIN, "installation", START)
        yield made
        for node in made:
            node.store.close()


def with_delegation(revoked: str) -> dict[str, bytes]:
    """ACME's data with a delegation of Mia's to Lena, perhaps revoked."""
    return {**data_files(), "delegations.csv": DELEGATION.format(revoked=revoked).encode()}


def at_once(*calls: Callable[[], T]) -> list[T]:
    """Runs the calls together, as nearly as threads can."""
    barrier = threading.Barrier(len(calls))

    def together(call: Callable[[], T]) -> T:
        barrier.wait()
        return call()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(together, calls))


def submitted(node: Resources, raw: object) -> cases.Case:
    done = submit(node, raw, "portal", PORTAL, NOW)
    assert isinstance(done, Submitted)
    return done.case


def approve(node: Resources, case: cases.Case, person: str) -> Acted:
    action = Action(Kind.APPROVE, person, case.version)
    done = act(node, case.id, action, by(person), LATER)
    assert done is not None
    return done


def trail(node: Resources) -> list[Record]:
    with node.store.reading() as connection:
        return [*every_record(connection)]


def test_one_document_submitted_by_many_at_once_is_one_case(
    nodes: tuple[Resources, Resources],
) -> None:
    done = at_once(*(partial(submit, node, order(), "portal", PORTAL, NOW) for node in nodes * 4))
    assert {each.case.id for each in done} == {1}
    assert sum(isinstance(each, Submitted) and each.is_new for each in done) == 1
    assert [record.kind for record in trail(nodes[0])] == ["bootstrap", "submission"]


def test_of_racing_approvals_of_one_place_one_is_accepted(
    nodes: tuple[Resources, Resources],
) -> None:
    case = submitted(nodes[0], order())
    both = [(node, who) for node in nodes for who in ("mia", "lena")]
    done = at_once(*(partial(approve, node, case, who) for node, who in both))
    assert sorted(each.code for each in done) == ["", "not_open", "not_open", "not_open"]
    kinds = [record.kind for record in trail(nodes[1])]
    assert kinds.count("action") == 1
    assert kinds.count("refusal") == 3


def test_approving_and_withdrawing_at_once_have_one_outcome(
    nodes: tuple[Resources, Resources],
) -> None:
    for number in range(6):
        case = submitted(nodes[0], order(id=f"PO-{number}"))
        withdraw = Action(Kind.WITHDRAW, "rita", case.version)
        approved, withdrawn = at_once(
            partial(approve, nodes[0], case, "mia"),
            partial(act, nodes[1], case.id, withdraw, by("rita"), LATER),
        )
        assert approved is not None
        assert withdrawn is not None
        with nodes[0].store.reading() as connection:
            now = cases.by_id(connection, case.id)
        assert now is not None
        # Whoever came second: a withdrawal may follow an approval, never the other way round.
        expected = {("", ""): Status.WITHDRAWN, ("not_open", ""): Status.WITHDRAWN}
        assert expected[approved.code, withdrawn.code] is now.status


def test_a_delegation_revoked_on_one_node_is_revoked_on_the_other_from_that_commit_on(
    nodes: tuple[Resources, Resources],
) -> None:
    case = submitted(nodes[0], order())
    assert approve(nodes[1], submitted(nodes[1], order(id="PO-0")), "lena").code == ""
    revoked = with_delegation("2027-03-15T13:30:00Z")
    load_master_data(nodes[0], revoked, ADMIN, "revoked", LATER)
    assert approve(nodes[1], case, "lena").code == "delegation_revoked"
    assert approve(nodes[1], case, "mia").code == ""


def test_no_record_after_a_revocation_rests_on_what_was_before(
    nodes: tuple[Resources, Resources],
) -> None:
    open_cases = [submitted(nodes[0], order(id=f"PO-{number}")) for number in range(8)]
    revoked = with_delegation("2027-03-15T13:30:00Z")
    calls: list[Callable[[], object]] = [
        partial(approve, node, case, "lena")
        for case, node in zip(open_cases, nodes * 4, strict=True)
    ]
    calls[4:4] = [
        lambda: load_master_data(nodes[0], revoked, ADMIN, "revoked", LATER),
        lambda: submitted(nodes[1], order(id="PO-new")),
    ]
    at_once(*calls)
    after = None
    accepted_after = []
    for record in trail(nodes[1]):
        body = json.loads(record.body)
        if record.kind == "master_data_loaded":
            after = body["in_force"]["delegations"]
        elif after is not None:
            assert body["in_force"]["delegations"] == after
            accepted_after += [record] if record.kind == "action" else []
    assert after is not None
    assert accepted_after == []


def test_what_is_put_in_force_between_reading_and_writing_is_decided_on_again(
    nodes: tuple[Resources, Resources],
) -> None:
    submitted(nodes[1], order(id="PO-0"))  # this node remembers what is in force
    without = {
        name: data.replace(b"mia,Mia Clarke", b"mia,Maria Clarke")
        for name, data in with_delegation("").items()
    }
    load_master_data(nodes[0], without, ADMIN, "a new name", LATER)
    submitted(nodes[1], order())
    bodies = [json.loads(record.body) for record in trail(nodes[1])]
    assert bodies[-1]["in_force"]["master_data"] == bodies[-2]["in_force"]["master_data"]


def test_scenario_11_of_two_that_would_share_the_last_headroom_one_is_inside(
    nodes: tuple[Resources, Resources],
) -> None:
    """Headroom 10,000.00, two orders of 6,000.00 in the same millisecond; asked again, the same."""
    for attempt in range(5):
        supplier = ("S-1", "S-44", "S-88", "S-1", "S-88")[attempt]
        done = at_once(
            *(
                partial(
                    submitted, node, order("6000.00", id=f"PO-{attempt}-{n}", supplier=supplier)
                )
                for n, node in enumerate(nodes)
            )
        )
        inside, beyond = sorted(done, key=lambda case: case.id)
        assert [headroom_used(case) for case in (inside, beyond)] == [600_000, 1_200_000]
        assert [is_asked(case, "dan") for case in (inside, beyond)] == [False, True]
        for case in done:
            withdraw = Action(Kind.WITHDRAW, "rita", case.version)
            act(nodes[0], case.id, withdraw, by("rita"), NOW)
    again = [body for body in map(told, trail(nodes[1])) if body["kind"] == "submission"]
    assert [replayed(nodes[1], body) for body in again] == [
        body["decision"]["digest"] for body in again
    ]
    assert [body["given"]["split_sum"]["minor"] for body in again] == ["600000", "1200000"] * 5


def headroom_used(case: cases.Case) -> int:
    return int(json.loads(case.given_json)["split_sum"]["minor"])


def is_asked(case: cases.Case, person: str) -> bool:
    return f'"person":"{person}"' in json.dumps(
        json.loads(case.decision_json)["steps"], separators=(",", ":")
    )


def told(record: Record) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(record.body)
    return body


def replayed(node: Resources, body: dict[str, Any]) -> str:
    """The digest of the decision, made again from what was recorded."""
    with node.store.reading() as connection:
        current = node.loaded.current(connection)
        found = disclosures_of(node, connection, 1, body, frozenset(FieldClass))
    body = with_disclosed(body, found)
    received = datetime.fromisoformat(body["received_at"])
    document = accept(
        body["document"], current.policy.facts, current.policy.documents, received_at=received
    )
    given = given_of(body["given"])
    return decide(current.policy, current.data, document, received, given).digest


def test_orders_that_arrive_at_once_open_each_review_once(
    nodes: tuple[Resources, Resources],
) -> None:
    first = submitted(nodes[0], order("9000.00", id="PO-0"))
    at_once(
        *(
            partial(submitted, node, order("2000.00", id=f"PO-{number}"))
            for number, node in enumerate(nodes * 3, start=1)
        )
    )
    opened = [body for body in map(told, trail(nodes[1])) if body["kind"] == "review_opened"]
    reviewed = [body["case"] for body in opened]
    assert first.number in reviewed
    assert len(reviewed) == len(set(reviewed)) == 6  # all but the last are counted by another


def test_of_two_findings_at_once_one_closes_the_review(nodes: tuple[Resources, Resources]) -> None:
    first = submitted(nodes[0], order("9000.00", id="PO-0"))
    submitted(nodes[1], order("2000.00", id="PO-1"))
    done = at_once(
        *(
            partial(
                close,
                node,
                first.id,
                Found("structuring_suspect", finding, "looked at", "dan"),
                by("dan"),
                LATER,
            )
            for node, finding in zip(nodes, Finding, strict=True)
        )
    )
    assert sorted(each.code for each in done if each is not None) == ["", "review_closed"]
    assert check_trail(nodes[0].store).problems == []
