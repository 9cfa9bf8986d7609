"""Sets as folders, compiled, checked and tested the way the command line does it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from adapters.master_data import build, read_tables
from adapters.policy_folder import read_set
from engine.policy import PolicySet
from rules.diagnostics import Diagnostics, Severity
from rules.loading import load_set
from rules.testing.running import Result, run_tests
from rules.testing.worlds import Built, Sources

ROOT: Final = Path(__file__).parents[2]
POLICIES: Final = ROOT / "policies"


def set_folders() -> list[Path]:
    """Every set of the project, by name."""
    return sorted(file.parent for file in POLICIES.glob("*/policy.yaml"))


def checked(files: Mapping[str, bytes]) -> tuple[PolicySet | None, Diagnostics]:
    """The set, if it loads, and everything that compiling and checking report."""
    found = Diagnostics()
    return load_set(files, found), found


def results_of(
    policy: PolicySet, files: Mapping[str, bytes], found: Diagnostics, data: Path
) -> tuple[Result, ...]:
    """The results of a set's tests, its reports included; `data` is where its folders are."""

    def tables(path: str) -> Mapping[str, list[dict[str, str]]] | None:
        folder = data / path
        return read_tables(folder, policy.facts)[0] if folder.is_dir() else None

    def built(rows: Mapping[str, list[dict[str, str]]]) -> Built:
        load = build(rows, policy.organization, policy.facts)
        left_out = (str(bad) for bad in load.quarantined if bad.effect != "note")
        return Built(load.data, tuple(left_out))

    unread = Diagnostics()
    results = run_tests(policy, files, Sources(tables, built), unread, tuple(found))
    errors = [report for report in unread if report.severity is Severity.ERROR]
    if errors:
        raise AssertionError("\n".join(map(str, errors)))
    return results


def failures(results: tuple[Result, ...]) -> str:
    """The results that failed, as the command line shows them; empty for none."""
    return "\n".join(str(result) for result in results if not result.passed)


def read_folder(folder: Path) -> dict[str, bytes]:
    """The files of a set."""
    return read_set(folder)


def read_yaml(folder: Path) -> dict[str, bytes]:
    """The YAML files under a folder that is no whole set."""
    files = sorted(folder.rglob("*.yaml"))
    return {file.relative_to(folder).as_posix(): file.read_bytes() for file in files}
