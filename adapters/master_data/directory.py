"""A folder of master data, the last good snapshot of it, and single files that are read alike."""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from adapters.master_data.answers import read_answers
from adapters.master_data.building import NO_ROWS, Load, assemble
from adapters.master_data.cells import Cells, Days
from adapters.master_data.reading import read_folder, read_table
from adapters.master_data.reports import Report
from adapters.master_data.tables import DEFAULT_LIMITS, SPECS, Limits
from engine.facts.vocabulary import Fact
from engine.identifiers.judged import Judging, judge
from engine.master_data import Answer, MasterData, Question
from engine.organization import Organization
from engine.tokens import Tokens, token


def load_folder(
    path: str | Path,
    organization: Organization,
    facts: Mapping[str, Fact],
    limits: Limits = DEFAULT_LIMITS,
    before: Mapping[str, int] = NO_ROWS,
    accept_fewer: frozenset[str] = frozenset(),
    judging: Judging = judge,
    tokens: Tokens = token,
) -> Load:
    """A snapshot from a folder of files; never raises for what the files contain.

    `before` are the `row_counts` of the last good load; `accept_fewer` names what may be fewer.
    `judging` says what is known of tax numbers while they can be read, `tokens` by what restricted
    values are compared.
    """
    report = Report(limits.reports_count)
    with _uncollected():
        tables = read_folder(Path(path), facts, limits, report)
        return assemble(
            tables, organization, facts, report, limits, before, accept_fewer, judging, tokens
        )


def read_tables(
    path: str | Path, facts: Mapping[str, Fact], limits: Limits = DEFAULT_LIMITS
) -> tuple[dict[str, list[dict[str, str]]], str | None]:
    """The rows of a folder for `build`, and what is wrong with the files, if anything is.

    For tests that add rows of their own to a fixture; nothing is looked at but the form.
    """
    report = Report(limits.reports_count)
    tables = read_folder(Path(path), facts, limits, report)
    wrong = "\n".join(str(bad) for bad in report.rows()) or None
    return {name: [dict(row.cells) for row in table.rows] for name, table in tables.items()}, wrong


def load_answers(
    path: str | Path, limits: Limits = DEFAULT_LIMITS
) -> tuple[Mapping[Question, Answer], str | None]:
    """The answers of one file, read as the `answers` of a folder are, and why it is refused.

    There are none where it is refused: half of the answers would be worse than none.
    """
    report = Report(limits.reports_count)
    table = read_table(Path(path), SPECS["answers"], {}, limits, report)
    days = Days()
    rows = () if table is None else (Cells(table, row, report, days) for row in table.rows)
    answers = read_answers(rows)
    refused = report.refused()
    return ({} if refused else answers), refused


@contextmanager
def _uncollected() -> Iterator[None]:
    """Without looking for garbage: a load makes millions of values and drops hardly any.

    Takes a third off the time of a large load.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


class Directory:
    """Holds the last good snapshot of a folder; a bad load never replaces it.

    A refresh is all or nothing: whoever asks sees the snapshot before or the one after it.
    `before` are the `row_counts` of the last good load, where an earlier process made it.
    """

    def __init__(
        self,
        path: str | Path,
        organization: Organization,
        facts: Mapping[str, Fact],
        limits: Limits = DEFAULT_LIMITS,
        before: Mapping[str, int] = NO_ROWS,
    ) -> None:
        self._path = Path(path)
        self._organization = organization
        self._facts = facts
        self._limits = limits
        self._before = before
        self._good: Load | None = None
        self._lock = threading.Lock()

    @property
    def data(self) -> MasterData | None:
        """The last good snapshot; `None` before the first good load."""
        good = self._good
        return good.data if good else None

    def refresh(self, accept_fewer: frozenset[str] = frozenset()) -> Load:
        """Loads the folder, and replaces the snapshot if the load is good. Returns the load."""
        with self._lock:
            load = load_folder(
                self._path,
                self._organization,
                self._facts,
                self._limits,
                self._good.row_counts if self._good else self._before,
                accept_fewer,
            )
            if load.data is not None:
                self._good = load
        return load
