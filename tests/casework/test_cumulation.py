"""What documents add up to in the store: scenarios 9 to 11, 22 and 23, and ways around a total."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import pytest

from adapters.erp.connector import Fault
from adapters.store import cases
from adapters.store.cases import Case
from adapters.store.outbox import Delivery as State
from api.usecases.casework.acting import Acted, Action, Kind, act
from api.usecases.casework.activating import load_master_data
from api.usecases.casework.asking_again import ask_again
from api.usecases.casework.resources import Resources
from api.usecases.casework.settling import Result
from api.usecases.casework.submitting import Submitted, preview, submit
from engine.cases.status import Status
from engine.errors import InputErrors
from tests.casework.conftest import ADMIN, data_files
from tests.casework.deliveries import LATER, Delivery, made
from tests.casework.documents import NOW, PORTAL, by, order
from tests.casework.fake_erp import refusal

DIRECTOR: Final = ["mia", "dan"]


def submitted(
    resources: Resources,
    amount: str,
    id: str,
    at: datetime = NOW,
    source: str = "portal",
    **fields: object,
) -> Case:
    raw = order(amount, id, **{"submitted_at": at.isoformat(), **fields})
    done = submit(resources, raw, source, PORTAL, at)
    assert isinstance(done, Submitted)
    return done.case


def acted(
    resources: Resources, case: Case, person: str, kind: Kind = Kind.APPROVE, at: datetime = NOW
) -> Acted:
    done = act(resources, case.id, Action(kind, person, case.version), by(person), at)
    assert done is not None
    return done


def approved(resources: Resources, case: Case, *people: str) -> Case:
    for person in people:
        done = acted(resources, case, person)
        assert done.code == ""
        case = done.case
    return case


def total(case: Case, name: str = "split_sum") -> str:
    """In minor units, exact, with the currency."""
    found = json.loads(case.given_json)[name]
    return f"{found['minor']} {found['currency']}"


def decided(case: Case) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(case.decision_json)
    return found


def route(case: Case) -> list[str]:
    """Who is asked, in order; somebody who is asked already for something else is left out."""
    return [
        each["person"]
        for step in decided(case)["steps"]
        for part in step["parts"]
        if part.get("already", 0) < 0
        for each in part["assignees"]
    ]


def with_tables(**tables: str) -> dict[str, bytes]:
    """ACME's master data with lines added to some tables."""
    files = data_files()
    for name, lines in tables.items():
        files[f"{name}.csv"] = files.get(f"{name}.csv", b"").rstrip(b"\n") + b"\n" + lines.encode()
    return files


# --- scenarios ------------------------------------------------------------------------------------


def test_scenario_9_twelve_calls_are_not_splitting_and_the_thirteenth_is_held(
    resources: Resources,
) -> None:
    for month in range(12):
        at = datetime(2027, 3, 15, 13, tzinfo=UTC) + timedelta(days=3 * month)
        case = submitted(
            resources, "9500.00", f"PO-{month}", at, contract="C-77", papers=["tender_reference"]
        )
        assert case.status is Status.PENDING
        assert "dan" not in route(case)
        assert decided(case)["reviews"] == []
        acted(resources, case, "mia", at=at)
    assert total(case, "contract_called_off") == "11400000 USD"
    last = submitted(
        resources, "9500.00", "PO-13", at, contract="C-77", papers=["tender_reference"]
    )
    assert (last.status, decided(last)["held"]["code"]) == (Status.HELD, "contract_exhausted")


def test_scenario_10_a_hundred_thousand_a_year_and_a_cent_more(resources: Resources) -> None:
    january = datetime(2027, 1, 20, 15, tzinfo=UTC)
    used = submitted(resources, "94500.00", "PO-1", january, supplier="S-2")
    approved(resources, used, "mia", "vera")
    case = submitted(resources, "5500.00", "PO-2")
    assert (total(case, "supplier_year"), route(case)) == ("10000000 USD", ["mia"])
    acted(resources, case, "mia", Kind.REJECT)
    more = submitted(resources, "5500.01", "PO-3")
    assert (total(more, "supplier_year"), route(more)) == ("10000001 USD", ["mia", "lena"])
    assert [each["text"] for each in decided(more)["findings"]] == ["tender_reference: present"]


