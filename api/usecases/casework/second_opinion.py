"""The second opinion on a case that is about to be sent: asked of what is recorded, and kept.

What was in force when the case was last decided is loaded again by its digests; who did what, and
when, comes from what was accepted on the case. The engine answers from that, another engine in a
process of its own matches the same as facts and rules, and a record says whether they agree.
"""

from __future__ import annotations

import json
import logging
import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final

from sqlalchemy import Connection

from adapters.erp.connector import ErpError, Fault
from adapters.second_opinion.asking import Opinion, SecondOpinion, Unavailable
from adapters.second_opinion.case_file import CaseFile, facts_digest, plain_violation, written
from adapters.second_opinion.compiling import Compiled, compile_controls
from adapters.store import cases, outbox
from adapters.store.cases import Case
from adapters.store.in_force import Digests
from adapters.store.outbox import Parcel
from adapters.store.trail import Entry, Record, append, records_of
from api.usecases.casework.action import LEAVES_THE_DECISION
from api.usecases.casework.completing import posting_key
from api.usecases.casework.remembering import asked_of
from api.usecases.casework.resources import Plain, Resources
from api.usecases.casework.written import document_of
from engine.opinion.controls import SHEET, ControlRules, Uncovered, control_rules
from engine.opinion.facts import facts_of
from engine.opinion.happened import Happened, NotKnown, acts_of_case, as_kept
from engine.opinion.rules import Violation
from engine.policy import PolicySet
from engine.recorded import given_of
from engine.segregation.keys import about
from engine.violations import violations

log: Final = logging.getLogger(__name__)

KEPT_COMPILED: Final = 3
KIND: Final = "second_opinion"
REQUIRED: Final = "required"
WHERE_INSTALLED: Final = "where_installed"
DIFFERS: Final = "second_opinion_differs"
NONE: Final = "second_opinion_unavailable"
NOT_KNOWN: Final = "not_known"  # to the engine itself: then nobody has looked
VIOLATED: Final = "control_violated"
OPERATED: Final = frozenset({DIFFERS, NONE})  # owned by who operates the service
# What passes by itself: asked again later, as if the ERP had been busy.
PASSING: Final = frozenset({"crashed", "timed_out", "not_understood", "not_started"})

_DECIDES: Final = frozenset({"submission", "decided_again", "tasks_changed"})


class Word(StrEnum):
    """What a second opinion comes to."""

    AGREEMENT = "agreement"
    DIFFERENCE = "difference"
    UNAVAILABLE = "unavailable"


@dataclass(frozen=True, slots=True)
class Answer:
    """Both answers to one question. `reason` is why there is no second one.

    `case_file` is set for a difference: a text that asks the matcher the same again.
    """

    word: Word
    ours: tuple[Violation, ...] = ()
    theirs: tuple[Violation, ...] = ()
    uncovered: tuple[Uncovered, ...] = ()
    code: str = ""
    reason: str = ""
    rules: str = ""
    facts: str = ""
    case_file: str = ""


@dataclass(slots=True)
class Opinions:
    """Whom second opinions are asked of (`None`: nobody), and whether one is needed.

    `is_needed` is what holds where the policy set says nothing: in production it is.
    """

    matcher: SecondOpinion | None = None
    is_needed: bool = False
    _compiled: OrderedDict[str, tuple[ControlRules, Compiled]] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def rules_of(self, policy: PolicySet) -> tuple[ControlRules, Compiled]:
        """The set's controls as rules; made once for each set."""
        with self._lock:
            found = self._compiled.pop(policy.digest, None)
            if found is None:
                controls = control_rules(policy)
                found = controls, compile_controls(controls, SHEET)
            self._compiled[policy.digest] = found
            while len(self._compiled) > KEPT_COMPILED:
                self._compiled.popitem(last=False)
            return found

    def answer(self, happened: Happened, case: str) -> Answer:
        """Asks both engines what on this case violates a control."""
        controls, compiled = self.rules_of(happened.policy)
        try:
            ours, found = violations(happened), facts_of(happened, controls)
        except NotKnown as problem:
            return Answer(Word.UNAVAILABLE, code=NOT_KNOWN, reason=str(problem))
        uncovered = (*compiled.uncovered, *found.uncovered)
        rules, facts = compiled.digest, facts_digest(found.facts)
        if self.matcher is None:
            theirs: Opinion | Unavailable = Unavailable("not_configured", "nobody is asked")
        else:
            theirs = self.matcher.opinion(compiled, found.facts)
        if isinstance(theirs, Unavailable):
            return Answer(
                Word.UNAVAILABLE, ours, (), uncovered, theirs.code, theirs.reason, rules, facts
            )
        said = theirs.violations
        left_out = {each.control for each in uncovered}
        one, two = (
            {each for each in side if each.control not in left_out} for side in (ours, said)
        )
        if one == two:
            return Answer(Word.AGREEMENT, ours, said, uncovered, rules=rules, facts=facts)
        file = written(CaseFile(case, compiled, found.facts, ours, said))
        return Answer(
            Word.DIFFERENCE, ours, said, uncovered, rules=rules, facts=facts, case_file=file
        )


