"""What people have arranged on a route: a task handed on, delegated once, or an approver added.

A policy asks; people may arrange among themselves who answers, and never that less is asked.
Whoever takes a task over must be somebody who may fill that place on his own authority; a
delegation of one task is one that the set's handling allows; an added approver is asked beside
everything else. All of it is looked at again whenever the route is worked out: where an arrangement
does not hold any more, the place is back with those whom the rules ask.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from engine.decision import Ask, Assignee, Assignment, Group, Part, Passed, Step, Via
from engine.errors import MoneyError, UnknownCurrency
from engine.knowing import Situation
from engine.master_data import Delegation, PersonId, Span
from engine.money import AMOUNTS, parse_amount
from engine.places import NOWHERE
from engine.routing.authority import Amount, covering, level_of
from engine.routing.building import Unfilled
from engine.routing.course import PlaceKey, keyed_steps
from engine.routing.delegation import Need, once_delegated
from engine.routing.distinct import identities, is_fillable, leaves
from engine.routing.eligibility import bar
from engine.routing.seating import upwards
from engine.values import value

OWNERS: Final = ("cost_center_owner", "budget_holder", "project_manager", "requester.manager")
ADDED: Final = "added_approver"  # the word of a place that a person asked for
NOT_ASKED: Final = "not_asked"


class Arranging(StrEnum):
    """What a person can arrange."""

    REASSIGN = "reassign"
    DELEGATE = "delegate"
    ADD_BEFORE = "add_before"
    ADD_AFTER = "add_after"


ADDING: Final = (Arranging.ADD_BEFORE, Arranging.ADD_AFTER)


@value
class Arrangement:
    """`by` had the place with this key (an admin names whose it was); `to` is asked instead or too.

    `number` counts the arrangements of a case from 1, `at` (aware) is when it was made.
    """

    number: int
    at: datetime
    kind: Arranging
    key: PlaceKey
    by: PersonId
    to: PersonId


def arranged(
    situation: Situation,
    steps: tuple[Step, ...],
    arrangements: Iterable[Arrangement],
    *,
    is_once: bool = False,
) -> tuple[tuple[Step, ...], tuple[Arrangement, ...]] | Unfilled:
    """The steps with what was arranged; or the added approver whom nobody may ask any more.

    What does not hold now is left out, and the place stays with those whom the rules ask; a person
    who was added and cannot answer keeps the document from completing until he is taken away.
    Beside the steps are arrangements by people whom the rules do not ask: they may be asked above.
    `is_once`: nobody may approve twice on the route.
    """
    left: list[Arrangement] = []
    for each in arrangements:
        if each.kind in ADDING:
            made = _added(situation, steps, each)
            if isinstance(made, Unfilled):
                return made
            steps = made
            continue
        found = changed(situation, steps, each, is_once=is_once)
        if not isinstance(found, str):
            steps = found
        elif found == NOT_ASKED:
            left.append(each)
        else:
            does_not_hold(situation, each, found)
    return steps, tuple(left)


def does_not_hold(situation: Situation, each: Arrangement, code: str) -> None:
    """Notes why, by the number of the arrangement: somebody may be to take over several times."""
    kind, number = str(each.kind), str(each.number)
    noted = Passed(each.to, code, kind, (("number", number),))
    situation.passed[each.to, code, f"{kind} {number}"] = noted


def changed(
    situation: Situation, steps: tuple[Step, ...], each: Arrangement, *, is_once: bool = False
) -> tuple[Step, ...] | str:
    """The steps after a task was handed on or delegated, or the code of why that does not hold."""
    place = next((p for key, p in keyed_steps(steps) if key == each.key), None)
    if place is None:
        return NOT_ASKED
    if each.by == each.to:
        return "same_person"
    is_delegation = each.kind is Arranging.DELEGATE
    own = [a for a in place.assignees if a.person == each.by and a.on_behalf_of is None]
    mine = own if is_delegation else [a for a in place.assignees if each.by in identities(a)]
    if not mine:
        return NOT_ASKED
    if is_delegation:
        return replaced(steps, place, (), delegated(situation, place, each), is_once=is_once)
    found = _successor(situation, place, mine[0].on_behalf_of or each.by, each)
    return replaced(steps, place, tuple(mine), found, is_once=is_once)


def replaced(
    steps: tuple[Step, ...],
    place: Assignment,
    gone: tuple[Assignee, ...],
    found: Assignee | str,
    *,
    is_once: bool,
) -> tuple[Step, ...] | str:
    """The steps with somebody found for the place, and without those who gave it to him."""
    if isinstance(found, str):
        return found
    if is_once and _is_asked_elsewhere(steps, place, found):
        return "segregation"
    others = tuple(a for a in place.assignees if a not in gone and a.person != found.person)
    wider = replace(place, assignees=(*others, found))
    alone = _with(steps, replace(place, assignees=(found,)))
    if not all(is_fillable(p) for s in alone for p in s.parts if _holds(p, place)):
        return "different_person_needed"
    return _with(steps, wider)


def _successor(
    situation: Situation, place: Assignment, position: PersonId, each: Arrangement
) -> Assignee | str:
    """Whoever takes a task over, for himself; or why he may not."""
    code = bar_today(situation, each.to, place.ask)
    code = code or not_entitled(situation, place, position, each.to)
    return code or Assignee(each.to, Via.REASSIGNED)


def bar_today(situation: Situation, person: PersonId, ask: Ask) -> str:
    """The code of what keeps the person from taking a task over; empty for nothing."""
    code = bar(situation, person, ask)
    if not code and situation.data.is_absent(person, situation.now):
        return "absent"
    return code


def not_entitled(
    situation: Situation, place: Assignment, position: PersonId, person: PersonId
) -> str:
    """Why the person may not fill the place on his own authority; empty where he may.

    A role or level asks for its holders, an owner's place for him or somebody above him, a chain
    for authority, or, where it asks for none, for at least the level of who was asked.
    """
    if place.body is not None or place.word == "requester":
        return "not_transferable"
    if any(a.person == person and a.on_behalf_of is None for a in place.assignees):
        return ""
    if place.word in OWNERS:
        above = set(upwards(situation, position))
        return "" if person in above else "not_entitled"
    if place.word == ADDED:
        return "not_transferable"
    if place.word != "chain":
        return "not_entitled"
    if place.amount:
        amount = amount_of(situation, place)
        if amount is None or covering(situation, person, amount) is None:
            return "over_limit"
        return ""
    rank = situation.policy.organization.rank
    is_lower = rank(level_of(situation, person)) < rank(level_of(situation, position))
    return "not_entitled" if is_lower else ""


def amount_of(situation: Situation, place: Assignment) -> Amount | None:
    """The amount that a place states, as it was asked for; `None` where it is not known."""
    for known in (situation.amount, *situation.known.values.values()):
        if isinstance(known, AMOUNTS):
            for signed in (known, type(known)(-known.minor, known.currency)):  # type: ignore[arg-type]
                if str(signed) == place.amount:
                    return signed
    figure, _, currency = place.amount.partition(" ")
    try:
        return parse_amount(figure, currency)
    except (MoneyError, UnknownCurrency):
        return None


def delegated(situation: Situation, place: Assignment, each: Arrangement) -> Assignee | str:
    """Whoever acts for the delegator in this one task, as the set's handling allows; or why not."""
    if place.body is not None or place.word in ("requester", ADDED):
        return "not_transferable"
    is_chain = place.word == "chain"
    amount = amount_of(situation, place) if place.amount else situation.amount
    if place.amount and amount is None and place.word not in OWNERS:
        return "delegation_limit"  # nobody's covers what is not known
    need = Need(
        place.word,
        amount,
        authority=is_chain and bool(place.amount),
        ask=place.ask,
        is_owner=place.word in OWNERS,
    )
    # So many days as it has lasted by now: it ends when the longest that a row allows has passed.
    lasting = Span(each.at, situation.now + timedelta(days=1))
    delegation = Delegation(f"task-{each.number}", each.by, each.to, lasting)
    return once_delegated(situation, delegation, need)


