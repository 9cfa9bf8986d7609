"""Different persons for different places, against brute force (B2)."""

from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from engine.decision import Assignee, Assignment, Ballot, Group, Part
from engine.master_data import PersonId
from engine.places import NOWHERE
from engine.routing.distinct import can_be_done_by, is_fillable, leaves, needed

PEOPLE = tuple(PersonId(name) for name in "abcd")


def place(number: int, people: str) -> Assignment:
    return Assignment(number, "role", tuple(Assignee(PersonId(p)) for p in people), NOWHERE)


@st.composite
def parts(draw: st.DrawFn, depth: int = 2) -> Part:
    if depth == 0 or draw(st.booleans()):
        people = draw(st.lists(st.sampled_from("abcd"), min_size=1, max_size=3, unique=True))
        return place(draw(st.integers(1, 10**6)), "".join(people))
    inner = draw(st.lists(parts(depth=depth - 1), min_size=1, max_size=3))
    return Group(draw(st.integers(1, len(inner))), tuple(inner))


def is_done(part: Part, chosen: dict[int, str]) -> bool:
    """Whether the part is done by these persons, looked at from the definition."""
    if isinstance(part, Assignment):
        return id(part) in chosen
    return sum(is_done(inner, chosen) for inner in part.parts) >= part.need


def completions(part: Part) -> list[dict[int, str]]:
    """Every way to put different persons, or nobody, on the places that does the part."""
    places = list(leaves(part))
    options = [[None, *(a.person for a in p.assignees)] for p in places]
    found = []
    for people in product(*options):
        used = [person for person in people if person is not None]
        chosen = {id(p): q for p, q in zip(places, people, strict=True) if q is not None}
        if len(used) == len(set(used)) and is_done(part, chosen):
            found.append(chosen)
    return found


@given(parts())
def test_a_group_is_fillable_exactly_when_brute_force_fills_it(part: Part) -> None:
    assert is_fillable(part) == bool(completions(part))


@given(parts(), st.integers(0, 3))
def test_fewer_approvers_are_never_said_to_be_impossible_when_they_are_possible(
    part: Part, most: int
) -> None:
    possible = any(len(set(chosen.values())) <= most for chosen in completions(part))
    if possible:
        assert can_be_done_by((part,), most)


def test_one_person_in_two_places_of_different_parts_counts_once() -> None:
    one, two = place(1, "a"), place(2, "ab")
    assert can_be_done_by((one, two), 1)
    assert not can_be_done_by((place(1, "a"), place(2, "b")), 1)


def test_a_body_that_votes_or_is_recorded_is_done_by_whichever_are_fewer() -> None:
    """`a` may approve and vote, which is enough of the body; or `b` records it."""
    one, other = PersonId("a"), PersonId("b")
    ballot = Ballot((one,), present=1, in_favour="1/2", above=True, recorders=(other,))
    body = Assignment(2, "body", (), NOWHERE, body=ballot)
    assert can_be_done_by((place(1, "a"), body), 1)
    assert can_be_done_by((place(1, "b"), body), 1)
    assert not can_be_done_by((place(1, "c"), body), 1)


def test_two_places_for_one_person_cannot_be_filled() -> None:
    assert not is_fillable(Group(2, (place(1, "a"), place(2, "a"))))
    assert is_fillable(Group(1, (place(1, "a"), place(2, "a"))))


def test_a_delegate_uses_up_his_principal_too() -> None:
    principal, delegate = PersonId("a"), PersonId("b")
    first = Assignment(1, "x", (Assignee(principal),), NOWHERE)
    second = Assignment(2, "y", (Assignee(delegate, on_behalf_of=principal),), NOWHERE)
    assert not is_fillable(Group(2, (first, second)))


def test_only_places_of_full_groups_are_needed() -> None:
    either = Group(1, (place(1, "a"), place(2, "b")))
    both = Group(2, (place(3, "a"), place(4, "b")))
    assert list(needed(either)) == []
    assert [p.id for p in needed(both)] == [3, 4]