def ask_second_opinion(
    resources: Resources, opinions: Opinions, parcel: Parcel, now: datetime
) -> None:
    """Asks, keeps the answer, and raises `ErpError` where the case must not be sent.

    Where the claim on the parcel has lapsed nothing is written: whoever has it now asks, too.
    """
    with resources.store.reading() as connection:
        happened, case = recorded(resources, connection, parcel.case_id)
    answer = opinions.answer(happened, case.number)
    _keep(resources, parcel, case, answer, now)
    _say(case, answer)
    _expect_sendable(answer, _is_needed(happened.policy, opinions))


def recorded(resources: Resources, connection: Connection, case_id: int) -> tuple[Happened, Case]:
    """What has happened on a case, as it was recorded. Raises `LookupError` for no such case."""
    case = cases.by_id(connection, case_id)
    if case is None:
        raise LookupError(f"there is no case `{cases.number_of(case_id)}`")
    digests, at = _decided(records_of(connection, case.id), case.version)
    then = resources.loaded.earlier(connection, digests)
    document = document_of(resources, then.policy, case)
    keys = about(then.data, document, at)
    accepted = cases.acts_of(connection, case.id)
    acts, as_requester = acts_of_case(document, then.data, keys, accepted)
    history = asked_of(then, document, at).history(connection, case.id)
    happened = Happened(
        policy=then.policy,
        data=then.data,
        document=document,
        at=at,
        acts=tuple(as_kept(act, history) for act in acts),
        as_requester=as_requester,
        history=history,
        given=given_of(json.loads(case.given_json)),
    )
    return happened, case


def case_file_of(connection: Connection, case_id: int) -> str | None:
    """The case file of the last difference about a case; `None` where there was none."""
    for record in reversed(records_of(connection, case_id)):
        if record.kind == KIND and (file := str(json.loads(record.body)["case_file"])):
            return file
    return None


def _decided(records: Sequence[Record], version: int) -> tuple[Digests, datetime]:
    """What the last decision about a version rested on, and when it was made."""
    for record in reversed(records):
        body = json.loads(record.body)
        if body.get("version") != version:
            continue
        is_action = record.kind == "action" and body["action"] not in LEAVES_THE_DECISION
        if record.kind in _DECIDES or is_action:
            rested_on = body["in_force"]
            names = (str(rested_on[name]) for name in ("policy", "master_data", "delegations"))
            return Digests(*names), record.at
    raise LookupError("no record says what was decided")


def _is_needed(policy: PolicySet, opinions: Opinions) -> bool:
    if policy.second_opinion:
        return policy.second_opinion == REQUIRED
    return opinions.is_needed


def _expect_sendable(answer: Answer, is_needed: bool) -> None:
    match answer.word:
        case Word.DIFFERENCE:
            said = "the engines differ about the controls; the case file is in the trail"
            raise ErpError(Fault.BUSINESS, DIFFERS, said)
        case Word.UNAVAILABLE if is_needed or answer.code == NOT_KNOWN:
            fault = Fault.CONFLICT if answer.code in PASSING else Fault.BUSINESS
            raise ErpError(fault, NONE, f"no second opinion: `{answer.code}`, {answer.reason}")
        case _ if answer.ours:
            names = ", ".join(f"`{name}`" for name in dict.fromkeys(v.control for v in answer.ours))
            raise ErpError(Fault.BUSINESS, VIOLATED, f"what was done on it violates {names}")
        case _:
            return


def _keep(resources: Resources, parcel: Parcel, case: Case, answer: Answer, now: datetime) -> None:
    """One record for each posting, and another where the answer is another one."""
    body = _body(case, parcel, answer)
    with resources.store.transaction() as connection:
        locked = cases.by_id(connection, case.id, lock=True)
        if not outbox.is_claimed(connection, parcel):
            return
        if locked != case:
            raise LookupError(f"{case.number} changed while it was looked at")
        if body != _last(connection, case):
            append(connection, [Entry(KIND, case.id, now, body)])


def _last(connection: Connection, case: Case) -> Plain | None:
    """The last answer about the posting, if nothing was replayed since."""
    for record in reversed(records_of(connection, case.id)):
        if record.kind == "replay":
            return None
        if record.kind == KIND:
            body: Plain = json.loads(record.body)
            del body["kind"], body["at"]
            return body
    return None


def _body(case: Case, parcel: Parcel, answer: Answer) -> Plain:
    return {
        "case": case.number,
        "version": case.version,
        "status": str(case.status),
        "document_digest": case.document_digest,
        "decision_digest": case.decision_digest,
        "key": posting_key(case),
        "connection": parcel.connection,
        "opinion": str(answer.word),
        "code": answer.code,
        "reason": answer.reason,
        "violations": [plain_violation(each) for each in answer.ours],
        "violations_of_matcher": [plain_violation(each) for each in answer.theirs],
        "not_covered": [
            {"control": each.control, "code": each.code, "reason": each.reason}
            for each in answer.uncovered
        ],
        "rules_digest": answer.rules,
        "facts_digest": answer.facts,
        "case_file": answer.case_file,
    }


def _say(case: Case, answer: Answer) -> None:
    """An alarm for a difference; what is missing is said more quietly."""
    if answer.word is Word.DIFFERENCE:
        log.critical(
            "the second opinion differs",
            extra={"case_number": case.number, "code": DIFFERS, "digest": answer.facts},
        )
    elif answer.word is Word.UNAVAILABLE:
        log.warning(
            "there is no second opinion",
            extra={"case_number": case.number, "code": answer.code},
        )
