"""A decision written down: what is sent as JSON, and hashed.

Strings, booleans, small integers, nulls, lists and mappings only, so that the canonical bytes of
`engine/canonical.py` are the same everywhere. A place is written `file:line:column`, and as an
empty text where there is none; moments are UTC. The text is written by hand and not by way of
dictionaries: it stands on the path of every decision, and this takes a third of the time.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from json.encoder import encode_basestring as quoted
from types import MappingProxyType
from typing import Final

from engine.decision import (
    Ask,
    Assignee,
    Assignment,
    Ballot,
    Comparison,
    Decision,
    Held,
    Part,
    Passed,
    Reason,
    ReviewTask,
    Step,
    Via,
)
from engine.places import NOWHERE, Place

Plain = str | bool | int | None | list["Plain"] | dict[str, "Plain"]
Words = tuple[tuple[str, str], ...]
TRUTHS: Final[Mapping[bool | None, str]] = MappingProxyType(
    {None: "null", True: "true", False: "false"}
)
APPROVE: Final = Ask.APPROVE
HOLDER: Final = Via.HOLDER


def to_plain(decision: Decision) -> dict[str, Plain]:
    """The whole decision, its digest included, in plain values with always the same keys."""
    plain: dict[str, Plain] = json.loads(decision_text(decision))
    return plain


def decision_text(decision: Decision) -> str:
    """The whole decision as canonical JSON: what `to_plain` says, written at once."""
    findings = ",".join(
        f'{{"code":{quoted(f.code)},"place":{_place(f.place)},"text":{quoted(f.text)}}}'
        for f in decision.findings
    )
    return _written(decision, f',"digest":{quoted(decision.digest)}', findings)


def decision_digest(decision: Decision) -> str:
    """The name of a decision's content: its canonical bytes without the texts of findings.

    Texts may be worded better in a later version; outcome, route, codes, rule references and
    compared values may not change. The field `digest` itself is left out.
    """
    findings = ",".join(
        f'{{"code":{quoted(f.code)},"place":{_place(f.place)}}}' for f in decision.findings
    )
    return "sha256:" + hashlib.sha256(_written(decision, "", findings).encode("utf-8")).hexdigest()


def moment_text(moment: datetime) -> str:
    """An aware moment in UTC, to the microsecond where it has any: `2027-03-15T13:00:00Z`."""
    return _utc_text(moment.astimezone(UTC))


# One moment stands in many places of a record. Of other zones nothing is remembered: there, two
# moments are equal that the clocks show twice.
@lru_cache(1_000)
def _utc_text(moment: datetime) -> str:
    return moment.isoformat().removesuffix("+00:00") + "Z"


def place_text(place: Place) -> str:
    """A place as it is written down; empty for none."""
    return "" if place == NOWHERE else f"{place.file}:{place.line}:{place.column}"


# INVARIANT: every mapping below is written in the order of its keys and without spaces, so that
# this is what `engine.canonical.canonical_bytes` would write. A test compares them.
def _written(decision: Decision, digest: str, findings: str) -> str:
    held, refused = decision.held, decision.refused
    compared = ",".join([_compared(place, test) for place, test in decision.compared])
    passed = ",".join([_passed(each) for each in decision.passed_over])
    reasons = ",".join([_reason(reason) for reason in decision.reasons])
    reviews = ",".join([_review(review) for review in decision.reviews])
    steps = ",".join([_step(step) for step in decision.steps])
    return (
        f'{{"amount":{quoted(decision.amount)},"compared":[{compared}]'
        f',"data_digest":{quoted(decision.data_digest)}{digest},"document":{quoted(decision.document)}'
        f',"document_digest":{quoted(decision.document_digest)},"findings":[{findings}]'
        f',"held":{"null" if held is None else _held(held)}'
        f',"matrix":{quoted(decision.matrix)},"now":"{moment_text(decision.now)}"'
        f',"outcome":{quoted(decision.outcome)},"passed_over":[{passed}]'
        f',"policy":{quoted(decision.policy)},"policy_digest":{quoted(decision.policy_digest)}'
        f',"rates":{_texts(decision.rates)},"reasons":[{reasons}]'
        f',"refused":{"null" if refused is None else _reason(refused)}'
        f',"reviews":[{reviews}],"row":{quoted(decision.row)}'
        f',"row_place":{_place(decision.row_place)},"steps":[{steps}]}}'
    )


@lru_cache(maxsize=65_536)  # places stand in the policy, and are the same for every document
def _place(place: Place) -> str:
    return quoted(place_text(place))


def _texts(texts: Iterable[str]) -> str:
    return f"[{','.join(map(quoted, texts))}]"


def _optional(text: str | None) -> str:
    return "null" if text is None else quoted(text)


def _words(words: Words) -> str:
    """The words by name; one that stands several times (who was tried) is a list."""
    if len(words) == 1:  # as most are
        return f"{{{quoted(words[0][0])}:{quoted(words[0][1])}}}"
    if len(words) == 2 and words[0][0] != words[1][0]:
        (one, text), (other, more) = sorted(words)
        return f"{{{quoted(one)}:{quoted(text)},{quoted(other)}:{quoted(more)}}}"
    texts = {name: [text for each, text in words if each == name] for name, _ in sorted(words)}
    written = [
        f"{quoted(name)}:{quoted(found[0]) if len(found) == 1 else _texts(found)}"
        for name, found in texts.items()
    ]
    return f"{{{','.join(written)}}}"


def _step(step: Step) -> str:
    return f'{{"number":{step.number},"parts":{_parts(step.parts)}}}'


def _parts(parts: tuple[Part, ...]) -> str:
    written = [
        _assignment(part)
        if isinstance(part, Assignment)
        else f'{{"need":{part.need},"parts":{_parts(part.parts)}}}'
        for part in parts
    ]
    return f"[{','.join(written)}]"


def _assignment(assignment: Assignment) -> str:
    body, notes, assignees = assignment.body, assignment.notes, assignment.assignees
    if len(assignees) == 1:
        who = _assignee(assignees[0])
    else:
        who = ",".join([_assignee(assignee) for assignee in assignees])
    if assignment.ask is APPROVE and not (body or notes or assignment.as_ or assignment.within):
        return (  # as most are
            f'{{"already":{assignment.already},"amount":{quoted(assignment.amount)}'
            f',"as":"","ask":"approve","assignees":[{who}],"body":null,"id":{assignment.id}'
            f',"notes":[],"object":{quoted(assignment.object)}'
            f',"place":{_place(assignment.place)},"within":"","word":{quoted(assignment.word)}}}'
        )
    return (
        f'{{"already":{assignment.already},"amount":{quoted(assignment.amount)}'
        f',"as":{quoted(assignment.as_)},"ask":{quoted(assignment.ask)},"assignees":[{who}]'
        f',"body":{"null" if body is None else _ballot(body)},"id":{assignment.id}'
        f',"notes":{_texts(notes)},"object":{quoted(assignment.object)}'
        f',"place":{_place(assignment.place)},"within":{quoted(assignment.within)}'
        f',"word":{quoted(assignment.word)}}}'
    )


def _assignee(assignee: Assignee) -> str:
    if assignee.on_behalf_of is None and assignee.via is HOLDER and not assignee.delegation:
        return (  # as most are
            f'{{"delegation":"","on_behalf_of":null,"person":{quoted(assignee.person)}'
            ',"via":"holder"}'
        )
    return (
        f'{{"delegation":{quoted(assignee.delegation)}'
        f',"on_behalf_of":{_optional(assignee.on_behalf_of)}'
        f',"person":{quoted(assignee.person)},"via":{quoted(assignee.via)}}}'
    )


def _ballot(body: Ballot) -> str:
    votes = ",".join(f"[{quoted(person)},{number}]" for person, number in sorted(body.votes))
    return (
        f'{{"above":{TRUTHS[body.above]},"in_favour":{quoted(body.in_favour)}'
        f',"members":{_texts(body.members)},"present":{body.present}'
        f',"recorders":{_texts(body.recorders)},"votes":[{votes}]}}'
    )


def _review(review: ReviewTask) -> str:
    return (
        f'{{"code":{quoted(review.code)},"documents":{quoted(review.documents)}'
        f',"parts":{_parts(review.parts)},"place":{_place(review.place)}}}'
    )


def _held(held: Held) -> str:
    return (
        f'{{"code":{quoted(held.code)},"owner":{quoted(held.owner)}'
        f',"place":{_place(held.place)},"words":{_words(held.words)}}}'
    )


def _reason(reason: Reason) -> str:
    return (
        f'{{"code":{quoted(reason.code)},"place":{_place(reason.place)}'
        f',"words":{_words(reason.words)}}}'
    )


def _compared(place: Place, test: Comparison) -> str:
    return (
        f'{{"fact":{quoted(test.fact)},"left":{quoted(test.left)},"place":{_place(place)}'
        f',"result":{TRUTHS[test.result]},"right":{quoted(test.right)}'
        f',"sign":{quoted(test.sign)}}}'
    )


def _passed(passed: Passed) -> str:
    return (
        f'{{"code":{quoted(passed.code)},"person":{quoted(passed.person)}'
        f',"word":{quoted(passed.word)},"words":{_words(passed.words)}}}'
    )
