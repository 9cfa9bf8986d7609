"""Deciding with a draft: a submission becomes a document, totals are added up, the core decides."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import engine.documents as canonical
from api.usecases.drafts import Draft, DraftData
from api.usecases.submissions import Submission
from engine.cumulation import PENDING, Earlier, Ledger, Totals
from engine.deciding import consider, decide
from engine.decision import Considered, Decision
from engine.documents.derived import OwnFacts
from engine.documents.model import Document
from engine.errors import InputError, InputErrors
from engine.facts.kinds import FactValues
from engine.policy import PolicySet


@dataclass(frozen=True, slots=True)
class Judged:
    """One submission decided, or the errors why it is no document.

    `name` is the id as far as it can be told; `given` are the totals that were decided with.
    """

    position: int
    name: str
    document: Document | None = None
    decision: Decision | None = None
    given: FactValues = field(default_factory=dict)
    errors: tuple[InputError, ...] = ()


@dataclass(slots=True)
class Judge:
    """Decides one submission after another. `now` is `None` to decide each when it was submitted.

    Where the policy declares totals, a document counts as pending for those that follow it.
    """

    draft: Draft
    data: DraftData
    now: datetime | None
    received_at: datetime
    _ledger: Ledger = field(init=False)

    def __post_init__(self) -> None:
        self._ledger = Ledger(self.draft.policy, self.data.data)

    @property
    def totals_are_partial(self) -> bool:
        """Whether the policy adds up totals, of which only what was judged here can be counted."""
        return self._ledger.has_totals

    def judge(self, submission: Submission) -> Judged:
        """The decision, or the errors."""
        document = self.accept(submission)
        if isinstance(document, Judged):
            return document
        return self.decide(submission.position, document)

    def accept(self, submission: Submission, is_named: bool = True) -> Document | Judged:
        """The document, or the errors why there is none; its digest only where it is named."""
        name = _name(submission.raw)
        if submission.errors:
            return Judged(submission.position, name, errors=submission.errors)
        policy = self.draft.policy
        try:
            return canonical.accept(
                submission.raw,
                policy.facts,
                policy.documents,
                received_at=self.received_at,
                is_named=is_named,
            )
        except InputErrors as refusal:
            return Judged(submission.position, name, errors=refusal.errors)

    def decide(self, position: int, document: Document) -> Judged:
        """The decision on a document that was accepted."""
        policy, now, given = self._asked(document)
        decision = decide(policy, self.data.data, document, now, given)
        self.count(document)
        return Judged(position, document.id, document, decision, given)

    def consider(self, document: Document, own: OwnFacts | None = None) -> Considered:
        """What the decision would be, where it is only compared with another."""
        policy, now, given = self._asked(document)
        considered = consider(policy, self.data.data, document, now, given, own)
        self.count(document)
        return considered

    def _asked(self, document: Document) -> tuple[PolicySet, datetime, FactValues]:
        policy = self.draft.policy
        now = self.now if self.now is not None else local(policy, document)
        return policy, now, self.totals(document, now)

    def totals(self, document: Document, now: datetime) -> FactValues:
        """The totals that the policy declares, the document included."""
        return self.added_up(document, now).values

    def added_up(self, document: Document, now: datetime) -> Totals:
        """The same, with those of the parts of a document whose lines belong to several."""
        return self._ledger.totals(document, now)

    def count(self, document: Document) -> None:
        """Lets the document count as pending for those that follow it."""
        self._ledger.count(Earlier(document, PENDING, document.submitted_at))


def local(policy: PolicySet, document: Document) -> datetime:
    """When the document was submitted, as the clocks of its entity showed it."""
    entity = policy.organization.entities.get(document.entity)
    zone = ZoneInfo(entity.zone) if entity is not None else UTC
    return document.submitted_at.astimezone(zone)


def _name(raw: object) -> str:
    """What the document calls itself, for a message about it."""
    stated = raw.get("id") if isinstance(raw, dict) else None
    return stated[:100] if isinstance(stated, str) else ""
