"""A claim takes one place from its queue, and no other place from anybody (B2)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.policy_folder import read_set
from adapters.store import cases
from api.usecases.casework.acting import Kind
from api.usecases.casework.activating import bootstrap, load_master_data
from api.usecases.casework.checking import check_trail
from api.usecases.casework.resources import Resources
from engine.cases.status import Status
from tests.casework.conftest import ACME, ADMIN, START, data_files
from tests.casework.test_arranging import acted, asked, submitted
from tests.databases import BOTH, opened

MATRIX = """kind: approvals
name: us-contracts
scope: {entities: [US01]}
documents: [contract]
currency: USD
amount: commitment.net
owner: group_controller
rows:
  - {up_to: 1_000.00, approve: {any: [compliance, procurement_lead]}}
  - {above: 1_000.00, up_to: 2_000.00, approve: {all: [compliance, procurement_lead]}}
  - {above: 2_000.00, approve: [compliance, procurement_lead]}
"""


@pytest.fixture(params=BOTH)
def resources(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Resources]:
    """ACME, where contracts ask two roles; Noah holds both, Cora and Lena one each."""
    files = read_set(ACME)
    us = files["approvals/us.yaml"].replace(b"purchase_order, contract,", b"purchase_order,")
    assert us != files["approvals/us.yaml"]
    data = data_files()
    data["roles.csv"] += b"compliance,noah,*,2020-01-01,,\nprocurement_lead,noah,*,2020-01-01,,\n"
    with opened(request.param, tmp_path) as store:
        made = Resources(store)
        more = {"approvals/us.yaml": us, "approvals/contracts.yaml": MATRIX.encode()}
        bootstrap(made, {**files, **more}, data, ADMIN, "installation", START)
        yield made
        assert check_trail(store).problems == []


def claimed(resources: Resources, amount: str, person: str, word: str) -> cases.Case:
    """A contract on which somebody has claimed the place of a role."""
    case = submitted(resources, amount, type="contract")
    claim(resources, case, person, word)
    return case


def claim(resources: Resources, case: cases.Case, person: str, word: str) -> None:
    with resources.store.reading() as connection:
        tasks = cases.tasks_on(connection, case.id)
    [place] = {task.place for task in tasks if task.word == word}
    assert acted(resources, case, person, Kind.CLAIM, place=place).code == ""


@pytest.mark.parametrize("person", ["noah", "lena", "cora"])
def test_of_any_the_other_place_is_filled_by_whoever_could(
    resources: Resources, person: str
) -> None:
    case = claimed(resources, "900.00", "cora", "compliance")
    assert acted(resources, case, person).case.status is Status.APPROVED


def test_of_all_the_claimed_place_waits_for_him_who_claimed_it(resources: Resources) -> None:
    case = claimed(resources, "1900.00", "cora", "compliance")
    assert acted(resources, case, "noah").code == ""
    with resources.store.reading() as connection:
        [given] = cases.course_of(connection, case.id).given
    assert {key[1] for key in given.keys} == {"procurement_lead"}
    assert acted(resources, case, "lena").case.status is Status.PENDING
    assert acted(resources, case, "cora").case.status is Status.APPROVED


def test_where_every_place_that_he_could_fill_is_claimed_he_is_refused(
    resources: Resources,
) -> None:
    case = claimed(resources, "900.00", "cora", "compliance")
    claim(resources, case, "lena", "procurement_lead")
    for kind, more in (
        (Kind.APPROVE, {}),
        (Kind.REJECT, {}),
        (Kind.RETURN, {"comment": "?"}),
        (Kind.REASSIGN, {"to": "cora"}),
    ):
        assert acted(resources, case, "noah", kind, **more).code == "claimed_by_another"
    assert acted(resources, case, "lena").case.status is Status.APPROVED


def test_a_claim_of_the_present_step_keeps_nobody_from_a_later_one(resources: Resources) -> None:
    case = claimed(resources, "3000.00", "cora", "compliance")
    assert acted(resources, case, "noah").code == "claimed_by_another"
    assert acted(resources, case, "cora").code == ""
    assert sorted(asked(resources, case)) == ["lena", "noah"]
    assert acted(resources, case, "noah").case.status is Status.APPROVED


def test_no_task_is_handed_to_the_only_one_who_can_fill_the_other_place(
    resources: Resources,
) -> None:
    """Every place takes another person: with Noah in both the contract could never be approved."""
    data = data_files()
    lena, noah = b"procurement_lead,lena,*,2020-01-01,,\n", b"compliance,noah,*,2020-01-01,,\n"
    assert lena in data["roles.csv"]
    roles = data["roles.csv"].replace(lena, lena.replace(b"lena", b"noah")) + noah
    load_master_data(resources, data | {"roles.csv": roles}, ADMIN, "Lena hands over", START)
    case = submitted(resources, "1900.00", type="contract")
    done = acted(resources, case, "cora", Kind.REASSIGN, to="noah")
    assert done.code == "different_person_needed"
    assert acted(resources, case, "noah").case.status is Status.PENDING
    assert acted(resources, case, "cora").case.status is Status.APPROVED
