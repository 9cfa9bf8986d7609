"""What a set would have changed: over the cases of a store, each as it was decided then (C4)."""

from __future__ import annotations

from datetime import datetime, timedelta

from api.usecases.casework.activating import load_master_data
from api.usecases.casework.resources import Resources, policy_of
from api.usecases.casework.submission import Submitted
from api.usecases.casework.submitting import submit
from api.usecases.policy_sets.retroactive import retroactive
from api.usecases.what_if.comparing import Changed
from tests.casework.conftest import ADMIN, START, data_files
from tests.casework.documents import NOW, PORTAL, order
from tests.casework.proposals import acme, activated, approve, approved, kinds, managers_up_to

SAME = "same: [requester, supplier_group], in: 5 business days"


def submitted(resources: Resources, amount: str, id: str, supplier: str, at: datetime) -> str:
    raw = order(amount, id=id, supplier=supplier, submitted_at=at.isoformat())
    done = submit(resources, raw, "portal", PORTAL, at)
    assert isinstance(done, Submitted)
    return done.case.number


def changed(
    resources: Resources, files: dict[str, bytes], since: datetime = START
) -> tuple[int, list[Changed]]:
    """How many cases were compared, and those that come out otherwise."""
    with resources.store.snapshot() as connection:
        held = retroactive(resources, connection, policy_of(files))
        found = list(held.chunks(connection, since))
    return sum(each.count for each in found), [one for each in found for one in each.changed]


def test_the_set_that_decided_would_have_changed_nothing(resources: Resources) -> None:
    for n, amount in enumerate(("500.00", "9500.00", "11000.00", "60000.00")):
        submitted(resources, amount, f"PO-{n}", "S-1", NOW + timedelta(minutes=n))
    assert changed(resources, acme()) == (4, [])


def test_a_lower_limit_would_have_asked_somebody_else(resources: Resources) -> None:
    submitted(resources, "500.00", "PO-1", "S-1", NOW)
    number = submitted(resources, "9500.00", "PO-2", "S-2", NOW)
    count, [found] = changed(resources, managers_up_to("9_000.00"))
    assert count == 2
    assert (found.name, found.kinds) == (f"{number} PO-2", ("approvers added",))
    assert ("dan", "approve") in found.after.tasks - found.before.tasks
    assert changed(resources, managers_up_to("9_000.00"), NOW + timedelta(seconds=1)) == (0, [])


def test_what_was_approved_since_is_compared_as_it_was_decided(resources: Resources) -> None:
    done = submit(resources, order("9500.00"), "portal", PORTAL, NOW)
    assert isinstance(done, Submitted)
    assert approve(resources, done.case.id, "mia") == ""
    _, [found] = changed(resources, managers_up_to("9_000.00"))
    assert found.before.tasks == {("mia", "approve")}


def test_people_are_those_of_the_time_and_not_of_today(resources: Resources) -> None:
    """Dan has left since: then he would have been asked, and nobody else."""
    submitted(resources, "9500.00", "PO-1", "S-1", NOW)
    files = data_files()
    people = files["people.csv"].decode()
    assert "2012-06-04,," in people
    left = people.replace("2012-06-04,,", "2012-06-04,2027-03-16,")
    later = NOW + timedelta(days=30)
    load_master_data(resources, {**files, "people.csv": left.encode()}, ADMIN, "left", later)
    _, [found] = changed(resources, managers_up_to("9_000.00"))
    assert ("dan", "approve") in found.after.tasks


def test_a_set_in_force_since_does_not_change_what_was_decided_before_it(
    resources: Resources,
) -> None:
    submitted(resources, "9500.00", "PO-1", "S-1", NOW)
    assert activated(resources, approved(resources, managers_up_to("9_000.00"))).code == ""
    submitted(resources, "9500.00", "PO-2", "S-2", NOW + timedelta(hours=2))
    _, of_first = changed(resources, acme())
    _, of_second = changed(resources, managers_up_to("9_000.00"))
    assert [each.name.split()[1] for each in of_first] == ["PO-2"]
    assert [each.name.split()[1] for each in of_second] == ["PO-1"]


def test_totals_that_the_set_defines_otherwise_are_added_up_over_the_cases(
    resources: Resources,
) -> None:
    """Two orders of one supplier by two persons: together above 10,000 only for the other set."""
    submitted(resources, "6000.00", "PO-1", "S-1", NOW)
    raw = order("6000.00", id="PO-2", requester="lena", supplier="S-1")
    done = submit(resources, raw, "portal", PORTAL, NOW + timedelta(minutes=1))
    assert isinstance(done, Submitted)
    files = acme(("vocabulary.yaml", SAME, SAME.replace("requester, ", "")))
    count, found = changed(resources, files)
    assert count == 2
    assert [each.name.split()[1] for each in found] == ["PO-2"]


def test_nothing_is_kept_by_looking(resources: Resources) -> None:
    submitted(resources, "9500.00", "PO-1", "S-1", NOW)
    changed(resources, managers_up_to("9_000.00"))
    assert kinds(resources) == ["bootstrap", "submission"]
