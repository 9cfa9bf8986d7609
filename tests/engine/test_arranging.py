"""What people arrange on a random route, beside a slow second reading of when that holds.

Never is less asked than before: a place that is handed on is filled by somebody who could fill it
himself, and no other place is touched.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations, product

from hypothesis import event, given, settings

from engine.deciding import decide
from engine.decision import Ask, Assignee, Assignment, Decision, Group, Outcome, Part, Step, Via
from engine.master_data import PersonId
from engine.money import Exact, Money
from engine.routing.arranging import ADDED, ADDING, OWNERS, Arrangement, Arranging
from engine.routing.course import Escalation, PlaceKey, keyed
from engine.routing.escalating import positions
from tests import reference
from tests.strategies import Case, cases

Places = dict[PlaceKey, Assignment]


def decided(case: Case, *made: Arrangement) -> Decision:
    inputs = case.policy, case.data, case.document, case.now, case.given, case.history
    return decide(*inputs, arrangements=made)


def places_of(decision: Decision) -> Places:
    return dict(keyed(decision))


def everything(case: Case, *kinds: Arranging) -> Iterator[tuple[Decision, Arrangement]]:
    """Whatever one person could arrange on the route: of each place, to everybody there is.

    Nothing where the document has no route, or where nobody may approve twice on it.
    """
    decision = decided(case)
    is_once = any(reason.code == "approves_once" for reason in decision.reasons)
    if decision.outcome is not Outcome.ROUTE or is_once:
        return
    for key, place in places_of(decision).items():
        mine = {who for each in place.assignees for who in (each.person, each.on_behalf_of) if who}
        for by in sorted(mine):
            for to in sorted(case.data.people):
                for kind in kinds:
                    yield decision, Arrangement(1, case.now, kind, key, by, to)


def world_of(case: Case, to: PersonId) -> tuple[reference.World, frozenset[str]]:
    """The world of the reference, and what keeps the person from being asked in it."""
    world = reference.world_of(case.policy, case.data, case.document, case.now, case.given)
    world.history = case.history
    return world, reference.obstacles(world, to)


# --- the second reading ---------------------------------------------------------------------------


def may_take_over(case: Case, decision: Decision, made: Arrangement) -> bool:
    """Whether the task is his to have, by the rules alone."""
    place = places_of(decision)[made.key]
    world, bars = world_of(case, made.to)
    if made.by == made.to or in_the_way(place, bars) or case.data.is_absent(made.to, case.now):
        return False
    if place.body is not None or place.word in ("requester", ADDED):
        return False
    return could_fill(world, place, made) and is_fillable(decision, place, made)


def in_the_way(place: Assignment, bars: frozenset[str]) -> frozenset[str]:
    """Of what keeps somebody from approving, what keeps him from this: anybody may be told."""
    return bars & {"inactive"} if place.ask is Ask.NOTIFY else bars


def could_fill(world: reference.World, place: Assignment, made: Arrangement) -> bool:
    """On his own: asked there already, above an owner, or with the authority of a chain."""
    if any(each.person == made.to and each.on_behalf_of is None for each in place.assignees):
        return True
    mine = next(a for a in place.assignees if made.by in (a.person, a.on_behalf_of))
    position = mine.on_behalf_of or made.by
    if place.word in OWNERS:
        return made.to in [*reference.upwards(world, position)][1:]
    if place.word != "chain":
        return False
    if place.amount:
        total = total_of(world, place)
        return total is not None and reference.has_authority(world, made.to, total)
    levels = world.policy.organization.levels
    to, of = (
        ([*levels].index(level) if level in levels else -1)
        for level in (
            reference.level_of(world, world.data.people[who]) for who in (made.to, position)
        )
    )
    return to >= of


def total_of(world: reference.World, place: Assignment) -> reference.Amount | None:
    """The amount that the place says, found among the facts of the document."""
    for name, value in world.facts.items():
        if isinstance(value, Money | Exact):
            signed = (value, type(value)(-value.minor, value.currency))  # type: ignore[arg-type]
            if place.amount in map(str, signed):
                return reference.Amount(name, absolute=True)
    return None


def is_fillable(decision: Decision, place: Assignment, made: Arrangement) -> bool:
    """Whether different persons can still fill the part, with him alone in the place."""
    alone = replace(place, assignees=(Assignee(made.to, Via.REASSIGNED),))
    parts = [part for step in decision.steps for part in step.parts]
    [part] = [part for part in parts if any(each.id == place.id for each in leaves(part))]
    return any(True for _ in fillings(exchanged(part, alone)))


def exchanged(part: Part, other: Assignment) -> Part:
    if isinstance(part, Group):
        return Group(part.need, tuple(exchanged(inner, other) for inner in part.parts))
    return other if part.id == other.id else part


def leaves(part: Part) -> Iterator[Assignment]:
    if isinstance(part, Assignment):
        yield part
        return
    for inner in part.parts:
        yield from leaves(inner)


def fillings(part: Part) -> Iterator[frozenset[str]]:
    """Every way to fill the part: the persons that it takes, each acting or being acted for."""
    if isinstance(part, Assignment):
        if part.body is not None:
            yield frozenset()
        for each in part.assignees:
            yield frozenset(filter(None, (each.person, each.on_behalf_of)))
        return
    for chosen in combinations(part.parts, part.need):
        yield from together(chosen)


def together(parts: tuple[Part, ...]) -> Iterator[frozenset[str]]:
    if not parts:
        yield frozenset()
        return
    for first in fillings(parts[0]):
        for others in together(parts[1:]):
            if first.isdisjoint(others):
                yield first | others


# --- the two compared -----------------------------------------------------------------------------


def untouched(before: Places, after: Places, key: PlaceKey) -> bool:
    """Every other place asks whom it asked, for the same."""
    return before.keys() == after.keys() and all(
        (place.assignees, place.ask, place.amount, place.body)
        == (after[name].assignees, after[name].ask, after[name].amount, after[name].body)
        for name, place in before.items()
        if name != key
    )


@settings(max_examples=max(200, settings().max_examples))
@given(cases())
def test_a_task_is_handed_on_exactly_where_the_second_reading_says_so(case: Case) -> None:
    for decision, made in everything(case, Arranging.REASSIGN):
        before, after = places_of(decision), decided(case, made)
        if is_held_by_a_guarantee(after) or "on_the_way" in before[made.key].notes:
            continue  # on the way up a chain the key names him who has the place
        found = places_of(after)
        assert untouched(before, found, made.key)
        place, now = before[made.key], found[made.key]
        others = {a for a in place.assignees if made.by not in (a.person, a.on_behalf_of)}
        if may_take_over(case, decision, made):
            kept = {a for a in others if a.person != made.to}
            assert {*now.assignees} == {*kept, Assignee(made.to, Via.REASSIGNED)}
        else:
            assert now.assignees == place.assignees


@given(cases())
def test_one_task_is_delegated_beside_him_who_has_it_and_touches_no_other_place(
    case: Case,
) -> None:
    for decision, made in everything(case, Arranging.DELEGATE):
        before, after = places_of(decision), decided(case, made)
        if is_held_by_a_guarantee(after):
            continue
        found = places_of(after)
        assert untouched(before, found, made.key)
        place, now = before[made.key], found[made.key]
        if now.assignees == place.assignees:
            continue
        added = Assignee(made.to, Via.DELEGATE, made.by, "task-1")
        assert {*now.assignees} == {*(a for a in place.assignees if a.person != made.to), added}
        _, bars = world_of(case, made.to)
        assert not in_the_way(place, bars)
        assert not case.data.is_absent(made.to, case.now)
        assert any(a.person == made.by and a.on_behalf_of is None for a in place.assignees)
        of_type = (rule.documents for rule in case.policy.delegation)
        assert any(not types or case.document.type in types for types in of_type)


@given(cases())
def test_an_added_approver_is_asked_beside_everybody_or_holds_the_document(case: Case) -> None:
    for decision, made in everything(case, *ADDING):
        after = decided(case, made)
        _, bars = world_of(case, made.to)
        if bars:
            assert after.held is not None
            # Or what kept limits from being asked: a rate, or a fact.
            lacking = ("fx_", "fact_missing", "amount_overflow", "commitment_value_missing")
            assert after.outcome is Outcome.HELD
            assert after.held.code.startswith(("no_eligible_approver", *lacking)), after.held.code
            continue
        if is_held_by_a_guarantee(after):
            continue
        before, found = places_of(decision), places_of(after)
        [(key, added)] = [(k, p) for k, p in found.items() if p.word == ADDED]
        assert (added.ask, added.assignees) == (Ask.APPROVE, (Assignee(made.to),))
        assert untouched(before, {k: p for k, p in found.items() if k != key}, key)
        beside = step_of(after, key) - step_of(after, made.key)
        assert beside == (-1 if made.kind is Arranging.ADD_BEFORE else 1)


def is_held_by_a_guarantee(decision: Decision) -> bool:
    """Guarantees are looked at with what people arranged: nothing is approved by that."""
    if decision.held is not None:
        assert decision.held.code == "guarantee_broken"
        return True
    assert decision.outcome is Outcome.ROUTE
    return False


def step_of(decision: Decision, key: PlaceKey) -> int:
    id = places_of(decision)[key].id
    [found] = [step.number for step in decision.steps if is_in(step, id)]
    return found


def is_in(step: Step, id: int) -> bool:
    return any(leaf.id == id for part in step.parts for leaf in leaves(part))


def asked_above(case: Case, *made: Arrangement) -> Iterator[tuple[Escalation, Decision]]:
    """Each place of the route that can be silent, and the route when it was."""
    inputs = case.policy, case.data, case.document, case.now, case.given, case.history
    for key, place in places_of(decided(case)).items():
        silent = Escalation(key, positions(place))
        yield silent, decide(*inputs, escalations=(silent,), arrangements=made)


@settings(max_examples=max(400, settings().max_examples))
@given(cases())
def test_whoever_takes_over_from_one_above_stands_as_high_and_nobody_is_spared(case: Case) -> None:
    for silent, decision in asked_above(case):
        before = places_of(decision)
        place = before.get(silent.key)
        above = [a for a in place.assignees if a.via is Via.ESCALATED] if place else []
        for each, to in product(above, sorted(case.data.people)):
            made = Arrangement(1, case.now, Arranging.REASSIGN, silent.key, each.person, to)
            after = next(d for s, d in asked_above(case, made) if s == silent)
            now = places_of(after)[silent.key]
            assert untouched(before, places_of(after), silent.key)
            assert place is not None
            if now.assignees == place.assignees:
                continue
            event("handed on")
            mine = {a for a in place.assignees if each.person in (a.person, a.on_behalf_of)}
            others = {*place.assignees} - mine
            assert {*now.assignees} == {*others, Assignee(to, Via.ESCALATED)}
            assert to not in [a.person for a in place.assignees]
            world, bars = world_of(case, to)
            assert (bars, case.data.is_absent(to, case.now)) == (frozenset(), False)
            assert all(stands_above(world, to, a.person) for a in others)


def stands_above(world: reference.World, person: PersonId, other: PersonId) -> bool:
    levels = ["", *world.policy.organization.levels]
    ranks = (
        levels.index(level) if level in levels else 0
        for level in (reference.level_of(world, world.data.people[who]) for who in (person, other))
    )
    return len(levels) == 1 or next(ranks) > next(ranks)
