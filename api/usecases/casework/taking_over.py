"""An open document of another system goes on here: submitted like any other, and recorded.

What was approved elsewhere is on record with it, and by default it is approved anew. Where whoever
takes over says that approvals count, each is tried as an act of its person at this moment, with
every guard that holds for him, and the record says who answers for it. Nobody answers for his own
approval, or for a document in which he has a part; and nothing counts on a case that came here by
itself.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Connection

from adapters.store import cases
from adapters.store.cases import Case
from adapters.store.trail import Entry, append, records_of
from api.usecases.casework.acting import Action, Kind, act
from api.usecases.casework.importing import MOST_ACTS, HistoryRow, Load, NotImported
from api.usecases.casework.resources import Plain, Resources
from api.usecases.casework.submission import NotAccepted, Submitted
from api.usecases.casework.submitting import submit
from api.usecases.casework.written import document_of
from engine.cases.identities import Identities
from engine.cases.status import Status
from engine.errors import InputErrors
from engine.importing import APPROVE, StatedAct
from engine.recording import moment_text
from engine.reviewing import stands_for

KIND = "taken_over"


@dataclass(frozen=True, slots=True)
class Tried:
    """An approval from elsewhere: `code` says why it does not count, empty where it does."""

    approval: StatedAct
    code: str = ""


@dataclass(frozen=True, slots=True)
class TakenOver:
    """The case as it stands now; `approvals` are those that were tried."""

    row: HistoryRow
    case: Case
    is_new: bool
    approvals: tuple[Tried, ...] = ()


def take_over(
    resources: Resources, row: HistoryRow, load: Load, because: str, *, do_approvals_count: bool
) -> TakenOver | NotImported:
    """Takes one document over, with the approvals that were given elsewhere.

    Raises `NothingInForce`, `ContentsUnusable`, `Overtaken`.
    """
    problem = _problem(row, load)
    if problem is not None:
        return problem

    def record(connection: Connection, done: Submitted) -> None:
        if done.case.version != 1:  # other content for what is here already: nothing happens
            raise _HereAlready(done.case)
        if done.is_new:
            append(connection, [_entry(row, load, because, do_approvals_count, done.case)])

    try:
        done = submit(resources, row.raw, load.source, load.who, load.now, record)
    except _HereAlready as found:
        return _here_already(row, found.case)
    except InputErrors as wrong:
        return NotImported(
            row, wrong.errors[0].code, wrong.errors[0].field, wrong.errors[0].message
        )
    if isinstance(done, NotAccepted) or done.case.status is Status.IMPORTED:
        return _here_already(row, done.case)
    tried: tuple[Tried, ...] = ()
    if do_approvals_count and _is_of_this_load(resources, done.case, load):
        tried = tuple(_tried(resources, done.case, row, load, because))
    with resources.store.reading() as connection:
        case = cases.by_id(connection, done.case.id) or done.case
    return TakenOver(row, case, done.is_new, tried)


class _HereAlready(Exception):
    """The document has come in before, with other content."""

    def __init__(self, case: Case) -> None:
        super().__init__()
        self.case = case


def _here_already(row: HistoryRow, case: Case) -> NotImported:
    message = f"there is a case of this document, {case.number}, with other content or loaded"
    return NotImported(row, "case_exists", "id", message)


def _problem(row: HistoryRow, load: Load) -> NotImported | None:
    """What keeps a row from being taken over whatever its document states."""
    end = min(load.before, load.now)
    if len(row.acts) > MOST_ACTS:
        return NotImported(row, "too_many", "acts", f"expected at most {MOST_ACTS:,} acts")
    for each in row.acts:
        if each.act != APPROVE or not each.person:
            return NotImported(row, "unknown_act", "acts", "expected approvals of persons only")
        if each.at >= end:
            message = f"expected a moment before {moment_text(end)}, found {moment_text(each.at)}"
            return NotImported(row, "not_history", "acts", message)
    return None


def _is_of_this_load(resources: Resources, case: Case, load: Load) -> bool:
    """Whether the case, as it is, came by this load and with the word that approvals count."""
    with resources.store.reading() as connection:
        for each in records_of(connection, case.id):
            if each.kind == KIND:
                body = json.loads(each.body)
                named = (body["load"], body["version"], body["do_approvals_count"])
                if named == (load.digest, case.version, True):
                    return True
    return False


def _tried(
    resources: Resources, case: Case, row: HistoryRow, load: Load, because: str
) -> Iterator[Tried]:
    """Each approval, in the order in which they were given; one that counts already is left."""
    with resources.store.reading() as connection:
        current = resources.loaded.current(connection)
        given = {each.assignee.person for each in cases.course_of(connection, case.id).given}
    document = document_of(resources, current.policy, case)
    acting = {
        current.data.person_of(name, load.now)
        for name in (document.submitter, document.buyer, document.receiver)
    }
    has_part = load.who.decided_by in stands_for(current.data, document, load.now) | acting
    for each in sorted(row.acts, key=lambda one: (one.at, one.person)):
        person = current.data.person_of(each.person, load.now)
        if person is None:
            yield Tried(each, "person_unknown")
        elif has_part:
            yield Tried(each, "own_document")
        elif person == load.who.decided_by:
            yield Tried(each, "own_approval")
        elif each.at < document.submitted_at:
            yield Tried(each, "before_submission")
        elif person in given:
            yield Tried(each)
        else:
            yield Tried(each, _acted(resources, case, each, load, because))


def _acted(resources: Resources, case: Case, approval: StatedAct, load: Load, because: str) -> str:
    """The approval as an act of this moment; the code of why it was refused."""
    who = Identities(
        approval.person,
        f"taken over from {load.source}",
        is_relayed=True,
        is_development=load.who.is_development,
    )
    at = moment_text(approval.at)
    comment = f"approved at {at} in {load.source}, taken over by {load.who.decided_by}: {because}"
    action = Action(Kind.APPROVE, approval.person, case.version, comment=comment)
    done = act(resources, case.id, action, who, load.now)
    return "case_missing" if done is None else done.code


def _entry(
    row: HistoryRow, load: Load, because: str, do_approvals_count: bool, case: Case
) -> Entry:
    body: Plain = {
        "case": case.number,
        "version": case.version,
        "document_digest": case.document_digest,
        "source": load.source,
        "load": load.digest,
        "place": row.place,
        "approvals": [{"person": each.person, "at": moment_text(each.at)} for each in row.acts],
        "do_approvals_count": do_approvals_count,
        "who": load.who.plain(),
        "because": because,
        "status": str(case.status),
    }
    return Entry(KIND, case.id, load.now, body, {"because": because})
