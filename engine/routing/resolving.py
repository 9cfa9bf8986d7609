"""From approver words to assignments: who, by name, is asked for what a row says.

A word becomes parts that are all needed, side by side; what nobody can fill becomes an `Unfilled`
with a hold code. Persons who were looked at and passed over are noted in the situation.
"""

from __future__ import annotations

from dataclasses import replace
from typing import assert_never

from engine.decision import Ask, Assignee, Assignment, Ballot, Group, Part, Via
from engine.knowing import as_compared
from engine.master_data import PersonId
from engine.organization import Body, Role
from engine.places import Place
from engine.routing.authority import holders, is_one_of, of_level, scope_of
from engine.routing.building import Resolved, Routing, Unfilled
from engine.routing.chains import chain
from engine.routing.delegation import Need
from engine.routing.distinct import is_fillable
from engine.routing.eligibility import bar, pass_over
from engine.routing.owners import charged
from engine.routing.seating import climb, each_once, seat, supervisor
from engine.routing.stand_ins import stand_in_rules
from engine.routing.words import (
    BodyWord,
    Consult,
    Distinct,
    First,
    LevelWord,
    Notify,
    OwnerWord,
    Ratify,
    RequesterWord,
    RoleChain,
    RoleWord,
    Signed,
    SupervisorChain,
    Together,
    Word,
)


def resolve(routing: Routing, word: Word, climbs: bool = True) -> Resolved:
    """The parts, all needed, that the word asks for. `climbs` allows stand-ins and climbing."""
    match word:
        case RoleWord() | BodyWord():
            return _role(routing, word, climbs)
        case OwnerWord():
            return _owners(routing, word, climbs)
        case RequesterWord():
            return _requester(routing, word)
        case LevelWord():
            found = of_level(routing.situation, word.level)
            return _queue(routing, word.level, found, word.place)
        case Together():
            return _together(routing, word, climbs)
        case Distinct():
            return _distinct(routing, word, climbs)
        case First():
            return _first(routing, word, climbs)
        case SupervisorChain() | RoleChain():
            steps = chain(routing, word, resolve)
            return steps if isinstance(steps, Unfilled) else tuple(p for s in steps for p in s)
        case Signed():
            return _marked(resolve(routing, word.who, climbs), as_=word.as_)
        case Consult():
            return _asking(routing, word.who, Ask.CONSULT, "")
        case Notify():
            return _asking(routing, word.who, Ask.NOTIFY, word.may_object_in)
        case Ratify():
            return _asking(routing, word.by, Ask.RATIFY, word.within)
        case _:
            assert_never(word)


def _requester(routing: Routing, word: RequesterWord) -> Resolved:
    situation = routing.situation
    if not situation.data.people[situation.requester].is_active(situation.now):
        situation.pass_over(situation.requester, "inactive", "requester")
        return _nobody("requester", word.place)
    return (routing.assignment("requester", (Assignee(situation.requester),), word.place),)


def _nobody(word: str, place: Place) -> Unfilled:
    return Unfilled("no_eligible_approver", place, (("detail", word),))


def _queue(routing: Routing, word: str, people: tuple[PersonId, ...], place: Place) -> Resolved:
    """One assignment that any of the people, or those acting for them, may take."""
    assignees = seats(routing, word, people, place)
    if not assignees:
        return _nobody(word, place)
    return (routing.assignment(word, assignees, place),)


def seats(
    routing: Routing, word: str, people: tuple[PersonId, ...], place: Place
) -> tuple[Assignee, ...]:
    """Everyone who may act in one of these positions now."""
    situation = routing.situation
    need = Need(word, situation.amount, ask=routing.ask, rule=place)
    return each_once(a for person in people for a in seat(situation, person, need))


def _role(routing: Routing, word: RoleWord | BodyWord, climbs: bool) -> Resolved:
    situation = routing.situation
    role = situation.policy.organization.roles[word.role]
    if role.body is not None:
        return _body(routing, role, role.body, word.place)
    people = tuple([holding.person for holding in holders(situation, role)])
    if not people and scope_of(situation, role) is None:
        return Unfilled("fact_missing", word.place, (("detail", role.per),))
    found = _queue(routing, role.name, people, word.place)
    if not isinstance(found, Unfilled) or not climbs:
        return found
    for rule in stand_in_rules(situation, role, people):
        parts = resolve(routing, rule.by, climbs=False)
        if not isinstance(parts, Unfilled):
            principal = people[0] if len(people) == 1 else None
            return tuple(_standing_in(part, principal) for part in parts)
    return found


def _standing_in(part: Part, principal: PersonId | None) -> Part:
    if isinstance(part, Group):
        return Group(part.need, tuple(_standing_in(inner, principal) for inner in part.parts))
    assignees = tuple(  # a delegate stays one: he and whoever he acts for fill one place
        a if a.via is Via.DELEGATE else Assignee(a.person, Via.STAND_IN, principal)
        for a in part.assignees
    )
    return replace(part, assignees=assignees, notes=(*part.notes, "stand_in"))


