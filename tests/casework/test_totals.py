"""Totals over stored cases: the sums of the store, and what they follow."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.store import cases, headroom
from api.usecases.casework.activating import load_master_data
from api.usecases.casework.adding_up import sharing, totals_of
from api.usecases.casework.resources import Resources
from api.usecases.casework.submission import Submission, Submitted
from api.usecases.casework.submitting import submit_all
from api.usecases.casework.written import document_of
from engine.cumulation import Earlier, totals
from tests.casework.conftest import ADMIN, data_files
from tests.casework.documents import NOW, PORTAL, order


def given_to(case: cases.Case) -> dict[str, Any]:
    """The totals that the case was decided with, in cents."""
    found: dict[str, dict[str, str]] = json.loads(case.given_json)
    return {name: int(of["minor"]) for name, of in found.items()}


def submitted(resources: Resources, *raws: dict[str, object]) -> list[cases.Case]:
    """The cases of documents that are submitted together."""
    offered = [Submission(raw, "portal", PORTAL, NOW) for raw in raws]
    done = submit_all(resources, offered)
    found = [each.case for each in done if isinstance(each, Submitted)]
    assert len(found) == len(done), done
    return found


def test_of_documents_submitted_together_each_counts_those_before(resources: Resources) -> None:
    made = submitted(resources, *(order("1000.00", id=f"PO-{n}") for n in range(5)))
    assert [given_to(case)["split_sum"] for case in made] == [
        100_000,
        200_000,
        300_000,
        400_000,
        500_000,
    ]


def test_a_new_version_among_others_does_not_count_beside_its_first(resources: Resources) -> None:
    made = submitted(
        resources,
        order("1000.00", id="PO-1"),
        order("3000.00", id="PO-1"),
        order("500.00", id="PO-2"),
    )
    assert [case.version for case in made] == [1, 2, 1]
    # the second version was kept after what came with the first, and counts alone from then on
    assert given_to(made[1])["split_sum"] == 350_000
    [last] = submitted(resources, order("10.00", id="PO-3"))
    assert given_to(last)["split_sum"] == 351_000


def test_a_date_that_the_sender_states_hides_nothing(resources: Resources) -> None:
    """Five business days back or a year ahead: what came today counts today."""
    for n, stated in enumerate(("2027-02-01T09:00:00-05:00", "2026-01-05T09:00:00-05:00")):
        submitted(resources, order("6000.00", id=f"PO-{n}", submitted_at=stated))
    [last] = submitted(resources, order("1.00", id="PO-9"))
    assert given_to(last)["split_sum"] == 1_200_100


def test_one_that_cannot_be_kept_keeps_no_other_from_it(resources: Resources) -> None:
    raws = [order("1000.00", id="PO-1"), {**order(), "amount": 5.5}, order("10.00", id="PO-2")]
    offered = [Submission(raw, "portal", PORTAL, NOW) for raw in raws]

    def broken(connection: object, done: Submitted) -> None:
        raise RuntimeError("the answer cannot be kept")

    offered.insert(1, Submission(order("7.00", id="PO-3"), "portal", PORTAL, NOW, broken))
    first, failed, refused, last = submit_all(resources, offered)
    assert isinstance(first, Submitted)
    assert isinstance(last, Submitted)
    assert isinstance(failed, RuntimeError)
    assert type(refused).__name__ == "InputErrors"
    assert given_to(last.case)["split_sum"] == 101_000  # nothing of the two is left


def test_a_supplier_that_moves_to_another_group_takes_its_documents_along(
    resources: Resources,
) -> None:
    submitted(resources, order("6000.00", id="PO-1", supplier="S-44"))
    [before] = submitted(resources, order("1.00", id="PO-2", supplier="S-88"))
    assert given_to(before)["split_sum"] == 100
    rows = data_files()["suppliers.csv"].decode().splitlines(keepends=True)
    heads = rows[0].strip().split(",")
    at = heads.index("group")
    moved = [rows[0]]
    for row in rows[1:]:
        cells = row.rstrip("\n").split(",")
        cells[at] = "G-9" if cells[0] in ("S-44", "S-88") else cells[at]
        moved.append(",".join(cells) + "\n")
    files = {**data_files(), "suppliers.csv": "".join(moved).encode()}
    load_master_data(resources, files, ADMIN, "they are one house", NOW)
    [after] = submitted(resources, order("1.00", id="PO-3", supplier="S-88"))
    assert given_to(after)["split_sum"] == 600_200


AMOUNTS = st.sampled_from(("0.01", "19.99", "4100.00", "-250.00", "9999999999999.99"))
FIELDS = st.fixed_dictionaries(
    {
        "amount": AMOUNTS,
        "supplier": st.sampled_from(("S-1", "S-2", "S-44")),
        "requester": st.sampled_from(("rita", "noah")),
        "currency": st.sampled_from(("USD", "USD", "EUR")),
        "days": st.integers(0, 400),
    }
)


@pytest.mark.parametrize("is_together", [False, True])
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=10)
@given(drawn=st.lists(FIELDS, min_size=2, max_size=12), run=st.uuids())
def test_the_store_adds_up_what_the_core_would(
    resources: Resources, is_together: bool, drawn: list[dict[str, Any]], run: object
) -> None:
    """Differential: sums of the database against the totals over a list of documents."""
    start = NOW - timedelta(days=400)
    offered = []
    for n, fields in enumerate(drawn):
        stated = dict(fields)
        at = start + timedelta(days=stated.pop("days"))
        raw = order(stated.pop("amount"), id=f"{run}-{n}", **stated)
        offered.append(Submission(raw, "portal", PORTAL, at))
    for some in [offered] if is_together else [[each] for each in offered]:
        submit_all(resources, some)
    with resources.store.reading() as connection:
        current = resources.loaded.current(connection)
        found = cases.several(connection, most=10_000)
        known = [(case, document_of(resources, current.policy, case)) for case in found]
        earlier = [
            Earlier(document, headroom.COUNTS_AS[case.status], case.received_at)
            for case, document in known
            if case.status in headroom.COUNTS_AS
        ]
        for case, document in known[-3:]:
            stored = totals_of(connection, sharing(current, document, NOW), case.id)
            expected = totals(current.policy, current.data, document, earlier, NOW)
            assert stored == expected.values
