"""History is kept: documents that happened elsewhere, before anything was decided here.

They become cases that are `imported`: they count in totals from their own day on, are found by the
keys that checks compare, and what people did on them counts for segregation. Nothing was decided
on them and nothing can be done with them. What is known already changes nothing; the same name with
other content is refused, whatever it is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

import engine.documents as canonical
from adapters.store import beside, cases, headroom, past
from adapters.store.cases import Case
from adapters.store.many import insert_rows
from adapters.store.seeds import seed_rows
from adapters.store.trail import Entry, append, first_records
from api.usecases.casework.resources import InForce, Plain, Resources
from api.usecases.casework.written import Safe, made_safe, named_digests, text
from engine.canonical import Written
from engine.cases.identities import Identities
from engine.cases.status import Status
from engine.cumulation.counting import Contribution, contributions
from engine.decision import Decision
from engine.documents.derived import stated_on
from engine.documents.model import Document
from engine.errors import InputError, InputErrors
from engine.history import PastAct
from engine.importing import (
    WORDS,
    StatedAct,
    decided_elsewhere,
    imported_acts,
    person_then_or_now,
)
from engine.knowing import Situation, situate
from engine.money import Money
from engine.quoting import quoted
from engine.readiness.asking import compares, found_by
from engine.recording import decision_text, moment_text
from engine.segregation.keys import about

ATTEMPTS: Final = 8
MOST_ACTS: Final = 1_000  # of one document


class OthersWereFaster(Exception):
    """What is in force changed every time; loading again later makes sense."""


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """One document of another system: plain values, and what people did on it."""

    place: str
    raw: Mapping[str, object]
    acts: tuple[StatedAct, ...] = ()

    @property
    def id(self) -> str:
        """What the other system calls it."""
        return str(self.raw.get("id", ""))[:200]


@dataclass(frozen=True, slots=True)
class Load:
    """What all rows of a load share: where they come from, who answers for it, and until when
    (aware) something is history."""

    source: str
    digest: str
    before: datetime
    who: Identities
    now: datetime


@dataclass(frozen=True, slots=True)
class NotImported:
    """A row that was left out: a stable code, its field, and why."""

    row: HistoryRow
    code: str
    field: str
    message: str


@dataclass(frozen=True, slots=True)
class Imported:
    """A row that is history now; `is_new` is false where it was known already.

    `case` is empty where nothing was kept, since it was only tried. `nobody` are names of people
    whom the master data do not know.
    """

    row: HistoryRow
    type: str
    net: Money | None
    is_new: bool
    case: str = ""
    nobody: frozenset[str] = frozenset()


Done = Imported | NotImported


@dataclass(frozen=True, slots=True)
class _Ready:
    """A row that can be kept, worked out under what is in force."""

    row: HistoryRow
    document: Document
    safe: Safe
    decision: Decision
    added: tuple[Contribution, ...]
    keys: frozenset[str]
    about: frozenset[str]
    acts: tuple[PastAct, ...]
    nobody: frozenset[str]
    net: Money | None

    def name(self, load: Load) -> cases.Name:
        return load.source, self.document.type, self.document.id


def import_all(
    resources: Resources, rows: Sequence[HistoryRow], load: Load, *, is_kept: bool = True
) -> list[Done]:
    """Keeps rows as history, all of them in one transaction; what cannot be kept says why.

    Without `is_kept` nothing is kept, and what would be is told. Of two rows of one name the second
    is refused. Raises `NothingInForce`, `ContentsUnusable`, `OthersWereFaster`.
    """
    for _ in range(ATTEMPTS):
        with resources.store.reading() as connection:
            current = resources.loaded.current(connection)
        worked_out = _worked_out(resources, current, rows, load)
        ready = [each for each in worked_out if isinstance(each, _Ready)]
        try:
            if is_kept:
                with resources.store.transaction() as connection:
                    kept = _keep(resources, connection, current, ready, load)
            else:
                with resources.store.reading() as connection:
                    kept = _tried(connection, ready, load)
        except IntegrityError:  # somebody submitted one of them meanwhile
            continue
        if kept is not None:
            found = iter(kept)
            return [next(found) if isinstance(each, _Ready) else each for each in worked_out]
    raise OthersWereFaster("history could not be loaded: something else is in force every time")


def _worked_out(
    resources: Resources, current: InForce, rows: Sequence[HistoryRow], load: Load
) -> list[_Ready | NotImported]:
    done: list[_Ready | NotImported] = []
    names: dict[cases.Name, HistoryRow] = {}
    for row in rows:
        try:
            found = _ready(resources, current, row, load)
            first = names.setdefault(found.name(load), row)
            if first is not row:
                message = f"expected each document once, found it at {first.place} as well"
                raise InputErrors((InputError("stated_twice", "id", message),))
            done.append(found)
        except InputErrors as wrong:
            each = wrong.errors[0]
            done.append(NotImported(row, each.code, each.field, each.message))
    return done


def _ready(resources: Resources, current: InForce, row: HistoryRow, load: Load) -> _Ready:
    """Raises `InputErrors`."""
    policy, data = current.policy, current.data
    document = canonical.accept(row.raw, policy.facts, policy.documents, received_at=load.before)
    if not document.is_submission_stated:
        raise _wrong("moment_missing", "submitted_at", "expected the moment that it happened")
    at = document.submitted_at
    _check_moments(row, at, load)
    own = stated_on(document)
    situation = situate(policy, data, document, at, {}, own)
    if not isinstance(situation, Situation):
        message = f"it could not be counted: {situation.code} {quoted(situation.detail)}"
        raise _wrong(situation.code, "", message)
    added = contributions(situation)
    lacking = next((a.amounts.lacking for a in added if a.amounts.lacking is not None), None)
    if lacking is not None and own.net is not None:  # a supplier request, say, has no amount
        message = f"its amount could not be counted: {lacking.code} {quoted(lacking.detail)}"
        raise _wrong(lacking.code, "", message)
    names = {each.person: each.at for each in row.acts}
    return _Ready(
        row=row,
        document=document,
        safe=made_safe(resources, load.source, document),
        decision=decided_elsewhere(policy, data, document, at, load.source),
        added=added,
        keys=found_by(data, document) if compares(policy) else frozenset(),
        about=about(data, document, at),
        acts=imported_acts(data, document, at, row.acts, load.now),
        nobody=frozenset(
            name
            for name, then in names.items()
            if person_then_or_now(data, name, then, load.now) is None
        ),
        net=own.net,
    )


def _check_moments(row: HistoryRow, at: datetime, load: Load) -> None:
    """Everything happened before the moment from which on it is decided here."""
    if len(row.acts) > MOST_ACTS:
        raise _wrong("too_many", "acts", f"expected at most {MOST_ACTS:,} acts")
    end = min(load.before, load.now)
    for field, moment in (("submitted_at", at), *((e.act, e.at) for e in row.acts)):
        if moment >= end:
            found = f"expected a moment before {moment_text(end)}, found {moment_text(moment)}"
            raise _wrong("not_history", field, found)
    for each in row.acts:
        if each.act not in WORDS or not each.person:
            expected = f"expected somebody and one of {', '.join(sorted(WORDS))}"
            raise _wrong("unknown_act", "acts", f"{expected}, found {quoted(each.act)}")


def _wrong(code: str, field: str, message: str) -> InputErrors:
    return InputErrors((InputError(code, field, message),))


def _tried(connection: Connection, ready: Sequence[_Ready], load: Load) -> list[Done]:
    """What would become of each, with nothing kept and nothing locked."""
    stated = _stated_acts(connection, ready, load, lock=False)
    return [_known(each, *stated[each.name(load)]) or _imported(each, None) for each in ready]


def _keep(
    resources: Resources,
    connection: Connection,
    current: InForce,
    ready: Sequence[_Ready],
    load: Load,
) -> list[Done] | None:
    """Keeps what is new; `None` where something else is in force by now."""
    if resources.loaded.current(connection, lock=True) is not current:
        return None
    stated = _stated_acts(connection, ready, load, lock=True)
    headroom.lock(connection, {key for each in ready for key in _locked(each)})
    known = {each.name(load): _known(each, *stated[each.name(load)]) for each in ready}
    new = [each for each in ready if known[each.name(load)] is None]
    made = cases.add_all(connection, [_case(each, load) for each in new]) if new else []
    acts = [(c.id, c.version, act) for c, e in zip(made, new, strict=True) for act in e.acts]
    insert_rows(
        connection,
        beside.key_rows((c.id, e.keys) for c, e in zip(made, new, strict=True)),
        seed_rows((c.id, c.version, e.safe.seed) for c, e in zip(made, new, strict=True)),
        headroom.contribution_rows(made, [each.added for each in new]),
        *past.act_rows(connection, acts),
    )
    if made:
        entries = (_entry(current, load, *each) for each in zip(made, new, strict=True))
        append(connection, list(entries))
    cases_of = {each.name(load): case for case, each in zip(made, new, strict=True)}
    return [known[each.name(load)] or _imported(each, cases_of[each.name(load)]) for each in ready]


def _locked(each: _Ready) -> list[str]:
    """Everything by which somebody else could look for it at this moment."""
    return [
        *(added.key for added in each.added),
        *(f"beside/{key}" for key in each.keys),
        *(f"acts/{key}" for key in each.about),
    ]


def _stated_acts(
    connection: Connection, ready: Sequence[_Ready], load: Load, *, lock: bool
) -> Mapping[cases.Name, tuple[Case | None, object]]:
    """The case that has the name of each already, with the acts that were stated with it."""
    names = [each.name(load) for each in ready]
    found = {}
    if lock:
        found = dict(cases.by_documents(connection, names))
    else:
        looked = ((name, cases.by_document(connection, name)) for name in names)
        found = {name: case for name, case in looked if case is not None}
    told = first_records(connection, [case.id for case in found.values()])
    result: dict[cases.Name, tuple[Case | None, object]] = {}
    for name in names:
        case = found.get(name)
        result[name] = (case, told.get(case.id, {}).get("acts") if case is not None else None)
    return result


def _known(each: _Ready, case: Case | None, stated: object) -> Done | None:
    """What there is to say where the name is taken."""
    if case is None:
        return None
    if case.status is not Status.IMPORTED:
        message = f"there is a case of this document, {case.number}, and it is {case.status}"
        return NotImported(each.row, "case_exists", "id", message)
    if case.document_digest != each.document.digest or stated != _acts_plain(each):
        message = f"it was loaded with other content before, as {case.number}"
        return NotImported(each.row, "content_differs", "id", message)
    return _imported(each, case, is_new=False)


def _imported(each: _Ready, case: Case | None, *, is_new: bool = True) -> Imported:
    number = case.number if case is not None else ""
    return Imported(each.row, each.document.type, each.net, is_new, number, each.nobody)


def _case(each: _Ready, load: Load) -> Case:
    document = each.document
    return Case(
        source=load.source,
        type=document.type,
        document_id=document.id,
        version=1,
        entity=document.entity,
        status=Status.IMPORTED,
        requester=document.requester,
        document_json=each.safe.kept,
        document_digest=document.digest,
        received_at=document.submitted_at,
        given_json=text({}),
        decision_digest=each.decision.digest,
        decision_json=decision_text(each.decision),
        changed_at=load.now,
    )


def _acts_plain(each: _Ready) -> list[Plain]:
    return [
        {"act": one.act, "person": one.person, "at": moment_text(one.at)} for one in each.row.acts
    ]


def _entry(current: InForce, load: Load, case: Case, each: _Ready) -> Entry:
    body: Plain = {
        "case": case.number,
        "version": case.version,
        "source": case.source,
        "received_at": moment_text(case.received_at),
        "document": each.safe.on_record,
        "document_digest": case.document_digest,
        "acts": _acts_plain(each),
        "in_force": named_digests(current),
        "decision": Written(case.decision_json),
        "status": str(case.status),
        "load": load.digest,
        "place": each.row.place,
        "who": load.who.plain(),
    }
    return Entry("imported", case.id, load.now, body)
