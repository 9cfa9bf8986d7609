"""What the service answers, declared: the schema is made of this, and a test holds answers to it.

Amounts are text in major units with their currency; moments are text in UTC. A place is
`file:line:column` of the policy set, empty where there is none.
"""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field


class Declared(BaseModel):
    """Nothing is answered that is not declared here."""

    model_config = ConfigDict(extra="forbid")


class ReasonAnswer(Declared):
    """One thing that was found; `words` fill in the text of its code."""

    code: str
    place: str
    words: dict[str, str | list[str]]


class HeldAnswer(ReasonAnswer):
    """Why there is no automatic answer, and who owns it."""

    owner: str


class FindingAnswer(Declared):
    """Something that the document lacks before it can complete."""

    code: str
    place: str
    text: str


class ComparisonAnswer(Declared):
    """One test as it was made; `result` is `null` where it is undecided."""

    fact: str
    left: str
    sign: str
    right: str
    place: str
    result: bool | None


class PassedAnswer(Declared):
    """Somebody who was looked at and not asked, and why."""

    person: str
    code: str
    word: str
    words: dict[str, str | list[str]]


class DecisionAnswer(Declared):
    """The decision as it is recorded; `digest` names it.

    `steps` are asked one after the other; `parts` of a step in parallel, each an assignment
    (`id`, `word`, `ask`, `assignees`, ...) or a group (`need` of its `parts`).
    """

    outcome: str = Field(description="route, straight_through, held or refused")
    digest: str
    now: str
    document: str
    document_digest: str
    policy: str
    policy_digest: str
    data_digest: str
    matrix: str
    row: str
    row_place: str
    amount: str
    steps: list[dict[str, Any]]
    findings: list[FindingAnswer]
    reviews: list[dict[str, Any]]
    held: HeldAnswer | None
    refused: ReasonAnswer | None
    reasons: list[ReasonAnswer]
    compared: list[ComparisonAnswer]
    passed_over: list[PassedAnswer]
    rates: list[str]


class CaseAnswer(Declared):
    """A case and its decision. `is_new` is false where this content was known already."""

    case: str
    version: int
    status: str
    source: str
    type: str
    document_id: str
    entity: str
    document_digest: str
    is_new: bool
    findings: list[dict[str, Any]]
    decision: DecisionAnswer


class ReceiptAnswer(Declared):
    """What the ERP called the document of a posting."""

    key: str
    number: str
    erp_id: str
    connection: str
    at: str


class ExceptionAnswer(Declared):
    """Why something cannot be delivered until its owner has mended the cause."""

    id: int
    case: str
    key: str
    code: str
    message: str
    owner: str
    opened_at: str
    closed_at: str | None


class ExceptionsAnswer(Declared):
    """Open exceptions, oldest first; `next` is the value of `after` for the next page."""

    exceptions: list[ExceptionAnswer]
    next: int | None


class ReviewAnswer(Declared):
    """A review of a case: which control asked for it, because of which case, who is asked.

    `asked` is empty where nobody could be found: it waits for the `owner` of the control's file.
    `finding` is empty while it is open.
    """

    id: int
    case: str
    code: str
    cause: str
    control: str
    place: str
    because: str
    owner: str
    asked: list[str]
    opened_at: str
    finding: str
    comment: str
    closed_by: str
    closed_at: str | None


class ReviewsAnswer(Declared):
    """Open reviews, oldest first; `next` is the value of `after` for the next page."""

    reviews: list[ReviewAnswer]
    next: int | None


class UsesAnswer(Declared):
    """How many uses of a mitigation were reviewed that had not been."""

    mitigation: str
    uses: int


class TaskAnswer(Declared):
    """Somebody is asked for a place of the route, or (`ask` is `review`) to review the case.

    A review has no place and no step; `word` is its code. `due_at` is when the next one up is
    asked, `reminded_at` when the person was reminded, `escalated_at` when somebody above was asked.
    """

    case: str
    version: int
    place: int
    person: str
    on_behalf_of: str
    step: int
    word: str
    ask: str
    since: str
    due_at: str | None
    reminded_at: str | None
    escalated_at: str | None
    type: str
    document_id: str
    entity: str


class NoticeAnswer(Declared):
    """Something that a person is told and has not to answer; `word` is that of the place.

    `code`: reminded, escalated, escalation_exhausted, withdrawn_unattended, ratification_late,
    set_unusable.
    """

    id: int
    case: str
    person: str
    code: str
    word: str
    at: str


