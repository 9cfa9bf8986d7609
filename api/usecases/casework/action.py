"""What people do on a case, and what is common to all of it: the route now, refusals, records."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from sqlalchemy import Connection

from adapters.store import arrangements, cases, headroom
from adapters.store.cases import Case
from adapters.store.delegation_requests import Standing, request_of
from adapters.store.proposals import is_activated
from adapters.store.trail import Entry, append
from api.usecases.casework.in_flight import InFlight, in_flight
from api.usecases.casework.remembering import asked_of, recorded
from api.usecases.casework.resources import InForce, Plain, Resources
from api.usecases.casework.standing import keys_of_change
from api.usecases.casework.surrounding import around
from api.usecases.casework.watching import watch
from api.usecases.casework.written import asked_now, document_of, named_digests
from engine.canonical import Written
from engine.cases.identities import Identities
from engine.cases.status import Event, Status
from engine.decision import Decision, Outcome
from engine.documents.model import Document
from engine.history import NO_HISTORY, History
from engine.master_data import PersonId
from engine.recording import decision_text
from engine.routing.arranging import Arrangement
from engine.routing.course import Course, Escalation
from engine.routing.delegation import DOCUMENT as DELEGATION


class Kind(StrEnum):
    """What a person can do on a case."""

    APPROVE = "approve"
    REJECT = "reject"
    ANSWER = "answer"
    VOTE_FOR = "vote_for"
    VOTE_AGAINST = "vote_against"
    RECORD = "record"
    RATIFY = "ratify"
    REFUSE_RATIFICATION = "refuse_ratification"
    WITHDRAW = "withdraw"
    CANCEL = "cancel"
    CLAIM = "claim"
    RELEASE = "release"
    RETURN = "return"
    RESUBMIT = "resubmit"
    REASSIGN = "reassign"
    DELEGATE = "delegate"
    ADD_BEFORE = "add_before"
    ADD_AFTER = "add_after"
    TAKE_AWAY = "take_away"
    ESCALATE = "escalate"
    OBJECT = "object"
    ASK = "ask"
    REPLY = "reply"
    CONFIRM_CALL_BACK = "confirm_call_back"


# After these a case stands with the decision that it had before.
LEAVES_THE_DECISION: Final = frozenset(
    {
        Kind.CLAIM,
        Kind.RELEASE,
        Kind.WITHDRAW,
        Kind.CANCEL,
        Kind.ASK,
        Kind.REPLY,
        Kind.CONFIRM_CALL_BACK,
        Kind.RATIFY,
        Kind.REFUSE_RATIFICATION,
    }
)


@dataclass(frozen=True, slots=True)
class Action:
    """`by` is a login or person id, `version` the content that was seen.

    `on_behalf_of` is the person he acts for, `body` the body he votes in, `place` the id of the
    place on the route that is claimed, released or handed on (0: every one that he has). `to` is
    the login or id of whoever is asked, `lines` are numbers of lines that are rejected, `number` is
    that of the question or of the arrangement it is about. `of` is whose task is handed on, where
    it is not his own. `number_called` and `spoken_to` are
    those of a call to a supplier.
    """

    kind: Kind
    by: str
    version: int
    on_behalf_of: str = ""
    body: str = ""
    place: int = 0
    comment: str = ""
    to: str = ""
    lines: tuple[int, ...] = ()
    number: int = 0
    of: str = ""
    number_called: str = ""
    spoken_to: str = ""


@dataclass(frozen=True, slots=True)
class Acted:
    """The case after the action; `code` says why it was refused, empty where it was accepted."""

    case: Case
    code: str = ""


NOBODY: Final = PersonId("")
NOTHING: Final[Mapping[str, str]] = MappingProxyType({})


@dataclass(slots=True)
class On:
    """An action while it is looked at, within its transaction; `person` is who acts."""

    resources: Resources
    connection: Connection
    current: InForce
    case: Case
    action: Action
    who: Identities
    now: datetime
    person: PersonId = NOBODY
    history: History = NO_HISTORY
    arrangements: tuple[Arrangement, ...] = ()
    under: InForce | None = None  # what decided, where that is not what is in force
    note: Plain = field(default_factory=dict)
    routed_under: str = ""

    @property
    def deciding(self) -> InForce:
        """The set and the people that the decision rests on."""
        return self.under or self.current


@dataclass(frozen=True, slots=True)
class Route:
    """The document of a case, how it is decided at this moment, and what was done on it."""

    document: Document
    decision: Decision
    course: Course
    flight: InFlight


def route_now(on: On) -> Route:
    """The route as it is at this moment, under locks.

    Raises `ContentsUnusable` and `DocumentUnreadable`, before anything is written.
    """
    document = document_of(on.resources, on.current.policy, on.case)
    flight = in_flight(on.resources, on.connection, on.current, on.case, on.now)
    completing = asked_of(on.current, document, on.now)  # looks at what was done once it is
    needed = around(on.current, document, on.case.received_at, on.now)
    shared = keys_of_change(on.resources, on.connection, on.current, on.case, document)
    headroom.lock(on.connection, (*flight.keys(), *completing.keys(), *needed.keys(), *shared))
    on.arrangements = arrangements.arrangements_on(on.connection, on.case.id)
    course = cases.course_of(on.connection, on.case.id)
    return Route(document, decided(on, flight), course, flight)


def decided(on: On, flight: InFlight, more: tuple[Escalation, ...] = ()) -> Decision:
    """The decision with what is known and arranged. What it looks at is locked.

    `more` are escalations beside those that are kept.
    """
    found = flight.decide(on.connection, on.arrangements, more)
    on.under, on.note, on.history = found.under.force, found.note, found.history
    on.routed_under = found.routed_under
    return found.decision


def with_decision(on: On, case: Case, decision: Decision) -> Case:
    """The case with a decision that was made anew."""
    return replace(
        case,
        decision_digest=decision.digest,
        decision_json=decision_text(decision),
        routed_under=on.routed_under,
        changed_at=on.now,
    )


def ask_people(on: On, decision: Decision, course: Course) -> None:
    """Whoever is asked now, and nobody else; from now on, where he was not before."""
    is_pending = on.case.status is Status.PENDING
    asked = asked_now(on.case.id, decision, course, on.now) if is_pending else ()
    cases.ask(on.connection, on.case.id, asked)
    watch(on.connection, on.deciding, on.case, decision, course, on.now)


def is_in_force(on: On) -> bool:
    """Whether the case has put a policy set or a delegation in force: it is taken back there."""
    if on.case.type == DELEGATION:
        request = request_of(on.connection, on.case.id)
        return request is not None and request.standing is Standing.MADE
    return is_activated(on.connection, on.case.id)


HELD_OR_REFUSED: Final = {Outcome.HELD: Event.HOLD, Outcome.REFUSED: Event.REFUSE}


def refused(on: On, code: str, decision: Decision | None = None) -> Acted:
    """The action is not accepted, and that is recorded."""
    append(on.connection, [entry(on, on.case, decision, "refusal", code=code)])
    return Acted(on.case, code)


def entry(
    on: On,
    case: Case,
    decision: Decision | None,
    kind: str,
    written: Mapping[str, str] = NOTHING,
    **more: object,
) -> Entry:
    """The record of the action. `written` is what he wrote by hand besides the comment."""
    action = on.action
    named: Plain = {
        "to": action.to,
        "lines": list(action.lines),
        "number": action.number,
        "of": action.of,
    }
    body: Plain = {
        "case": case.number,
        "version": case.version,
        "document_digest": case.document_digest,
        "action": str(action.kind),
        "seen_version": action.version,
        "body": action.body,
        "place": action.place,
        "comment": action.comment,
        "wanted_on_behalf_of": action.on_behalf_of,
        "who": on.who.plain(),
        "in_force": named_digests(on.deciding),
        "decision_digest": decision.digest if decision is not None else "",
        **{name: value for name, value in named.items() if value},
        **recorded(on.history),
        **on.note,
        "status": str(case.status),
        **more,
        **written,
    }
    return Entry(kind, case.id, on.now, body, {"comment": action.comment, **written})


def decision_written(decision: Decision) -> Written:
    """The decision for a record that states it in full."""
    return Written(decision_text(decision))
