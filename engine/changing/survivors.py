"""Which approvals other content leaves standing: measured by what its own route asks.

An approval stands only in a place that the new route still asks for, of the same rule, word and
object, and only if whoever gave it could fill that place now. What it was for may have become a
little more: as far as the policy tolerates, never beyond his authority, and never faster than the
whole, so that nobody is charged more while the total stays.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Final

from engine.changing.verdict import Amount, Verdict
from engine.decision import Assignment, Decision
from engine.master_data import PersonId
from engine.money import parse_decimal
from engine.routing.course import ActKind, Given, PlaceKey, keyed
from engine.values import value

AGAIN: Final = "change_again"
NOT_ASKED: Final = "change_no_longer_asked"
OBJECT: Final = "change_of_allocation"
AUTHORITY: Final = "change_over_authority"
INCREASE: Final = "change_increase_since_given"


@value
class Fallen:
    """An approval that stands no longer, and the code of why."""

    given: Given
    code: str


@value
class Standing:
    """What stands, with the places that it fills on the new route, by its old position."""

    stands: tuple[tuple[int, Given], ...] = ()
    fell: tuple[Fallen, ...] = ()


@value
class Growth:
    """The totals of the version that the approvals are kept for, and of the new one."""

    old: Amount | None
    new: Amount | None


def survivors(
    given: Sequence[Given],
    decision: Decision,
    verdict: Verdict,
    growth: Growth,
    is_over: Callable[[PersonId], bool],
    has_grown: Callable[[int], bool],
) -> Standing:
    """What stands of what was given, under the decision about the new content.

    `is_over` says whether the new total is over the authority of somebody whom the old one was
    not; `has_grown` whether it has grown too much since the act at a position was given.
    """
    if verdict.again:
        return Standing((), tuple(Fallen(each, AGAIN) for each in given))
    places = [*keyed(decision)]
    stands: list[tuple[int, Given]] = []
    fell: list[Fallen] = []
    for position, each in enumerate(given):
        code, kept = _kept(each, places, bool(verdict.affected), growth)
        whose = each.assignee.on_behalf_of or each.assignee.person
        if kept and has_grown(position):
            code, kept = INCREASE, frozenset()
        elif kept and is_over(whose):
            code, kept = AUTHORITY, frozenset()
        if kept:
            stands.append((position, replace(each, keys=kept)))
        else:
            fell.append(Fallen(each, code))
    return Standing(tuple(stands), tuple(fell))


Places = Sequence[tuple[PlaceKey, Assignment]]


def _kept(
    given: Given, places: Places, is_affected: bool, growth: Growth
) -> tuple[str, frozenset[PlaceKey]]:
    """The places of the new route that the act fills, or the code of why there is none."""
    code = NOT_ASKED
    found: set[PlaceKey] = set()
    for key in given.keys:
        match [*_alike(key, places, given)]:
            case [(new, _)]:
                if _may_differ(key, new, is_affected, growth):
                    found.add(new)
                else:
                    code = OBJECT
    return code, frozenset(found)


def _alike(key: PlaceKey, places: Places, given: Given) -> Iterator[tuple[PlaceKey, Assignment]]:
    """Places for the same rule, word and object that he could fill; the amount may differ."""
    same = [each for each in places if each[0] == key] or [
        each for each in places if (*each[0][:3], each[0][4]) == (*key[:3], key[4])
    ]
    if len(same) == 1 and _could_fill(same[0][1], given):
        yield same[0]


def _could_fill(place: Assignment, given: Given) -> bool:
    who = given.assignee
    if place.body is not None:
        asked = place.body.recorders if given.kind is ActKind.RECORD else place.body.members
        return who.person in asked
    return any(
        (each.person, each.on_behalf_of) == (who.person, who.on_behalf_of)
        for each in place.assignees
    )


def _may_differ(old: PlaceKey, new: PlaceKey, is_affected: bool, growth: Growth) -> bool:
    """Whether an approval for one amount stands for the other."""
    if old[3] == new[3]:
        return True
    if is_affected and old[2]:
        return False
    one, other = parse_decimal(old[3]), parse_decimal(new[3])
    if one is None or other is None or one[1] != other[1]:
        return False
    if abs(other[0]) <= abs(one[0]):
        return other[0] * one[0] >= 0
    if growth.old is None or growth.new is None or growth.old.currency != growth.new.currency:
        return False
    before, after = abs(Fraction(growth.old.minor)), abs(Fraction(growth.new.minor))
    return other[0] * one[0] > 0 and abs(other[0]) * before <= abs(one[0]) * after
