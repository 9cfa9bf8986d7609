"""What a set and its people say together: checked at one moment, with the people as they are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from engine.business_time import local_day
from engine.master_data import MasterData
from engine.matching import build
from engine.organization import Entity
from engine.places import Place
from engine.policy import Matrix, PolicySet
from rules.checks.space.cells import TooManyBoxes
from rules.checks.space.ground import scope_entities
from rules.checks.with_people import absence, fallback, unapprovable
from rules.checks.with_people.absence import Absences
from rules.checks.with_people.fallback import Fallbacks
from rules.checks.with_people.holding import check_holders
from rules.checks.with_people.owners import check_owners
from rules.checks.with_people.requesters import Alike, requesters
from rules.checks.with_people.trials import Subject, field_of, is_cut, subjects
from rules.checks.with_people.trying import results
from rules.checks.with_people.unapprovable import Findings
from rules.checks.with_people.world import Decide, World
from rules.checks.wording import matrix_name
from rules.diagnostics import Diagnostics

MOST_DECISIONS: Final = 40_000  # for one set
Progress = Callable[[int, int], None]  # how many matrices in entities are done, and of how many


def lint_with_data(
    policy: PolicySet,
    data: MasterData,
    diagnostics: Diagnostics,
    decide: Decide,
    now: datetime,
    progress: Progress = lambda done, total: None,
) -> None:
    """Report who is missing: holders, owners, approvers, and who may not be away."""
    if policy.lookup is None:
        policy = build(policy)
    unheld = check_holders(policy, data, diagnostics, now)
    check_owners(policy, data, diagnostics, now)
    world = World(policy, data, decide, now, MOST_DECISIONS)
    found = _Found(unheld)
    pairs = [
        (matrix, entity)
        for matrix in policy.matrices
        for entity in scope_entities(policy, matrix.scope)
        if matrix.effective.covers(local_day(now, entity.zone))
    ]
    left = MOST_DECISIONS
    for done, (matrix, entity) in enumerate(pairs):
        progress(done, len(pairs))
        world.left = left // (len(pairs) - done)  # each gets its share of what is left
        left -= world.left
        _try_out(world, matrix, entity, found, diagnostics)
        left += max(0, world.left)
    progress(len(pairs), len(pairs))
    fallback.report(world, found.fallbacks, diagnostics)
    unapprovable.report(world, found.findings, diagnostics)
    absence.report(world, found.absences, diagnostics)
    if found.cut:
        subject = found.cut[0]
        rules = "1 rule was" if len(found.cut) == 1 else f"{len(found.cut)} rules were"
        message = f"{rules} tried out in part, the first is {subject.name} in {subject.entity.id}"
        diagnostics.note("not-proved", subject.place, message)


@dataclass(slots=True)
class _Found:
    """What is found, kept until all of it is known; `unheld` are words that nobody can fill."""

    unheld: frozenset[tuple[Place, str]]
    fallbacks: Fallbacks = field(default_factory=Fallbacks)
    findings: Findings = field(default_factory=Findings)
    absences: Absences = field(default_factory=Absences)
    cut: list[Subject] = field(default_factory=list)  # what there were not decisions enough for


def _try_out(
    world: World, matrix: Matrix, entity: Entity, found: _Found, diagnostics: Diagnostics
) -> None:
    """Every rule that the matrix, and the controls on top of it, have for the entity."""
    day = local_day(world.now, entity.zone)
    try:
        ready = field_of(world.policy, world.data, matrix, entity, day)
    except TooManyBoxes as error:
        message = f"{matrix_name(matrix)} was not tried out in {entity.id}: {error}"
        diagnostics.note("not-proved", matrix.place, message)
        return
    people = requesters(world.policy, world.data, entity, world.now)
    every, left = list(subjects(ready)), world.left
    for done, subject in enumerate(every):
        world.left = left // (len(every) - done)
        left -= world.left
        _try_subject(world, subject, people, found)
        if world.left <= 0:
            found.cut.append(subject)
        left += max(0, world.left)
        if is_cut(subject):
            message = f"{subject.name} has more cases in {entity.id} than were tried out"
            diagnostics.note("not-proved", subject.place, message)
    world.left = left


def _try_subject(world: World, subject: Subject, people: tuple[Alike, ...], found: _Found) -> None:
    made = list(results(world, subject, people))
    for result in made:
        found.fallbacks.add(result)
    named = frozenset(found.fallbacks.named)
    for result in made:
        found.findings.add(result, named, found.unheld)
    found.absences.add(world, subject, made)
