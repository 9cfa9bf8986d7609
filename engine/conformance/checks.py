"""The checks: each looks at one trace and says whether it was kept, with what shows it.

A check that cannot be told, since an amount or an event is missing, is `untold`: it is counted on
its own, and never as kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Final, assert_never

from engine.conformance.patterns import Pattern
from engine.conformance.traces import Event, Trace
from engine.quoting import quoted
from engine.recording import moment_text

LONGEST_AMOUNT: Final = 60  # characters; an amount of more is none


class Answer(StrEnum):
    """What a check says of one trace."""

    KEPT = "kept"
    BROKEN = "broken"
    UNTOLD = "untold"
    NOT_CONCERNED = "not_concerned"


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer, and in words what shows it."""

    answer: Answer
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Precedes:
    """Each `event` has a `before` earlier or at the same moment. Of traces with an `event`."""

    event: Pattern
    before: Pattern


@dataclass(frozen=True, slots=True)
class NotAfter:
    """No `event` is later than the last `after`. Of traces with an `after`."""

    event: Pattern
    after: Pattern


@dataclass(frozen=True, slots=True)
class Has:
    """There is an `event`. Of every trace."""

    event: Pattern


@dataclass(frozen=True, slots=True)
class AmountWithin:
    """The number named `amount` is at most the one named `limit`. Of every trace."""

    amount: str
    limit: str


@dataclass(frozen=True, slots=True)
class StartsAfter:
    """The first `event` is not earlier than the first `after`. Of traces with an `event`.

    Without any `after` it cannot be told: how often that is stands apart from the others.
    """

    event: Pattern
    after: Pattern


Test = Precedes | NotAfter | Has | AmountWithin | StartsAfter


@dataclass(frozen=True, slots=True)
class Check:
    """A test with its name, and why it is asked. `is_note`: to be broken is no violation."""

    name: str
    test: Test
    because: str = ""
    is_note: bool = False


NOT_CONCERNED: Final = Verdict(Answer.NOT_CONCERNED)
KEPT: Final = Verdict(Answer.KEPT)


def judge(test: Test, trace: Trace) -> Verdict:
    """What the test says of the trace."""
    match test:
        case Precedes():
            return _precedes(test, trace)
        case NotAfter():
            return _not_after(test, trace)
        case Has():
            return _has(test, trace)
        case AmountWithin():
            return _within(test, trace)
        case StartsAfter():
            return _starts_after(test, trace)
        case _:
            assert_never(test)


def _precedes(test: Precedes, trace: Trace) -> Verdict:
    first = next(test.event.found(trace), None)
    if first is None:
        return NOT_CONCERNED
    before = next(test.before.found(trace), None)
    if before is not None and before.at <= first.at:
        return KEPT
    missing = f"nothing before it of {test.before}"
    return Verdict(Answer.BROKEN, (_said(first), missing if before is None else _said(before)))


def _not_after(test: NotAfter, trace: Trace) -> Verdict:
    last = max((event.at for event in test.after.found(trace)), default=None)
    if last is None:
        return NOT_CONCERNED
    late = tuple(event for event in test.event.found(trace) if event.at > last)
    if not late:
        return KEPT
    ends = [event for event in test.after.found(trace) if event.at == last]
    return Verdict(Answer.BROKEN, (_said(ends[-1]), *map(_said, late)))


def _has(test: Has, trace: Trace) -> Verdict:
    found = next(test.event.found(trace), None)
    if found is None:
        return Verdict(Answer.BROKEN, (f"no event of {test.event}",))
    return Verdict(Answer.KEPT, (_said(found),))


def _within(test: AmountWithin, trace: Trace) -> Verdict:
    stated = [(name, trace.value(name)) for name in (test.amount, test.limit)]
    numbers = [_number(text) for _, text in stated]
    said = tuple(f"{name}: {text or 'nothing'}" for name, text in stated)
    amount, limit = numbers
    if amount is None or limit is None:
        return Verdict(Answer.UNTOLD, said)
    return Verdict(Answer.KEPT if amount <= limit else Answer.BROKEN, said)


def _starts_after(test: StartsAfter, trace: Trace) -> Verdict:
    start = next(test.event.found(trace), None)
    if start is None:
        return NOT_CONCERNED
    after = next(test.after.found(trace), None)
    if after is None:
        return Verdict(Answer.UNTOLD, (_said(start), f"no event of {test.after}"))
    answer = Answer.BROKEN if start.at < after.at else Answer.KEPT
    return Verdict(answer, (_said(start), _said(after)))


def _number(text: str) -> Decimal | None:
    """An exact number; `None` for what is none, infinities included."""
    try:
        found = Decimal(text.strip()) if len(text) <= LONGEST_AMOUNT else None
    except InvalidOperation:
        return None
    return found if found is not None and found.is_finite() else None


def _said(event: Event) -> str:
    acting = event.role or event.person
    who = f" ({acting})" if acting else ""
    return f"{quoted(event.activity)} at {moment_text(event.at)}{who}"