def _added(
    situation: Situation, steps: tuple[Step, ...], each: Arrangement
) -> tuple[Step, ...] | Unfilled:
    """The steps with a place for the added approver before or after the step he was added at.

    Where that step is not there any more, he is asked last: he still has to answer.
    """
    code = bar(situation, each.to)
    if code:
        situation.pass_over(each.to, code, ADDED)
        return Unfilled("no_eligible_approver", NOWHERE, (("detail", f"{ADDED}: {each.to}"),))
    number = max((p.id for _, p in keyed_steps(steps)), default=0) + 1
    asked = Assignment(
        number, ADDED, (Assignee(each.to),), NOWHERE, object=f"{each.number} by {each.by}"
    )
    at = next(
        (
            position
            for position, step in enumerate(steps)
            if any(key == each.key for key, _ in _keyed_of(steps, step))
        ),
        None,
    )
    if at is None:
        at = len(steps)
    elif each.kind is Arranging.ADD_AFTER:
        at += 1
    made = (*steps[:at], Step(0, (asked,)), *steps[at:])
    return tuple(Step(n, step.parts) for n, step in enumerate(made, 1))


def _keyed_of(steps: tuple[Step, ...], wanted: Step) -> Iterator[tuple[PlaceKey, Assignment]]:
    ids = {place.id for part in wanted.parts for place in leaves(part)}
    return ((key, place) for key, place in keyed_steps(steps) if place.id in ids)


def _is_asked_elsewhere(steps: tuple[Step, ...], place: Assignment, found: Assignee) -> bool:
    persons = frozenset(identities(found))
    return any(
        not persons.isdisjoint(identities(a))
        for _, other in keyed_steps(steps)
        if other.id != place.id and other.ask is Ask.APPROVE
        for a in other.assignees
    )


def _with(steps: tuple[Step, ...], changed: Assignment) -> tuple[Step, ...]:
    return tuple(
        Step(step.number, tuple(_part_with(part, changed) for part in step.parts)) for step in steps
    )


def _part_with(part: Part, changed: Assignment) -> Part:
    if isinstance(part, Group):
        return Group(part.need, tuple(_part_with(inner, changed) for inner in part.parts))
    return changed if part.id == changed.id else part


def _holds(part: Part, place: Assignment) -> bool:
    return any(leaf.id == place.id for leaf in leaves(part))
