"""Which conflicts of duties a person would have if he approved a document.

A conflict joins two duties. Whoever did the one on a related document, within the window, may not
approve where approving is the other. Acts count as of when they were done, and for both where one
acted for the other; roles count while they are held. Where a conflict is between related persons,
what somebody did or holds counts for his relatives, too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from engine.history import PastAct
from engine.knowing import Situation
from engine.master_data import PersonId
from engine.policy import Conflict, Duty, Ruling
from engine.routing.authority import holders, level_of
from engine.segregation.ground import Ground, Match, Test, ground_of
from engine.segregation.mitigating import let_through
from engine.segregation.rulings import HELD_ROLES, counts, pairs

Did = tuple[PastAct, PersonId | None]  # an act, and the relative who did it


def conflict_of(situation: Situation, person: PersonId) -> Match | None:
    """The conflict that keeps the person from approving this document; `None` for none."""
    ground = grounds(situation)
    if person in ground.taken:
        return Match(ground.taken[person])
    return next((match for match in matches(situation, person) if match.bars), None)


def matches(situation: Situation, person: PersonId) -> tuple[Match, ...]:
    """Every conflict that the person would have, in the order of the set; looked up once."""
    ground = grounds(situation)
    found = ground.matches.get(person)
    if found is None:
        found = ground.matches[person] = tuple(_matches(situation, ground, person))
    return found


def grounds(situation: Situation) -> Ground:
    """What the conflicts are asked about for this document; looked up once."""
    found = situation.ground
    if found is None:
        found = situation.ground = ground_of(
            situation.policy,
            situation.data,
            situation.document,
            situation.now,
            situation.entity.zone,
            situation.scopes,
            situation.involved,
            situation.history,
        )
    return found


def deeds_of(situation: Situation, person: PersonId, conflict: Conflict) -> Iterator[Did]:
    """What the person did, or who counts as one with him under this conflict."""
    ground = grounds(situation)
    for act in ground.acts.get(person, ()):
        yield act, None
    if not conflict.related:
        return
    for relation in situation.data.relations.get(person, ()):
        for act in ground.acts.get(relation.related_to, ()):
            if relation.span.holds(situation.now) or relation.span.holds(act.at):
                yield act, relation.related_to


def holds_duty(situation: Situation, person: PersonId, duty: Duty, conflict: Conflict) -> bool:
    """Whether the person, or who counts as one with him, holds a role that carries the duty."""
    if not duty.roles:
        return False
    if _bears(situation, person, duty):
        return True
    return conflict.related and any(
        _bears(situation, relation.related_to, duty)
        for relation in situation.data.relations.get(person, ())
        if relation.span.holds(situation.now)
    )


def _bears(situation: Situation, person: PersonId, duty: Duty) -> bool:
    """Whether the person holds a role or has a level of the duty; holders are looked up once."""
    ground, roles = grounds(situation), situation.policy.organization.roles
    found = ground.bearers.get(duty.name)
    if found is None:
        found = ground.bearers[duty.name] = frozenset(
            holding.person
            for name in duty.roles
            if name in roles
            for holding in holders(situation, roles[name])
        )
    if person in found:
        return True
    return any(name not in roles and level_of(situation, person) == name for name in duty.roles)


def latest(found: Iterable[Did]) -> Did | None:
    """The act that keeps somebody away longest, whatever order they were handed over in."""
    return max(found, key=_in_time, default=None)


def _in_time(found: Did) -> tuple[object, ...]:
    act, relative = found
    return act.at, act.document_type, act.document_id, act.act, act.person, relative or ""


def _matches(situation: Situation, ground: Ground, person: PersonId) -> Iterator[Match]:
    acts = _acts_against(situation, ground, person)
    if not acts and not ground.held:
        return
    for ruling in ground.rulings:
        if ruling.conflict.on == HELD_ROLES:
            match = _by_roles(situation, ruling, person)
        else:
            found = acts.get(ruling.conflict.name)
            match = None if found is None else Match(ruling.conflict, *found)
        if match is not None:
            yield let_through(situation, match, person)


def _by_roles(situation: Situation, ruling: Ruling, person: PersonId) -> Match | None:
    """Roles of both duties; or those of one, where approving this document is the other."""
    conflict, type_ = ruling.conflict, situation.document.type
    for one, other in pairs(ruling):
        if not holds_duty(situation, person, one, conflict):
            continue
        speaks = not other.documents or type_ in other.documents
        if counts(other, "approve", type_) or (
            speaks and holds_duty(situation, person, other, conflict)
        ):
            return Match(conflict)
    return None


def _acts_against(situation: Situation, ground: Ground, person: PersonId) -> dict[str, Did]:
    """By conflict, the latest act that approving this document must not be joined with.

    An earlier approval of the document itself is not among them: it stands for the place that it
    filled, and that nobody approves twice is seen to when he acts (`engine/routing/acting.py`).
    """
    found: dict[str, Did] = {}
    get = ground.tests.get
    for act in ground.acts.get(person, ()):
        tests = get((act.document_type, act.act))
        if tests is None:
            tests = ground.tests_of((act.document_type, act.act))
        if tests and not (act.act == "approve" and ground.is_own(act)):
            _keep_latest(found, ground, tests, act, None)
    for relation in situation.data.relations.get(person, ()):
        for act in ground.acts.get(relation.related_to, ()):
            if relation.span.holds(situation.now) or relation.span.holds(act.at):
                tests = ground.tests_of((act.document_type, act.act))
                related = tuple(test for test in tests if test.conflict.related)
                _keep_latest(found, ground, related, act, relation.related_to)
    return found


def _keep_latest(
    found: dict[str, Did],
    ground: Ground,
    tests: tuple[Test, ...],
    act: PastAct,
    relative: PersonId | None,
) -> None:
    """Keeps the act under each conflict where it counts and is later than the one before."""
    at = act.at
    for test in tests:
        name, first, end = test.conflict.name, test.first, test.end
        before = found.get(name)
        if before is not None and at < before[0].at:
            continue
        if first is not None and end is not None and not first <= at < end:
            continue
        if test.keys.isdisjoint(act.keys) and not (
            ground.is_own(act) or (test.is_chain and ground.is_in_chain(act))
        ):
            continue
        if before is None or at > before[0].at or _in_time((act, relative)) > _in_time(before):
            found[name] = act, relative
