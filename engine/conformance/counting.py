"""What checks say of a whole log: counts, and the first traces that show each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from engine.conformance.checks import Answer, Check, judge
from engine.conformance.traces import Trace

MOST_SHOWN: Final = 20


@dataclass(frozen=True, slots=True)
class Witness:
    """A trace that a check was broken by, or that it could not tell about, with what shows it."""

    trace: str
    answer: Answer
    evidence: tuple[str, ...]


@dataclass(slots=True)
class Tally:
    """One check over the traces seen so far. Memory does not grow with the log."""

    check: Check
    most_shown: int = MOST_SHOWN
    counts: Counter[Answer] = field(default_factory=Counter)
    witnesses: list[Witness] = field(default_factory=list)
    untold: list[Witness] = field(default_factory=list)

    @property
    def is_violated(self) -> bool:
        """Whether a trace breaks it, or it could not be told of one, and that matters."""
        failed = self.counts[Answer.BROKEN] + self.counts[Answer.UNTOLD]
        return bool(failed) and not self.check.is_note

    def add(self, trace: Trace) -> None:
        """One more trace."""
        verdict = judge(self.check.test, trace)
        self.counts[verdict.answer] += 1
        lists = {Answer.BROKEN: self.witnesses, Answer.UNTOLD: self.untold}
        shown = lists.get(verdict.answer)
        if shown is not None and len(shown) < self.most_shown:
            shown.append(Witness(trace.id, verdict.answer, verdict.evidence))


def tallies(checks: Sequence[Check], most_shown: int = MOST_SHOWN) -> list[Tally]:
    """A tally for each check, with nothing counted yet."""
    return [Tally(check, most_shown) for check in checks]
