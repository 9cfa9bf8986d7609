"""What a verification comes to: eleven numbered steps, each with what it looked at and what is
wrong.

The numbers are stated in docs and reports and never change their meaning.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

MOST_LISTED: Final = 200


class Outcome(StrEnum):
    """`limited`: what could be looked at is right, and something was not at hand."""

    OK = "ok"
    LIMITED = "limited"
    FAILED = "failed"
    NOT_REACHED = "not_reached"


class Verdict(StrEnum):
    """What the steps say together."""

    VERIFIED = "verified"
    WITH_ITSELF_ONLY = "consistent_with_itself_only"
    FAILED = "failed"


OPENS: Final = 1
DIGESTS: Final = 2
RECORDS: Final = 3
SIGNED: Final = 4
IN_TREE: Final = 5
EARLIER: Final = 6
DISCLOSED: Final = 7
CONTENTS: Final = 8
COUNTED: Final = 9
PERFORMED: Final = 10
STAMPED: Final = 11

TITLES: Final = {
    OPENS: "the archive opens, is within bounds, and has the known names and format",
    DIGESTS: "every file has the stated digest",
    RECORDS: "records are canonical, ascending, and none is missing",
    SIGNED: "the checkpoint is signed by the key that was given from outside",
    IN_TREE: "every record is in the tree of the checkpoint",
    EARLIER: "the earlier checkpoint that was given is the beginning of this one",
    DISCLOSED: "what is disclosed fits what the records committed to",
    CONTENTS: "policy sets, people and delegations have the digests that records name",
    COUNTED: "counts, control totals and population are as stated; a sample is drawn again",
    PERFORMED: "decisions come out again as they are recorded",
    STAMPED: "time stamps are over checkpoints of the log, signed by the authority that was given",
}


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong. `position` is that of the record, 0 where it is about none."""

    message: str
    position: int = 0

    def __str__(self) -> str:
        return f"position {self.position}: {self.message}" if self.position else self.message


@dataclass(slots=True)
class Step:
    """One step: `count` things of the kind `what` were looked at.

    `notes` say what was not at hand, or what is worth knowing; `problems` are the first
    `MOST_LISTED` of `problem_count`.
    """

    number: int
    outcome: Outcome = Outcome.NOT_REACHED
    count: int = 0
    what: str = ""
    notes: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    problem_count: int = 0

    @property
    def title(self) -> str:
        """What the step says when it is right."""
        return TITLES[self.number]

    def fail(self, message: str, position: int = 0) -> None:
        """One more thing that is wrong."""
        self.outcome = Outcome.FAILED
        self.problem_count += 1
        if len(self.problems) < MOST_LISTED:
            self.problems.append(Problem(message, position))

    def limit(self, note: str) -> None:
        """Something was not at hand."""
        if self.outcome is not Outcome.FAILED:
            self.outcome = Outcome.LIMITED
        self.notes.append(note)

    def reach(self, what: str) -> None:
        """It is looked at, and nothing is wrong so far. `what` is counted."""
        self.what = what
        if self.outcome is Outcome.NOT_REACHED:
            self.outcome = Outcome.OK


def all_steps() -> dict[int, Step]:
    """The steps by number, none of them reached."""
    return {number: Step(number) for number in TITLES}


def verdict_of(steps: Iterable[Step]) -> Verdict:
    """What the steps say together.

    Without a key from outside an export is consistent with itself and nothing more: whoever made it
    could have made another one.
    """
    by_number = {step.number: step for step in steps}
    if any(step.outcome is Outcome.FAILED for step in by_number.values()):
        return Verdict.FAILED
    needed = (OPENS, DIGESTS, RECORDS, IN_TREE, CONTENTS, COUNTED)
    if any(by_number[number].outcome is Outcome.NOT_REACHED for number in needed):
        return Verdict.FAILED
    is_signed = by_number[SIGNED].outcome is Outcome.OK
    return Verdict.VERIFIED if is_signed else Verdict.WITH_ITSELF_ONLY
