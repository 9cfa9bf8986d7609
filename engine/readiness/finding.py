"""What keeps a document from posting, what would clear it, and who may let it through.

A finding of a decision (`engine.decision.Finding`) is something the document lacks before its
approval can complete. A finding here is the same thought one step later, and says more: who owns
it, what clears it, when, and who may release it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import TypeVar

from engine.canonical import digest
from engine.documents.model import Document
from engine.master_data import Answer, MasterData, PersonId, Question
from engine.organization import Entity
from engine.places import NOWHERE, Place
from engine.policy import PolicySet
from engine.readiness.check import ReadinessCheck
from engine.readiness.surroundings import ALONE, Surroundings
from engine.recording import place_text

Found = TypeVar("Found")


class Severity(StrEnum):
    """`blocks`: nothing is posted while it stands. `warns`: it is said, and posting goes on."""

    BLOCKS = "blocks"
    WARNS = "warns"


class Evidence(StrEnum):
    """What clears a finding."""

    DOCUMENT = "document"  # the document states what it lacks
    OPEN_PERIOD = "open_period"  # another posting date, or the period opened
    PERIOD_RECORD = "period_record"  # the period in the master data
    SUPPLIER_RECORD = "supplier_record"  # the supplier, with its status, in the master data
    ACTIVE_SUPPLIER = "active_supplier"  # the supplier active again, or another one
    TAX_NUMBER = "tax_number"  # the right tax number, where the party's data are kept
    TAX_REGISTER = "tax_register"  # the answer of the register about the tax number
    CLEARANCE = "clearance"  # the document cleared, with its proof
    COUNTRY_RECORD = "country_record"  # the country's file in the policy set
    CLASS_RECORD = "class_record"  # the fact in the master data that says under which duty one is
    ORDER = "order"  # the order, or a change of it, approved
    RECEIPT = "receipt"  # what arrived, or passed inspection, recorded
    CORRECTED_BILL = "corrected_bill"  # another invoice, or a credit note
    OTHER_PEOPLE = "other_people"  # what one person may not both do is done by another
    CODING = "coding"  # a line coded to something that may be posted to
    CHART = "chart"  # the chart of accounts and what belongs to it, in the master data
    BUDGET = "budget"  # more budget, or less spent
    RATE = "rate"  # the exchange rate in the master data
    PAPER = "paper"  # the paper that is asked for
    APPROVAL = "approval"  # the content approved as it is now
    WAITING = "waiting"  # time that has to pass
    FRESH_DATA = "fresh_data"  # data loaded again
    NO_OTHER_DOCUMENT = "no_other_document"  # one of two that claim the same comes to nothing
    OTHER_DOCUMENTS = "other_documents"  # what is around the document, put right
    SCREENING = "screening"  # the answer of whoever screens names
    CALL_BACK = "call_back"  # a call to the supplier by another person, stated on the request
    ITEM = "item"  # the item put right, or taken out of the payment
    AGREEMENT = "agreement"  # two systems that say the same


@dataclass(frozen=True, slots=True)
class Release:
    """A person lets a document post although a finding stands, and says why.

    It is for one finding (its `id`) of one content (`document_digest`) and counts only if the
    finding stood at the moment `at` (aware) and the person might release it then
    (`engine.readiness.releasing`).
    """

    finding: str
    by: PersonId
    reason: str
    at: datetime
    document_digest: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that keeps a document from posting.

    `words` fill in the message of `code`. `releasable_by` is the role whose holder may release it,
    empty for nobody; `released` is the release that was accepted. `earliest_posting_date` is the
    first local day it could post on now, `clears_at` the moment at which it clears by itself; both
    `None` where nobody knows.
    """

    code: str
    words: tuple[tuple[str, str], ...]
    place: Place
    owner: str
    evidence: Evidence
    severity: Severity = Severity.BLOCKS
    releasable_by: str = ""
    earliest_posting_date: date | None = None
    clears_at: datetime | None = None
    released: Release | None = None

    @property
    def id(self) -> str:
        """Names it among those of its document: two of one code have two ids."""
        place = place_text(self.place)
        return digest([self.code, place, [list(pair) for pair in self.words]])[7:23]

    @property
    def stands(self) -> bool:
        """Whether it keeps the document from posting."""
        return self.severity is Severity.BLOCKS and self.released is None


def is_ready(findings: Iterable[Finding]) -> bool:
    """Whether a document with these findings may post: none of them stands."""
    return not any(finding.stands for finding in findings)


@dataclass(frozen=True, slots=True)
class LookedUp:
    """What systems answered when they were asked; `None` where one was not, or did not answer.

    An answer can only add a finding: where the ERP says no and the master data yes, no counts.
    `answers` are yes or no by what was asked and of what: `("tax_id", "DE136695976")`.
    `answered_at` says when (aware), by the same.
    """

    period_open: bool | None = None
    supplier_active: bool | None = None
    answers: Mapping[tuple[str, str], bool] = field(default_factory=lambda: MappingProxyType({}))
    answered_at: Mapping[tuple[str, str], datetime] = field(
        default_factory=lambda: MappingProxyType({})
    )

    def says(self, what: str, of: str) -> bool | None:
        """What was answered, `None` for nothing."""
        return self.answers.get((what, of))

    def and_loaded(self, answers: Mapping[Question, Answer]) -> LookedUp:
        """With the answers that were loaded; where two differ, no counts."""
        if not answers:
            return self
        says = {question: answer.says for question, answer in answers.items()}
        times = {question: answer.at for question, answer in answers.items() if answer.at}
        for question, said in self.answers.items():
            says[question] = said and says.get(question, True)
        return replace(
            self,
            answers=MappingProxyType(says),
            answered_at=MappingProxyType({**times, **self.answered_at}),
        )

    def said_at(self, what: str, of: str) -> datetime | None:
        """When it was answered (aware), `None` where nobody says."""
        return self.answered_at.get((what, of))


NOT_LOOKED_UP = LookedUp()


@dataclass(frozen=True, slots=True)
class Asked:
    """One document at one moment, to be asked about by the check of one rule.

    `day` is the local day in the books on which it would post (`asking.books_day`). `worked_out` is
    shared by all checks of one asking, for what several of them need of the same documents.
    """

    rule: ReadinessCheck
    policy: PolicySet
    data: MasterData
    document: Document
    entity: Entity
    now: datetime
    day: date
    looked_up: LookedUp = NOT_LOOKED_UP
    beside: Surroundings = ALONE
    worked_out: dict[object, object] = field(default_factory=dict, compare=False, repr=False)

    def once(self, key: object, work_out: Callable[[], Found]) -> Found:
        """What is worked out under this key, for all checks of the asking."""
        if key not in self.worked_out:
            self.worked_out[key] = work_out()
        return self.worked_out[key]  # type: ignore[return-value]

    def finding(self, code: str, evidence: Evidence, **words: str) -> Finding:
        """A finding of the rule, owned by whom its file names."""
        rule = self.rule
        return Finding(
            code=code,
            words=tuple(sorted((name, text) for name, text in words.items() if text)),
            place=rule.place,
            owner=rule.owner,
            evidence=evidence,
            severity=Severity.WARNS if rule.is_warning else Severity.BLOCKS,
            releasable_by=rule.released_by,
        )


def unasked(code: str, evidence: Evidence, detail: str) -> Finding:
    """A finding of no rule: the document names what the policy set does not know."""
    return Finding(code, (("detail", detail),), NOWHERE, "", evidence)