def test_scenario_22_two_logins_of_one_person_are_one_person_in_totals_too(
    resources: Resources,
) -> None:
    case = submitted(resources, "6000.00", "PO-1", requester="rita.us")
    assert acted(resources, case, "rsmith.ext").code == "same_person"
    other = submitted(resources, "4000.01", "PO-2", requester="rsmith.ext")
    assert (total(other), route(other)) == ("1000001 USD", DIRECTOR)


def test_scenario_23_a_declared_interest_and_a_bank_account_of_ones_own(
    resources: Resources,
) -> None:
    case = submitted(resources, "100.00", "PO-1", supplier="S-44", cost_center="cc200")
    assert route(case)[-1] == "cora"
    assert "noah" not in route(case)
    assert acted(resources, case, "noah").code == "declared_interest"
    own = submitted(resources, "100.00", "PO-2", supplier="S-9")
    assert (own.status, decided(own)["refused"]["code"]) == (
        Status.REFUSED,
        "related_party_match",
    )


# --- what counts, and what gives headroom back ----------------------------------------------------

Ending = Callable[[Delivery, Case], object]


def withdrawn(on: Delivery, case: Case) -> object:
    return acted(on.resources, case, "rita", Kind.WITHDRAW)


def rejected(on: Delivery, case: Case) -> object:
    return acted(on.resources, case, "mia", Kind.REJECT)


def cancelled_when_approved(on: Delivery, case: Case) -> object:
    """Approved, and taken back before it is posted."""
    approved(on.resources, case, "mia")
    on.clock.now = LATER
    on.erp.faults.append(refusal(Fault.BUSINESS, "supplier_inactive"))
    assert on.one().result is Result.FAILED
    return acted(on.resources, case, "rita", Kind.WITHDRAW, LATER)


def refused(on: Delivery, case: Case) -> object:
    """Changed into one that the policy refuses."""
    return submitted(on.resources, "6000.00", case.document_id, supplier="S-9")


@pytest.mark.parametrize(
    ("ending", "status"),
    [
        (withdrawn, Status.WITHDRAWN),
        (rejected, Status.REJECTED),
        (cancelled_when_approved, Status.WITHDRAWN),
        (refused, Status.REFUSED),
    ],
)
def test_what_comes_to_nothing_gives_its_headroom_back(
    resources: Resources, tmp_path: Path, ending: Ending, status: Status
) -> None:
    on = made(resources, tmp_path)
    case = submitted(resources, "6000.00", "PO-1")
    ending(on, case)
    assert on.case(case.id).status is status
    after = submitted(resources, "6000.00", "PO-2")
    assert (total(after), route(after)) == ("600000 USD", ["mia"])


def pending(on: Delivery, case: Case) -> object:
    return None


def posting(on: Delivery, case: Case) -> object:
    return approved(on.resources, case, "mia")


def posted(on: Delivery, case: Case) -> object:
    posting(on, case)
    return on.one()


def exception(on: Delivery, case: Case) -> object:
    on.erp.faults.append(refusal(Fault.BUSINESS, "period_closed"))
    return posted(on, case)


def dead_letter(on: Delivery, case: Case) -> object:
    """Tried for so long that nobody tries any more."""
    on.erp.faults.extend(refusal(Fault.TRANSIENT, "unavailable") for _ in range(60))
    posting(on, case)
    while on.parcel().status is State.WAITING:
        on.clock.pass_by(hours=6)
        on.worker().deliver_one()
    assert on.parcel().status is State.DEAD
    return None


@pytest.mark.parametrize(
    ("standing", "status"),
    [
        (pending, Status.PENDING),
        (posting, Status.POSTING),
        (posted, Status.POSTED),
        (exception, Status.EXCEPTION),
        (dead_letter, Status.EXCEPTION),
    ],
)
def test_what_may_still_be_paid_keeps_its_headroom(
    resources: Resources, tmp_path: Path, standing: Ending, status: Status
) -> None:
    on = made(resources, tmp_path)
    case = submitted(resources, "6000.00", "PO-1")
    standing(on, case)
    assert on.case(case.id).status is status
    after = submitted(resources, "4000.01", "PO-2")
    assert (total(after), route(after)) == ("1000001 USD", DIRECTOR)


def test_approved_without_anywhere_to_be_posted_keeps_its_headroom(resources: Resources) -> None:
    case = submitted(resources, "6000.00", "R-1", type="requisition")
    assert approved(resources, case, "mia").status is Status.APPROVED
    assert total(submitted(resources, "4000.01", "PO-2")) == "1000001 USD"


