"""A worker with an ERP and a clock of its own, and cases that wait to be posted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from adapters.store import cases, delivery, outbox
from adapters.store.cases import Case
from adapters.store.delivery import BusinessException, KeptReceipt
from adapters.store.outbox import Parcel
from adapters.store.trail import every_record
from api.breaker import Breaker
from api.usecases.casework.acting import Action, Kind, act
from api.usecases.casework.posting import Counter, Target
from api.usecases.casework.resources import Resources
from api.usecases.casework.settling import Delivered
from api.usecases.casework.submission import Submitted
from api.usecases.casework.submitting import submit
from api.worker import Pace, Worker
from engine.cases.status import Status
from tests.casework.documents import NOW, PORTAL, by, order
from tests.casework.fake_erp import FakeErp

LATER = NOW + timedelta(hours=1)


@dataclass
class Clock:
    """A clock that stands until it is moved."""

    now: datetime = LATER

    def __call__(self) -> datetime:
        return self.now

    def pass_by(self, **span: float) -> None:
        self.now += timedelta(**span)


@dataclass
class Delivery:
    """Everything that a test of deliveries looks at."""

    resources: Resources
    erp: FakeErp
    clock: Clock = field(default_factory=Clock)
    more: dict[str, FakeErp] = field(default_factory=dict)
    lease: timedelta = timedelta(seconds=120)

    def counter(self, jitter: Callable[[], float] = lambda: 0.0) -> Counter:
        erps = {"erp": self.erp, **self.more}
        targets = {name: Target(erp, "ap_clerks") for name, erp in erps.items()}
        return Counter(targets, self.clock, jitter, self.lease)

    def worker(self, pace: Pace | None = None, breaker: Breaker | None = None) -> Worker:
        return Worker(self.resources, self.counter(), pace, breaker)

    def one(self) -> Delivered:
        """Delivers what is due."""
        done = self.worker().deliver_one()
        assert done is not None
        return done

    def case(self, id: int = 1) -> Case:
        with self.resources.store.reading() as connection:
            found = cases.by_id(connection, id)
        assert found is not None
        return found

    def parcel(self, key: str = "C-000001/1") -> Parcel:
        with self.resources.store.reading() as connection:
            found = outbox.of_key(connection, key)
        assert found is not None
        return found

    def receipts(self, id: int = 1) -> list[KeptReceipt]:
        with self.resources.store.reading() as connection:
            return [*delivery.receipts_of(connection, id)]

    def exceptions(self) -> list[BusinessException]:
        """Those that are open."""
        with self.resources.store.reading() as connection:
            return [*delivery.exceptions_of(connection)]

    def kinds(self, id: int = 1) -> list[str]:
        with self.resources.store.reading() as connection:
            return [each.kind for each in every_record(connection) if each.case_id == id]


def made(resources: Resources, folder: Path) -> Delivery:
    """Resources with an ERP beside them."""
    return Delivery(resources, FakeErp(folder / "erp.db"))


def enqueued(resources: Resources, id: str = "PO-1", amount: str = "8000.00") -> Case:
    """A purchase order that waits to be posted, approved by Mia where it needs that."""
    done = submit(resources, order(amount, id), "portal", PORTAL, NOW)
    assert isinstance(done, Submitted)
    case = done.case
    if case.status is Status.PENDING:
        action = Action(Kind.APPROVE, "mia", case.version)
        acted = act(resources, case.id, action, by("mia"), NOW + timedelta(minutes=30))
        assert acted is not None
        case = acted.case
    assert case.status is Status.POSTING
    return case
