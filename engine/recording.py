"""A decision as plain values: what is written down, sent as JSON, and hashed.

Strings, booleans, small integers, nulls, lists and mappings only, so that the canonical bytes of
`engine/canonical.py` are the same everywhere. A place is written `file:line:column`, and as an
empty text where there is none; moments are UTC. Written by hand and not derived from the classes:
it stands on the path of every decision.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import assert_never

from engine.canonical import digest
from engine.decision import (
    Assignee,
    Assignment,
    Ballot,
    Comparison,
    Decision,
    Group,
    Held,
    Part,
    Passed,
    Reason,
    Step,
)
from engine.places import NOWHERE, Place

Plain = str | bool | int | None | list["Plain"] | dict[str, "Plain"]
Words = tuple[tuple[str, str], ...]


def to_plain(decision: Decision) -> dict[str, Plain]:
    """The whole decision, its digest included, in plain values with always the same keys."""
    plain = _hashed(decision)
    plain["findings"] = [
        {"code": finding.code, "text": finding.text, "place": _place(finding.place)}
        for finding in decision.findings
    ]
    plain["digest"] = decision.digest
    return plain


def decision_digest(decision: Decision) -> str:
    """The name of a decision's content: its canonical bytes without the texts of findings.

    Texts may be worded better in a later version; outcome, route, codes, rule references and
    compared values may not change. The field `digest` itself is left out.
    """
    return digest(_hashed(decision))


def _hashed(decision: Decision) -> dict[str, Plain]:
    held, refused = decision.held, decision.refused
    return {
        "outcome": str(decision.outcome),
        "now": moment_text(decision.now),
        "document": decision.document,
        "document_digest": decision.document_digest,
        "policy": decision.policy,
        "policy_digest": decision.policy_digest,
        "data_digest": decision.data_digest,
        "matrix": decision.matrix,
        "row": decision.row,
        "row_place": _place(decision.row_place),
        "amount": decision.amount,
        "steps": [_step(step) for step in decision.steps],
        "findings": [
            {"code": finding.code, "place": _place(finding.place)} for finding in decision.findings
        ],
        "reviews": [
            {
                "documents": review.documents,
                "code": review.code,
                "parts": [_part(part) for part in review.parts],
                "place": _place(review.place),
            }
            for review in decision.reviews
        ],
        "held": None if held is None else _held(held),
        "refused": None if refused is None else _reason(refused),
        "reasons": [_reason(reason) for reason in decision.reasons],
        "compared": [_compared(place, test) for place, test in decision.compared],
        "passed_over": [_passed(passed) for passed in decision.passed_over],
        "rates": list(decision.rates),
    }


def moment_text(moment: datetime) -> str:
    """An aware moment in UTC, to the microsecond where it has any: `2027-03-15T13:00:00Z`."""
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat() + "Z"


def _place(place: Place) -> str:
    return "" if place == NOWHERE else f"{place.file}:{place.line}:{place.column}"


def _words(words: Words) -> dict[str, Plain]:
    plain: dict[str, Plain] = {}
    for name, value in words:
        if name not in plain:
            plain[name] = value
            continue
        before = plain[name]  # a word may stand several times: who was tried
        plain[name] = [*before, value] if isinstance(before, list) else [before, value]
    return plain


def _step(step: Step) -> dict[str, Plain]:
    return {"number": step.number, "parts": [_part(part) for part in step.parts]}


def _part(part: Part) -> dict[str, Plain]:
    match part:
        case Assignment():
            return _assignment(part)
        case Group():
            return {"need": part.need, "parts": [_part(inner) for inner in part.parts]}
        case _:
            assert_never(part)


def _assignment(assignment: Assignment) -> dict[str, Plain]:
    body = assignment.body
    return {
        "id": assignment.id,
        "word": assignment.word,
        "ask": str(assignment.ask),
        "assignees": [_assignee(assignee) for assignee in assignment.assignees],
        "place": _place(assignment.place),
        "object": assignment.object,
        "amount": assignment.amount,
        "as": assignment.as_,
        "within": assignment.within,
        "body": None if body is None else _ballot(body),
        "already": assignment.already,
        "notes": list(assignment.notes),
    }


def _assignee(assignee: Assignee) -> dict[str, Plain]:
    return {
        "person": assignee.person,
        "via": str(assignee.via),
        "on_behalf_of": assignee.on_behalf_of,
        "delegation": assignee.delegation,
    }


def _ballot(body: Ballot) -> dict[str, Plain]:
    return {
        "members": list(body.members),
        "present": body.present,
        "in_favour": body.in_favour,
        "above": body.above,
        "recorders": list(body.recorders),
    }


def _held(held: Held) -> dict[str, Plain]:
    return {
        "code": held.code,
        "words": _words(held.words),
        "place": _place(held.place),
        "owner": held.owner,
    }


def _reason(reason: Reason) -> dict[str, Plain]:
    return {"code": reason.code, "place": _place(reason.place), "words": _words(reason.words)}


def _compared(place: Place, test: Comparison) -> dict[str, Plain]:
    return {
        "place": _place(place),
        "fact": test.fact,
        "left": test.left,
        "sign": test.sign,
        "right": test.right,
        "result": test.result,
    }


def _passed(passed: Passed) -> dict[str, Plain]:
    return {
        "person": passed.person,
        "code": passed.code,
        "word": passed.word,
        "words": _words(passed.words),
    }


__all__ = ["Plain", "decision_digest", "moment_text", "to_plain"]