def test_what_is_held_keeps_its_headroom(resources: Resources) -> None:
    case = submitted(resources, "6000.00", "PO-1", cost_center="cc999")
    assert case.status is Status.HELD
    assert total(submitted(resources, "4000.01", "PO-2")) == "1000001 USD"


def test_a_credit_note_gives_back_with_its_sign_once_it_is_approved(resources: Resources) -> None:
    submitted(resources, "6000.00", "PO-1")
    credit = submitted(resources, "-2000.00", "CN-1", type="credit_note")
    assert total(credit) == "400000 USD"
    before = submitted(resources, "4000.01", "PO-2")
    assert (total(before), route(before)) == ("1000001 USD", DIRECTOR)
    acted(resources, before, "rita", Kind.WITHDRAW)
    approved(resources, credit, "mia")
    after = submitted(resources, "6000.00", "PO-3")
    assert (total(after), route(after)) == ("1000000 USD", ["mia"])


# --- ways around a total --------------------------------------------------------------------------


def test_a_need_split_into_documents_of_one_second_adds_up(resources: Resources) -> None:
    found = [submitted(resources, "3400.00", f"PO-{number}") for number in range(3)]
    assert [total(case) for case in found] == ["340000 USD", "680000 USD", "1020000 USD"]
    assert [route(case) for case in found] == [["mia"], ["mia"], DIRECTOR]


def test_a_need_split_into_lines_is_one_document(resources: Resources) -> None:
    lines = [{"number": n, "net": "4000.00", "cost_center": "cc100"} for n in (1, 2, 3)]
    raw = {name: v for name, v in order(id="PO-1").items() if name != "amount"} | {"lines": lines}
    done = submit(resources, raw, "portal", PORTAL, NOW)
    assert isinstance(done, Submitted)
    assert route(done.case) == DIRECTOR


def test_a_need_split_over_currencies_adds_up_exactly(resources: Resources) -> None:
    submitted(resources, "3636.37", "PO-1", currency="EUR")  # 4,000.007 USD
    inside = submitted(resources, "5999.99", "PO-2")
    assert (total(inside), route(inside)) == ("999999.7 USD", ["mia"])
    acted(resources, inside, "rita", Kind.WITHDRAW)
    beyond = submitted(resources, "6000.00", "PO-3")
    assert (total(beyond), route(beyond)) == ("1000000.7 USD", DIRECTOR)


def test_a_sum_that_cannot_be_converted_holds_the_document(resources: Resources) -> None:
    """Dollars into euros would be the inverse of a rate, which the set refuses."""
    submitted(resources, "6000.00", "PO-1")
    euros = submitted(resources, "1.00", "PO-2", currency="EUR")
    assert euros.status is Status.HELD


def test_a_need_split_over_companies_of_one_group_adds_up(resources: Resources) -> None:
    submitted(resources, "6000.00", "PO-1", supplier="S-1")
    other = submitted(resources, "4000.01", "PO-2", supplier="S-2")
    assert (total(other), route(other)) == ("1000001 USD", DIRECTOR)


def test_a_need_split_over_persons_adds_up_where_only_the_supplier_must_be_the_same(
    resources: Resources,
) -> None:
    submitted(resources, "60000.00", "PO-1")
    other = submitted(resources, "40000.01", "PO-2", requester="noah", cost_center="cc200")
    assert total(other, "supplier_year") == "10000001 USD"
    assert "lena" in route(other)


def test_a_need_split_over_entities_adds_up(resources: Resources) -> None:
    fields = {"entity": "DE01", "requester": "uwe", "cost_center": "de100", "currency": "EUR"}
    submitted(resources, "60000.00", "PO-1", supplier="S-2", **fields)
    here = submitted(resources, "40000.00", "PO-2")
    assert total(here, "supplier_year") == "10600000 USD"
    assert "lena" in route(here)


def test_a_need_split_over_requisitions_and_orders_adds_up(resources: Resources) -> None:
    submitted(resources, "6000.00", "1", type="requisition")
    other = submitted(resources, "4000.01", "1", type="purchase_order")
    assert (total(other), route(other)) == ("1000001 USD", DIRECTOR)


@pytest.mark.parametrize(("id", "source"), [("PO-2", "portal"), ("PO-1", "another portal")])
def test_the_same_need_again_under_another_id_or_from_another_source_counts_again(
    resources: Resources, id: str, source: str
) -> None:
    submitted(resources, "6000.00", "PO-1")
    again = submitted(resources, "4000.01", id, source=source)
    assert (total(again), route(again)) == ("1000001 USD", DIRECTOR)