def _body(routing: Routing, role: Role, body: Body, place: Place) -> Resolved:
    situation = routing.situation
    roles = situation.policy.organization.roles

    def eligible(name: str) -> tuple[PersonId, ...]:
        if not name:
            return ()
        found = []
        for holding in holders(situation, roles[name]):
            code = bar(situation, holding.person, routing.ask)
            if code:
                pass_over(situation, holding.person, code, role.name)
            else:
                found.append(holding.person)
        return tuple(found)

    members, recorders = eligible(body.of), eligible(body.recorded_by)
    if len(members) < body.present if body.of else not recorders:
        return _nobody(role.name, place)
    ballot = Ballot(
        members=members,
        present=body.present if body.of else 1,
        in_favour=str(body.in_favour),
        above=body.above,
        recorders=recorders,
        votes=tuple((p, n) for p in members for r, n in body.votes if is_one_of(situation, p, r)),
    )
    return (routing.assignment(role.name, (), place, body=ballot),)


def _owners(routing: Routing, word: OwnerWord, climbs: bool) -> Resolved:
    situation = routing.situation
    if word.kind == "requester.manager":
        manager = supervisor(situation, situation.requester)
        if manager is None:
            return _nobody(word.kind, word.place)
        need = Need(
            word.kind, situation.amount, ask=routing.ask, is_owner=True, rule=word.place, object=""
        )
        assignees, notes = climb(situation, manager, need)
        if not assignees:
            return _nobody(word.kind, word.place)
        return (routing.assignment(word.kind, assignees, word.place, notes=notes),)
    objects = charged(situation, word.kind)
    if isinstance(objects, tuple):
        return Unfilled(objects[0], word.place, (("detail", objects[1]),))
    parts: list[Part] = []
    for owner, share in objects.items():
        of, ask = " ".join(share.objects), routing.ask
        amount = as_compared(situation.policy, share.amount)
        need = Need(word.kind, amount, ask=ask, is_owner=True, rule=word.place, object=of)
        if climbs:
            assignees, notes = climb(situation, owner, need)
        else:
            assignees, notes = seat(situation, owner, need), ()
        if not assignees:
            return _nobody(f"{word.kind} {of}", word.place)
        parts.append(
            routing.assignment(
                word.kind,
                assignees,
                word.place,
                object=of,
                amount=str(share.amount),
                notes=notes,
            )
        )
    return tuple(parts)


def _together(routing: Routing, word: Together, climbs: bool) -> Resolved:
    filled: list[Part] = []
    failed: list[Unfilled] = []
    for part in word.parts:
        found = resolve(routing, part, climbs)
        if isinstance(found, Unfilled):
            failed.append(found)
        elif len(found) == 1 or word.need == len(word.parts):
            filled.extend(found)
        else:
            filled.append(Group(len(found), found))
    lacking = word.need - (len(word.parts) - len(failed))
    if lacking > 0:
        return failed[0]
    need = len(filled) if word.need == len(word.parts) else word.need
    return _group(Group(need, tuple(filled)), word.place)


def _group(group: Group, place: Place) -> Resolved:
    if not is_fillable(group):
        return _nobody(f"{group.need} different persons", place)
    return group.parts if len(group.parts) == 1 else (group,)


def _distinct(routing: Routing, word: Distinct, climbs: bool) -> Resolved:
    """`need` places for the same holders; the first k of them only for those of `among`."""
    found = resolve(routing, word.of, climbs)
    if isinstance(found, Unfilled):
        return found
    if len(found) != 1 or not isinstance(found[0], Assignment):
        return _nobody("at_least", word.place)
    queue = found[0]
    places: list[Part] = [queue]
    places += [
        routing.assignment(queue.word, queue.assignees, queue.place) for _ in range(word.need - 1)
    ]
    position = 0
    for count, roles in word.among:
        for _ in range(count):
            place = places[position] if position < len(places) else None
            if not isinstance(place, Assignment):
                return _nobody("among_them", word.place)
            chosen = tuple(
                assignee
                for assignee in place.assignees
                if any(
                    is_one_of(routing.situation, assignee.on_behalf_of or assignee.person, role)
                    for role in roles
                )
            )
            places[position] = replace(place, assignees=chosen, object=" ".join(roles))
            position += 1
    return _group(Group(word.need, tuple(places)), word.place)


def _first(routing: Routing, word: First, climbs: bool) -> Resolved:
    """The first part that can be completed. What is undecided does not fall through to the next."""
    gaps = routing.situation.gaps
    found: Resolved = _nobody("first", word.place)
    for position, part in enumerate(word.parts):
        is_last = position == len(word.parts) - 1
        found = resolve(routing, part, climbs and is_last)
        if not isinstance(found, Unfilled):
            return found
        if gaps or found.code not in ("no_eligible_approver", "authority_exceeded"):
            return found
    return found


def _asking(routing: Routing, word: Word, ask: Ask, within: str) -> Resolved:
    outer, routing.ask = routing.ask, ask
    found = resolve(routing, word)
    routing.ask = outer
    return _marked(found, within=within)


def signed(part: Part, as_: str) -> Part:
    """The part with a word for the record on every place; it has no other effect."""
    return _mark(part, {"as_": as_})


def _marked(found: Resolved, **marks: str) -> Resolved:
    if isinstance(found, Unfilled):
        return found
    return tuple(_mark(part, marks) for part in found)


def _mark(part: Part, marks: dict[str, str]) -> Part:
    if isinstance(part, Assignment):
        return replace(part, **marks)  # type: ignore[arg-type]
    return Group(part.need, tuple(_mark(inner, marks) for inner in part.parts))
