"""What a set that comes into force finds: every process decides with it, every case counts (C3)."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from adapters.policy_folder import read_set
from adapters.store.in_force import What
from adapters.store.in_force_history import history_of
from adapters.store.opening import open_store
from adapters.store.trail import every_record
from api.usecases.casework.activating import bootstrap, load_master_data
from api.usecases.casework.checking import check_trail
from api.usecases.casework.resources import Loaded, Resources
from api.usecases.casework.submission import Submitted
from api.usecases.casework.submitting import submit
from api.usecases.policy_sets.activating import Activated, activate_due
from api.usecases.policy_sets.rolling_back import RolledBack, roll_back
from tests.casework.conftest import ACME, ADMIN, START, data_files
from tests.casework.documents import NOW, PORTAL, by, order
from tests.casework.proposals import (
    LATER,
    acme,
    activated,
    approve,
    approved,
    in_force,
    managers_up_to,
    proposed,
)
from tests.casework.test_concurrency import at_once
from tests.casework.test_duplicates import CHECK, invoice
from tests.databases import BOTH, migrated

Nodes = tuple[Resources, Resources]


@pytest.fixture(params=BOTH)
def nodes(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Nodes]:
    """Two processes' worth of memory on one database; no check of the set compares documents."""
    with migrated(request.param, tmp_path) as url:
        made = (Resources(open_store(url), Loaded()), Resources(open_store(url), Loaded()))
        bootstrap(made[0], plain(read_set(ACME)), data_files(), ADMIN, "installation", START)
        yield made
        for node in made:
            node.store.close()


def plain(files: dict[str, bytes]) -> dict[str, bytes]:
    """Without checks that compare documents, and without tests."""
    return {
        name: data for name, data in files.items() if not name.startswith(("readiness/", "tests/"))
    }


def submitted(node: Resources, raw: object) -> Submitted:
    done = submit(node, raw, "portal", PORTAL, LATER)
    assert isinstance(done, Submitted)
    return done


def told(node: Resources) -> list[dict[str, Any]]:
    with node.store.reading() as connection:
        return [json.loads(record.body) for record in every_record(connection)]


def test_a_set_activated_on_one_node_decides_on_the_other_from_that_commit_on(
    nodes: Nodes,
) -> None:
    submitted(nodes[1], order(id="PO-0"))  # this node remembers what was in force
    case_id = approved(nodes[0], plain(managers_up_to("9_000.00")))
    assert activated(nodes[0], case_id).code == ""
    submitted(nodes[1], order(id="PO-1"))
    assert told(nodes[1])[-1]["in_force"]["policy"] == in_force(nodes[0])


def test_no_record_after_an_activation_rests_on_the_set_before(nodes: Nodes) -> None:
    case_id = approved(nodes[0], plain(managers_up_to("9_000.00")))
    calls: list[Callable[[], object]] = [
        partial(submitted, node, order(id=f"PO-{number}")) for number, node in enumerate(nodes * 4)
    ]
    calls.insert(3, partial(activated, nodes[0], case_id))
    at_once(*calls)
    submitted(nodes[1], order(id="PO-last"))
    after = ""
    count = 0
    for body in told(nodes[1]):
        if body["kind"] == "policy_activated":
            after = body["after"]
        elif after:
            assert body["in_force"]["policy"] == after
            count += 1
    assert after == in_force(nodes[1])
    assert count
    assert check_trail(nodes[0].store).problems == []


def test_of_two_activations_at_once_one_is_done(nodes: Nodes) -> None:
    case_id = approved(nodes[0], plain(managers_up_to("9_000.00")))
    done = at_once(
        partial(activated, nodes[0], case_id, "axel"), partial(activated, nodes[1], case_id, "carl")
    )
    assert sorted(each.code for each in done) == ["", "not_open"]
    with nodes[0].store.reading() as connection:
        assert [each.how for each in history_of(connection, What.POLICY)] == [
            "bootstrap",
            "policy_activated",
        ]


def test_of_two_proposals_activated_at_once_one_is_in_force(nodes: Nodes) -> None:
    wanted = [approved(nodes[0], plain(managers_up_to(f"{n}_000.00"))) for n in (8, 9)]
    done = at_once(*(partial(activated, node, of) for node, of in zip(nodes, wanted, strict=True)))
    assert sorted(each.code for each in done) == ["", "base_changed"]
    [winner] = [each for each in done if not each.code]
    assert in_force(nodes[1]) == winner.proposal.digest


