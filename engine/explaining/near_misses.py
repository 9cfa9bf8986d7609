"""Why not: the rows that did not decide with the tests they failed, and where one person stands.

This is for people who ask. It looks at everything that deciding leaves aside, decides nothing, and
is not part of a decision.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType
from typing import Final

from engine.decision import Comparison, Decision, Held, Part, Passed
from engine.documents.model import Document
from engine.facts.conditions import All, Condition, Not
from engine.facts.kinds import FactValues
from engine.facts.tracing import trace
from engine.facts.truth import Known, holds
from engine.history import NO_HISTORY, History
from engine.knowing import Situation, situate
from engine.master_data import MasterData, PersonId
from engine.places import Place
from engine.policy import PolicySet, Row
from engine.routing.authority import holds_role, level_of, limit_text, widest
from engine.routing.distinct import leaves
from engine.routing.eligibility import bar
from engine.selecting import basis, choose_matrix, measured

NO_FACTS: Final[FactValues] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class NearMiss:
    """A row that did not decide. `failed` are the tests that were not true, each as it was made.

    `verdict` is true for a row that matched and was beaten by an exception.
    """

    name: str
    place: Place
    verdict: bool | None
    failed: tuple[Comparison, ...]


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a person stands towards a decision.

    `asked` are the ids of assignments he may fill, `passed` why he was passed over, `bar` the code
    of what keeps him from approving anything on this document. `roles` are those he holds here.
    """

    person: PersonId
    asked: tuple[int, ...]
    passed: tuple[Passed, ...]
    bar: str
    roles: tuple[str, ...]
    level: str
    limit: str


def near_misses(
    policy: PolicySet,
    data: MasterData,
    document: Document,
    decision: Decision,
    given: FactValues = NO_FACTS,
) -> tuple[NearMiss, ...]:
    """The other rows of the deciding matrix, those first that failed the fewest tests."""
    situation = situation_of(policy, data, document, decision.now, given)
    if situation is None:
        return ()
    matrix = choose_matrix(situation)
    if isinstance(matrix, Held):
        return ()
    on = basis(situation, matrix.amount, matrix.currency)
    known = situation.known if isinstance(on, Held) else on.known
    missed = [_missed(row, known) for row in matrix.rows if row.place != decision.row_place]
    return tuple(sorted(missed, key=lambda miss: (len(miss.failed), miss.place)))


def standing(
    policy: PolicySet,
    data: MasterData,
    document: Document,
    decision: Decision,
    name: str,
    given: FactValues = NO_FACTS,
    history: History = NO_HISTORY,
) -> Standing | None:
    """Where the person of that id or login stands; `None` for nobody the master data know."""
    person = data.person_of(name, decision.now)
    situation = situation_of(policy, data, document, decision.now, given, history)
    if person is None or situation is None:
        return None
    roles = policy.organization.roles.values()
    return Standing(
        person=person,
        asked=tuple(_asked(decision, person)),
        passed=tuple(found for found in decision.passed_over if found.person == person),
        bar=bar(situation, person),
        roles=tuple(sorted(role.name for role in roles if holds_role(situation, person, role))),
        level=level_of(situation, person),
        limit=limit_text(situation, person),
    )


def situation_of(
    policy: PolicySet,
    data: MasterData,
    document: Document,
    now: datetime,
    given: FactValues,
    history: History = NO_HISTORY,
) -> Situation | None:
    """What deciding knew, with the amount of the matrix; `None` where it could not even begin."""
    situation = situate(policy, data, document, now, given)
    if not isinstance(situation, Situation):
        return None
    situation.history = history
    limit = widest(situation, situation.requester)
    situation.known = situation.known.also({"requester.limit": limit})
    matrix = choose_matrix(situation)
    if not isinstance(matrix, Held):
        measured(situation, matrix)
    return situation


def _asked(decision: Decision, person: PersonId) -> Iterator[int]:
    parts: list[Part] = [part for step in decision.steps for part in step.parts]
    for part in parts:
        for place in leaves(part):
            members = place.body.members if place.body is not None else ()
            if person in members or any(a.person == person for a in place.assignees):
                yield place.id


def _missed(row: Row, known: Known) -> NearMiss:
    tests = (*row.bounds, *_parts(row.when))
    results = [(test, holds(test, known)) for test in tests]
    failed = tuple(
        comparison
        for test, result in results
        if result is not True
        for comparison in _said(test, known)
    )
    verdicts = [result for _, result in results]
    verdict = False if False in verdicts else None if None in verdicts else True
    return NearMiss(row.name, row.place, verdict, failed)


def _parts(condition: Condition) -> tuple[Condition, ...]:
    return condition.parts if isinstance(condition, All) else (condition,)


def _said(test: Condition, known: Known) -> Iterator[Comparison]:
    """The comparisons of a failed test that are not true themselves; all where each of them is."""
    if isinstance(test, Not):
        for made in trace((test.part,), known):
            result = None if made.result is None else not made.result
            yield replace(made, fact=f"not {made.fact}", result=result)
        return
    made_all = tuple(trace((test,), known))
    failed = tuple(made for made in made_all if made.result is not True)
    yield from failed or made_all
