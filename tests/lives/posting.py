"""What is approved goes to an ERP, which says no, or is not heard."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule
from sqlalchemy import select

from adapters.erp.connector import ErpError, Fault
from adapters.store import cases as kept_cases
from adapters.store.tables import outbox
from api.usecases.casework.replaying import replay
from api.usecases.casework.settling import Result
from engine.cases.identities import Identities
from tests.casework.deliveries import Clock, Delivery
from tests.casework.fake_erp import ANSWER_LOST, CRASH_AFTER, REQUEST_LOST, FakeErp
from tests.lives.life import MINUTE, Life

SAYS_NO: Final = "says no"
FAULTS: Final = ("", "", "", SAYS_NO, SAYS_NO, ANSWER_LOST, REQUEST_LOST, CRASH_AFTER)


class Posting(Life):
    """An ERP beside the service, in the lives in which there is one."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = TemporaryDirectory()
        self.erp: FakeErp | None = None

    def begin_to_post(self) -> None:
        """Orders are posted from now on."""
        self.does_post = True
        self.erp = FakeErp(Path(self.folder.name, "erp.db"))
        targets = {("E1", "purchase_order"): "erp"}
        self.resources = replace(self.resources, targets=targets)

    @precondition(lambda self: self.are("posting"))
    @rule(fault=st.sampled_from(FAULTS))
    def the_erp_is_sent_something(self, fault: str) -> None:
        assert self.erp is not None
        self.time += MINUTE
        no = ErpError(Fault.BUSINESS, "said_no", "it said no")
        self.erp.faults = [no if fault == SAYS_NO else fault] if fault else []
        worker = Delivery(self.resources, self.erp, Clock(self.time)).worker()
        done = worker.deliver_one()
        if done is None:
            return  # what was tried before waits
        stands = {
            Result.POSTED: "posted",
            Result.AGAIN: "posting",
            Result.FAILED: "exception",
            Result.DEAD: "exception",
        }[done.result]
        moved = [id for id, status in self._statuses().items() if status != self.cases[id].status]
        assert len(moved) == (stands != "posting"), done
        for id in moved:
            assert self.cases[id].status == "posting"
            self.cases[id] = replace(self.cases[id], status=stands)
        self._note_what_is_unknown()

    @precondition(lambda self: self.are("exception"))
    @rule(data=st.data())
    def an_exception_is_sent_off_again(self, data: st.DataObject) -> None:
        self.time += MINUTE
        id = data.draw(st.sampled_from(self.are("exception")), label="id")
        who = Identities("vera", "portal")
        done = replay(self.resources, self.ids[id], who, "it was corrected", self.time)
        assert done is not None
        is_there = "vera" not in self.people.left
        assert done.code == ("" if is_there else "inactive")
        if is_there:
            self.cases[id] = replace(self.cases[id], status="posting")

    @invariant()
    def the_erp_has_what_was_approved_and_once(self) -> None:
        if self.erp is None or not self.erp.keys:
            return
        keys = self.erp.keys
        assert len(keys) == len(set(keys))
        known = {kept_cases.number_of(number): id for id, number in self.ids.items()}
        last = {key.partition("/")[0]: key for key in keys}
        for number in last:
            case = self.cases[known[number]]
            stands = ("posting", "posted", "exception", "cancelled")
            assert case.standing is not None or case.status in stands

    def teardown(self) -> None:
        try:
            super().teardown()
        finally:
            self.folder.cleanup()

    def _statuses(self) -> dict[str, str]:
        with self.resources.store.reading() as connection:
            found = {c.id: c for c in kept_cases.by_ids(connection, self.ids.values())}
        return {id: str(found[number].status) for id, number in self.ids.items()}

    def _note_what_is_unknown(self) -> None:
        """Nobody takes back what the ERP may have."""
        query = select(outbox.c.case_id, outbox.c.is_outcome_unknown).where(
            outbox.c.status != "done"
        )
        with self.resources.store.reading() as connection:
            unknown = Counter({id: flag for id, flag in connection.execute(query)})
        for id, case in self.cases.items():
            self.cases[id] = replace(case, is_unknown=bool(unknown[self.ids[id]]))
