"""Sets of other kinds of organisations, and sets in which somebody tries to get around them."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest

from tests.policies.sets import ROOT, checked, failures, read_folder, results_of

HERE: Final = ROOT / "tests" / "policies"


def folders() -> list[Path]:
    found = [*(HERE / "families").iterdir(), *(HERE / "attacks").iterdir()]
    return sorted(folder for folder in found if folder.is_dir())


@pytest.mark.parametrize("folder", folders(), ids=lambda folder: folder.name)
def test_a_set_reports_what_it_says_and_passes_its_tests(folder: Path) -> None:
    files = read_folder(folder)
    policy, found = checked(files)
    assert policy is not None, found.render()
    results = results_of(policy, files, found, folder)
    assert results
    assert not failures(results), failures(results)
