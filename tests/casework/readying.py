"""ACME with checks before posting, on two nodes, with documents that go into the books."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from types import MappingProxyType

from adapters.policy_folder import read_set
from adapters.store.cases import Case
from adapters.store.opening import open_store
from api.usecases.casework.acting import Action, Kind, act
from api.usecases.casework.activating import bootstrap
from api.usecases.casework.asking_again import ask_again
from api.usecases.casework.resources import Loaded, Resources
from api.usecases.casework.submission import Submitted
from api.usecases.casework.submitting import submit
from engine.cases.status import Status
from tests.casework.conftest import ACME, ADMIN, START, data_files
from tests.casework.deliveries import Clock, Delivery
from tests.casework.documents import NOW, PORTAL, by
from tests.casework.fake_erp import FakeErp
from tests.databases import migrated

LATER = NOW + timedelta(hours=1)
TYPES = (
    "supplier_request payment journal_entry customer_refund subscription_adjustment"
    " invoice credit_note"
).split()
APPROVALS = f"""kind: approvals
name: all-of-it
scope: {{entities: [US01]}}
documents: [{", ".join(TYPES[:5])}]
amount: none
rows:
  - {{approve: cfo}}
"""


@dataclass
class Books:
    """Two nodes on one database, and an ERP in which what is ready ends."""

    nodes: tuple[Resources, Resources]
    erp: FakeErp

    def sent(self, raw: dict[str, object], at: datetime = NOW, node: int = 0) -> Case:
        done = submit(self.nodes[node], raw, "portal", PORTAL, at)
        assert isinstance(done, Submitted), done
        return done.case

    def acted(
        self,
        case: Case,
        kind: Kind = Kind.APPROVE,
        by_whom: str = "carl",
        at: datetime = LATER,
        node: int = 0,
    ) -> Case:
        body = "no" if kind is Kind.REJECT else ""
        action = Action(kind, by_whom, case.version, body=body)
        done = act(self.nodes[node], case.id, action, by(by_whom), at)
        assert done is not None
        assert done.code == "", done.code
        return done.case

    def approved(self, raw: dict[str, object], by_whom: str = "carl", at: datetime = LATER) -> Case:
        return self.acted(self.sent(raw, at - timedelta(minutes=1)), by_whom=by_whom, at=at)

    def posted(self, raw: dict[str, object], by_whom: str = "carl", at: datetime = LATER) -> Case:
        """In the books."""
        case = self.approved(raw, by_whom, at)
        assert case.status is Status.POSTING, found(case)
        assert self.delivered(at) == 1
        return case

    def delivered(self, at: datetime = LATER) -> int:
        """How many were posted of those that wait for it."""
        delivery = Delivery(self.nodes[0], self.erp, Clock(at))
        before = len(self.erp.keys)
        while delivery.worker().deliver_one() is not None:
            pass
        return len(self.erp.keys) - before

    def asked_again(self, case: Case, at: datetime = LATER) -> bool:
        return ask_again(self.nodes[0], case.id, at)


@contextmanager
def opened_books(
    kind: str,
    folder: Path,
    *checks: str,
    files: Mapping[str, bytes] = MappingProxyType({}),
    data: Mapping[str, bytes] = MappingProxyType({}),
) -> Iterator[Books]:
    """ACME with these files of checks, and other files or data of its own, on a fresh database."""
    with migrated(kind, folder) as url:
        targets = {("US01", type): "erp" for type in TYPES}
        one, other = (Resources(open_store(url), Loaded(), targets=targets) for _ in range(2))
        everything = {
            **read_set(ACME),
            **files,
            "approvals/all.yaml": APPROVALS.encode(),
            **{f"readiness/more_{n}.yaml": text.encode() for n, text in enumerate(checks)},
        }
        bootstrap(
            one, everything, _with_ledger(data_files()) | {**data}, ADMIN, "installation", START
        )
        try:
            yield Books((one, other), FakeErp(folder / "erp.db"))
        finally:
            one.store.close()
            other.store.close()


def _with_ledger(data: dict[str, bytes]) -> dict[str, bytes]:
    """With periods of the general ledger, which ACME's data do not have."""
    rows = ["US01,GL,2027-03,2027-03-01,2027-03-31,,,", "US01,GL,2027-04,2027-04-01,2027-04-30,,,"]
    added = "".join(f"{row}\n" for row in rows).encode()
    return {**data, "periods.csv": data["periods.csv"].rstrip(b"\n") + b"\n" + added}


def found(case: Case) -> list[tuple[str, dict[str, str]]]:
    """What keeps a case from posting: codes with their words."""
    return [(each["code"], each["words"]) for each in json.loads(case.findings_json)]


def codes(case: Case) -> list[str]:
    return [code for code, _ in found(case)]
