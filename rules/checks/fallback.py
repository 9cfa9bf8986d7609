"""Nobody may approve his own document: is there always somebody else?

For every row, an example document is decided for each of those who must approve it, as if it were
his own need. Where it is held for want of an approver the row, the person and the smallest
remedy are reported. It needs master data, so it is no part of `lint` without them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Final

from engine.business_time import local_day
from engine.decision import Ask, Assignment, Decision, Outcome
from engine.documents.model import Document
from engine.facts.kinds import FactValue, FactValues
from engine.master_data import MasterData, PersonId
from engine.organization import Entity
from engine.policy import Approve, Matrix, PolicySet, Row
from engine.routing.distinct import leaves, needed
from rules.checks.cells import TooManyBoxes
from rules.checks.examples import Charged, Example, document_of, examples, given_of, stated
from rules.checks.ground import Ground, ground, scope_entities
from rules.checks.wording import NOT_PROVED_HELP, facts_text, key_text, matrix_name
from rules.diagnostics import Diagnostics

Decide = Callable[[PolicySet, MasterData, Document, datetime, FactValues], Decision]

MOST_DECISIONS: Final = 20_000  # for one set
MOST_REQUESTERS: Final = 30  # tried until one of them gets a route
MOST_REPORTS: Final = 20  # for one matrix
WITHOUT: Final = frozenset({"no_eligible_approver", "authority_exceeded"})


@dataclass(slots=True)
class _State:
    """One run. `left` counts decisions down."""

    policy: PolicySet
    data: MasterData
    decide: Decide
    now: datetime
    diagnostics: Diagnostics
    left: int


@dataclass(frozen=True, slots=True)
class _Case:
    """An example document of one row, in one entity."""

    on: Ground
    row: Row
    entity: Entity
    example: Example
    facts: Mapping[str, FactValue]


def lint_with_data(
    policy: PolicySet,
    data: MasterData,
    diagnostics: Diagnostics,
    decide: Decide,
    now: datetime,
) -> None:
    """Report rows for which somebody's own document finds no approver at the moment `now`."""
    state = _State(policy, data, decide, now, diagnostics, MOST_DECISIONS)
    for matrix in policy.matrices:
        try:
            on = ground(policy, matrix)
        except TooManyBoxes:
            continue  # reported by `check_coverage`
        _check_matrix(state, on)
    if state.left <= 0 and policy.matrices:
        message = f"fallbacks were examined by {MOST_DECISIONS} decisions, and there are more"
        diagnostics.note("not-proved", policy.matrices[-1].place, message, NOT_PROVED_HELP)


def _check_matrix(state: _State, on: Ground) -> None:
    reports = 0
    seen: set[tuple[Row, PersonId]] = set()
    for case in _cases(state, on):
        for person, place, decision in _stuck(state, case):
            if (case.row, person) in seen:
                continue
            seen.add((case.row, person))
            reports += 1
            if reports <= MOST_REPORTS:
                _report(state, case, person, place, decision)
    if reports > MOST_REPORTS:
        message = f"and {reports - MOST_REPORTS} more in {matrix_name(on.matrix)}"
        state.diagnostics.error("no-fallback", on.matrix.place, message)


def _cases(state: _State, on: Ground) -> Iterator[_Case]:
    for entity in scope_entities(state.policy, on.matrix.scope):
        if not on.matrix.effective.covers(local_day(state.now, entity.zone)):
            continue
        for row in on.matrix.rows:
            if not isinstance(row.answer, Approve):
                continue
            for example in examples(on, row, _limits(state.policy, on.matrix, entity)):
                facts = stated(on, example)
                if facts is not None and facts.get("entity", entity.id) == entity.id:
                    yield _Case(on, row, entity, example, facts)


def _limits(policy: PolicySet, matrix: Matrix, entity: Entity) -> tuple[int, ...]:
    """Amounts above which somebody else has to be asked."""
    found = {
        limit.up_to.minor
        for limit in policy.organization.limits
        if limit.up_to is not None
        and limit.up_to.currency == matrix.currency
        and (not limit.entities or entity.id in limit.entities)
    }
    return tuple(sorted(found))


def _stuck(state: _State, case: _Case) -> Iterator[tuple[PersonId, Assignment, Decision]]:
    """Those who must approve the example and whose own document finds nobody."""
    usual = _usual(state, case)
    if usual is None:
        return
    for place in _places(usual):
        for assignee in place.assignees:
            decision = _decide(state, case, assignee.person)
            if decision is not None and decision.held is not None and decision.held.code in WITHOUT:
                yield assignee.person, place, decision


def _usual(state: _State, case: _Case) -> Decision | None:
    """The route for somebody who asks: the first person for whom there is one by this row."""
    people = sorted(
        (p for p in state.data.people.values() if p.is_active(state.now)),
        key=lambda p: (p.entity != case.entity.id, bool(p.levels), p.id),
    )
    for person in islice(people, MOST_REQUESTERS):
        decision = _decide(state, case, person.id)
        if decision is None:
            return None
        if decision.outcome is Outcome.ROUTE and decision.row_place == case.row.place:
            return decision
    return None


def _places(decision: Decision) -> Iterator[Assignment]:
    """The places without which the route cannot be done."""
    for step in decision.steps:
        for part in step.parts:
            sure = tuple(needed(part))
            yield from (p for p in sure or leaves(part) if p.ask is Ask.APPROVE)


def _decide(state: _State, case: _Case, requester: PersonId) -> Decision | None:
    state.left -= 1
    if state.left <= 0:
        return None
    matrix = case.on.matrix
    document = document_of(
        matrix,
        case.entity,
        case.facts,
        case.example.key,
        _charged(state.data, case.entity),
        requester,
        state.now,
    )
    given = given_of(state.policy, matrix, case.facts, case.example.key, state.now)
    return state.decide(state.policy, state.data, document, state.now, given)


def _charged(data: MasterData, entity: Entity) -> Charged:
    centers = sorted(c.id for c in data.cost_centers.values() if c.entity == entity.id and c.owners)
    projects = sorted(p.id for p in data.projects.values() if p.entity == entity.id)
    return Charged(next(iter(centers), ""), next(iter(projects), ""))


def _report(
    state: _State, case: _Case, person: PersonId, place: Assignment, decision: Decision
) -> None:
    code = decision.held.code if decision.held is not None else ""
    message = f"a document of `{person}` finds nobody who may approve it ({code})"
    roles = state.policy.organization.roles
    held = sorted(
        {
            holding.role
            for holdings in state.data.holdings.values()
            for holding in holdings
            if holding.person == person
        }
    )
    role = place.word if place.word in roles else next(iter(held), "")
    if role:
        help = (
            f"let somebody stand in: `- {{for: {role}, by: ..., because: [barred]}}` in the "
            f"handling file, or give `{role}` another holder"
        )
    else:
        help = f"give `{person}` a supervisor with the authority, or name others beside the chain"
    parts = facts_text(case.on.space, case.example.region.masks, case.example.region.numbers)
    parts = [f"entity: {case.entity.id}", f"requester: {person}", *parts]
    if case.on.has_amount:
        parts.append(f"amount {key_text(case.example.key, case.on.space.currency)}")
    state.diagnostics.error("no-fallback", case.row.place, message, help, ", ".join(parts))
