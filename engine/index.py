"""Finding the rows that may match, without asking every row.

Rows are grouped by the facts that they test for plain equality (`category`, `capex` ...). Within a
group the document's own values name one bucket, and in the bucket the amount is bisected. What is
found is every row that can be true or undecided; a row that is not found is false. Memory is
linear in the rows, look-up is flat in their number for ladders of amounts.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Final, Generic, Protocol, TypeVar

from engine.facts.conditions import ALWAYS, All, Condition, OneOf
from engine.facts.kinds import FactValue, FactValues

MOST_BUCKETS: Final = 64  # a row that names more combinations of values is asked by its condition


class Bounded(Protocol):
    """What can be indexed: keys of amounts from `low` to `high`, and a condition."""

    @property
    def low(self) -> int: ...

    @property
    def high(self) -> int: ...

    @property
    def when(self) -> Condition: ...


R = TypeVar("R", bound=Bounded)


@dataclass(frozen=True, slots=True)
class Candidate(Generic[R]):
    """A row and what its bucket has not yet shown to be true."""

    row: R
    rest: Condition


@dataclass(frozen=True, slots=True)
class Ladder(Generic[R]):
    """Rows of one bucket by lower bound, with the highest upper bound so far."""

    lows: tuple[int, ...]
    tops: tuple[int, ...]
    candidates: tuple[Candidate[R], ...]

    def at(self, key: int | None) -> Iterator[Candidate[R]]:
        """The rows whose bounds allow the key; all of them where it is not known."""
        if key is None:
            yield from self.candidates
            return
        position = bisect_right(self.lows, key) - 1
        while position >= 0 and self.tops[position] >= key:
            if self.candidates[position].row.high >= key:
                yield self.candidates[position]
            position -= 1


@dataclass(frozen=True, slots=True)
class RowIndex(Generic[R]):
    """Rows that share a currency and a money fact: per tested facts, the buckets."""

    groups: tuple[tuple[tuple[str, ...], Mapping[tuple[FactValue, ...], Ladder[R]]], ...]

    def candidates(self, values: FactValues, key: int | None) -> Iterator[Candidate[R]]:
        """Every row that can be true or undecided for these values."""
        for facts, buckets in self.groups:
            wanted = tuple(map(values.get, facts))
            if None not in wanted:
                ladder = buckets.get(wanted)  # type: ignore[arg-type]
                if ladder is not None:
                    yield from ladder.at(key)
            else:
                yield from _unbucketed(buckets, wanted, key)


def _unbucketed(
    buckets: Mapping[tuple[FactValue, ...], Ladder[R]],
    wanted: tuple[FactValue | None, ...],
    key: int | None,
) -> Iterator[Candidate[R]]:
    """With a fact missing: every bucket that agrees on the others, each row asked in full once."""
    seen: set[int] = set()
    for values, ladder in buckets.items():
        if any(w is not None and w != v for w, v in zip(wanted, values, strict=True)):
            continue
        for candidate in ladder.at(key):
            if id(candidate.row) not in seen:
                seen.add(id(candidate.row))
                yield Candidate(candidate.row, candidate.row.when)


def index_rows(rows: Iterable[R]) -> RowIndex[R]:
    """The index over the rows of one matrix, or of controls with one amount and currency."""
    groups: dict[tuple[str, ...], dict[tuple[FactValue, ...], list[Candidate[R]]]] = {}
    for row in rows:
        tests, rest = _equalities(row.when)
        facts = tuple(test.fact for test in tests)
        buckets = groups.setdefault(facts, {})
        for values in product(*(test.values for test in tests)):
            buckets.setdefault(values, []).append(Candidate(row, rest))
    return RowIndex(
        tuple(
            (facts, {values: _ladder(found) for values, found in buckets.items()})
            for facts, buckets in groups.items()
        )
    )


def _ladder(candidates: list[Candidate[R]]) -> Ladder[R]:
    ordered = sorted(candidates, key=lambda candidate: (candidate.row.low, candidate.row.high))
    tops: list[int] = []
    for candidate in ordered:
        tops.append(max(candidate.row.high, tops[-1]) if tops else candidate.row.high)
    return Ladder(tuple(c.row.low for c in ordered), tuple(tops), tuple(ordered))


def _equalities(when: Condition) -> tuple[tuple[OneOf, ...], Condition]:
    """The tests for equality that the condition needs, one a fact, and what is left besides."""
    parts = when.parts if isinstance(when, All) else (when,)
    tests: dict[str, OneOf] = {}
    rest: list[Condition] = []
    combinations = 1
    for part in parts:
        fits = isinstance(part, OneOf) and part.fact not in tests
        if isinstance(part, OneOf) and fits and combinations * len(part.values) <= MOST_BUCKETS:
            tests[part.fact] = part
            combinations *= len(part.values)
        else:
            rest.append(part)
    return tuple(tests[fact] for fact in sorted(tests)), All(tuple(rest)) if rest else ALWAYS