def test_two_workers_put_a_scheduled_set_in_force_once(nodes: Nodes) -> None:
    at = NOW + timedelta(days=2)
    case_id = approved(nodes[0], plain(managers_up_to("9_000.00")), at=at)
    assert activated(nodes[0], case_id).code == ""
    done = at_once(*(partial(activate_due, node, at) for node in nodes * 2))
    assert sum(done) == 1
    kinds = [body["kind"] for body in told(nodes[0])]
    assert kinds.count("policy_activated") == 1
    assert "policy_lapsed" not in kinds


def test_going_back_and_activating_at_once_leave_one_story(nodes: Nodes) -> None:
    assert activated(nodes[0], approved(nodes[0], plain(managers_up_to("9_000.00")))).code == ""
    seen = in_force(nodes[0])
    case_id = approved(nodes[0], plain(managers_up_to("8_000.00")))
    done: list[Activated | RolledBack] = at_once(
        lambda: activated(nodes[0], case_id),
        lambda: roll_back(nodes[1], seen, "a mistake", by("axel"), LATER),
    )
    assert sorted(each.code for each in done) == ["", "base_changed"]
    with nodes[0].store.reading() as connection:
        last = history_of(connection, What.POLICY)[-1]
    assert last.digest == in_force(nodes[1])


def test_master_data_that_change_while_a_set_is_activated_are_the_ones_it_counts_by(
    nodes: Nodes,
) -> None:
    case_id = approved(nodes[0], plain(managers_up_to("9_000.00")))
    files = {**data_files(), "absences.csv": b"person,from,to\nmia,2027-03-10,2027-03-31\n"}

    def load() -> object:
        return load_master_data(nodes[1], files, ADMIN, "mia is away", LATER)

    at_once(partial(activated, nodes[0], case_id), _trying(load))
    assert check_trail(nodes[0].store).problems == []
    submitted(nodes[1], order())


def _trying(call: Callable[[], object]) -> Callable[[], object]:
    """The call; that another set came between is an answer, too."""

    def tried() -> object:
        try:
            return call()
        except Exception as problem:
            assert type(problem).__name__ == "ActivationRefused"  # noqa: PT017
            return problem

    return tried


def test_what_counts_in_a_total_is_counted_anew_by_the_set_that_comes(nodes: Nodes) -> None:
    """Totals of one requester become totals of everybody: what came before counts in them, too."""
    same = "same: [requester, supplier_group], in: 5 business days"
    submitted(nodes[0], order("6000.00", id="PO-1"))
    other = {"requester": "sam", "submitter": "sam"}
    before = submitted(nodes[0], order("1.00", id="PO-2", **other)).case
    assert json.loads(before.given_json)["split_sum"]["minor"] == "100"
    files = acme(("vocabulary.yaml", same, same.replace("requester, ", "")))
    assert activated(nodes[0], approved(nodes[0], plain(files))).code == ""
    after = submitted(nodes[1], order("1.00", id="PO-3", **other)).case
    assert json.loads(after.given_json)["split_sum"]["minor"] == "600200"


def test_documents_that_came_before_are_found_by_the_checks_of_the_set_that_comes(
    nodes: Nodes,
) -> None:
    first = submitted(nodes[0], invoice("A")).case
    assert "duplicate" not in first.findings_json
    files = {**plain(acme()), "readiness/duplicates.yaml": CHECK}
    assert activated(nodes[0], approved(nodes[0], files)).code == ""
    again = submitted(nodes[1], invoice("B")).case
    assert first.number in again.findings_json


def test_what_a_set_says_is_asked_of_open_cases_when_somebody_acts(nodes: Nodes) -> None:
    made = submitted(nodes[0], order("9500.00")).case
    assert activated(nodes[0], approved(nodes[0], plain(managers_up_to("9_000.00")))).code == ""
    refused = proposed(nodes[1], plain(managers_up_to("9_000.00")), now=LATER)
    assert refused.unfit is not None
    assert refused.unfit.code == "nothing_changes"
    assert approve(nodes[1], made.id, "mia", LATER) == ""
    assert told(nodes[1])[-1]["in_force"]["policy"] == in_force(nodes[0])
