"""The worker: it is woken, goes on after anything, pauses connections, stops (D3, D4)."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import api.worker
from adapters.erp.connector import Fault
from adapters.store.outbox import Delivery as State
from adapters.store.outbox import Parcel
from api.usecases.casework.activating import load_master_data
from api.usecases.casework.checking import check_trail
from api.usecases.casework.posting import Counter
from api.usecases.casework.resources import Resources
from api.usecases.casework.settling import Delivered, Result
from api.usecases.casework.submitting import submit
from api.worker import Pace, Worker
from engine.cases.status import Status
from tests.casework.conftest import ADMIN, data_files
from tests.casework.deliveries import Delivery, enqueued, made
from tests.casework.documents import NOW, PORTAL, order
from tests.casework.fake_erp import CRASH, FakeErp, refusal, sleeping

QUICK = Pace(poll=timedelta(milliseconds=20))
NEVER = Pace(poll=timedelta(hours=1))


@pytest.fixture
def on(resources: Resources, tmp_path: Path) -> Delivery:
    return made(resources, tmp_path)


@contextmanager
def running(on: Delivery, pace: Pace = QUICK) -> Iterator[Worker]:
    """A worker in its threads, ended afterwards."""
    worker = on.worker(pace)
    worker.start()
    try:
        yield worker
    finally:
        worker.stop()


def until(is_so: Callable[[], bool], seconds: float = 20.0) -> bool:
    """Waits for something to happen; whether it did."""
    end = time.monotonic() + seconds
    while not is_so() and time.monotonic() < end:
        time.sleep(0.01)
    return is_so()


def test_what_is_enqueued_while_it_runs_is_posted(on: Delivery) -> None:
    with running(on):
        for number in range(5):
            enqueued(on.resources, f"PO-{number}", "900.00")
        assert until(lambda: len(on.erp.keys) == 5)
    assert sorted(on.erp.keys) == [f"C-00000{n}/1" for n in range(1, 6)]
    assert check_trail(on.resources.store).is_intact


def test_who_is_woken_does_not_wait_for_the_next_look(on: Delivery) -> None:
    with running(on, NEVER) as worker:
        time.sleep(0.2)
        enqueued(on.resources)
        worker.wake()
        assert until(lambda: on.erp.keys == ["C-000001/1"])


def test_several_threads_of_several_workers_post_each_document_once(on: Delivery) -> None:
    for number in range(12):
        enqueued(on.resources, f"PO-{number}", "500.00")
    on.erp.pause = sleeping(0.005)
    pace = Pace(threads=3, poll=timedelta(milliseconds=20))
    with running(on, pace), running(on, pace):
        assert until(lambda: all(on.case(n).status is Status.POSTED for n in range(1, 13)))
    assert sorted(on.erp.keys) == [f"C-{n:06d}/1" for n in range(1, 13)]
    assert check_trail(on.resources.store).is_intact


def test_a_document_that_fails_keeps_no_other_from_being_posted(on: Delivery) -> None:
    enqueued(on.resources, "PO-1", "500.00")
    enqueued(on.resources, "PO-2", "500.00")
    on.erp.faults = [CRASH]
    with running(on):
        assert until(lambda: on.erp.keys == ["C-000002/1"])
        assert on.parcel().last_code == "internal"


def test_it_goes_on_when_the_store_fails(on: Delivery, monkeypatch: pytest.MonkeyPatch) -> None:
    enqueued(on.resources)
    fails = [RuntimeError("gone"), RuntimeError("gone")]
    real = api.worker.take

    def take(*given: object) -> Parcel | None:
        if fails:
            raise fails.pop()
        return real(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(api.worker, "take", take)
    with running(on):
        assert until(lambda: on.erp.keys == ["C-000001/1"])


def test_it_stops_within_seconds_and_lets_what_is_being_sent_come_to_its_end(
    on: Delivery,
) -> None:
    for number in range(3):
        enqueued(on.resources, f"PO-{number}", "500.00")
    begun = threading.Event()

    def slow() -> None:
        begun.set()
        time.sleep(0.3)

    on.erp.pause = slow
    worker = on.worker(QUICK)
    worker.start()
    assert begun.wait(10)
    assert worker.stop() is True
    assert on.erp.keys == ["C-000001/1"]
    assert on.case(1).status is Status.POSTED
    assert (on.parcel("C-000002/1").status, on.erp.calls.count("post")) == (State.WAITING, 1)


def test_what_is_still_being_sent_when_time_is_up_is_found_by_the_next_worker(
    on: Delivery,
) -> None:
    enqueued(on.resources)
    begun, go_on = threading.Event(), threading.Event()

    def stuck() -> None:
        if on.erp.keys:
            begun.set()
            go_on.wait(30)

    on.erp.pause = stuck
    worker = on.worker(QUICK)
    worker.start()
    assert begun.wait(10)
    started = time.monotonic()
    assert worker.stop(timedelta(seconds=0.2)) is False
    assert time.monotonic() - started < 3
    on.clock.pass_by(seconds=121)
    assert on.one().result is Result.POSTED
    go_on.set()
    assert worker.stop() is True
    assert on.erp.keys == ["C-000001/1"]
    assert on.kinds().count("posted") == 1


def test_a_connection_that_is_down_pauses_while_another_goes_on(
    on: Delivery, tmp_path: Path
) -> None:
    on.more["other"] = FakeErp(tmp_path / "other.db", "other")
    for number in range(6):
        enqueued(on.resources, f"PO-{number}", "500.00")
    on.resources.targets[("US01", "purchase_order")] = "other"  # type: ignore[index]
    enqueued(on.resources, "PO-9", "500.00")
    on.erp.faults = [refusal(Fault.TRANSIENT)] * 6
    worker = on.worker()
    results = [worker.deliver_one() for _ in range(6)]
    assert [each.result for each in results if each] == [Result.AGAIN] * 5 + [Result.POSTED]
    assert on.more["other"].keys == ["C-000007/1"]
    on.clock.pass_by(seconds=29)
    assert worker.deliver_one() is None  # all of them are due, and wait for the connection
    on.clock.pass_by(seconds=1)
    assert result(worker.deliver_one()) is Result.AGAIN  # one is tried, and fails
    assert worker.deliver_one() is None
    on.clock.pass_by(seconds=30)
    assert [result(worker.deliver_one()) for _ in range(6)] == [Result.POSTED] * 6
    assert len(set(on.erp.keys)) == len(on.erp.keys) == 6


def result(done: Delivered | None) -> Result | None:
    return done.result if done is not None else None


def test_a_business_no_is_an_answer_and_pauses_nothing(on: Delivery) -> None:
    for number in range(7):
        enqueued(on.resources, f"PO-{number}", "500.00")
    on.erp.faults = [refusal(Fault.BUSINESS)] * 6
    worker = on.worker()
    results = [result(worker.deliver_one()) for _ in range(7)]
    assert results == [Result.FAILED] * 6 + [Result.POSTED]


def test_an_erp_that_throttles_gets_nothing_until_it_said(on: Delivery) -> None:
    enqueued(on.resources, "PO-1", "500.00")
    enqueued(on.resources, "PO-2", "500.00")
    on.erp.faults = [refusal(Fault.THROTTLED, "throttled", 60)]
    worker = on.worker()
    assert result(worker.deliver_one()) is Result.AGAIN
    on.clock.pass_by(seconds=59)
    assert worker.deliver_one() is None
    on.clock.pass_by(seconds=1)
    assert [result(worker.deliver_one()) for _ in range(2)] == [Result.POSTED] * 2


def test_cases_are_asked_again_when_something_else_is_in_force_and_every_few_minutes(
    on: Delivery,
) -> None:
    submit(on.resources, order(cost_center="cc999"), "portal", PORTAL, NOW)
    worker = on.worker()
    assert worker.ask_if_due() is True
    assert worker.ask_if_due() is False
    on.clock.pass_by(minutes=4, seconds=59)
    assert worker.ask_if_due() is False
    on.clock.pass_by(seconds=1)
    assert worker.ask_if_due() is True
    assert on.case().status is Status.HELD
    files = data_files()
    files["cost_centers.csv"] += b"cc999,US01,mia,dan,operations,\n"
    load_master_data(on.resources, files, ADMIN, "a new cost center", on.clock())
    assert worker.ask_if_due() is True
    assert on.case().status is Status.PENDING


def test_a_worker_before_anything_is_in_force_waits(tmp_path: Path) -> None:
    from tests.databases import opened

    with opened("sqlite", tmp_path) as store:
        counter = Counter({}, lambda: datetime.now(UTC), lambda: 0.0)
        worker = Worker(Resources(store), counter)
        assert worker.ask_if_due() is False
        assert worker.deliver_one() is None
