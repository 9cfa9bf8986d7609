"""What the records of a case tell, and whether the case stands where they leave it."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from adapters.store.cases import Case, number_of
from adapters.store.delivery import KeptReceipt
from adapters.store.reviews import Review
from api.usecases.casework.action import LEAVES_THE_DECISION
from api.usecases.casework.completing import posting_key
from api.usecases.casework.falling_due import ESCALATED
from api.usecases.casework.resources import Plain
from api.usecases.casework.second_opinion import KIND as SECOND_OPINION
from api.usecases.casework.second_opinion import Word
from engine.canonical import digest
from engine.cases.status import MOVES, Status
from engine.decision import Outcome
from engine.routing.escalating import EXHAUSTED
from engine.undecided import SET_UNUSABLE

_REACHED: Final = frozenset((before, after) for (before, _), after in MOVES.items())
# Of a case, written by whoever had not locked it: they state nothing about where it stands.
BESIDE: Final = frozenset({"review_opened"})
_DECIDED: Final = frozenset(
    {
        *("submission", "decided_again", "tasks_changed", "imported"),
        *(ESCALATED, EXHAUSTED, SET_UNUSABLE),
    }
)
_NOT_OF_HISTORY: Final = frozenset(
    {
        *("submission", "taken_over", "action", "decided_again", "tasks_changed"),
        *("posting_enqueued", "posted"),
    }
)
ENDED: Final = "change_ended"
_TAKEN_OVER: Final = frozenset({str(Outcome.HELD), str(Outcome.REFUSED)})


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong. `position` is that of a record, `None` where there is none."""

    code: str
    message: str
    position: int | None = None
    case: str = ""


Told = Sequence[tuple[int, Plain]]


def problems_of_case(
    case: Case,
    told: Told,
    receipts: Sequence[KeptReceipt],
    unsettled: Collection[str],
    reviews: Sequence[Review],
) -> Iterator[Problem]:
    """The row of a case against its records, in order of position; its receipts and parcels.

    `unsettled` are the keys of postings that are still under way, `reviews` those of the case.
    """
    if not told:
        yield Problem("not_recorded", "no record tells of this case", None, case.number)
        return
    yield from _reviews(case, told, reviews)
    told = [each for each in told if each[1].get("kind") not in BESIDE]
    if not told:
        yield Problem("not_recorded", "no record tells of this case", None, case.number)
        return
    yield from _story(case, told)
    yield from _standing(case, told)
    yield from _postings(case, told, receipts)
    yield from _opinions(case, told)
    if case.status is Status.POSTING and posting_key(case) not in unsettled:
        said = f"the posting `{posting_key(case)}` is not under way"
        yield Problem("posting_lost", said, None, case.number)


def _story(case: Case, told: Told) -> Iterator[Problem]:
    """It begins with a submission, and each record follows from the one before."""
    position, first = told[0]
    before_end = _before_erasure(case, told)
    wanted = "imported" if before_end is Status.IMPORTED else "submission"
    if first.get("kind") != wanted:
        said = f"the first record is `{first.get('kind')}`, expected `{wanted}`"
        yield Problem("order_differs", said, position, case.number)
    before, highest = first, first.get("version")
    for position, body in told[1:]:
        if before_end is Status.IMPORTED and body.get("kind") in _NOT_OF_HISTORY:
            said = f"nothing happens to history, and `{body.get('kind')}` was recorded"
            yield Problem("order_differs", said, position, case.number)
        states = (before.get("status"), body.get("status"))
        if states[0] != states[1] and states not in _REACHED:
            said = f"`{states[1]}` does not follow from `{states[0]}`"
            yield Problem("order_differs", said, position, case.number)
        versions = (before.get("version"), body.get("version"))
        if not _follows(versions, highest, body.get("kind")):
            said = f"version {versions[1]} does not follow from version {versions[0]}"
            yield Problem("order_differs", said, position, case.number)
        before = body
        highest = versions[1] if body.get("kind") == "submission" else highest


def _before_erasure(case: Case, told: Told) -> object:
    """Where the case stood, before it was erased if it was."""
    if case.status is not Status.ERASED:
        return case.status
    was = str(told[-1][1].get("was"))
    return Status(was) if was in {*Status} else was


def _follows(versions: tuple[object, object], highest: object, kind: object) -> bool:
    """A submission has the next number; a change that came to nothing leaves an earlier one."""
    before, after = versions
    if not isinstance(highest, int) or not isinstance(after, int):
        return False
    if kind == "submission":
        return after == highest + 1
    return 0 < after < highest if kind == ENDED else after == before


def _standing(case: Case, told: Told) -> Iterator[Problem]:
    """The row is what the last records state."""
    position, last = told[-1]
    expected = {
        "status": (last.get("status"), str(case.status)),
        "version": (last.get("version"), case.version),
        "document_digest": (last.get("document_digest"), case.document_digest),
        "decision_digest": (_decided(told), case.decision_digest),
        "decision": (case.decision_digest, _digest_of_kept(case)),
    }
    for name, (stated, found) in expected.items():
        if stated != found:
            said = f"`{name}` is `{found}`, expected `{stated}`"
            yield Problem("case_differs", said, position, case.number)


