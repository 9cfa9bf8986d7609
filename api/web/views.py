"""Cases and decisions as they are answered: JSON texts put together from what is kept.

The decision of a case is kept as JSON already, and is put into the answer as it is.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

from adapters.store.arrangements import Question, Remark, Returned
from adapters.store.cases import Case, Task, number_of
from adapters.store.deadlines import Deadline, Notice
from adapters.store.delivery import BusinessException, KeptReceipt
from adapters.store.reviews import Review, Reviewer
from api.usecases.casework.resources import Plain
from engine.canonical import Written, canonical_object
from engine.countries.retention import Keeping
from engine.deadlines.watching import Kind
from engine.recording import moment_text

REVIEW: Final = "review"  # what a reviewer is asked for, beside what a route asks


def case_body(case: Case, *, is_new: bool) -> bytes:
    """`CaseAnswer`."""
    return canonical_object(_case(case, is_new=is_new))


def whole_case_body(
    case: Case,
    kept: Keeping,
    document: Plain,
    tasks: Iterable[Task],
    receipts: Iterable[KeptReceipt],
    exceptions: Iterable[BusinessException],
    reviews: Iterable[tuple[Review, Sequence[Reviewer]]],
    deadlines: Sequence[Deadline],
    said: tuple[Iterable[Question], Iterable[Remark], Returned | None],
) -> bytes:
    """`WholeCaseAnswer`; `document` is what the reader may see of it, `said` what people said."""
    questions, remarks, returned = said
    return canonical_object(
        {
            **_case(case, is_new=False),
            "keep_until": kept.plain(),
            "document": document,
            "standing_version": case.standing_version,
            "change": Written(case.change_json),
            "tasks": [task_plain(task, case, deadlines) for task in tasks],
            "receipts": [_receipt(each) for each in receipts],
            "exceptions": [exception_plain(each) for each in exceptions],
            "reviews": [review_plain(review, asked) for review, asked in reviews],
            "questions": [question_plain(each, case) for each in questions],
            "comments": [remark_plain(each) for each in remarks],
            "returned": None if returned is None else _returned(returned),
        }
    )


def cases_body(found: Sequence[Case], most: int) -> bytes:
    """`CasesAnswer`."""
    bodies = b",".join(case_body(case, is_new=False) for case in found)
    after = found[-1].id if len(found) == most else None
    return b'{"cases":[%s],"next":%s}' % (bodies, json.dumps(after).encode())


def task_plain(task: Task, case: Case, deadlines: Sequence[Deadline] = ()) -> Plain:
    """`TaskAnswer`; `deadlines` are those of the case."""
    here = {each.kind: each for each in deadlines if each.place == task.place}
    remind, escalate = here.get(Kind.REMIND), here.get(Kind.ESCALATE)
    is_raised = escalate is not None and escalate.rung > 0
    return {
        "case": case.number,
        "version": case.version,
        "place": task.place,
        "person": task.person,
        "on_behalf_of": task.on_behalf_of,
        "step": task.step,
        "word": task.word,
        "ask": task.ask,
        "since": moment_text(task.since),
        "due_at": _moment(escalate.due_at if escalate is not None else None),
        "reminded_at": _moment(remind.done_at if remind is not None else None),
        "escalated_at": _moment(escalate.since if escalate is not None and is_raised else None),
        "type": case.type,
        "document_id": case.document_id,
        "entity": case.entity,
    }


def notice_plain(notice: Notice) -> Plain:
    """`NoticeAnswer`."""
    return {
        "id": notice.id,
        "case": number_of(notice.case_id),
        "person": notice.person,
        "code": notice.code,
        "word": notice.word,
        "at": moment_text(notice.at),
    }


def _moment(moment: datetime | None) -> str | None:
    return None if moment is None else moment_text(moment)


def review_task_plain(review: Review, reviewer: Reviewer, case: Case) -> Plain:
    """`TaskAnswer` of a review."""
    since = review.opened_at
    task = Task(case.id, 0, reviewer.person, reviewer.on_behalf_of, 0, review.code, REVIEW, since)
    return task_plain(task, case)


def review_plain(review: Review, asked: Iterable[Reviewer]) -> Plain:
    """`ReviewAnswer`."""
    return {
        "id": review.id,
        "case": number_of(review.case_id),
        "code": review.code,
        "cause": number_of(review.cause_id),
        "control": review.control,
        "place": review.place,
        "because": review.because,
        "owner": review.owner,
        "asked": sorted({each.person for each in asked}),
        "opened_at": moment_text(review.opened_at),
        "finding": review.finding,
        "comment": review.comment,
        "closed_by": review.closed_by,
        "closed_at": None if review.closed_at is None else moment_text(review.closed_at),
    }


def exception_plain(found: BusinessException) -> Plain:
    """`ExceptionAnswer`."""
    return {
        "id": found.id,
        "case": number_of(found.case_id),
        "key": found.key,
        "code": found.code,
        "message": found.message,
        "owner": found.owner,
        "opened_at": moment_text(found.opened_at),
        "closed_at": None if found.closed_at is None else moment_text(found.closed_at),
    }


def _case(case: Case, *, is_new: bool) -> dict[str, object]:
    return {
        "case": case.number,
        "version": case.version,
        "status": str(case.status),
        "source": case.source,
        "type": case.type,
        "document_id": case.document_id,
        "entity": case.entity,
        "document_digest": case.document_digest,
        "is_new": is_new,
        "findings": Written(case.findings_json),
        "decision": Written(case.decision_json),
    }


def question_plain(question: Question, case: Case) -> Plain:
    """`QuestionAnswer`."""
    answered_at = question.answered_at
    return {
        "case": case.number,
        "number": question.number,
        "asked_by": question.asked_by,
        "person": question.person,
        "question": question.question,
        "asked_at": moment_text(question.asked_at),
        "answer": question.answer,
        "answered_at": None if answered_at is None else moment_text(answered_at),
    }


def remark_plain(remark: Remark) -> Plain:
    """`RemarkAnswer`."""
    return {
        "number": remark.number,
        "version": remark.version,
        "person": remark.person,
        "acted_through": remark.acted_through,
        "text": remark.text,
        "attachments": [
            {
                "name": each.name,
                "digest": each.digest,
                "media_type": each.media_type,
                "size_bytes": each.size_bytes,
            }
            for each in remark.attachments
        ],
        "at": moment_text(remark.at),
    }


def _returned(returned: Returned) -> Plain:
    return {
        "by": returned.by,
        "comment": returned.comment,
        "lines": [int(line) for line in returned.lines],
        "at": moment_text(returned.at),
    }


def _receipt(receipt: KeptReceipt) -> Plain:
    return {
        "key": receipt.key,
        "number": receipt.number,
        "erp_id": receipt.erp_id,
        "connection": receipt.connection,
        "at": moment_text(receipt.at),
    }
