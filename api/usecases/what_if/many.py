"""A stream of documents compared on several cores; the answer is that of one core, in its order.

Documents go out in chunks and come back in the order they came, so that memory stays flat. Where a
set adds up totals, a document counts for those after it: then they are compared one by one.
"""

from __future__ import annotations

import multiprocessing
from collections import deque
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Final

from api.usecases.drafts import Draft, DraftData, load_data
from api.usecases.judging import Judge
from api.usecases.submissions import Submission
from api.usecases.what_if.comparing import Alike, Changed, Comparing, Refused
from engine.errors import InputError
from rules.analysis.differences.essence import essence
from rules.compiling.compiler import compile_set
from rules.diagnostics import Diagnostics

CHUNK: Final = 250
FEW: Final = 4 * CHUNK  # so many are compared at once, without starting other processes
AHEAD: Final = 3  # chunks under way for each process

Error = tuple[str, str, str]
Sent = tuple[int, object, tuple[Error, ...]]


class DataChanged(Exception):
    """The master data were changed while they were used."""


@dataclass(frozen=True, slots=True)
class Sides:
    """Both sets with their master data, and the moment to decide at (`None`: each its own)."""

    old: Draft
    new: Draft
    old_data: DraftData
    new_data: DraftData
    data_folder: Path
    now: datetime | None
    received_at: datetime

    @property
    def adds_up(self) -> bool:
        """Whether documents count for those after them."""
        drafts = (self.old, self.new)
        return any(f.total is not None for d in drafts for f in d.policy.facts.values())


@dataclass(frozen=True, slots=True)
class Chunk:
    """What became of some documents, in their order: only what changed or was refused."""

    count: int
    proved: int
    changed: tuple[Changed, ...]
    refused: tuple[Refused, ...]


@dataclass(frozen=True, slots=True)
class _Recipe:
    """What another process needs to make the same sides."""

    old_files: Mapping[str, bytes]
    new_files: Mapping[str, bytes]
    data_folder: Path
    digests: tuple[str, str]
    now: datetime | None
    received_at: datetime


def sides(
    drafts: tuple[Draft, Draft], folder: Path, now: datetime | None, received_at: datetime
) -> Sides:
    """Both sets with the master data of one folder. Raises `DataNotLoaded`."""
    old, new = drafts
    before = load_data(folder, old.policy)
    after = before if _load_alike(old, new) else load_data(folder, new.policy)
    return Sides(old, new, before, after, folder, now, received_at)


def _load_alike(old: Draft, new: Draft) -> bool:
    """Whether both sets make the same of one folder of master data."""
    before, after = old.policy, new.policy
    return essence((before.organization, before.facts)) == essence(
        (after.organization, after.facts)
    )


def comparing(both: Sides) -> Comparing:
    """What compares one document after another."""
    judges = [
        Judge(draft, data, both.now, both.received_at)
        for draft, data in ((both.old, both.old_data), (both.new, both.new_data))
    ]
    return Comparing(judges[0], judges[1], both.old_data is both.new_data)


def chunks(both: Sides, submissions: Iterator[Submission], jobs: int) -> Iterator[Chunk]:
    """Every document compared, in the order they came, on `jobs` cores at most."""
    first = list(islice(submissions, FEW))
    if jobs < 2 or both.adds_up or len(first) < FEW:
        compare = comparing(both)
        yield _compared(compare, first)
        del first
        while some := list(islice(submissions, CHUNK)):
            yield _compared(compare, some)
        return
    yield from _on_cores(both, _in_chunks(first, submissions), jobs)


def _in_chunks(first: list[Submission], rest: Iterator[Submission]) -> Iterator[list[Submission]]:
    for start in range(0, len(first), CHUNK):
        yield first[start : start + CHUNK]
    first.clear()
    while some := list(islice(rest, CHUNK)):
        yield some


def _on_cores(both: Sides, waiting: Iterator[list[Submission]], jobs: int) -> Iterator[Chunk]:
    recipe = _Recipe(
        both.old.files,
        both.new.files,
        both.data_folder,
        (both.old_data.data.digest, both.new_data.data.digest),
        both.now,
        both.received_at,
    )
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(jobs, context, _start, (recipe,)) as pool:
        under_way: deque[Future[Chunk]] = deque()
        try:
            for some in waiting:
                under_way.append(pool.submit(_work, [_sent(each) for each in some]))
                if len(under_way) >= AHEAD * jobs:
                    yield under_way.popleft().result()
            while under_way:
                yield under_way.popleft().result()
        finally:
            for future in under_way:
                future.cancel()


def _sent(submission: Submission) -> Sent:
    """A submission as values that another process can read."""
    errors = tuple((error.code, error.field, error.message) for error in submission.errors)
    return submission.position, submission.raw, errors


def _received(sent: Sent) -> Submission:
    position, raw, errors = sent
    return Submission(position, raw, tuple(InputError(*error) for error in errors))


def _compared(compare: Comparing, some: list[Submission]) -> Chunk:
    found = [compare.compare(submission) for submission in some]
    return Chunk(
        len(found),
        sum(isinstance(each, Alike) and each.is_proved for each in found),
        tuple(each for each in found if isinstance(each, Changed)),
        tuple(each for each in found if isinstance(each, Refused)),
    )


# What one of the other processes works with; set once, when it starts.
_HERE: Final[dict[str, Comparing]] = {}


def _start(recipe: _Recipe) -> None:
    drafts = [
        Draft(Path(), files, policy)
        for files in (recipe.old_files, recipe.new_files)
        if (policy := compile_set(files, Diagnostics())) is not None
    ]
    both = sides((drafts[0], drafts[1]), recipe.data_folder, recipe.now, recipe.received_at)
    if (both.old_data.data.digest, both.new_data.data.digest) != recipe.digests:
        raise DataChanged("the master data were changed while they were used")
    _HERE["comparing"] = comparing(both)


def _work(sent: list[Sent]) -> Chunk:
    return _compared(_HERE["comparing"], [_received(each) for each in sent])