def _decided(told: Told) -> object:
    """The digest of the decision that the case was left with."""
    for _, body in reversed(told):
        match body:
            case {"kind": kind, "decision": {"digest": name}} if kind in _DECIDED:
                return name
            case {"kind": "change_ended", "decision_digest": name}:
                return name
            case {"kind": "action", "action": kind, "decision_digest": name}:
                if kind not in LEAVES_THE_DECISION and name:
                    return name
            case {"kind": "refusal", "decided": {"outcome": outcome, "digest": name}}:
                if outcome in _TAKEN_OVER:
                    return name
    return None


def _digest_of_kept(case: Case) -> str:
    """The name of the decision that is kept with the case, worked out again."""
    try:
        plain = json.loads(case.decision_json)
        findings = [{"code": f["code"], "place": f["place"]} for f in plain["findings"]]
        return digest({**_without(plain, "digest"), "findings": findings})
    except (ValueError, TypeError, KeyError):
        return "not readable"


def _without(plain: Plain, name: str) -> Plain:
    return {key: value for key, value in plain.items() if key != name}


def _reviews(case: Case, told: Told, reviews: Sequence[Review]) -> Iterator[Problem]:
    """Every review that was recorded is kept, and stands where its last record leaves it."""
    stated: dict[object, tuple[int, tuple[object, ...]]] = {}
    for position, body in told:
        match body:
            case {"kind": "review_opened", "review": code, "cause": cause}:
                stated[code] = position, (cause, "", "")
            case {"kind": "review_closed", "review": code, "finding": finding, "who": dict(who)}:
                _, before = stated.get(code, (position, ("",)))
                stated[code] = position, (before[0], finding, who.get("decided_by"))
    kept = {each.code: (number_of(each.cause_id), each.finding, each.closed_by) for each in reviews}
    for code in sorted({*stated, *kept}, key=str):
        where, expected = stated.get(code, (None, None))
        found = kept.get(str(code))
        if found != expected:
            said = f"the review `{code}` is {found or 'not kept'}, expected {expected or 'none'}"
            yield Problem("review_differs", said, where, case.number)


def _postings(case: Case, told: Told, receipts: Sequence[KeptReceipt]) -> Iterator[Problem]:
    """A receipt for each posting, and each as its record states it.

    A posted case has one of its present version; what was changed may have some of earlier ones.
    """
    posted = [(position, body) for position, body in told if body.get("kind") == "posted"]
    present = [body for _, body in posted if body.get("version") == case.version]
    status = _before_erasure(case, told)
    wanted = 1 if status is Status.POSTED else 0
    if status is Status.CANCELLED:  # after it was posted, or before
        wanted = min(len(present), 1)
    for what, count, expected in (
        ("receipts", len(receipts), len(posted) - len(present) + wanted),
        ("records of a posting", len(present), wanted),
    ):
        if count != expected:
            said = f"expected {expected} {what} of a case that is {status}, found {count}"
            yield Problem("receipt_differs", said, None, case.number)
    kept = {(each.key, each.number, each.erp_id, each.connection) for each in receipts}
    for position, body in posted:
        stated = tuple(str(body.get(n)) for n in ("key", "number", "erp_id", "connection"))
        if stated not in kept:
            said = f"no receipt is kept of the posting `{stated[0]}` as `{stated[1]}`"
            yield Problem("receipt_differs", said, position, case.number)


def _opinions(case: Case, told: Told) -> Iterator[Problem]:
    """Each second opinion is what its two sides make it, and nothing was posted against one."""
    allowed: dict[object, bool] = {}
    for position, body in told:
        if body.get("kind") == SECOND_OPINION:
            stated, found = body.get("opinion"), _opinion(body)
            may_go = stated != str(Word.DIFFERENCE) and not body.get("violations")
            allowed[body.get("key")] = may_go or allowed.get(body.get("key"), False)
            if stated != found:
                said = f"the second opinion is `{stated}`, expected `{found}`"
                yield Problem("opinion_untrue", said, position, case.number)
        elif body.get("kind") == "posted":
            if body.get("key") not in allowed:
                said = "it was posted, and no record tells of a second opinion before"
                yield Problem("opinion_missing", said, position, case.number)
            elif not allowed[body.get("key")]:
                said = "it was posted, and no second opinion had let it go"
                yield Problem("posted_against_opinion", said, position, case.number)


def _opinion(body: Plain) -> str:
    """What the two sides of a record make of it; a side that cannot be read differs."""
    if body.get("code"):
        return str(Word.UNAVAILABLE)
    try:
        left_out = {each["control"] for each in body["not_covered"]}  # type: ignore[attr-defined]
        one, two = (
            {str(each) for each in body[side] if each["control"] not in left_out}  # type: ignore[attr-defined]
            for side in ("violations", "violations_of_matcher")
        )
    except (TypeError, KeyError):
        return str(Word.DIFFERENCE)
    return str(Word.AGREEMENT if one == two else Word.DIFFERENCE)
