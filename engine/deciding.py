"""The decision: one pure function from policy, data, document and moment to an answer.

In order: who and what the document is about; the one matrix and its one row; the controls of every
layer; what is refused, then what is held, then the route with all that is added; requirements; and
the guarantees, checked on the route that came out. Anything that cannot be told is held.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from types import MappingProxyType

from engine.decision import (
    Comparison,
    Considered,
    Decision,
    Finding,
    Held,
    Outcome,
    Part,
    Passed,
    Reason,
    ReviewTask,
    Step,
)
from engine.documents.derived import OwnFacts
from engine.documents.model import Document
from engine.errors import PolicyError
from engine.facts.kinds import FactValues
from engine.facts.tracing import trace
from engine.facts.truth import Known, holds
from engine.history import NO_HISTORY, History
from engine.knowing import Basis, Situation, situate
from engine.master_data import MasterData
from engine.matching import build
from engine.places import NOWHERE, Place
from engine.policy import (
    Approve,
    Hold,
    Matrix,
    NotNeeded,
    PolicySet,
    Refuse,
    Requirement,
    Review,
)
from engine.rates import Shortage
from engine.recording import decision_digest
from engine.routing.arranging import Arrangement
from engine.routing.asked import NO_MOMENTS, Moments
from engine.routing.authority import widest
from engine.routing.building import Routing, Unfilled
from engine.routing.course import Escalation
from engine.routing.distinct import needs_answer, needs_approval
from engine.routing.guarantees import broken
from engine.routing.related_parties import matched, uncomparable
from engine.routing.resolving import resolve
from engine.routing.route import Wanted
from engine.routing.whole_route import whole_route
from engine.segregation.telling import joined, told
from engine.selecting import (
    Applied,
    Chosen,
    applying,
    choose_matrix,
    choose_row,
    held,
    held_for,
    measured,
)


@dataclass(slots=True)
class Draft:
    """A decision while it is made. Refusals beat holds, holds beat the route.

    `is_traced`: what was compared is noted, so that the answer can be written down and explained.
    """

    matrix: Matrix | None = None
    row: str = ""
    row_place: Place = NOWHERE
    amount: str = ""
    refused: list[Reason] = field(default_factory=list)
    held: list[Held] = field(default_factory=list)
    reasons: list[Reason] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    reviews: list[tuple[Review, Place]] = field(default_factory=list)
    compared: list[tuple[Place, Comparison]] = field(default_factory=list)
    wanted: Wanted = field(default_factory=Wanted)
    straight: bool = False
    steps: tuple[Step, ...] = ()
    tasks: tuple[ReviewTask, ...] = ()
    passed_over: tuple[Passed, ...] = ()
    rates: tuple[str, ...] = ()
    is_traced: bool = True
    arrangements: tuple[Arrangement, ...] = ()
    escalations: tuple[Escalation, ...] = ()
    moments: Moments = NO_MOMENTS


def decide(
    policy: PolicySet,
    data: MasterData,
    document: Document,
    now: datetime,
    given: FactValues = MappingProxyType({}),
    history: History = NO_HISTORY,
    own: OwnFacts | None = None,
    escalations: tuple[Escalation, ...] = (),
    arrangements: tuple[Arrangement, ...] = (),
    moments: Moments = NO_MOMENTS,
) -> Decision:
    """Who must approve the document, in what order, by whose authority; or why not.

    `now` is an aware instant. `given` are facts from outside the document and the master data:
    totals, answers of an ERP. `history` is what people did on documents that are related to this
    one, complete as far as the set's conflicts look (`engine/segregation/asking.py`). `own` is what
    the document states, where that has been worked out already. `escalations` are the places that
    were silent too long, `arrangements` what people have arranged on its route, `moments` since
    when its places are asked. Raises `PolicyError` for a naive moment and nothing else.
    """
    draft = Draft(arrangements=arrangements, escalations=escalations, moments=moments)
    draft = _draft(policy, data, document, now, given, draft, own, history)
    return _decision(policy, data, document, now, draft)


def consider(
    policy: PolicySet,
    data: MasterData,
    document: Document,
    now: datetime,
    given: FactValues = MappingProxyType({}),
    own: OwnFacts | None = None,
    history: History = NO_HISTORY,
) -> Considered:
    """The same answer where it is only compared with another: nothing is traced or written down.

    `own` is what the document states; several sets ask it of one document.
    """
    draft = _draft(policy, data, document, now, given, Draft(is_traced=False), own, history)
    outcome = _outcome(draft)
    return Considered(
        outcome=outcome,
        matrix=draft.matrix.name if draft.matrix is not None else "",
        row=draft.row,
        steps=_steps_of(draft, outcome),
        findings=tuple(draft.findings),
        reviews=draft.tasks,
        held=draft.held[0] if outcome is Outcome.HELD else None,
        refused=draft.refused[0] if outcome is Outcome.REFUSED else None,
    )


def _draft(
    policy: PolicySet,
    data: MasterData,
    document: Document,
    now: datetime,
    given: FactValues,
    draft: Draft,
    own: OwnFacts | None = None,
    history: History = NO_HISTORY,
) -> Draft:
    if now.tzinfo is None:
        raise PolicyError("the moment of a decision needs a time zone")
    if policy.lookup is None:
        policy = build(policy)
    situation = _situation(policy, data, document, now, given, own, history)
    if isinstance(situation, Held):
        draft.held.append(situation)
    else:
        situation.escalations, situation.moments = draft.escalations, draft.moments
        _ask_matrix(situation, draft)
        _ask_controls(situation, draft)
        _ask_persons(situation, draft)
        _route(situation, draft)
        _close(situation, draft)
    return draft


def _decision(
    policy: PolicySet, data: MasterData, document: Document, now: datetime, draft: Draft
) -> Decision:
    """The finished draft, with its digest."""
    outcome = _outcome(draft)
    decision = Decision(
        outcome=outcome,
        now=now,
        document=document.id,
        document_digest=document.digest,
        policy=policy.name,
        policy_digest=policy.digest,
        data_digest=data.digest,
        matrix=draft.matrix.name if draft.matrix is not None else "",
        row=draft.row,
        row_place=draft.row_place,
        amount=draft.amount,
        steps=_steps_of(draft, outcome),
        findings=tuple(draft.findings),
        reviews=draft.tasks,
        held=draft.held[0] if outcome is Outcome.HELD else None,
        refused=draft.refused[0] if outcome is Outcome.REFUSED else None,
        reasons=(*draft.reasons, *draft.refused[1:]),
        compared=tuple(draft.compared),
        passed_over=draft.passed_over,
        rates=draft.rates,
    )
    # Before anybody sees it; `replace` would copy two dozen fields for the sake of this one.
    object.__setattr__(decision, "digest", decision_digest(decision))
    return decision


def _situation(
    policy: PolicySet,
    data: MasterData,
    document: Document,
    now: datetime,
    given: FactValues,
    own: OwnFacts | None,
    history: History,
) -> Situation | Held:
    """Everything that is known, or why the document cannot even be looked at."""
    if document.type not in policy.documents:
        return held("document_type_unknown", document.type)
    situation = situate(policy, data, document, now, given, own)
    if isinstance(situation, Shortage):
        return held(situation.code, situation.detail)
    situation.history = history
    if policy.lookup is not None and "requester.limit" in policy.lookup.reads:
        limit = widest(situation, situation.requester)
        situation.known = situation.known.also({"requester.limit": limit})
    return situation


def _steps_of(draft: Draft, outcome: Outcome) -> tuple[Step, ...]:
    return draft.steps if outcome in (Outcome.ROUTE, Outcome.STRAIGHT_THROUGH) else ()


def _outcome(draft: Draft) -> Outcome:
    if draft.refused:
        return Outcome.REFUSED
    if draft.held:
        return Outcome.HELD
    if draft.straight and not any(map(needs_answer, draft.steps)):
        return Outcome.STRAIGHT_THROUGH
    return Outcome.ROUTE


def _close(situation: Situation, draft: Draft) -> None:
    """Takes over what was noted on the way."""
    draft.tasks = _reviews(situation, draft)
    if not draft.is_traced:
        return
    draft.reasons += situation.reasons
    draft.reasons += told(situation, draft.steps)
    draft.compared += [(key[0], made) for key, made in situation.compared.items()]
    draft.passed_over = tuple(situation.passed.values())
    draft.rates = tuple(str(use) for use in situation.known.converter.used())


def _ask_matrix(situation: Situation, draft: Draft) -> None:
    matrix = choose_matrix(situation)
    if isinstance(matrix, Held):
        draft.held.append(matrix)
        return
    draft.matrix = matrix
    on = measured(situation, matrix)
    if isinstance(on, Held):
        draft.held.append(replace(on, place=matrix.place, owner=matrix.owner))
        return
    draft.amount = str(on.amount) if on.amount is not None else ""
    chosen = choose_row(situation, matrix, on)
    if isinstance(chosen, Held):
        draft.held.append(chosen)
    else:
        _take(draft, chosen, on)


def _take(draft: Draft, chosen: Chosen, on: Basis) -> None:
    """Takes over the answer of the winning row."""
    place = chosen.place
    draft.row, draft.row_place = chosen.row, place
    words = (("matrix", chosen.matrix.title or chosen.matrix.name), ("row", chosen.row))
    draft.reasons.append(Reason("row_matched", place, words))
    if draft.is_traced:
        draft.compared += [(place, made) for made in trace(chosen.tested, on.known)]
    match chosen.answer:
        case Approve(steps):
            draft.wanted.matrix = steps
        case NotNeeded():
            draft.straight = True
        case Hold() as answer:
            code = "no_row" if place == chosen.matrix.otherwise_place else "held_by_policy"
            draft.held.append(_by_policy(answer, place, chosen.matrix.owner, code))
        case Refuse() as answer:
            draft.refused.append(_refusal(answer, place))
    _require(chosen.require, on.known, draft)


def _by_policy(answer: Hold, place: Place, owner: str, code: str = "held_by_policy") -> Held:
    """A hold that the policy asks for. `otherwise` keeps the code of what no row covers."""
    word = "detail" if code == "no_row" and not answer.code else "reason"
    return Held(answer.code or code, ((word, answer.reason),), place, owner)


def _refusal(answer: Refuse, place: Place) -> Reason:
    return Reason(answer.code or "refused_by_policy", place, (("reason", answer.reason),))


def _require(requirements: tuple[Requirement, ...], known: Known, draft: Draft) -> None:
    for requirement in requirements:
        truth = holds(requirement.condition, known)
        if truth is not True:
            code = "requirement_missing" if truth is False else "requirement_undecided"
            draft.findings.append(Finding(code, requirement.text, requirement.place))


def _ask_controls(situation: Situation, draft: Draft) -> None:
    applied, undecided = applying(situation)
    draft.held += undecided
    for found in applied:
        _apply(found, draft)


def _apply(found: Applied, draft: Draft) -> None:
    """Adds what one control says; whichever matrix decided."""
    control, place = found.control, found.control.place
    words = (("control", control.name), ("because", control.because))
    draft.reasons.append(Reason("control_applied", place, words))
    if draft.is_traced:
        tested = (*control.bounds, control.when)
        draft.compared += [(place, made) for made in trace(tested, found.known)]
    match control.answer:
        case Approve(steps):
            draft.wanted.add(control.at, steps)
        case Hold() as answer:
            draft.held.append(_by_policy(answer, place, control.owner))
        case Refuse() as answer:
            draft.refused.append(_refusal(answer, place))
        case NotNeeded() | None:
            pass
    _require(control.require, found.known, draft)
    if control.review is not None:
        draft.reviews.append((control.review, place))


def _ask_persons(situation: Situation, draft: Draft) -> None:
    """What the persons on the document are, and what they did, that keeps it from being decided."""
    draft.held += uncomparable(situation)
    draft.refused += matched(situation)
    owner = draft.matrix.owner if draft.matrix is not None else ""
    held_by, reasons = joined(situation, owner)
    draft.held += held_by
    draft.reasons += reasons


def _route(situation: Situation, draft: Draft) -> None:
    """The route that is wanted; what keeps it from being one is added to the draft's holds."""
    if draft.refused or draft.held:
        return
    steps = whole_route(situation, draft.wanted, draft.arrangements)
    if isinstance(steps, Unfilled):
        draft.held.append(_unfilled(situation, draft, steps))
        return
    draft.steps = steps
    if not draft.straight and not any(map(needs_approval, steps)):
        draft.held.append(held("silence", "", draft.row_place))
    elif not any(map(needs_answer, steps)) and draft.findings:
        texts = ", ".join(finding.text for finding in draft.findings)
        draft.held.append(held("requirement_missing", texts, draft.findings[0].place))
    else:
        failed = broken(situation, steps)
        if failed is not None:
            draft.held.append(failed)


def _unfilled(situation: Situation, draft: Draft, word: Unfilled) -> Held:
    """A place that nobody can fill; where a rate or fact kept limits from being asked, that."""
    owner = draft.matrix.owner if draft.matrix is not None else ""
    if word.code in ("authority_exceeded", "no_eligible_approver") and situation.gaps:
        return held_for(situation.gaps, word.place, owner)
    return Held(word.code, word.words, word.place, owner)


def _reviews(situation: Situation, draft: Draft) -> tuple[ReviewTask, ...]:
    tasks = []
    for review, place in draft.reviews:
        routing = Routing(situation)
        parts: list[Part] = []
        for word in review.by:
            found = resolve(routing, word)
            parts += [] if isinstance(found, Unfilled) else found
        tasks.append(ReviewTask(review.documents, review.code, tuple(parts), place))
    return tuple(tasks)
