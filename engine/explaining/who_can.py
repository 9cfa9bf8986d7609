"""Who can approve this: each place of the route with everybody who may fill it, and by what.

This is for people who ask. The persons are those of the decision, which alone says who may act;
why they may, why others may not and whose limits cover is asked of the functions that decide. A
document that is held or refused has no route, and then nobody can approve it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from engine.decision import Ask, Assignee, Assignment, Decision, Outcome, Via
from engine.documents.model import Document
from engine.explaining.near_misses import NO_FACTS, situation_of
from engine.facts.kinds import ANY_AMOUNT, FactValues
from engine.history import NO_HISTORY, History
from engine.knowing import Situation
from engine.master_data import MasterData, PersonId
from engine.money import Exact, Money
from engine.organization import Limit
from engine.places import NOWHERE, Place
from engine.policy import PolicySet
from engine.rates import Shortage
from engine.routing.authority import (
    Amount,
    covering,
    is_one_of,
    joint_covering,
    level_of,
    limit_text,
    own_limits,
    reaches,
)
from engine.routing.delegation import Need, allowing
from engine.routing.distinct import leaves
from engine.routing.eligibility import bar
from engine.routing.words import nested

OWNERS = frozenset({"cost_center_owner", "budget_holder", "project_manager"})


@dataclass(frozen=True, slots=True)
class Ground:
    """Why somebody may fill a place: a role, a level, an object owned, a limit, a delegation ...

    `code` is one of `role`, `level`, `owner`, `supervisor`, `requester`, `chain`, `limit`,
    `delegation`, `stand_in`, `acting`, `climb`, `member`, `recorder`. `name` says which one.
    """

    code: str
    name: str = ""
    amount: str = ""
    place: Place = NOWHERE


@dataclass(frozen=True, slots=True)
class Signer:
    """One person who may fill a place, for himself or another."""

    assignee: Assignee
    grounds: tuple[Ground, ...]


@dataclass(frozen=True, slots=True)
class Fillable:
    """One place of the route, in the order of the steps, and everybody who may fill it."""

    step: int
    asked: Assignment
    signers: tuple[Signer, ...]


@dataclass(frozen=True, slots=True)
class Other:
    """Somebody relevant who cannot approve: the code of why, with words to fill in."""

    person: PersonId
    code: str
    words: tuple[tuple[str, str], ...] = ()
    word: str = ""


@dataclass(frozen=True, slots=True)
class Covering:
    """A limit that covers the amount, and who has it here; with what keeps each from approving.

    Nobody whose employment has not begun or has ended is listed.
    """

    limit: Limit
    people: tuple[tuple[PersonId, str], ...]


@dataclass(frozen=True, slots=True)
class WhoCan:
    """The answer. `lacking` are rates or facts without which some limits could not be compared."""

    decision: Decision
    places: tuple[Fillable, ...]
    others: tuple[Other, ...]
    covering: tuple[Covering, ...]
    amount: str
    lacking: tuple[Shortage, ...]

    @property
    def approvers(self) -> frozenset[PersonId]:
        """Everybody who may give one of the approvals of the route."""
        return frozenset(
            signer.assignee.person
            for place in self.places
            if place.asked.ask is Ask.APPROVE
            for signer in place.signers
        )


def who_can(
    policy: PolicySet,
    data: MasterData,
    document: Document,
    decision: Decision,
    given: FactValues = NO_FACTS,
    history: History = NO_HISTORY,
) -> WhoCan:
    """Who can approve the document that was decided so, by what, and why nobody else."""
    situation = situation_of(policy, data, document, decision.now, given, history)
    places: tuple[Fillable, ...] = ()
    if situation is not None and decision.outcome is Outcome.ROUTE:
        places = tuple(_places(situation, decision))
    found = WhoCan(decision, places, (), (), "", ())
    if situation is None:
        return found
    limits = tuple(_covering(situation))
    return WhoCan(
        decision=decision,
        places=places,
        others=tuple(_others(situation, decision, found.approvers)),
        covering=limits,
        amount="" if situation.amount is None else str(situation.amount),
        lacking=tuple(sorted(set(situation.gaps), key=str)),
    )


def _places(situation: Situation, decision: Decision) -> Iterator[Fillable]:
    for step in decision.steps:
        for part in step.parts:
            for asked in leaves(part):
                yield Fillable(step.number, asked, tuple(_signers(situation, asked)))


def _signers(situation: Situation, asked: Assignment) -> Iterator[Signer]:
    body = asked.body
    if body is not None:
        votes = dict(body.votes)
        for member in body.members:
            name = f"{asked.word}, {votes[member]} votes" if member in votes else asked.word
            yield Signer(Assignee(member), (Ground("member", name),))
        for recorder in body.recorders:
            yield Signer(Assignee(recorder), (Ground("recorder", asked.word),))
        return
    for assignee in asked.assignees:
        grounds = (
            *_of_place(situation, asked, assignee),
            *_limits(situation, asked, assignee),
            *_acting_for(situation, asked, assignee),
        )
        yield Signer(assignee, grounds)


def _of_place(situation: Situation, asked: Assignment, assignee: Assignee) -> Iterator[Ground]:
    """What the place asks for: a role, a level, an owner, a supervisor."""
    organization, word = situation.policy.organization, asked.word
    whose = assignee.on_behalf_of or assignee.person
    if word in organization.roles:
        yield Ground("role", word, place=organization.roles[word].place)
    elif word in organization.levels:
        yield Ground("level", level_of(situation, whose))
    elif word in OWNERS and assignee.via is not Via.CLIMB:
        yield Ground("owner", asked.object)
    elif word == "requester.manager":
        yield Ground("supervisor", str(situation.requester))
    elif word == "requester":
        yield Ground("requester")


def _limits(situation: Situation, asked: Assignment, assignee: Assignee) -> Iterator[Ground]:
    """The limit that covers in a chain, or the joint limit whose party is asked."""
    for joint in situation.policy.organization.limits:
        if joint.jointly and joint.place == asked.place:
            yield Ground("limit", " and ".join(joint.who), _up_to(joint), joint.place)
    if asked.word != "chain":
        return
    amount = _amount_asked(situation, asked)
    found = False
    for whose in dict.fromkeys((assignee.on_behalf_of or assignee.person, assignee.person)):
        limit = covering(situation, whose, amount) if amount is not None else None
        if limit is not None:
            yield Ground("limit", whose, _up_to(limit), limit.place)
            found = True
    if not found:
        yield Ground("chain", place=asked.place)


def _up_to(limit: Limit) -> str:
    return str(limit.up_to or ANY_AMOUNT)


def _amount_asked(situation: Situation, asked: Assignment) -> Amount | None:
    """The amount that the place is asked for: that of the matrix, or a total a chain covers."""
    for value in (situation.amount, *situation.known.values.values()):
        if isinstance(value, Money | Exact):
            for signed in (value, type(value)(-value.minor, value.currency)):  # type: ignore[arg-type]
                if str(signed) == asked.amount:
                    return signed
    return None


def _acting_for(situation: Situation, asked: Assignment, assignee: Assignee) -> Iterator[Ground]:
    """How he comes to act in a place that is not his own."""
    principal = str(assignee.on_behalf_of or "")
    match assignee.via:
        case Via.DELEGATE:
            yield Ground(
                "delegation",
                f"{assignee.delegation} of {principal}",
                place=_allowed_by(situation, asked, assignee),
            )
        case Via.STAND_IN:
            yield _stand_in(situation, asked)
        case Via.ACTING:
            yield Ground("acting", principal)
        case Via.CLIMB:
            yield Ground("climb", asked.object)
        case Via.HOLDER | Via.ESCALATED | Via.REASSIGNED:
            # nothing was silent here, and nobody hands a task on before there is a document
            return


def _allowed_by(situation: Situation, asked: Assignment, assignee: Assignee) -> Place:
    """The row of the handling that allows the delegation."""
    need = Need(asked.word, situation.amount, ask=asked.ask)
    for delegations in situation.data.delegations.values():
        for delegation in delegations:
            if delegation.id == assignee.delegation and delegation.delegate == assignee.person:
                for rule in allowing(situation, delegation, need):
                    return rule.place
    return NOWHERE


def _stand_in(situation: Situation, asked: Assignment) -> Ground:
    for rule in situation.policy.stand_ins:
        if any(getattr(word, "place", NOWHERE) == asked.place for word in nested(rule.by)):
            return Ground("stand_in", rule.for_role, place=rule.place)
    return Ground("stand_in", asked.word, place=asked.place)


def _others(
    situation: Situation, decision: Decision, approvers: frozenset[PersonId]
) -> Iterator[Other]:
    """Whoever was looked at or has authority here and cannot approve, one reason each."""
    found: dict[PersonId, Other] = {}
    for passed in decision.passed_over:
        if passed.person and passed.person not in approvers:
            found.setdefault(
                passed.person, Other(passed.person, passed.code, passed.words, passed.word)
            )
    asked = (situation.requester, *situation.data.people)
    for person in asked if decision.outcome is Outcome.ROUTE else ():
        if person not in approvers and person not in found and _is_relevant(situation, person):
            found[person] = _why_not(situation, person)
    yield from (found[person] for person in sorted(found))


def _is_relevant(situation: Situation, person: PersonId) -> bool:
    return person == situation.requester or (
        situation.data.people[person].is_active(situation.now)
        and bool(own_limits(situation, person))
    )


def _why_not(situation: Situation, person: PersonId) -> Other:
    code = bar(situation, person)
    if code:
        return Other(person, code)
    amount = situation.amount
    limits = own_limits(situation, person)
    if amount is not None and not any(reaches(situation, limit, amount) for limit in limits):
        words = (("amount", str(amount)), ("limit", limit_text(situation, person)))
        return Other(person, "over_limit", words)
    return Other(person, "not_asked")


def _covering(situation: Situation) -> Iterator[Covering]:
    """Every limit here that covers the amount, the lowest first, with those who have it."""
    amount = situation.amount
    if amount is None:
        return
    found: dict[Limit, list[PersonId]] = {}
    for person, who in situation.data.people.items():
        if not who.is_active(situation.now):
            continue
        for limit in own_limits(situation, person):
            if reaches(situation, limit, amount):
                found.setdefault(limit, []).append(person)
        for limit in joint_covering(situation, person, amount):
            found.setdefault(limit, []).append(person)
    for limit in sorted(found, key=lambda limit: _rank(situation, limit)):
        people = found[limit]
        if limit.jointly and not _is_complete(situation, limit, people):
            continue
        yield Covering(limit, tuple((person, _prevented(situation, person)) for person in people))


def _rank(situation: Situation, limit: Limit) -> tuple[bool, object, Place]:
    """Ascending by amount, in the entity's currency where limits differ in theirs."""
    if limit.up_to is None:
        return True, 0, limit.place
    ours = situation.known.converter.convert(limit.up_to, situation.entity.currency)
    minor = limit.up_to.minor if isinstance(ours, Shortage) else ours.minor
    return False, minor, limit.place


def _is_complete(situation: Situation, limit: Limit, people: list[PersonId]) -> bool:
    """Whether every party of a joint limit has somebody."""
    return all(any(is_one_of(situation, person, name) for person in people) for name in limit.who)


def _prevented(situation: Situation, person: PersonId) -> str:
    """What keeps the person from approving this document himself."""
    code = bar(situation, person)
    return code or ("absent" if situation.data.is_absent(person, situation.now) else "")
