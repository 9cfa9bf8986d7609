"""Whether a total has grown too much, and what stands: against a second, slower reading (B6)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from fractions import Fraction
from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from engine.changing.stricter import stricter
from engine.changing.survivors import Growth, survivors
from engine.changing.verdict import Verdict, exceeds
from engine.decision import Assignee, Assignment, Decision, Outcome, Step
from engine.master_data import PersonId
from engine.money import Exact, Money, parse_decimal
from engine.places import Place
from engine.policy import Increase
from engine.recording import decision_digest
from engine.routing.course import ActKind, Given, keyed

MINOR = st.integers(-2_000, 2_000)
SHARE = st.one_of(st.none(), st.fractions(0, 1, max_denominator=40))
BY = st.one_of(st.none(), st.integers(0, 500))


def slow_exceeds(old: int, new: int, share: Fraction | None, by: int | None, both: bool) -> bool:
    """In cents, counted one by one: is the first total that is too much reached?"""
    if old * new < 0:
        return True
    for size in range(abs(old) + 1, abs(new) + 1):
        more = size - abs(old)
        over = []
        if share is not None:
            over.append(more * share.denominator > abs(old) * share.numerator)
        if by is not None:
            over.append(more > by)
        if (both and all(over)) or (not both and any(over)):
            return True
    return False


@given(MINOR, MINOR, SHARE, BY, st.booleans())
def test_an_increase_is_what_counting_cent_by_cent_finds(
    old: int, new: int, share: Fraction | None, by: int | None, both: bool
) -> None:
    if share is None and by is None:
        return  # the compiler lets no such rule in
    rule = Increase(share, None if by is None else Money(by, "USD"), both, frozenset({"original"}))
    found = exceeds(rule, Money(old, "USD"), Money(new, "USD"), lambda amount, currency: None)
    assert found == slow_exceeds(old, new, share, by, both)


def test_what_cannot_be_compared_counts_as_an_increase() -> None:
    rule = Increase(Fraction(1), None, False, frozenset({"original"}))
    convert = {"EUR": Exact(Fraction(1), "EUR")}.get
    usd = Money(100, "USD")
    assert exceeds(rule, usd, Money(100, "EUR"), lambda a, c: convert(c))
    assert exceeds(rule, usd, None, lambda a, c: None)
    assert not exceeds(rule, None, None, lambda a, c: None)
    by = Increase(None, Money(5, "EUR"), False, frozenset({"original"}))
    assert exceeds(by, usd, Money(101, "USD"), lambda a, c: None)
    assert not exceeds(by, usd, Money(101, "USD"), lambda a, c: Exact(Fraction(5), "EUR"))


PEOPLE = ["mia", "noah", "dan"]
WORDS = ["cost_center_owner", "chain"]


def place(id: int, word: str, object: str, minor: int, person: str) -> Assignment:
    amount = str(Money(minor, "USD"))
    who = (Assignee(PersonId(person)),)
    return Assignment(
        id, word, who, Place("us.yaml", WORDS.index(word) + 1, 1), object=object, amount=amount
    )


@st.composite
def routes(draw: st.DrawFn) -> Decision:
    """One or two owners and a chain, for small amounts."""
    wanted = [("cost_center_owner", "cc100"), ("cost_center_owner", "cc200"), ("chain", "")]
    made = [
        place(n, word, object, draw(st.integers(1, 4)) * 100, draw(st.sampled_from(PEOPLE)))
        for n, (word, object) in enumerate(wanted)
        if draw(st.booleans())
    ]
    steps = tuple(Step(n, (each,)) for n, each in enumerate(made, start=1))
    return Decision(
        Outcome.ROUTE, datetime(2027, 3, 15, tzinfo=UTC), "PO-1", "d", "p", "pd", "dd", steps=steps
    )


def slow_keys(
    old: Decision, new: Decision, growth: Growth, affected: bool
) -> Iterator[tuple[str, str]]:
    """Who keeps which word and object: every pair of places looked at, in plain words."""
    for (_, before), (_, after) in product(keyed(old), keyed(new)):
        if (before.word, before.object) != (after.word, after.object):
            continue
        if before.assignees != after.assignees:
            continue
        one, other = parse_decimal(before.amount), parse_decimal(after.amount)
        assert one is not None
        assert other is not None
        assert growth.old is not None
        assert growth.new is not None
        is_same = one == other
        is_less = other[0] <= one[0] and not (affected and before.object)
        share, whole = other[0] / one[0], Fraction(growth.new.minor) / Fraction(growth.old.minor)
        is_with_the_whole = share <= whole and not (affected and before.object)
        if is_same or is_less or is_with_the_whole:
            yield before.assignees[0].person, f"{after.word} {after.object}"


@given(routes(), routes(), st.integers(1, 4), st.integers(1, 4), st.booleans())
def test_what_stands_is_what_looking_at_every_pair_of_places_finds(
    old: Decision, new: Decision, before: int, after: int, affected: bool
) -> None:
    acts = [Given(p.assignees[0], ActKind.APPROVE, frozenset({key})) for key, p in keyed(old)]
    growth = Growth(Money(before * 100, "USD"), Money(after * 100, "USD"))
    verdict = Verdict((), ("cost_center",) if affected else ())
    found = survivors(acts, new, verdict, growth, lambda person: False, lambda position: False)
    kept = {(g.assignee.person, f"{k[1]} {k[2]}") for _, g in found.stands for k in g.keys}
    assert kept == {*slow_keys(old, new, growth, affected)}
    assert len(found.stands) + len(found.fell) == len(acts)


@given(routes(), routes())
def test_nothing_stands_beyond_an_authority_or_when_everything_is_asked_again(
    old: Decision, new: Decision
) -> None:
    acts = [Given(p.assignees[0], ActKind.APPROVE, frozenset({key})) for key, p in keyed(old)]
    growth = Growth(Money(100, "USD"), Money(100, "USD"))
    calm = Verdict()
    over = survivors(acts, new, calm, growth, lambda person: True, lambda position: False)
    grown = survivors(acts, new, calm, growth, lambda person: False, lambda position: True)
    assert over.stands == grown.stands == ()


def persons(decision: Decision) -> list[frozenset[str]]:
    """Who could fill each place, in order."""
    return [frozenset(a.person for a in place.assignees) for _, place in keyed(decision)]


@given(routes(), routes())
def test_a_newer_set_only_adds_and_whoever_completes_both_has_done_all_of_the_newer(
    older: Decision, newer: Decision
) -> None:
    both = stricter(older, newer)
    assert both.steps[: len(older.steps)] == older.steps
    wanted = [who for who in persons(newer) if not any(has <= who for has in persons(older))]
    assert persons(both)[len(persons(older)) :] == wanted
    ids = [place.id for _, place in keyed(both)]
    assert len(ids) == len(set(ids))
    assert (both is older) is (not wanted)
    assert both.digest == (older.digest if both is older else decision_digest(both))


@given(routes(), routes())
def test_what_a_newer_set_holds_or_refuses_is_not_approved_by_an_older_one(
    older: Decision, newer: Decision
) -> None:
    for outcome in (Outcome.HELD, Outcome.REFUSED):
        assert stricter(older, replace(newer, outcome=outcome)).outcome is outcome
    held = stricter(replace(older, outcome=Outcome.HELD), newer)
    assert held.outcome is Outcome.HELD
