"""A posting: once, whatever happens on the way, on both databases (D2, D3, D4)."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from adapters.erp.connector import Fault
from adapters.store import outbox
from adapters.store.outbox import Delivery as State
from adapters.store.trail import every_record
from api.usecases.casework.acting import Action, Kind, act
from api.usecases.casework.activating import load_master_data
from api.usecases.casework.checking import check_trail
from api.usecases.casework.posting import deliver
from api.usecases.casework.replaying import replay
from api.usecases.casework.resources import Resources
from api.usecases.casework.settling import Result
from api.usecases.casework.submitting import preview, submit
from engine.canonical import digest
from engine.cases.status import Status
from tests.casework.conftest import ADMIN
from tests.casework.deliveries import LATER, Delivery, enqueued, made
from tests.casework.documents import NOW, PORTAL, by, order
from tests.casework.fake_erp import (
    ANSWER_LOST,
    CRASH,
    CRASH_AFTER,
    REQUEST_LOST,
    FakeErp,
    refusal,
)
from tests.casework.test_people_changes import without

DAY = date(2027, 3, 15)


@pytest.fixture
def on(resources: Resources, tmp_path: Path) -> Delivery:
    """One case that waits to be posted."""
    enqueued(resources)
    return made(resources, tmp_path)


def replayed(on: Delivery, because: str = "the period was opened again") -> str:
    done = replay(on.resources, 1, by("gina"), because, on.clock())
    assert done is not None
    return done.code


def test_an_approved_document_is_posted_once_and_recorded(on: Delivery) -> None:
    assert on.one().result is Result.POSTED
    assert on.worker().deliver_one() is None
    assert on.erp.keys == ["C-000001/1"]
    assert on.erp.calls == ["period", "supplier", "post"]
    assert on.case().status is Status.POSTED
    assert on.parcel().status is State.DONE
    assert [each.number for each in on.receipts()] == ["ERP-00001"]
    assert on.kinds() == [
        *("submission", "action", "posting_enqueued"),
        *("second_opinion", "posted"),
    ]
    assert not check_trail(on.resources.store).problems


def test_the_record_names_the_key_the_number_and_what_it_rests_on(on: Delivery) -> None:
    on.one()
    with on.resources.store.reading() as connection:
        body = json.loads([*every_record(connection)][-1].body)
    case = on.case()
    assert (body["key"], body["connection"], body["number"]) == ("C-000001/1", "erp", "ERP-00001")
    assert body["document_digest"] == case.document_digest
    assert body["decision_digest"] == case.decision_digest
    assert body["in_force"]["policy"]


@pytest.mark.parametrize("fault", [ANSWER_LOST, CRASH_AFTER])
def test_what_the_erp_did_although_nobody_heard_is_found_and_not_done_again(
    on: Delivery, fault: str
) -> None:
    on.erp.faults = [fault]
    assert on.one().result is Result.AGAIN
    assert on.parcel().is_outcome_unknown
    on.clock.pass_by(minutes=1)
    assert on.one().result is Result.POSTED
    assert on.erp.calls[3:] == ["find"]
    assert on.erp.keys == ["C-000001/1"]


@pytest.mark.parametrize("fault", [REQUEST_LOST, CRASH])
def test_what_the_erp_did_not_do_is_looked_for_and_then_sent(on: Delivery, fault: str) -> None:
    on.erp.faults = [fault]
    assert on.one().result is Result.AGAIN
    on.clock.pass_by(minutes=1)
    assert on.one().result is Result.POSTED
    assert on.erp.calls[3:] == ["find", "period", "supplier", "post"]
    assert on.erp.keys == ["C-000001/1"]


def test_what_was_posted_is_found_also_when_its_period_is_closed_by_then(on: Delivery) -> None:
    on.erp.faults = [ANSWER_LOST]
    on.one()
    on.erp.close_period(DAY)
    on.clock.pass_by(minutes=1)
    assert on.one().result is Result.POSTED


def test_an_outcome_stays_unknown_until_it_is_known(on: Delivery) -> None:
    on.erp.faults = [REQUEST_LOST, refusal(Fault.TRANSIENT)]
    on.one()
    on.clock.pass_by(minutes=1)
    assert on.one().result is Result.AGAIN
    assert on.parcel().is_outcome_unknown


def test_a_failure_of_our_own_loses_nothing_and_says_nothing_of_the_document(
    on: Delivery,
) -> None:
    on.erp.faults = [CRASH]
    done = on.one()
    assert done.error is not None
    assert (done.error.code, done.error.message) == ("internal", "a RuntimeError was raised")
    assert on.parcel().status is State.WAITING


def test_a_closed_period_is_an_exception_with_an_owner_and_nothing_is_sent(on: Delivery) -> None:
    on.erp.close_period(DAY)
    assert on.one().result is Result.FAILED
    assert "post" not in on.erp.calls
    assert on.case().status is Status.EXCEPTION
    [found] = on.exceptions()
    assert (found.code, found.owner, found.key) == ("period_closed", "ap_clerks", "C-000001/1")
    assert on.kinds()[-1] == "exception"
    assert on.worker().deliver_one() is None
    assert not check_trail(on.resources.store).problems


def test_an_inactive_supplier_is_an_exception_though_the_erp_would_take_it(on: Delivery) -> None:
    on.erp.deactivate("S-1")
    assert on.one().result is Result.FAILED
    assert [each.code for each in on.exceptions()] == ["supplier_inactive"]
    assert on.erp.keys == []


def test_corrected_and_sent_off_again_it_is_posted_under_the_same_key(on: Delivery) -> None:
    on.erp.close_period(DAY)
    on.one()
    on.erp.open_period(DAY)
    assert replayed(on) == ""
    assert on.exceptions() == []
    assert on.case().status is Status.POSTING
    assert on.one().result is Result.POSTED
    assert on.erp.keys == ["C-000001/1"]
    assert on.kinds()[-4:] == ["exception", "replay", "second_opinion", "posted"]
    assert not check_trail(on.resources.store).problems


def test_sent_off_again_without_a_correction_it_fails_again(on: Delivery) -> None:
    on.erp.close_period(DAY)
    on.one()
    assert replayed(on) == ""
    assert on.one().result is Result.FAILED
    assert len(on.exceptions()) == 1


def test_only_an_exception_is_sent_off_again_and_never_twice(on: Delivery) -> None:
    assert replayed(on) == "not_an_exception"
    on.erp.close_period(DAY)
    on.one()
    assert replayed(on, "  ") == "reason_missing"
    assert replayed(on) == ""
    assert replayed(on) == "not_an_exception"
    on.erp.open_period(DAY)
    on.one()
    assert replayed(on) == "not_an_exception"
    assert on.erp.keys == ["C-000001/1"]
    assert on.kinds().count("refusal") == 4
    assert replay(on.resources, 99, by("gina"), "x", LATER) is None


@pytest.mark.parametrize(("person", "code"), [("nobody", "person_unknown"), ("gina", "inactive")])
def test_nobody_sends_it_off_again_who_is_not_known_or_has_left(
    on: Delivery, person: str, code: str
) -> None:
    on.erp.close_period(DAY)
    on.one()
    left = without("gina", "2027-03-14")
    load_master_data(on.resources, left, ADMIN, "Gina has left", on.clock())
    done = replay(on.resources, 1, by(person), "corrected", on.clock())
    assert done is not None
    assert (done.code, done.case.status) == (code, Status.EXCEPTION)
    assert on.kinds()[-1] == "refusal"
    assert on.exceptions() != []


def test_a_wrong_login_is_a_dead_letter_after_a_few_attempts_and_can_be_replayed(
    on: Delivery,
) -> None:
    on.erp.faults = [refusal(Fault.AUTH, "login_refused")] * 5
    results = []
    for _ in range(5):
        results.append(on.one().result)
        on.clock.pass_by(minutes=15)
    assert results == [Result.AGAIN] * 4 + [Result.DEAD]
    assert on.parcel().status is State.DEAD
    assert on.case().status is Status.EXCEPTION
    assert [each.code for each in on.exceptions()] == ["login_refused"]
    assert replayed(on) == ""
    assert on.parcel().attempts == 0
    assert on.one().result is Result.POSTED
    assert on.erp.keys == ["C-000001/1"]


def test_a_week_of_failures_is_a_dead_letter_and_a_replay_has_a_week_of_its_own(
    on: Delivery,
) -> None:
    on.erp.faults = [refusal(Fault.TRANSIENT)] * 3
    assert on.one().result is Result.AGAIN
    on.clock.pass_by(days=8)
    assert on.one().result is Result.DEAD
    assert replayed(on) == ""
    assert on.one().result is Result.AGAIN
    on.clock.pass_by(seconds=2)
    assert on.one().result is Result.POSTED


def test_a_throttled_posting_is_not_sent_before_the_erp_allows_it(on: Delivery) -> None:
    on.erp.faults = [refusal(Fault.THROTTLED, "throttled", retry_after=60)]
    assert on.one().due_at == LATER + timedelta(seconds=60)
    on.clock.pass_by(seconds=59)
    assert on.worker().deliver_one() is None
    on.clock.pass_by(seconds=1)
    assert on.one().result is Result.POSTED


@pytest.mark.tampers
@pytest.mark.parametrize("also_the_digest", [False, True])
def test_content_that_was_changed_behind_the_approval_is_not_posted(
    on: Delivery, also_the_digest: bool
) -> None:
    other = enqueued(on.resources, "PO-2", "900.00")
    assert other.id == 2
    with on.resources.store.transaction() as connection:
        connection.execute(
            text("update cases set document = replace(document, '8000.00', '9999.00') where id = 1")
        )
        if also_the_digest:
            digest = _digest_of_changed(on)
            connection.execute(
                text("update cases set document_digest = :digest where id = 1"), {"digest": digest}
            )
    assert on.one().result is Result.FAILED
    assert [each.code for each in on.exceptions()] == ["content_changed"]
    assert on.erp.calls == []
    assert on.one().result is Result.POSTED
    assert on.erp.keys == ["C-000002/1"]


def _digest_of_changed(on: Delivery) -> str:
    """What the changed document is named by, so that the row agrees with itself."""
    document, _ = preview(on.resources, order("9999.00"), "portal", NOW)
    return document.digest


def withdrawn(on: Delivery) -> str:
    action = Action(Kind.WITHDRAW, "rita", 1)
    done = act(on.resources, 1, action, by("rita"), on.clock())
    assert done is not None
    return done.code


def test_an_exception_is_withdrawn_and_its_parcel_is_never_sent(on: Delivery) -> None:
    on.erp.faults = [refusal(Fault.BUSINESS)]
    assert on.one().result is Result.FAILED
    assert withdrawn(on) == ""
    assert (on.case().status, on.exceptions()) == (Status.WITHDRAWN, [])
    assert replayed(on) == "not_an_exception"
    assert on.worker().deliver_one() is None
    assert check_trail(on.resources.store).is_intact


def test_what_the_erp_may_have_is_not_withdrawn(on: Delivery) -> None:
    on.erp.faults = [ANSWER_LOST]
    assert on.one().result is Result.AGAIN
    on.clock.pass_by(days=8)
    on.erp.find = _out_of_reach  # type: ignore[method-assign]
    assert on.one().result is Result.DEAD
    assert withdrawn(on) == "outcome_unknown"
    assert on.case().status is Status.EXCEPTION
    del on.erp.find
    assert replayed(on) == ""
    assert on.one().result is Result.POSTED
    assert on.erp.keys == ["C-000001/1"]


def _out_of_reach(order: object) -> None:
    raise refusal(Fault.TRANSIENT, "unavailable")


def test_two_workers_that_race_for_a_parcel_post_it_once(on: Delivery) -> None:
    with on.resources.store.transaction() as connection:
        first = outbox.take(connection, "a", LATER, LATER + on.lease)
    with on.resources.store.transaction() as connection:
        assert outbox.take(connection, "b", LATER, LATER + on.lease) is None
    assert first is not None
    assert deliver(on.resources, on.counter(), first).result is Result.POSTED
    assert on.erp.keys == ["C-000001/1"]


def test_a_claim_that_lapsed_before_sending_sends_nothing(on: Delivery) -> None:
    with on.resources.store.transaction() as connection:
        slow = outbox.take(connection, "slow", LATER, LATER + on.lease)
    assert slow is not None
    on.clock.pass_by(seconds=121)
    assert on.one().result is Result.POSTED
    assert deliver(on.resources, on.counter(), slow).result is Result.LAPSED
    assert on.erp.keys == ["C-000001/1"]
    assert on.kinds().count("posted") == 1


def test_a_claim_that_lapsed_while_sending_writes_nothing_and_the_next_finds_it(
    on: Delivery,
) -> None:
    with on.resources.store.transaction() as connection:
        slow = outbox.take(connection, "slow", LATER, LATER + on.lease)
    assert slow is not None
    others: list[Result] = []

    def meanwhile() -> None:
        if on.erp.keys and not others:  # it is in the books, and the answer is under way
            on.clock.pass_by(seconds=121)
            others.append(on.one().result)

    on.erp.pause = meanwhile
    assert deliver(on.resources, on.counter(), slow).result is Result.LAPSED
    assert others == [Result.POSTED]
    assert on.erp.keys == ["C-000001/1"]
    assert len(on.receipts()) == 1
    assert on.kinds().count("posted") == 1


def test_a_failure_after_the_claim_lapsed_changes_nothing(on: Delivery) -> None:
    with on.resources.store.transaction() as connection:
        slow = outbox.take(connection, "slow", LATER, LATER + on.lease)
    assert slow is not None
    on.clock.pass_by(seconds=121)
    assert on.one().result is Result.POSTED
    on.erp.close_period(DAY)
    assert deliver(on.resources, on.counter(), slow).result is Result.LAPSED
    assert (on.case().status, on.exceptions()) == (Status.POSTED, [])


def test_of_one_case_the_earlier_parcel_goes_first(on: Delivery) -> None:
    with on.resources.store.transaction() as connection:
        outbox.put(connection, 1, "posting", "C-000001/2", "erp", LATER - timedelta(days=1))
    on.erp.faults = [refusal(Fault.TRANSIENT)]
    assert on.one().result is Result.AGAIN
    assert on.worker().deliver_one() is None  # the second waits although it is due
    on.clock.pass_by(seconds=2)
    assert on.one().result is Result.POSTED
    assert on.erp.keys == ["C-000001/1"]


def test_a_second_posting_of_a_case_that_is_posted_is_not_sent(on: Delivery) -> None:
    on.one()
    with on.resources.store.transaction() as connection:
        outbox.put(connection, 1, "posting", "C-000001/2", "erp", LATER)
    done = on.one()
    assert done.error is not None
    assert (done.result, done.error.code) == (Result.FAILED, "case_not_posting")
    assert on.erp.keys == ["C-000001/1"]
    assert on.case().status is Status.POSTED


def test_a_parcel_for_a_connection_that_nobody_knows_waits_and_is_then_a_dead_letter(
    on: Delivery,
) -> None:
    counter = replace(on.counter(), targets={})
    for attempt in range(1, 6):
        with on.resources.store.transaction() as connection:
            parcel = outbox.take(connection, str(attempt), on.clock(), on.clock() + on.lease)
        assert parcel is not None
        done = deliver(on.resources, counter, parcel)
        on.clock.pass_by(minutes=15)
    assert done.result is Result.DEAD
    assert [(each.code, each.owner) for each in on.exceptions()] == [
        ("connection_unknown", "operations")
    ]


def test_a_half_done_document_of_an_earlier_attempt_is_left_to_the_connector(
    on: Delivery, tmp_path: Path
) -> None:
    class Drafting(FakeErp):
        """Finds a draft; `post` goes on from it."""

        def find(self, order):  # type: ignore[no-untyped-def]
            found = super().find(order)
            return found and replace(found, is_posted=False, number="")

        def post(self, order):  # type: ignore[no-untyped-def]
            return super().find(order) or super().post(order)

    on.erp = Drafting(tmp_path / "drafting.db")
    on.erp.faults = [ANSWER_LOST]
    on.one()
    on.clock.pass_by(minutes=1)
    assert on.one().result is Result.POSTED
    assert on.erp.keys == ["C-000001/1"]


def test_a_document_that_was_only_drafted_is_not_taken_for_posted(on: Delivery) -> None:
    class Draft(FakeErp):
        """Answers with a draft."""

        def post(self, order):  # type: ignore[no-untyped-def]
            return replace(super().post(order), is_posted=False)

    on.erp = Draft(on.erp.path)
    done = on.one()
    assert done.error is not None
    assert (done.result, done.error.code) == (Result.AGAIN, "not_posted_yet")
    assert on.case().status is Status.POSTING


def test_what_is_being_posted_takes_no_new_content_and_is_posted_as_approved(
    on: Delivery,
) -> None:
    submit(on.resources, order("8500.00"), "portal", PORTAL, NOW)
    assert on.one().result is Result.POSTED
    assert on.case().version == 1


def test_what_was_sent_and_by_which_mapping_is_on_record(on: Delivery) -> None:
    on.one()
    with on.resources.store.reading() as connection:
        [posted] = [json.loads(r.body) for r in every_record(connection) if r.kind == "posted"]
    plain = {"key": "C-000001/1", "document": on.case().document_digest}
    assert posted["payload_digest"] == digest(plain)
    assert (posted["mapping"], posted["mapping_digest"]) == ("fake 1", digest({}))


def test_what_an_earlier_attempt_left_is_recorded_with_what_it_was_sent(on: Delivery) -> None:
    on.erp.faults = [ANSWER_LOST]
    on.one()
    on.clock.pass_by(minutes=1)
    assert on.one().result is Result.POSTED
    with on.resources.store.reading() as connection:
        [posted] = [json.loads(r.body) for r in every_record(connection) if r.kind == "posted"]
    assert posted["payload_digest"].startswith("sha256:")
