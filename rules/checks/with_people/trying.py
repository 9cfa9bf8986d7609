"""Every rule tried with every kind of requester: which documents find nobody who may approve them.

A rule is tried alone and with each control; the documents of a trial are decided for everybody who
asks, for whoever is asked on the way, and in other settings for those whom they concern.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Final

from engine.decision import Ask, Assignment, Decision, Outcome
from engine.master_data import PersonId
from engine.routing.distinct import leaves, needed
from engine.routing.words import OwnerWord, SupervisorChain, nested
from rules.checks.with_people.requesters import Alike
from rules.checks.with_people.settings import (
    Other,
    Setting,
    document_in,
    other_settings,
    usual_setting,
    with_parts,
)
from rules.checks.with_people.trials import Subject, Trial, trials
from rules.checks.with_people.world import World

WITHOUT: Final = frozenset(
    {"no_eligible_approver", "authority_exceeded", "guarantee_broken", "approves_once"}
)
MOST_IN_PARTS: Final = 20  # persons put in the part of submitter, buyer, receiver


@dataclass(frozen=True, slots=True)
class Tried:
    """One document that was decided by the rule it is for. `alike` are those it speaks for."""

    trial: Trial
    setting: Setting
    alike: Alike
    decision: Decision

    @property
    def is_stuck(self) -> bool:
        """Whether it is held because nobody may approve it."""
        return self.decision.outcome is Outcome.HELD


@dataclass(slots=True)
class Result:
    """What came out for one trial in one setting. `is_whole`: everybody was tried.

    `others` counts the documents that the rule decided and that are held for another reason.
    """

    trial: Trial
    setting: Setting
    is_whole: bool
    tried: list[Tried] = field(default_factory=list)
    others: int = 0

    @property
    def usual(self) -> Decision | None:
        """The route of the first requester who gets one."""
        return next((each.decision for each in self.tried if not each.is_stuck), None)

    @property
    def stuck(self) -> list[Tried]:
        """Those who find nobody."""
        return [each for each in self.tried if each.is_stuck]

    @property
    def is_blocked(self) -> bool:
        """Whether everybody finds nobody."""
        return self.is_whole and bool(self.tried) and not self.others and self.usual is None


def results(world: World, subject: Subject, people: tuple[Alike, ...]) -> Iterator[Result]:
    """What comes out for every document of the subject."""
    usual = usual_setting(world, subject)
    others = tuple(other_settings(world, subject))
    if not _is_about_requesters(world, subject):
        people = people[:1]  # the row was tried for everybody; whoever is asked is added below
    for trial in trials(subject):
        if world.left <= 0:
            return
        whole = _result(world, trial, usual, people, is_whole=True)
        known = {person for alike in people for person in alike.people}
        asked = [p for p in _asked(whole) if p not in known]
        _decide(world, whole, [Alike((person,)) for person in asked])
        yield whole
        if trial.is_plain:
            yield from _elsewhere(world, trial, usual, others, people)
            yield from _in_parts(world, trial, usual, whole)


def _is_about_requesters(world: World, subject: Subject) -> bool:
    """Whether whom the rule asks may depend on who asks, though he is not asked himself."""
    if subject.control is None or world.policy.barred:
        return True
    return any(
        isinstance(inner, SupervisorChain | OwnerWord)
        for word in subject.own_words
        for inner in nested(word)
    )


def _elsewhere(
    world: World,
    trial: Trial,
    usual: Setting,
    others: Iterable[Other],
    people: tuple[Alike, ...],
) -> Iterator[Result]:
    for other in others:
        if other.people:
            some = tuple(Alike((person,)) for person in other.people)
            yield _result(world, trial, other.setting, (*people[:1], *some), is_whole=False)
        elif other.setting != usual:
            yield _result(world, trial, other.setting, people, is_whole=True)


def _in_parts(world: World, trial: Trial, usual: Setting, whole: Result) -> Iterator[Result]:
    """The same with each of those who are asked as its submitter, buyer or receiver."""
    able = next((each.alike for each in whole.tried if not each.is_stuck), None)
    if able is not None:
        asked = tuple(islice(_asked(whole), MOST_IN_PARTS))
        for setting in with_parts(world, usual, asked):
            yield _result(world, trial, setting, (able,), is_whole=False)


def _result(
    world: World, trial: Trial, setting: Setting, people: Iterable[Alike], *, is_whole: bool
) -> Result:
    made = Result(trial, setting, is_whole)
    _decide(world, made, people)
    return made


def _decide(world: World, result: Result, people: Iterable[Alike]) -> None:
    trial, setting = result.trial, result.setting
    document, given = document_in(world, trial, setting, PersonId(""))
    for alike in people:
        decision = world.decided(replace(document, requester=alike.first), given)
        if decision is None:
            return
        if speaks(trial.subject, decision):
            result.tried.append(Tried(trial, setting, alike, decision))
        elif decision.row_place == trial.subject.row.place:
            result.others += 1


def speaks(subject: Subject, decision: Decision) -> bool:
    """Whether the rule decided, and its people were looked for."""
    if decision.row_place != subject.row.place:
        return False
    control = subject.control
    if control is not None and not any(
        reason.code == "control_applied" and reason.place == control.place
        for reason in decision.reasons
    ):
        return False
    if decision.outcome is Outcome.HELD:
        return decision.held is not None and decision.held.code in WITHOUT
    return decision.outcome is Outcome.ROUTE


def places_needed(decision: Decision) -> Iterator[Assignment]:
    """The places without which the route cannot be done."""
    for step in decision.steps:
        for part in step.parts:
            sure = tuple(needed(part))
            yield from (p for p in sure or leaves(part) if p.ask is Ask.APPROVE)


def persons_of(decision: Decision) -> tuple[PersonId, ...]:
    """Everybody who is asked on a route, members of bodies too; each once, in order."""
    found: dict[PersonId, None] = {}
    for step in decision.steps:
        for part in step.parts:
            for place in leaves(part):
                found |= dict.fromkeys(a.person for a in place.assignees)
                if place.body is not None:
                    found |= dict.fromkeys((*place.body.members, *place.body.recorders))
    return tuple(found)


def _asked(result: Result) -> tuple[PersonId, ...]:
    found: dict[PersonId, None] = {}
    for each in result.tried:
        if not each.is_stuck:
            found |= dict.fromkeys(persons_of(each.decision))
    return tuple(found)