class NoticesAnswer(Declared):
    """What a person was told, oldest first; `next` is the value of `after` for the next page."""

    notices: list[NoticeAnswer]
    next: int | None


class QuestionAnswer(Declared):
    """A question about a case; `answer` is empty and `answered_at` null while it is open."""

    case: str
    number: int
    asked_by: str
    person: str
    question: str
    asked_at: str
    answer: str
    answered_at: str | None


class AttachmentAnswer(Declared):
    """A file that is kept elsewhere, by the digest of its bytes."""

    name: str
    digest: str
    media_type: str
    size_bytes: int


class RemarkAnswer(Declared):
    """What somebody said about a case, at that version of its content."""

    number: int
    version: int
    person: str
    acted_through: str
    text: str
    attachments: list[AttachmentAnswer]
    at: str


class ReturnedAnswer(Declared):
    """Why a case is with its requester; `lines` are the numbers of those that were rejected."""

    by: str
    comment: str
    lines: list[int]
    at: str


class ActionResult(Declared):
    """What became of one of many actions. `code` is empty where it was accepted.

    `status` and `version` are those of the case after it, empty and 0 where there is none.
    """

    case: str
    is_accepted: bool
    code: str
    status: str
    version: int


class ActionsAnswer(Declared):
    """One result for each action, in their order."""

    results: list[ActionResult]


class TasksAnswer(Declared):
    """What a person is asked, in the order of cases; `questions` are those that he has to answer.

    `next` is the value of `after` for the next page.
    """

    tasks: list[TaskAnswer]
    questions: list[QuestionAnswer]
    next: int | None


class KeepingAnswer(Declared):
    """Until when a document has to be kept by the law of its entity's country; `null` for ever.

    `because` is `class`, `longest` (of no class that the country's file speaks of),
    `country_unknown` or `entity_unknown`. A legal hold may keep it longer.
    """

    until: str | None
    because: str
    country: str
    classes: list[str]
    sources: list[str]


class ChangeAnswer(Declared):
    """What the present version changed: why it is approved again, whose approvals stand or fell.

    Empty for the first version. `differences` are names of fields.
    """

    from_version: int | None = None
    differences: list[str] = []
    again: list[dict[str, Any]] = []
    affected: list[str] = []
    stands: list[dict[str, str]] = []
    fell: list[dict[str, str]] = []


class WholeCaseAnswer(CaseAnswer):
    """A case with everything that belongs to it. The document shows what the reader may see.

    `standing_version` is the approved version that counts while this one changes it, 0 for none.
    """

    keep_until: KeepingAnswer
    document: dict[str, Any]
    tasks: list[TaskAnswer]
    receipts: list[ReceiptAnswer]
    exceptions: list[ExceptionAnswer]
    reviews: list[ReviewAnswer]
    standing_version: int
    change: ChangeAnswer
    questions: list[QuestionAnswer]
    comments: list[RemarkAnswer]
    returned: ReturnedAnswer | None


class CasesAnswer(Declared):
    """Cases in the order of their numbers; `next` is the value of `after` for the next page."""

    cases: list[CaseAnswer]
    next: int | None


class PreviewAnswer(Declared):
    """What would be decided; nothing was kept."""

    decision: DecisionAnswer


class ExplanationAnswer(BaseModel):
    """The decision in the reader's language; codes, places, digests and values are as decided."""

    language: str
    outcome: str
    headline: str
    sentence: str
    document: str
    decided: str
    amount: str
    rule: str
    matrix: str
    row: str
    row_place: str
    steps: list[dict[str, Any]]
    held: dict[str, Any] | None
    refused: dict[str, Any] | None
    findings: list[dict[str, Any]]
    reviews: list[dict[str, Any]]
    compared: list[dict[str, Any]]
    rates: list[str]
    passed_over: list[dict[str, Any]]
    reasons: list[dict[str, Any]]
    digests: list[Any]
    changes: list[str]


class FieldError(Declared):
    """One thing that is wrong with what was sent."""

    field: str
    code: str
    message: str


class ProblemAnswer(BaseModel):
    """Why there is no answer (RFC 9457). `code` is stable, `errors` say which fields."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    correlation_id: str
    errors: list[FieldError] = []
