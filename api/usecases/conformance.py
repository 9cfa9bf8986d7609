"""Whether a log of another system followed the rules that a file states.

kind: conformance
log: {case: trace}
checks:
  - name: paid_without_final_approval
    because: Nothing is paid that nobody approved.
    precedes: {event: {activity: Payment Handled}, before: {activity: "* FINAL_APPROVED *"}}
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Final, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field, model_validator

from adapters.sources.event_logs import Columns, Quarantined, read_log
from api.usecases.declared_files import Declared, Texts, YesNo
from engine.conformance import checks as of
from engine.conformance.checks import Answer, Check, Test
from engine.conformance.counting import MOST_SHOWN, Tally, Witness, tallies
from engine.conformance.patterns import Pattern

MOST_CHECKS: Final = 200
STANDARD: Final = Columns()
EVERY: Final = 200  # cases between two signs of progress


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ValueError, OSError, LookupError):
        raise ValueError("expected a time zone like `Europe/Berlin`") from None
    return name


Name = Annotated[str, Field(min_length=1, max_length=200)]
Zone = Annotated[str, AfterValidator(_zone)]


class LogColumns(Declared):
    """Which column or attribute of a log is what."""

    case: Name = STANDARD.case
    activity: Name = STANDARD.activity
    time: Name = STANDARD.at
    person: str = STANDARD.person
    role: str = STANDARD.role
    lifecycle: str = STANDARD.lifecycle
    format: str = ""
    zone: Zone | None = None

    def columns(self) -> Columns:
        """As readers of logs take them."""
        return Columns(
            *(self.case, self.activity, self.time, self.person, self.role, self.lifecycle),
            self.format,
            self.zone or "",
        )


class Events(Declared):
    """Which events are meant."""

    activity: Texts = ()
    role: Texts = ()
    person: Texts = ()

    @model_validator(mode="after")
    def _says_something(self) -> Events:
        if not (self.activity or self.role or self.person):
            raise ValueError("expected an activity, a role or a person")
        return self

    def pattern(self) -> Pattern:
        """As checks take them."""
        return Pattern(self.activity, self.role, self.person)


class PrecedesIn(Declared):
    """Each event has a `before` earlier."""

    event: Events
    before: Events


class AfterIn(Declared):
    """An event, and what it is measured by."""

    event: Events
    after: Events


class AmountsIn(Declared):
    """Two numbers by their columns."""

    amount: Name
    limit: Name


class CheckIn(Declared):
    """One check: exactly one of the five tests."""

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,99}$")]
    because: str = ""
    note: YesNo = False
    precedes: PrecedesIn | None = None
    not_after: AfterIn | None = None
    has: Events | None = None
    amount_within: AmountsIn | None = None
    starts_after: AfterIn | None = None

    @model_validator(mode="after")
    def _is_one(self) -> CheckIn:
        if len(list(self._tests())) != 1:
            known = "precedes, not_after, has, amount_within, starts_after"
            raise ValueError(f"expected exactly one of {known}")
        return self

    def _tests(self) -> Iterator[Test]:
        if self.precedes is not None:
            yield of.Precedes(self.precedes.event.pattern(), self.precedes.before.pattern())
        if self.not_after is not None:
            yield of.NotAfter(self.not_after.event.pattern(), self.not_after.after.pattern())
        if self.has is not None:
            yield of.Has(self.has.pattern())
        if self.amount_within is not None:
            yield of.AmountWithin(self.amount_within.amount, self.amount_within.limit)
        if self.starts_after is not None:
            yield of.StartsAfter(
                self.starts_after.event.pattern(), self.starts_after.after.pattern()
            )

    def check(self) -> Check:
        """As the core takes it."""
        return Check(self.name, next(self._tests()), self.because, self.note)


class ConformanceFile(Declared):
    """What a file of `kind: conformance` holds."""

    kind: Literal["conformance"]
    log: LogColumns = LogColumns()
    checks: Annotated[list[CheckIn], Field(min_length=1, max_length=MOST_CHECKS)]

    @model_validator(mode="after")
    def _are_named_once(self) -> ConformanceFile:
        names = [each.name for each in self.checks]
        twice = next((name for name in names if names.count(name) > 1), None)
        if twice is not None:
            raise ValueError(f"expected each name once, and `{twice}` is there twice")
        return self


@dataclass(slots=True)
class Conformance:
    """What the checks found, and what of the log could not be read."""

    tallies: Sequence[Tally]
    case_count: int = 0
    event_count: int = 0
    left_out_count: int = 0
    left_out: list[Quarantined] = field(default_factory=list)

    @property
    def is_conformant(self) -> bool:
        """Whether every case could be read, and none violates a check."""
        return not self.left_out_count and not any(each.is_violated for each in self.tallies)


def conform(
    path: Path,
    stated: ConformanceFile,
    most_shown: int = MOST_SHOWN,
    progress: Callable[[int], None] = lambda cases: None,
) -> Conformance:
    """Asks every check of every case; `progress` is told how many cases are done.

    Memory does not grow with the log. Raises `LogRefused`.
    """
    done = Conformance(tallies([each.check() for each in stated.checks], most_shown))
    for found in read_log(path, stated.log.columns()):
        if isinstance(found, Quarantined):
            done.left_out_count += 1
            if len(done.left_out) < most_shown:
                done.left_out.append(found)
        else:
            done.case_count += 1
            done.event_count += len(found.events)
            for tally in done.tallies:
                tally.add(found)
        if (done.case_count + done.left_out_count) % EVERY == 0:
            progress(done.case_count + done.left_out_count)
    return done


def conformance_plain(found: Conformance) -> dict[str, object]:
    """As JSON values."""
    return {
        "conformant": found.is_conformant,
        "cases": found.case_count,
        "events": found.event_count,
        "left_out": found.left_out_count,
        "checks": [_tally(each) for each in found.tallies],
        "not_read": [
            {"case": e.case, "place": e.place, "code": e.code, "message": e.message}
            for e in found.left_out
        ],
    }


def _tally(each: Tally) -> dict[str, object]:
    return {
        "name": each.check.name,
        "because": each.check.because,
        "violated": each.is_violated,
        **{str(answer): each.counts[answer] for answer in Answer},
        "witnesses": [_witness(one) for one in (*each.witnesses, *each.untold)],
    }


def _witness(one: Witness) -> dict[str, object]:
    return {"case": one.trace, "answer": str(one.answer), "evidence": list(one.evidence)}
