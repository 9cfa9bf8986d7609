"""Documents are kept in one transaction, in their order, each decided when those before it count.

Locked are what is in force, the cases, the keys of their totals, and the end of the trail last.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from sqlalchemy import Connection

from adapters.store import arrangements, beside, cases, deadlines, headroom
from adapters.store.cases import Case, Task
from adapters.store.deadlines import Deadline
from adapters.store.many import Rows, insert_rows
from adapters.store.seeds import seed_rows
from adapters.store.trail import Entry, append
from adapters.store.versions import keep_version, last_number
from api.usecases.casework.adding_up import AddedUp, Sharing
from api.usecases.casework.asked_since import moments_of_case
from api.usecases.casework.changing import Changed, Compared, keep_standing, what_stands
from api.usecases.casework.completing import AskedReady, ask_ready, findings_text, finish
from api.usecases.casework.remembering import Asked, recorded, submission_rows
from api.usecases.casework.resources import InForce, Plain, Resources
from api.usecases.casework.reviewing import open_asked
from api.usecases.casework.standing import count_both
from api.usecases.casework.submission import NotAccepted, Submission, Submitted
from api.usecases.casework.surrounding import Around
from api.usecases.casework.watching import watch_new
from api.usecases.casework.written import Safe, asked_now, named_digests, text
from engine.canonical import Written
from engine.cases.status import Event, Status, moved, stands_meanwhile, takes_new_version
from engine.cumulation.counting import Contribution
from engine.deciding import decide
from engine.decision import Decision, Outcome
from engine.documents.derived import OwnFacts
from engine.documents.model import Document
from engine.facts.kinds import FactValues
from engine.history import History
from engine.recorded import arrangements_plain, given_plain, moments_plain
from engine.recording import decision_text, moment_text
from engine.routing.arranging import Arrangement
from engine.routing.asked import NO_MOMENTS, Moments
from engine.routing.completing import standing
from engine.routing.course import Course
from engine.segregation.asking import NOTHING

_EVENTS: Final = {
    Outcome.ROUTE: Event.ROUTE,
    Outcome.STRAIGHT_THROUGH: Event.STRAIGHT_THROUGH,
    Outcome.HELD: Event.HOLD,
    Outcome.REFUSED: Event.REFUSE,
}


@dataclass(frozen=True, slots=True)
class Attempt:
    """A document that is to be kept: what was worked out before the transaction."""

    submission: Submission
    document: Document
    own: OwnFacts
    safe: Safe
    shared: Sharing
    past: Asked
    around: Around

    @property
    def name(self) -> cases.Name:
        """What the case is found by."""
        return self.submission.source, self.document.type, self.document.id


@dataclass(frozen=True, slots=True)
class _Decided:
    """A document with its decision; `case.id` is 0 until a new case is kept."""

    attempt: Attempt
    history: History
    decision: Decision
    asked: AskedReady
    case: Case
    changed: Changed | None = None
    added: tuple[Arrangement, ...] = ()
    moments: Moments = NO_MOMENTS
    asked_before: tuple[Deadline, ...] = ()  # since when, where nothing is approved again

    @property
    def course(self) -> Course:
        """What was done on an earlier version and stands."""
        return Course() if self.changed is None else self.changed.course


Kept = Submitted | NotAccepted
_Known = Mapping[cases.Name, Case]


def keep(
    resources: Resources, connection: Connection, current: InForce, attempts: Sequence[Attempt]
) -> list[Kept] | None:
    """Keeps the documents, of which no two have one name.

    `None` where something else is in force by now.
    """
    if resources.loaded.current(connection, lock=True) is not current:
        return None
    known = cases.by_documents(connection, [each.name for each in attempts])
    headroom.lock(
        connection,
        {
            key
            for each in attempts
            for of in (each.shared, each.past, each.around)
            for key in of.keys()
        }
        | {*headroom.keys_of(connection, _with_other_content(attempts, known))},
    )
    found: dict[cases.Name, Kept] = {}
    wanted = []
    for each in attempts:
        unchanged = _unchanged(each, known.get(each.name))
        if unchanged is None:
            wanted.append(each)
        else:
            found[each.name] = unchanged
    entries: list[Entry] = []
    for together in _runs(wanted, known):
        for each, kept, more in _kept(resources, connection, current, together, known):
            found[each.name] = kept
            entries += more
    if entries:
        append(connection, entries)
    for each in attempts:
        done, answering = found[each.name], each.submission.answering
        if answering is not None and isinstance(done, Submitted):
            answering(connection, done)
    return [found[each.name] for each in attempts]


def _with_other_content(attempts: Sequence[Attempt], known: _Known) -> list[int]:
    """Ids of known cases whose content is another one now."""
    return [
        case.id
        for each in attempts
        if (case := known.get(each.name)) and case.document_digest != each.document.digest
    ]


def _unchanged(attempt: Attempt, known: Case | None) -> Kept | None:
    """The known case as it is, where the document changes nothing of it."""
    if known is None:
        return None
    reach = attempt.submission.reach
    if reach is not None and known.entity not in reach:
        return NotAccepted("out_of_reach", known)
    if known.document_digest == attempt.document.digest:
        return Submitted(known, is_new=False)
    if not takes_new_version(known.status, known.type):
        return NotAccepted("not_open", known)
    return None


def _runs(attempts: Sequence[Attempt], known: _Known) -> Iterator[list[Attempt]]:
    """Runs of new documents. One that changes its case stands alone, since what it added before
    must not be counted by those that follow; and one that has to know what was done before, or
    what is around it."""
    run: list[Attempt] = []
    for each in attempts:
        is_alone = each.past.wanted == NOTHING and each.around.is_alone
        if known.get(each.name) is None and is_alone:
            run.append(each)
            continue
        if run:
            yield run
        run = []
        yield [each]
    if run:
        yield run


def _kept(
    resources: Resources,
    connection: Connection,
    current: InForce,
    together: Sequence[Attempt],
    known: _Known,
) -> Iterator[tuple[Attempt, Submitted, list[Entry]]]:
    """The cases of documents, with the records that are to be appended."""
    decided = _decided(resources, connection, current, together, known)
    made = [each.case for each in decided]
    if made[0].id == 0:
        made = cases.add_all(connection, made)
    else:
        _take_place(connection, current, known[together[0].name], decided[0])
    both = [*zip(made, decided, strict=True)]
    insert_rows(
        connection,
        beside.key_rows((c.id, e.attempt.around.kept) for c, e in both),
        seed_rows((c.id, c.version, e.attempt.safe.seed) for c, e in both),
        _counted(resources, connection, current, made, decided),
        cases.task_rows(_asked(made, decided)),
        deadlines.deadline_rows(_fall_due(current, made, decided)),
        *submission_rows(
            connection, current, ((c, e.attempt.document, e.decision) for c, e in both)
        ),
    )
    for n, (case, each) in enumerate(both):
        document, now = each.attempt.document, each.attempt.submission.now
        later = frozenset(after.id for after in made[n + 1 :])
        opened = open_asked(
            resources,
            connection,
            current,
            case,
            document,
            each.decision,
            now,
            each.attempt.shared,
            later,
        )
        entry = Entry("submission", case.id, now, _body(current, each, case))
        asked = None if each.course.given else each.asked  # who approved is known only now
        done, more = finish(resources, connection, current, case, document, now, asked)
        yield each.attempt, Submitted(done, is_new=True), [entry, *more, *opened]


def _fall_due(
    current: InForce, made: Sequence[Case], decided: Sequence[_Decided]
) -> Iterator[Deadline]:
    """The deadlines of the cases, which have none."""
    for case, each in zip(made, decided, strict=True):
        of = (each.decision, each.course, case.received_at, each.asked_before)
        yield from watch_new(current, case, *of)


def _take_place(connection: Connection, current: InForce, before: Case, decided: _Decided) -> None:
    """A known case with other content: of what was done and asked before, what stands is kept."""
    case, document = decided.case, decided.attempt.document
    keep_version(connection, before, decided.attempt.submission.now)
    cases.begin_anew(connection, case.id)
    deadlines.begin_anew(connection, case.id)
    arrangements.begin_anew(connection, case.id)
    cases.keep(connection, case)
    headroom.forget(connection, case.id)
    if decided.changed is not None:
        keep_standing(connection, current, case, document, decided.decision, decided.changed)
    if not case.standing_version:
        beside.forget_keys(connection, case.id)


def _counted(
    resources: Resources,
    connection: Connection,
    current: InForce,
    made: Sequence[Case],
    decided: Sequence[_Decided],
) -> Rows:
    """What the cases add to totals. A change of what is approved counts beside that, at once."""
    added: list[Sequence[Contribution]] = [each.attempt.shared.contributions for each in decided]
    if made[0].standing_version:
        count_both(resources, connection, current, made[0], decided[0].attempt.shared)
        added = [()]
    return headroom.contribution_rows(made, added)


def _asked(made: Sequence[Case], decided: Sequence[_Decided]) -> Iterator[Task]:
    for case, each in zip(made, decided, strict=True):
        if case.status is Status.PENDING:
            yield from asked_now(case.id, each.decision, each.course, case.received_at)


def _decided(
    resources: Resources,
    connection: Connection,
    current: InForce,
    together: Sequence[Attempt],
    known: _Known,
) -> list[_Decided]:
    own = [known.get(each.name) for each in together]
    shares = [
        (each.shared, case.id if case else 0) for each, case in zip(together, own, strict=True)
    ]
    added_up = AddedUp(connection, shares)
    found = []
    for n, (each, before) in enumerate(zip(together, own, strict=True)):
        document, now = each.document, each.submission.now
        given = added_up.totals(n)
        history = each.past.history(connection, before.id if before else 0)
        added = arrangements.additions_on(connection, before.id) if before else ()
        compared, moments = None, NO_MOMENTS
        if before is not None:
            compared = Compared(resources, connection, current, before, document, now)
            if compared.goes_on:
                moments = moments_of_case(connection, before.id, [current])
        decision = decide(
            *(current.policy, current.data, document, now, given, history, each.own),
            arrangements=added,
            moments=moments,
        )
        changed = None if compared is None else what_stands(compared, decision)
        case = _case(current, each, before, decision, given, changed)
        if before is not None:
            case = replace(case, version=last_number(connection, before) + 1)
        asked = ask_ready(resources, connection, each.around, now, case, is_new=True)
        if asked.findings:
            case = replace(case, findings_json=findings_text(asked.findings))
        added_up.count(n, now, case.status)
        known_since = compared is not None and compared.goes_on
        rows = deadlines.asked_rows(connection, case.id) if known_since else ()
        found.append(_Decided(each, history, decision, asked, case, changed, added, moments, rows))
    return found


def _case(
    current: InForce,
    attempt: Attempt,
    known: Case | None,
    decision: Decision,
    given: FactValues,
    changed: Changed | None,
) -> Case:
    """The case with its new content; approved where what stands is all that it needs."""
    document, now = attempt.document, attempt.submission.now
    status = moved(known.status if known else Status.PENDING, _EVENTS[decision.outcome])
    if changed and changed.stands and standing(decision, changed.course) == "approved":
        status = moved(Status.PENDING, Event.COMPLETE)
    return Case(
        id=known.id if known else 0,
        source=attempt.submission.source,
        type=document.type,
        document_id=document.id,
        version=known.version + 1 if known else 1,
        entity=document.entity,
        status=status or Status.HELD,
        requester=document.requester,
        document_json=attempt.safe.kept,
        document_digest=document.digest,
        received_at=now,
        given_json=text(given_plain(given)),
        decision_digest=decision.digest,
        decision_json=decision_text(decision),
        posting_number=known.posting_number if known else 0,
        changed_at=now,
        standing_version=_standing_version(known, status),
        routed_under=current.digests.policy,
        change_json=text(changed.plain or {}) if changed else "{}",
    )


def _standing_version(known: Case | None, status: Status | None) -> int:
    """The approved version that counts until the new one does."""
    if known is None or status is Status.APPROVED:
        return 0
    return known.version if stands_meanwhile(known.status, known.type) else known.standing_version


def _body(current: InForce, decided: _Decided, case: Case) -> Plain:
    attempt = decided.attempt
    return {
        "case": case.number,
        "version": case.version,
        "source": case.source,
        "received_at": moment_text(case.received_at),
        "document": attempt.safe.on_record,
        "document_digest": case.document_digest,
        "in_force": named_digests(current),
        "given": Written(case.given_json),
        **recorded(decided.history),
        **arrangements_plain(decided.added),
        **moments_plain(decided.moments),
        "decision": Written(case.decision_json),
        **({"change": decided.changed.plain} if decided.changed else {}),
        "status": str(case.status),
        "who": attempt.submission.who.plain(),
    }
