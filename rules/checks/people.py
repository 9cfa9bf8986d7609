"""What a set and its people say together: checked at one moment, with the people as they are."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Final

from engine.business_time import local_day
from engine.master_data import MasterData
from engine.matching import build
from engine.organization import Entity
from engine.places import Place
from engine.policy import Matrix, PolicySet
from rules.checks import absence, fallback, unapprovable
from rules.checks.cells import TooManyBoxes
from rules.checks.fallback import Fallbacks
from rules.checks.ground import scope_entities
from rules.checks.holding import check_holders
from rules.checks.owners import check_owners
from rules.checks.requesters import requesters
from rules.checks.trials import field_of, is_cut, subjects
from rules.checks.trying import results
from rules.checks.unapprovable import Findings
from rules.checks.wording import matrix_name
from rules.checks.world import Decide, World
from rules.diagnostics import Diagnostics

MOST_DECISIONS: Final = 60_000  # for one set
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
    run = _Run(world, diagnostics, unheld)
    pairs = [
        (matrix, entity)
        for matrix in policy.matrices
        for entity in scope_entities(policy, matrix.scope)
        if matrix.effective.covers(local_day(now, entity.zone))
    ]
    for done, (matrix, entity) in enumerate(pairs):
        progress(done, len(pairs))
        run.try_out(matrix, entity)
    progress(len(pairs), len(pairs))
    run.report()


class _Run:
    """One set tried out with its people; what is found is kept until all of it is known."""

    def __init__(
        self, world: World, diagnostics: Diagnostics, unheld: frozenset[tuple[Place, str]]
    ) -> None:
        self._world = world
        self._unheld = unheld
        self._diagnostics = diagnostics
        self._fallbacks = Fallbacks()
        self._findings = Findings()
        self._absences = absence.Absences()

    def try_out(self, matrix: Matrix, entity: Entity) -> None:
        """Every rule that the matrix, and the controls on top of it, have for the entity."""
        world = self._world
        day = local_day(world.now, entity.zone)
        try:
            field = field_of(world.policy, world.data, matrix, entity, day)
        except TooManyBoxes as error:
            message = f"{matrix_name(matrix)} was not tried out in {entity.id}: {error}"
            self._diagnostics.note("not-proved", matrix.place, message)
            return
        people = requesters(world.policy, world.data, entity, world.now)
        for subject in subjects(field):
            found = list(results(world, subject, people))
            for result in found:
                self._fallbacks.add(result)
            named = frozenset(self._fallbacks.named)
            for result in found:
                self._findings.add(result, named, self._unheld)
            self._absences.add(world, subject, found)
            if is_cut(subject):
                message = f"{subject.name} has more cases in {entity.id} than were tried out"
                self._diagnostics.note("not-proved", subject.place, message)

    def report(self) -> None:
        """Everything that was found."""
        fallback.report(self._world, self._fallbacks, self._diagnostics)
        unapprovable.report(self._world, self._findings, self._diagnostics)
        absence.report(self._world, self._absences, self._diagnostics)
        if self._world.left <= 0 and self._world.policy.matrices:
            message = (
                f"the set was tried out with its people by {MOST_DECISIONS} decisions, "
                "and there is more to try"
            )
            place = self._world.policy.matrices[-1].place
            self._diagnostics.note("not-proved", place, message)
