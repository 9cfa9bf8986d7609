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
from engine.policy import Conflict, Duty
from engine.routing.authority import is_one_of
from engine.segregation.ground import HELD_ROLES, Ground, Match, Ruling, counts, ground_of
from engine.segregation.mitigating import let_through

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
    people = [person]
    if conflict.related:
        relations = situation.data.relations.get(person, ())
        people += [each.related_to for each in relations if each.span.holds(situation.now)]
    return any(is_one_of(situation, each, role) for each in people for role in duty.roles)


def latest(found: Iterable[Did]) -> Did | None:
    """The act that keeps somebody away longest, whatever order they were handed over in."""
    return max(found, key=_in_time, default=None)


def _in_time(found: Did) -> tuple[object, ...]:
    act, relative = found
    return act.at, act.document_type, act.document_id, act.act, act.person, relative or ""


def _matches(situation: Situation, ground: Ground, person: PersonId) -> Iterator[Match]:
    for ruling in ground.rulings:
        if ruling.conflict.on == HELD_ROLES:
            match = _by_roles(situation, ruling, person)
        else:
            match = _by_acts(situation, ground, ruling, person)
        if match is not None:
            yield let_through(situation, match, person)


def _by_roles(situation: Situation, ruling: Ruling, person: PersonId) -> Match | None:
    """Roles of both duties; or those of one, where approving this document is the other."""
    conflict, type_ = ruling.conflict, situation.document.type
    for one, other in ruling.pairs():
        if not holds_duty(situation, person, one, conflict):
            continue
        speaks = not other.documents or type_ in other.documents
        if counts(other, "approve", type_) or (
            speaks and holds_duty(situation, person, other, conflict)
        ):
            return Match(conflict)
    return None


def _by_acts(
    situation: Situation, ground: Ground, ruling: Ruling, person: PersonId
) -> Match | None:
    """The latest act that approving this document must not be joined with.

    An earlier approval of the document itself is not among them: it stands for the place that it
    filled, and that nobody approves twice is seen to when he acts (`engine/routing/acting.py`).
    """
    conflict = ruling.conflict
    found = latest(
        (act, relative)
        for act, relative in deeds_of(situation, person, conflict)
        if any(counts(other, act.act, act.document_type) for other in ruling.others)
        and not (relative is None and act.act == "approve" and ground.is_own(act))
        and ground.relates(act, conflict.on)
        and is_within(ground, conflict, act)
    )
    return None if found is None else Match(conflict, *found)


def is_within(ground: Ground, conflict: Conflict, act: PastAct) -> bool:
    """Whether no more local days have passed than the conflict looks back, the last included."""
    return conflict.within is None or ground.days_from(act, ground.day) <= conflict.within
