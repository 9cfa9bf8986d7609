"""Each check at its edges: what is kept, what is broken, and what cannot be told."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from engine.conformance.checks import (
    AmountWithin,
    Answer,
    Check,
    Has,
    NotAfter,
    Precedes,
    StartsAfter,
    judge,
)
from engine.conformance.counting import Tally
from engine.conformance.patterns import Pattern
from engine.conformance.traces import Event, Trace, in_order

START = datetime(2027, 3, 1, tzinfo=UTC)
PAY, APPROVE, REJECT = (Pattern(activities=(name,)) for name in ("pay", "approve*", "reject"))


def trace(*events: tuple[str, int], **said: str) -> Trace:
    """Activities at so many minutes; the case says the rest."""
    made = [Event(name, START + timedelta(minutes=at)) for name, at in events]
    return Trace("T-1", in_order(made), said)


@pytest.mark.parametrize(
    ("events", "answer"),
    [
        ([("approve it", 1), ("pay", 2)], Answer.KEPT),
        ([("pay", 2), ("approve it", 2)], Answer.KEPT),  # the same moment is early enough
        ([("pay", 1), ("approve it", 2)], Answer.BROKEN),
        ([("pay", 1), ("approve it", 2), ("pay", 3)], Answer.BROKEN),  # the first one counts
        ([("pay", 1)], Answer.BROKEN),
        ([("approve it", 1)], Answer.NOT_CONCERNED),
        ([], Answer.NOT_CONCERNED),
    ],
)
def test_a_payment_has_an_approval_before_it(events: list[tuple[str, int]], answer: Answer) -> None:
    assert judge(Precedes(PAY, APPROVE), trace(*events)).answer is answer


@pytest.mark.parametrize(
    ("events", "answer"),
    [
        ([("reject", 1), ("approve", 2)], Answer.KEPT),
        ([("approve", 1), ("reject", 2), ("approve", 3)], Answer.KEPT),
        ([("approve", 1), ("reject", 1)], Answer.KEPT),
        ([("approve", 1), ("reject", 2)], Answer.BROKEN),
        ([("reject", 2)], Answer.NOT_CONCERNED),
    ],
)
def test_nothing_is_rejected_after_the_last_approval(
    events: list[tuple[str, int]], answer: Answer
) -> None:
    assert judge(NotAfter(REJECT, APPROVE), trace(*events)).answer is answer


@pytest.mark.parametrize(
    ("amount", "limit", "answer"),
    [
        ("10.00", "10", Answer.KEPT),
        ("10.000000000000000000001", "10", Answer.BROKEN),
        ("1e400", "10", Answer.BROKEN),
        ("9.99", "", Answer.UNTOLD),
        ("UNKNOWN", "10", Answer.UNTOLD),
        ("NaN", "10", Answer.UNTOLD),
        ("1", "Infinity", Answer.UNTOLD),
        ("1", "9" * 61, Answer.UNTOLD),
    ],
)
def test_an_amount_is_compared_exactly_or_cannot_be_told(
    amount: str, limit: str, answer: Answer
) -> None:
    found = judge(AmountWithin("claimed", "granted"), trace(claimed=amount, granted=limit))
    assert found.answer is answer


@pytest.mark.parametrize(
    ("events", "answer"),
    [
        ([("approve", 1), ("pay", 1)], Answer.KEPT),
        ([("pay", 1), ("approve", 2)], Answer.BROKEN),
        ([("pay", 1)], Answer.UNTOLD),  # never approved: not kept, and told apart
        ([("approve", 1)], Answer.NOT_CONCERNED),
    ],
)
def test_what_starts_starts_after_its_approval(
    events: list[tuple[str, int]], answer: Answer
) -> None:
    assert judge(StartsAfter(PAY, APPROVE), trace(*events)).answer is answer


def test_what_cannot_be_told_is_a_violation_and_a_note_is_none() -> None:
    untold = trace(claimed="", granted="")
    test = AmountWithin("claimed", "granted")
    strict, note = Tally(Check("strict", test)), Tally(Check("note", test, is_note=True))
    for tally in (strict, note):
        tally.add(untold)
    assert strict.is_violated
    assert not note.is_violated


def test_a_name_is_a_text_and_only_the_star_is_more() -> None:
    pattern = Pattern(activities=("pay [a-z]? (1)*",))
    assert pattern.matches(Event("pay [a-z]? (1) now", START))
    assert not pattern.matches(Event("pay b (1)", START))
    assert not pattern.matches(Event("PAY [a-z]? (1)", START))


def test_every_stated_part_of_an_event_counts() -> None:
    pattern = Pattern(activities=("approve",), roles=("cfo", "ceo"))
    assert pattern.matches(Event("approve", START, role="ceo"))
    assert not pattern.matches(Event("approve", START, role="clerk"))
    assert judge(Has(pattern), Trace("T", (Event("approve", START),))).answer is Answer.BROKEN


EVENTS = some.lists(
    some.tuples(some.sampled_from(["pay", "approve", "reject"]), some.integers(0, 5)), max_size=8
)


@given(EVENTS)
def test_the_checks_say_what_loops_over_every_pair_say(events: list[tuple[str, int]]) -> None:
    pays = [at for name, at in events if name == "pay"]
    approvals = [at for name, at in events if name == "approve"]
    rejections = [at for name, at in events if name == "reject"]
    unapproved = any(all(given > paid for given in approvals) for paid in pays)
    late = any(all(at > given for given in approvals) for at in rejections if approvals)
    found = trace(*events)
    assert (judge(Precedes(PAY, APPROVE), found).answer is Answer.BROKEN) == unapproved
    assert (judge(NotAfter(REJECT, APPROVE), found).answer is Answer.BROKEN) == late
