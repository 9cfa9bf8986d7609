"""Runs the policy tests of a draft, with master data from the folders of the set."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from adapters.master_data import build, read_tables
from api.usecases.drafts import Draft
from engine.policy import PolicySet
from rules.diagnostics import Diagnostic, Diagnostics
from rules.testing.running import Result, run_tests
from rules.testing.worlds import Built, Sources

Tables = Mapping[str, Sequence[Mapping[str, str]]]


def run(draft: Draft) -> tuple[tuple[Result, ...], tuple[Diagnostic, ...]]:
    """The results in the order of files and lines, and what is wrong with the tests as written."""
    found = Diagnostics()
    results = run_tests(
        draft.policy, draft.files, sources(draft.folder, draft.policy), found, draft.diagnostics
    )
    return results, found.sorted()


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
