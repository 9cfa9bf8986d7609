"""A decision as plain values: what is written down, sent as JSON, and hashed.

Strings, booleans, small integers, nulls, lists and mappings only, so that the canonical bytes of
`engine/canonical.py` are the same everywhere. A place is written `file:line:column`, and as an
empty text where there is none; moments are UTC. Written by hand and not derived from the classes:
it stands on the path of every decision.
"""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from operator import itemgetter
from typing import Final, assert_never

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
    plain["digest"] = decision.digest
    plain["findings"] = [
        {"code": finding.code, "place": _place(finding.place), "text": finding.text}
        for finding in decision.findings
    ]
    return plain


def decision_digest(decision: Decision) -> str:
    """The name of a decision's content: its canonical bytes without the texts of findings.

    Texts may be worded better in a later version; outcome, route, codes, rule references and
    compared values may not change. The field `digest` itself is left out.
    """
    return "sha256:" + hashlib.sha256(_encode(_hashed(decision)).encode("utf-8")).hexdigest()


# INVARIANT: every mapping below is written in the order of its keys, so that this is what
# `engine.canonical.digest` would say, without its checks and its sorting (half the time).
_encode: Final = json.JSONEncoder(
    ensure_ascii=False, check_circular=False, separators=(",", ":")
).encode


def _hashed(decision: Decision) -> dict[str, Plain]:
    held, refused = decision.held, decision.refused
    return {
        "amount": decision.amount,
        "compared": [_compared(place, test) for place, test in decision.compared],
        "data_digest": decision.data_digest,
        "document": decision.document,
        "document_digest": decision.document_digest,
        "findings": [
            {"code": finding.code, "place": _place(finding.place)} for finding in decision.findings
        ],
        "held": None if held is None else _held(held),
        "matrix": decision.matrix,
        "now": moment_text(decision.now),
        "outcome": decision.outcome.value,
        "passed_over": [_passed(passed) for passed in decision.passed_over],
        "policy": decision.policy,
        "policy_digest": decision.policy_digest,
        "rates": list(decision.rates),
        "reasons": [_reason(reason) for reason in decision.reasons],
        "refused": None if refused is None else _reason(refused),
        "reviews": [
            {
                "code": review.code,
                "documents": review.documents,
                "parts": [_part(part) for part in review.parts],
                "place": _place(review.place),
            }
            for review in decision.reviews
        ],
        "row": decision.row,
        "row_place": _place(decision.row_place),
        "steps": [_step(step) for step in decision.steps],
    }


def moment_text(moment: datetime) -> str:
    """An aware moment in UTC, to the microsecond where it has any: `2027-03-15T13:00:00Z`."""
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat() + "Z"


def _place(place: Place) -> str:
    return "" if place == NOWHERE else f"{place.file}:{place.line}:{place.column}"


def _words(words: Words) -> dict[str, Plain]:
    plain: dict[str, Plain] = {}
    for name, value in sorted(words, key=itemgetter(0)):
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
        "already": assignment.already,
        "amount": assignment.amount,
        "as": assignment.as_,
        "ask": assignment.ask.value,
        "assignees": [_assignee(assignee) for assignee in assignment.assignees],
        "body": None if body is None else _ballot(body),
        "id": assignment.id,
        "notes": list(assignment.notes),
        "object": assignment.object,
        "place": _place(assignment.place),
        "within": assignment.within,
        "word": assignment.word,
    }


def _assignee(assignee: Assignee) -> dict[str, Plain]:
    return {
        "delegation": assignee.delegation,
        "on_behalf_of": assignee.on_behalf_of,
        "person": assignee.person,
        "via": assignee.via.value,
    }


def _ballot(body: Ballot) -> dict[str, Plain]:
    return {
        "above": body.above,
        "in_favour": body.in_favour,
        "members": list(body.members),
        "present": body.present,
        "recorders": list(body.recorders),
        "votes": [[person, votes] for person, votes in sorted(body.votes)],
    }


def _held(held: Held) -> dict[str, Plain]:
    return {
        "code": held.code,
        "owner": held.owner,
        "place": _place(held.place),
        "words": _words(held.words),
    }


def _reason(reason: Reason) -> dict[str, Plain]:
    return {"code": reason.code, "place": _place(reason.place), "words": _words(reason.words)}


def _compared(place: Place, test: Comparison) -> dict[str, Plain]:
    return {
        "fact": test.fact,
        "left": test.left,
        "place": _place(place),
        "result": test.result,
        "right": test.right,
        "sign": test.sign,
    }


def _passed(passed: Passed) -> dict[str, Plain]:
    return {
        "code": passed.code,
        "person": passed.person,
        "word": passed.word,
        "words": _words(passed.words),
    }