def test_a_new_version_is_not_counted_beside_itself_also_when_it_is_only_tried_out(
    resources: Resources,
) -> None:
    submitted(resources, "6000.00", "PO-1")
    tried = order("6001.00", "PO-1")
    _, decision = preview(resources, tried, "portal", NOW)
    assert decision.reviews == ()
    _, from_elsewhere = preview(resources, tried, "another portal", NOW)
    assert [each.code for each in from_elsewhere.reviews] == ["structuring_suspect"]
    assert total(submitted(resources, "6001.00", "PO-1")) == "600100 USD"


@pytest.mark.parametrize("stated", ["2027-02-15T12:00:00Z", "2019-01-01T00:00:00Z"])
def test_a_document_that_is_dated_back_counts_from_when_it_came_in(
    resources: Resources, stated: str
) -> None:
    submitted(resources, "6000.00", "PO-1", submitted_at=stated)
    after = submitted(resources, "4000.01", "PO-2")
    assert (total(after), route(after)) == ("1000001 USD", DIRECTOR)
    last = submitted(resources, "1.00", "PO-3", submitted_at=stated)
    assert total(last) == "1000101 USD"
    assert route(last) == DIRECTOR


def test_a_document_dated_back_into_the_last_year_uses_what_is_left_of_this_one(
    resources: Resources,
) -> None:
    submitted(resources, "94500.00", "PO-1", submitted_at="2026-12-30T12:00:00Z")
    after = submitted(resources, "5500.01", "PO-2")
    assert total(after, "supplier_year") == "10000001 USD"


@pytest.mark.parametrize("ahead", [timedelta(minutes=6), timedelta(days=30)])
def test_a_document_dated_ahead_is_none(resources: Resources, ahead: timedelta) -> None:
    raw = order("6000.00", "PO-1", submitted_at=(NOW + ahead).isoformat())
    for take in (
        lambda: submit(resources, raw, "portal", PORTAL, NOW),
        lambda: preview(resources, raw, "portal", NOW),
    ):
        with pytest.raises(InputErrors) as caught:
            take()
        assert (caught.value.code, caught.value.field) == ("submitted_in_future", "submitted_at")
    with resources.store.reading() as connection:
        assert cases.how_many(connection) == 0


def test_clocks_may_differ_by_a_few_minutes(resources: Resources) -> None:
    raw = order("6000.00", "PO-1", submitted_at=(NOW + timedelta(minutes=5)).isoformat())
    assert isinstance(submit(resources, raw, "portal", PORTAL, NOW), Submitted)


def test_what_is_held_over_the_turn_of_the_year_is_measured_in_the_year_it_came_in(
    resources: Resources,
) -> None:
    december = datetime(2026, 12, 30, 15, tzinfo=UTC)
    used = submitted(resources, "94500.00", "PO-1", december)
    assert total(used, "supplier_year") == "9450000 USD"
    held = submitted(resources, "5500.01", "PO-2", december, cost_center="cc999")
    assert held.status is Status.HELD
    january = datetime(2027, 1, 4, 15, tzinfo=UTC)
    known = with_tables(cost_centers="cc999,US01,mia,dan,operations,\n")
    load_master_data(resources, known, ADMIN, "the cost center is there", january)
    assert ask_again(resources, held.id, january)
    with resources.store.reading() as connection:
        after = cases.by_id(connection, held.id)
    assert after is not None
    assert after.status is Status.PENDING
    assert total(after, "supplier_year") == "10000001 USD"
    assert "lena" in route(after)


def test_what_was_held_unseen_counts_those_who_came_meanwhile(resources: Resources) -> None:
    """Nobody knew its requester, so it was in no total; the next order did not see it."""
    held = submitted(resources, "60000.00", "PO-1", requester="nina")
    assert decided(held)["held"]["code"] == "person_unknown"
    tuesday, friday = NOW + timedelta(days=1), NOW + timedelta(days=4)
    unseen = submitted(resources, "40000.01", "PO-2", tuesday)
    assert total(unseen, "supplier_year") == "4000001 USD"
    known = with_tables(people="nina,Nina New,US01,mia,,operations,,2020-01-01,,,,\n")
    load_master_data(resources, known, ADMIN, "she is there", friday)
    assert ask_again(resources, held.id, friday)
    with resources.store.reading() as connection:
        after = cases.by_id(connection, held.id)
    assert after is not None
    assert total(after, "supplier_year") == "10000001 USD"
    assert "lena" in route(after)
