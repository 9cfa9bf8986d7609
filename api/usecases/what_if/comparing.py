"""One document decided under two sets, at the same moment."""

from __future__ import annotations

from dataclasses import dataclass

from api.usecases.judging import Judge, Judged
from api.usecases.submissions import Submission
from api.usecases.what_if.sameness import Sameness
from api.usecases.what_if.seeing import Seen, is_seen_alike, kinds, seen
from engine.decision import Considered
from engine.documents.derived import OwnFacts, own_facts, stated_on
from engine.documents.model import Document
from engine.money import Money
from rules.analysis.differences.essence import essence

Error = tuple[str, str, str]  # code, field, message
NOT_ACCEPTED = "not accepted"


@dataclass(frozen=True, slots=True)
class Changed:
    """One document that comes out otherwise. `amount` is its net, in its own currency."""

    position: int
    name: str
    type: str
    entity: str
    amount: Money | None
    kinds: tuple[str, ...]
    before: Seen
    after: Seen


@dataclass(frozen=True, slots=True)
class Refused:
    """What is no document for either set."""

    position: int
    name: str
    errors: tuple[Error, ...]


@dataclass(frozen=True, slots=True)
class Alike:
    """A document on which both sets agree; `is_proved` where it need not have been decided."""

    is_proved: bool


Compared = Changed | Refused | Alike


class Comparing:
    """Compares one submission after another."""

    def __init__(self, old: Judge, new: Judge, same_data: bool) -> None:
        self._old, self._new = old, new
        before, after = old.draft.policy, new.draft.policy
        self._reads_alike = before.documents == after.documents and essence(
            before.facts
        ) == essence(after.facts)
        self._sameness = Sameness(before, after, same_data)

    def compare(self, submission: Submission) -> Compared:
        """What becomes of it under both sets. Intake is done once where it is the same."""
        old = self._old.accept(submission, is_named=False)
        new = old if self._reads_alike else self._new.accept(submission, is_named=False)
        if isinstance(old, Judged) and isinstance(new, Judged):
            errors = tuple((error.code, error.field, error.message) for error in old.errors)
            return Refused(old.position, old.name, errors)
        if isinstance(old, Document) and isinstance(new, Document):
            if self._sameness.holds(old.type, old.entity):
                self._old.count(old)
                self._new.count(new)
                return Alike(True)
        return self._decided(submission.position, old, new)

    def _decided(self, position: int, old: Document | Judged, new: Document | Judged) -> Compared:
        own = stated_on(old) if old is new and isinstance(old, Document) else None
        one, other = _answer(self._old, old, own), _answer(self._new, new, own)
        if isinstance(one, Considered) and isinstance(other, Considered):
            if is_seen_alike(one, other):
                return Alike(False)
        before, after = _seen(one), _seen(other)
        found = kinds(before, after)
        document = new if isinstance(new, Document) else old
        if not found or isinstance(document, Judged):
            return Alike(False)
        amount = own_facts(document).get("document.net")
        return Changed(
            position,
            document.id,
            document.type,
            document.entity,
            amount if isinstance(amount, Money) else None,
            found,
            before,
            after,
        )


def _answer(judge: Judge, document: Document | Judged, own: OwnFacts | None) -> Considered | Judged:
    return document if isinstance(document, Judged) else judge.consider(document, own)


def _seen(answer: Considered | Judged) -> Seen:
    if isinstance(answer, Judged):
        return Seen(NOT_ACCEPTED, answer.errors[0].code, "", "")
    return seen(answer)
