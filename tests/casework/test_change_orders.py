"""A change of an approved commitment: what was approved counts until the change is (B6)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from adapters.store import cases
from adapters.store.cases import Case
from adapters.store.versions import versions_of
from api.usecases.casework.acting import Kind
from api.usecases.casework.activating import load_master_data
from api.usecases.casework.adding_up import sharing, totals_of
from api.usecases.casework.checking import check_trail
from api.usecases.casework.settling import Result
from api.usecases.casework.submission import NotAccepted
from api.usecases.casework.submitting import preview, submit
from api.usecases.casework.surrounding import as_others_see
from engine.cases.status import Status, takes_new_version
from engine.documents.derived import net_of
from tests.casework.changed import (
    HOUR,
    TARGETS,
    acme,
    asked,
    did,
    last_record,
    seen,
    sent,
    service,
)
from tests.casework.conftest import ADMIN, data_files
from tests.casework.deliveries import Delivery, made
from tests.casework.documents import NOW, PORTAL, order
from tests.databases import BOTH


@pytest.fixture(params=BOTH)
def changing(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Delivery]:
    """ACME with rules for changes; its orders are posted."""
    with service(request.param, tmp_path, acme(), targets=TARGETS) as resources:
        yield made(resources, tmp_path)
        assert check_trail(resources.store).problems == []


def posted(changing: Delivery, amount: str = "8000.00", id: str = "PO-1") -> Case:
    case = sent(changing.resources, order(amount, id))
    did(changing.resources, case, "mia")
    if seen(changing.resources, case).status is Status.PENDING:
        did(changing.resources, case, "dan")
    assert changing.one().result is Result.POSTED
    return seen(changing.resources, case)


def measured(changing: Delivery, name: str = "split_sum", at: datetime = NOW + 5 * HOUR) -> str:
    """What another order of 1.00 would be measured by."""
    resources = changing.resources
    document, _ = preview(resources, order("1.00", "PO-other"), "portal", at)
    with resources.store.reading() as connection:
        current = resources.loaded.current(connection)
        return str(totals_of(connection, sharing(current, document, at))[name])


def test_a_posted_order_stands_while_it_is_changed_and_the_greater_counts(
    changing: Delivery,
) -> None:
    resources = changing.resources
    posted(changing)
    assert measured(changing) == "8001.00 USD"
    change = sent(resources, order("30000.00"), NOW + 2 * HOUR)
    assert (change.version, change.status, change.standing_version) == (2, Status.PENDING, 1)
    assert measured(changing) == "30001.00 USD"
    less = sent(resources, order("2000.00", supplier="S-2"), NOW + 3 * HOUR)
    assert (less.version, less.status, less.standing_version) == (3, Status.PENDING, 1)
    assert measured(changing) == "8001.00 USD"
    files = data_files()
    load_master_data(resources, files, ADMIN, "again", NOW + 4 * HOUR)
    assert measured(changing) == "8001.00 USD"


@pytest.mark.parametrize(("kind", "who"), [(Kind.REJECT, "mia"), (Kind.WITHDRAW, "rita")])
def test_a_change_that_comes_to_nothing_leaves_the_order_as_it_was(
    changing: Delivery, kind: Kind, who: str
) -> None:
    resources = changing.resources
    before = posted(changing)
    change = sent(resources, order("30000.00"), NOW + 2 * HOUR)
    done = did(resources, change, who, kind, NOW + 3 * HOUR)
    assert done.code == ""
    after = seen(resources, change)
    assert after == replace(before, changed_at=NOW + 3 * HOUR)
    assert measured(changing) == "8001.00 USD"
    assert asked(resources, after) == []
    record = last_record(resources, "change_ended")
    assert (record["version"], record["ended_version"], record["status"]) == (1, 2, "posted")
    with resources.store.reading() as connection:
        assert [g.assignee.person for g in cases.course_of(connection, after.id).given] == ["mia"]
    again = sent(resources, order("31000.00"), NOW + 4 * HOUR)
    assert (again.version, again.standing_version) == (3, 1)


def test_an_approved_change_is_posted_anew_under_the_next_number(changing: Delivery) -> None:
    resources = changing.resources
    posted(changing)
    change = sent(resources, order("30000.00"), NOW + 2 * HOUR)
    did(resources, change, "mia", at=NOW + 3 * HOUR)
    done = did(resources, change, "dan", at=NOW + 3 * HOUR).case
    assert (done.status, done.posting_number, done.standing_version) == (Status.POSTING, 2, 0)
    assert measured(changing) == "30001.00 USD"
    changing.clock.pass_by(hours=4)
    assert changing.one().result is Result.POSTED
    assert [each.key for each in changing.receipts()] == ["C-000001/1", "C-000001/2"]


def test_a_tolerated_change_is_posted_without_anybody_being_asked(changing: Delivery) -> None:
    resources = changing.resources
    posted(changing)
    change = sent(resources, order("8100.00"), NOW + 2 * HOUR)
    assert (change.status, change.posting_number) == (Status.POSTING, 2)
    changing.clock.pass_by(hours=4)
    assert changing.one().result is Result.POSTED


def test_a_change_that_the_policy_refuses_leaves_the_order_as_it_was(changing: Delivery) -> None:
    """What Noah has an interest in is not refused, what Rita has is: related parties."""
    resources = changing.resources
    before = posted(changing)
    change = sent(resources, order("8000.00", supplier="S-9"), NOW + 2 * HOUR)
    assert change == replace(before, changed_at=NOW + 2 * HOUR)
    assert last_record(resources, "submission")["status"] == "refused"
    assert last_record(resources, "change_ended")["ended_status"] == "refused"


def test_an_invoice_is_no_commitment_and_changes_no_more_once_posted(changing: Delivery) -> None:
    resources = replace(changing.resources, targets={("US01", "invoice"): "erp"})
    raw = order("8000.00", "INV-1", type="invoice", number="INV-1", document_date="2027-03-10")
    case = sent(resources, raw)
    for person in ("mia", "dan"):
        did(resources, case, person)
    assert seen(resources, case).status is Status.POSTING
    done = submit(resources, {**raw, "amount": "1.00"}, "portal", PORTAL, NOW + 2 * HOUR)
    assert isinstance(done, NotAccepted)
    assert not takes_new_version(Status.POSTED, "invoice")
    assert takes_new_version(Status.POSTED, "purchase_order")


def test_an_order_that_is_taken_back_before_it_is_posted_frees_its_totals(tmp_path: Path) -> None:
    with service("sqlite", tmp_path, acme()) as resources:
        changing = made(resources, tmp_path)
        case = sent(resources, order("8000.00"))
        did(resources, case, "mia")
        assert measured(changing) == "8001.00 USD"
        assert did(resources, case, "rita", Kind.WITHDRAW).case.status is Status.WITHDRAWN
        assert measured(changing) == "1.00 USD"


def test_what_was_replaced_is_only_added_to(changing: Delivery) -> None:
    posted(changing)
    sent(changing.resources, order("30000.00"), NOW + 2 * HOUR)
    store = changing.resources.store
    with store.reading() as connection:
        [kept] = versions_of(connection, 1)
    assert (kept.case.version, kept.is_approved, len(kept.acts)) == (1, True, 1)
    for change in ("update versions set kept = ''", "delete from versions"):
        with pytest.raises(DBAPIError), store.transaction() as connection:
            connection.execute(text(change))


def test_while_it_is_changed_others_see_the_approved_version(changing: Delivery) -> None:
    resources = changing.resources
    posted(changing)
    change = sent(resources, order("30000.00"), NOW + 2 * HOUR)
    with resources.store.reading() as connection:
        current = resources.loaded.current(connection)
        found = as_others_see(resources, connection, current, seen(resources, change))
    assert (found.status, str(net_of(found.document))) == (Status.POSTED, "8000.00 USD")
    assert found.approvers == {"mia"}
