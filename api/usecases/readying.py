"""Asking whether documents may post, with a draft: each beside those that came before it.

What the service finds in its store is here what was handed in: documents that are known already
(orders, receipts, invoices that were posted), and those of the run before this one, as pending.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import MappingProxyType

from api.usecases.judging import Judge, Judged, local
from api.usecases.keeping_until import keeping_of
from api.usecases.submissions import Submission
from engine.cases.status import Status
from engine.countries.retention import Keeping
from engine.documents.model import Document
from engine.readiness.asking import found_by, interest, readiness
from engine.readiness.finding import NOT_LOOKED_UP, Finding, LookedUp, is_ready
from engine.readiness.surroundings import Beside, Surroundings


@dataclass(frozen=True, slots=True)
class Readied:
    """One submission: what keeps it from posting, or the errors why it is no document.

    `kept` says until when it has to be kept; `None` where it is no document.
    """

    judged: Judged
    findings: tuple[Finding, ...] = ()
    kept: Keeping | None = None

    @property
    def is_ready(self) -> bool:
        """Whether it is a document, and nothing keeps it from posting."""
        return not self.judged.errors and is_ready(self.findings)


@dataclass(slots=True)
class Readying:
    """Asks one submission after another; `judge` accepts them and adds up totals.

    `looked_up` is what registers and other systems answered, for all of them.
    """

    judge: Judge
    looked_up: LookedUp = NOT_LOOKED_UP
    _by_key: dict[str, dict[tuple[str, str], Beside]] = field(default_factory=dict)

    def know(self, submissions: Iterable[Submission], status: Status = Status.POSTED) -> int:
        """Documents that are there already; how many could not be accepted."""
        bad = 0
        for submission in submissions:
            document = self.judge.accept(submission)
            if isinstance(document, Judged):
                bad += 1
            else:
                self._keep(document, status)
        return bad

    def ask(self, submission: Submission) -> Readied:
        """What keeps it from posting at the judge's moment, or at its own."""
        document = self.judge.accept(submission)
        if isinstance(document, Judged):
            return Readied(document)
        policy, data = self.judge.draft.policy, self.judge.data.data
        now = self.judge.now if self.judge.now is not None else local(policy, document)
        around = self._around(document, now)
        found = readiness(policy, data, document, now, self.looked_up, beside=around)
        self.judge.count(document)
        self._keep(document, Status.PENDING)
        judged = Judged(submission.position, document.id, document)
        return Readied(judged, found, keeping_of(policy, document))

    def _around(self, document: Document, now: datetime) -> Surroundings:
        policy, data = self.judge.draft.policy, self.judge.data.data
        wanted = interest(policy, data, document, now)
        own = document.type, document.id
        found = {
            name: each
            for key in sorted(wanted.keys)
            for name, each in self._by_key.get(key, {}).items()
            if name != own
        }
        around = Surroundings(tuple(found.values()))
        if not wanted.totals:
            return around
        added = self.judge.added_up(document, now)
        totals, parts = MappingProxyType({**added.values}), MappingProxyType({**added.parts})
        return replace(around, totals=totals, parts=parts)

    def _keep(self, document: Document, status: Status) -> None:
        at = document.submitted_at
        each = Beside(document, status, at, at)
        for key in found_by(self.judge.data.data, document):
            self._by_key.setdefault(key, {})[document.type, document.id] = each
