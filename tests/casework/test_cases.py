"""A case from submission to the outbox, on both databases."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from adapters.store import cases, outbox
from adapters.store.trail import every_record
from api.usecases.casework.acting import Acted, Action, Kind, act
from api.usecases.casework.resources import Resources
from api.usecases.casework.submission import NotAccepted, Submitted
from api.usecases.casework.submitting import submit
from engine.cases.status import Status
from engine.errors import InputErrors
from tests.casework.documents import NOW, PORTAL, by, order


def submitted(resources: Resources, raw: object) -> cases.Case:
    done = submit(resources, raw, "portal", PORTAL, NOW)
    assert isinstance(done, Submitted)
    return done.case


def acted(resources: Resources, case: cases.Case, person: str, **fields: object) -> Acted:
    action = Action(**{"kind": Kind.APPROVE, "by": person, "version": case.version, **fields})  # type: ignore[arg-type]
    done = act(resources, case.id, action, by(person), NOW + timedelta(hours=1))
    assert done is not None
    return done


def kinds(resources: Resources) -> list[str]:
    with resources.store.reading() as connection:
        return [record.kind for record in every_record(connection)]


def asked(resources: Resources, case: cases.Case) -> list[str]:
    with resources.store.reading() as connection:
        return [task.person for task in cases.tasks_on(connection, case.id)]


def test_a_document_is_decided_kept_recorded_and_asked_in_one_go(resources: Resources) -> None:
    case = submitted(resources, order())
    assert (case.number, case.status) == ("C-000001", Status.PENDING)
    assert asked(resources, case) == ["mia"]
    assert kinds(resources) == ["bootstrap", "submission"]


def test_the_same_content_again_is_the_same_case_and_no_new_record(resources: Resources) -> None:
    first = submitted(resources, order())
    again = submit(resources, order(), "portal", PORTAL, NOW + timedelta(days=1))
    assert isinstance(again, Submitted)
    assert (again.case.id, again.is_new) == (first.id, False)
    assert kinds(resources) == ["bootstrap", "submission"]


def test_the_same_name_from_another_source_is_another_document(resources: Resources) -> None:
    submitted(resources, order())
    other = submit(resources, order(), "coupa", PORTAL, NOW)
    assert isinstance(other, Submitted)
    assert other.case.number == "C-000002"


def test_what_is_no_document_leaves_nothing(resources: Resources) -> None:
    with pytest.raises(InputErrors):
        submit(resources, order("10.001"), "portal", PORTAL, NOW)
    assert kinds(resources) == ["bootstrap"]


def test_the_last_approval_approves_and_puts_the_posting_into_the_outbox(
    resources: Resources,
) -> None:
    case = submitted(resources, order("40000.00"))
    assert asked(resources, case) == ["mia"]
    after = acted(resources, case, "mia")
    assert (after.code, after.case.status) == ("", Status.PENDING)
    assert asked(resources, case) == ["dan"]
    done = acted(resources, case, "dan")
    assert (done.code, done.case.status) == ("", Status.POSTING)
    assert asked(resources, case) == []
    with resources.store.reading() as connection:
        parcel = outbox.of_key(connection, "C-000001/1")
    assert parcel is not None
    assert (parcel.connection, parcel.status) == ("erp", outbox.Delivery.WAITING)
    assert kinds(resources) == ["bootstrap", "submission", "action", "action", "posting_enqueued"]


@pytest.mark.parametrize(
    ("person", "fields", "code"),
    [
        ("rita", {}, "self_approval"),
        ("rsmith.ext", {}, "same_person"),
        ("noah", {}, "not_asked"),
        ("dan", {}, "step_not_current"),
        ("nobody", {}, "person_unknown"),
        ("mia", {"version": 2}, "content_changed"),
        ("noah", {"on_behalf_of": "mia"}, "not_asked"),
        ("noah", {"kind": Kind.WITHDRAW}, "not_asked"),
    ],
)
def test_who_may_not_is_refused_and_the_refusal_is_recorded(
    resources: Resources, person: str, fields: dict[str, object], code: str
) -> None:
    case = submitted(resources, order("40000.00"))
    done = acted(resources, case, person, **fields)
    assert done.code == code
    assert done.case.status is Status.PENDING
    assert asked(resources, case) == ["mia"]
    with resources.store.reading() as connection:
        record = [*every_record(connection)][-1]
    body = json.loads(record.body)
    assert (record.kind, body["code"]) == ("refusal", code)
    assert body["who"]["acted_through"] == "portal"


def test_a_rejection_ends_the_case(resources: Resources) -> None:
    case = submitted(resources, order("40000.00"))
    done = acted(resources, case, "mia", kind=Kind.REJECT)
    assert done.case.status is Status.REJECTED
    assert acted(resources, case, "dan").code == "not_open"


def test_the_requester_withdraws_under_any_of_his_logins(resources: Resources) -> None:
    case = submitted(resources, order())
    done = acted(resources, case, "rsmith.ext", kind=Kind.WITHDRAW)
    assert done.case.status is Status.WITHDRAWN
    assert asked(resources, case) == []


def test_other_content_is_a_new_version_that_nobody_has_approved(resources: Resources) -> None:
    case = submitted(resources, order("40000.00"))
    acted(resources, case, "mia")
    changed = submitted(resources, order("41000.00"))
    assert (changed.id, changed.version, changed.status) == (case.id, 2, Status.PENDING)
    assert asked(resources, changed) == ["mia"]
    assert acted(resources, case, "mia").code == "content_changed"


def test_what_is_being_posted_takes_no_other_content(resources: Resources) -> None:
    case = submitted(resources, order())
    assert acted(resources, case, "mia").case.status is Status.POSTING
    done = submit(resources, order("9000.00"), "portal", PORTAL, NOW)
    assert isinstance(done, NotAccepted)
    assert done.code == "not_open"
    again = submit(resources, order(), "portal", PORTAL, NOW)
    assert isinstance(again, Submitted)
    assert again.case.status is Status.POSTING


def test_who_has_claimed_a_place_is_the_only_one_to_fill_it(resources: Resources) -> None:
    case = submitted(resources, order())
    with resources.store.reading() as connection:
        place = cases.tasks_on(connection, case.id)[0].place
    assert acted(resources, case, "noah", kind=Kind.CLAIM, place=place).code == "not_asked"
    assert acted(resources, case, "mia", kind=Kind.CLAIM, place=place).code == ""
    assert acted(resources, case, "mia", kind=Kind.RELEASE, place=place).code == ""
    assert acted(resources, case, "mia").code == ""


@pytest.mark.tampers
def test_a_document_changed_in_the_store_is_not_acted_on(resources: Resources) -> None:
    case = submitted(resources, order("40000.00"))
    with resources.store.transaction() as connection:
        cheaper = case.document_json.replace("40000.00", "40.00")
        cases.keep(connection, replace(case, document_json=cheaper))
    for kind in (Kind.APPROVE, Kind.WITHDRAW):
        done = acted(resources, case, "mia" if kind is Kind.APPROVE else "rita", kind=kind)
        assert done.code == "document_unreadable"
        assert done.case.status is Status.PENDING
