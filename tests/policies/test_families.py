"""Sets of other kinds of organisations, and sets in which somebody tries to get around them."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest

from tests.policies.sets import ROOT, checked, failures, read_folder, results_of

HERE: Final = ROOT / "tests" / "policies"

# Attack sets that must not load, and the code of the error that says so.
REFUSED: Final = {"conflict_with_itself": "not-yet-enforced"}


def folders() -> list[Path]:
    found = [*(HERE / "families").iterdir(), *(HERE / "attacks").iterdir()]
    return sorted(folder for folder in found if folder.is_dir() and folder.name not in REFUSED)


@pytest.mark.parametrize("folder", folders(), ids=lambda folder: folder.name)
def test_a_set_reports_what_it_says_and_passes_its_tests(folder: Path) -> None:
    files = read_folder(folder)
    policy, found = checked(files)
    assert policy is not None, found.render()
    results = results_of(policy, files, found, folder)
    assert results
    assert not failures(results), failures(results)


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_a_set_with_a_rule_that_is_not_enforced_does_not_load(name: str) -> None:
    policy, found = checked(read_folder(HERE / "attacks" / name))
    assert policy is None
    assert REFUSED[name] in {report.code for report in found}
