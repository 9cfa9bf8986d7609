"""Whether the trail is whole, agrees with itself, and tells how every case got where it stands.

What is checked is what the database alone can show. Whoever may write to all of it could write
another trail that agrees with itself, or exchange records of different cases; that shows only
against a checkpoint which left the operator's control.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import Connection

from adapters.store import cases, delivery, outbox
from adapters.store.cases import Case, number_of
from adapters.store.opening import Store
from adapters.store.reviews import reviews_on
from adapters.store.trail import (
    Record,
    digest_of,
    end,
    every_record,
    records_of,
    without_case,
)
from api.usecases.casework.resources import Plain, Resources
from api.usecases.casework.telling import Problem, problems_of_case
from api.usecases.trail.comparing import SignedTree
from api.usecases.trail.kept_documents import Unopened, document_problems
from api.usecases.trail.written_by_hand import text_problems
from engine.canonical import canonical_bytes
from engine.recording import moment_text

MOST_LISTED: Final = 1000
BATCH: Final = 500

Progress = Callable[[int, int], None]


@dataclass(slots=True)
class TrailReport:
    """What was looked at, and what is wrong, in the order in which it was found.

    `problems` are the first `MOST_LISTED` of `problem_count`.
    """

    record_count: int = 0
    case_count: int = 0
    unopened_count: int = 0  # documents that were not compared, since their key is not here
    problem_count: int = 0
    problems: list[Problem] = field(default_factory=list)

    @property
    def is_intact(self) -> bool:
        """Whether nothing is wrong."""
        return not self.problem_count

    def add(self, problem: Problem) -> None:
        """One more problem."""
        self.problem_count += 1
        if len(self.problems) < MOST_LISTED:
            self.problems.append(problem)


def check_trail(
    store: Store,
    progress: Progress = lambda done, total: None,
    resources: Resources | None = None,
) -> TrailReport:
    """Checks every record and every case, as they are at one moment; others go on writing.

    `progress` is told how many records and cases of how many are done. `resources` open what is
    sealed; without them it is not compared with its records.
    """
    report = TrailReport()
    opening = resources or Resources(store)
    with store.snapshot() as connection:
        total = end(connection) + cases.how_many(connection)
        for problem in _trail_problems(connection, report, progress, total):
            report.add(problem)
        for problem in _case_problems(opening, connection, report, progress, total):
            report.add(problem)
        for case_id, position in without_case(connection):
            said = f"there is no case `{number_of(case_id)}` any more"
            report.add(Problem("case_missing", said, position, number_of(case_id)))
    return report


def _trail_problems(
    connection: Connection, report: TrailReport, progress: Progress, total: int
) -> Iterator[Problem]:
    """Positions without a gap up to the end mark, and each record in itself."""
    expected = 1
    tree = SignedTree(connection)
    for record in every_record(connection, BATCH):
        if record.position != expected:
            gap = f"expected position {expected}, found {record.position}"
            yield Problem("gap", gap, record.position)
        expected = record.position + 1
        yield from _record_problems(record)
        yield from text_problems(connection, record)
        yield from tree.problems(record)
        report.record_count += 1
        if report.record_count % BATCH == 0:
            progress(report.record_count, total)
    yield from tree.left()
    last = end(connection)
    if expected != last + 1:
        said = f"the end mark is at {last}, the last record at {expected - 1}"
        yield Problem("end_differs", said, last)


def _record_problems(record: Record) -> Iterator[Problem]:
    """The bytes, their digest, and what stands beside them in columns."""
    case = "" if record.case_id is None else number_of(record.case_id)

    def problem(code: str, said: str) -> Problem:
        return Problem(code, said, record.position, case)

    found = digest_of(record.body)
    if found != record.digest:
        yield problem("digest_differs", f"expected `{record.digest}`, found `{found}`")
    body = _plain(record.body)
    if body is None:
        yield problem("not_canonical", "the body is no canonical JSON object")
        return
    stated = (body.get("kind"), body.get("at"), body.get("case", ""))
    expected = (record.kind, moment_text(record.at), case)
    for name, column, value in zip(("kind", "at", "case"), expected, stated, strict=True):
        if column != value:
            said = f"`{name}` is `{value}` in the body, `{column}` in its column"
            yield problem("column_differs", said)


def _plain(body: bytes) -> Plain | None:
    """The body, if it is the canonical form of what it states."""
    try:
        plain = json.loads(body)
        is_canonical = isinstance(plain, dict) and canonical_bytes(plain) == body
    except (ValueError, TypeError, RecursionError):
        return None
    return plain if is_canonical else None


def _case_problems(
    resources: Resources,
    connection: Connection,
    report: TrailReport,
    progress: Progress,
    total: int,
) -> Iterator[Problem]:
    """Every case against what the trail tells of it, and what is kept of its postings."""
    after = 0
    while found := cases.several(connection, after=after, most=BATCH):
        for case in found:
            told = _told(connection, case)
            yield from _of_one(connection, case, told)
            for found_there in document_problems(resources, connection, case, told):
                if isinstance(found_there, Unopened):
                    report.unopened_count += 1
                else:
                    yield found_there
        after = found[-1].id
        report.case_count += len(found)
        progress(report.record_count + report.case_count, total)


def _told(connection: Connection, case: Case) -> list[tuple[int, Plain]]:
    """The records of a case that can be read, by position."""
    return [
        (record.position, body)
        for record in records_of(connection, case.id)
        if (body := _plain(record.body)) is not None
    ]


def _of_one(
    connection: Connection, case: Case, told: Sequence[tuple[int, Plain]]
) -> Iterator[Problem]:
    yield from problems_of_case(
        case,
        told,
        delivery.receipts_of(connection, case.id),
        outbox.unsettled_keys(connection, case.id),
        reviews_on(connection, case.id),
    )
