"""For a document there is one most specific matrix: two of equally wide scope are an error."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from itertools import combinations

from engine.facts.conditions import All
from engine.policy import Matrix, PolicySet
from engine.scopes import Effective, Scope
from rules.checks.space.cells import Space, TooManyBoxes
from rules.checks.space.ground import domains, entity_facts, scope_entities
from rules.checks.space.possible import Amount, Possible
from rules.checks.wording import NOT_PROVED_HELP, facts_text, matrix_name
from rules.diagnostics import Diagnostics


def check_matrices(policy: PolicySet, diagnostics: Diagnostics) -> None:
    """Every two matrices that can cover one document, with that document."""
    for first, second in _candidates(policy):
        try:
            witness = _common_document(policy, first, second)
        except TooManyBoxes:
            message = f"{matrix_name(first)} and {matrix_name(second)} were not compared: "
            message += "their conditions have too many alternatives"
            diagnostics.note("not-proved", second.place, message, NOT_PROVED_HELP)
            continue
        if witness is None:
            continue
        earlier, later = sorted((first, second), key=lambda matrix: matrix.place)
        message = f"{matrix_name(later)} and {matrix_name(earlier)} cover the same documents"
        help = (
            f"the other is {earlier.place}: give one of them a narrower scope, other documents, "
            "other dates or a `when` that keeps them apart"
        )
        diagnostics.error("two-matrices", later.place, message, help, witness)


def _candidates(policy: PolicySet) -> Iterator[tuple[Matrix, Matrix]]:
    """Pairs of equally wide scope that share a type of document and a day."""
    by_width: dict[int, list[Matrix]] = {}
    for matrix in policy.matrices:
        by_width.setdefault(matrix.scope.width, []).append(matrix)
    for matrices in by_width.values():
        for first, second in combinations(matrices, 2):
            if (
                not first.documents.isdisjoint(second.documents)
                and scopes_meet(first.scope, second.scope)
                and common_days(first.effective, second.effective) is not None
            ):
                yield first, second


def scopes_meet(first: Scope, second: Scope) -> bool:
    """Whether two scopes of one width have something in common."""
    if first.width == 3:
        return True
    return any(
        not left.isdisjoint(right)
        for left, right in (
            (first.entities, second.entities),
            (first.countries, second.countries),
            (first.regions, second.regions),
        )
    )


def _common_document(policy: PolicySet, first: Matrix, second: Matrix) -> str | None:
    """A document that both cover, in words; `None` for none. Raises `TooManyBoxes`."""
    entities = [
        entity
        for entity in scope_entities(policy, first.scope)
        if entity in scope_entities(policy, second.scope)
    ]
    if not entities and (first.scope.width < 3 or policy.organization.entities):
        return None
    documents = first.documents & second.documents
    condition = All((first.when, second.when))
    space = Space([condition], "", domains(documents, entities, policy.facts))
    possible = Possible(space, Amount(), [entity_facts(entity) for entity in entities])
    for box in space.boxes(condition, certain=True):
        numbers = possible(box.masks, (box.low, box.high))
        if numbers is None:
            continue
        found = facts_text(space, box.masks, numbers)
        stated = " ".join(found)
        if "document.type:" not in stated:
            found.insert(0, f"document.type: {min(documents)}")
        if entities and "entity:" not in stated:
            found.append(f"entity: {entities[0].id}")
        day = common_days(first.effective, second.effective)
        if day is not None and day > date.min:
            found.append(f"on {day}")
        return ", ".join(found)
    return None


def common_days(first: Effective, second: Effective) -> date | None:
    """The first day on which both are in force; `date.min` where neither has a beginning."""
    start = max(first.start or date.min, second.start or date.min)
    end = min(first.to or date.max, second.to or date.max)
    return start if start < end else None


def stretches(first: Effective, second: Effective, dated: Iterable[Effective]) -> Iterator[date]:
    """One day of each stretch of the common time in which the same of the rules are in force."""
    start = common_days(first, second)
    if start is None:
        return
    end = min(first.to or date.max, second.to or date.max)
    days = {start}
    for effective in dated:
        for day in (effective.start, effective.to):
            if day is not None and start < day < end:
                days.add(day)
    yield from sorted(days)


def narrower_matrices(policy: PolicySet, matrix: Matrix, day: date) -> tuple[Matrix, ...]:
    """The matrices of narrower scope for the same types of document that are in force."""
    return tuple(
        each
        for each in policy.matrices
        if each.scope.width < matrix.scope.width
        and not each.documents.isdisjoint(matrix.documents)
        and each.effective.covers(day)
    )
