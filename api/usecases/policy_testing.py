"""Runs the policy tests of a draft, with master data from the folders of the set.

Also what says whether they are enough: their coverage, tests for every bound, and faults put into
the set to see whether they notice.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from adapters.master_data import build, read_tables
from api.usecases.drafts import Draft
from engine.policy import PolicySet
from rules.diagnostics import Diagnostic, Diagnostics
from rules.mutating.faults import Fault
from rules.mutating.files import faults
from rules.mutating.hunting import Hunt, Tried
from rules.mutating.telling_apart import DAY
from rules.testing.boundaries import Written, write_boundaries
from rules.testing.checking import check_tests
from rules.testing.forms import read_tests
from rules.testing.running import Result, run_tests
from rules.testing.specimens import Trials
from rules.testing.worlds import Built, Sources

Tables = Mapping[str, Sequence[Mapping[str, str]]]


def run(draft: Draft) -> tuple[tuple[Result, ...], tuple[Diagnostic, ...]]:
    """The results in the order of files and lines, and what is wrong with the tests as written."""
    found = Diagnostics()
    results = run_tests(
        draft.policy, draft.files, sources(draft.folder, draft.policy), found, draft.diagnostics
    )
    return results, found.sorted()


def check(
    folder: Path, files: Mapping[str, bytes], policy: PolicySet | None
) -> tuple[Diagnostic, ...]:
    """What is wrong with the tests of a folder as written; they are not run.

    Where the set does not load, only what needs no set is looked at.
    """
    found = Diagnostics()
    if policy is None:
        read_tests(files, found)
    else:
        check_tests(files, policy, sources(folder, policy), found)
    return found.sorted()


def boundaries(draft: Draft, day: str) -> tuple[str, Written]:
    """Tests of both sides of every bound with today's answers, as a file; and what is in it."""
    trials = Trials(draft.policy, sources(draft.folder, draft.policy), day)
    return write_boundaries(draft.policy, trials)


def day_of_tests(draft: Draft) -> str:
    """The first day or moment that the tests of a draft state."""
    read = read_tests(draft.files, Diagnostics())
    stated = (test.on.text for file in read for test in file.tests if test.on is not None)
    return next(stated, DAY)


def faults_of(draft: Draft) -> tuple[tuple[str, Fault], ...]:
    """Every fault that can be put into a draft, in the order of files and places."""
    return tuple(faults(draft.policy, draft.files))


def hunt(draft: Draft, chosen: Sequence[tuple[str, Fault]]) -> Iterator[Tried]:
    """What becomes of each fault."""
    hunting = Hunt(draft.policy, draft.files, lambda policy: sources(draft.folder, policy))
    yield from hunting.run(chosen)


def sources(folder: Path, policy: PolicySet) -> Sources:
    """Master data for tests, read from below the folder of the set and from nowhere else."""
    root = folder.resolve()

    def tables(path: str) -> Tables | None:
        try:
            wanted = (root / path).resolve()
        except (OSError, ValueError):
            return None
        if not wanted.is_relative_to(root) or not wanted.is_dir():
            return None
        return read_tables(wanted, policy.facts)[0]

    def built(rows: Mapping[str, list[dict[str, str]]]) -> Built:
        load = build(rows, policy.organization, policy.facts)
        left_out = (str(bad) for bad in load.quarantined if bad.effect != "note")
        return Built(load.data, tuple(left_out))

    return Sources(tables, built)
