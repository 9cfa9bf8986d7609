"""Scenarios that need another choice than ACME made: its set with some files replaced."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest

from tests.policies.sets import (
    POLICIES,
    ROOT,
    checked,
    failures,
    read_folder,
    read_yaml,
    results_of,
)

ACME: Final = POLICIES / "acme"
VARIANTS: Final = ROOT / "tests" / "scenarios" / "sets"

# Variants that must not load, and the code of the error that says so.
REFUSED: Final = {"limit_unsaid": "choice-not-stated", "signed_credits": "signed-credits"}


def put_together(variant: Path) -> dict[str, bytes]:
    """ACME without its tests, with the files of the variant."""
    files = {n: data for n, data in read_folder(ACME).items() if not n.startswith("tests/")}
    return files | read_yaml(variant)


def variants(refused: bool) -> list[str]:
    names = sorted(folder.name for folder in VARIANTS.iterdir() if folder.is_dir())
    return [name for name in names if (name in REFUSED) is refused]


@pytest.mark.parametrize("name", variants(refused=False))
def test_a_variant_passes_its_tests(name: str) -> None:
    files = put_together(VARIANTS / name)
    policy, found = checked(files)
    assert policy is not None, found.render()
    results = results_of(policy, files, found, ACME)
    assert results
    assert not failures(results), failures(results)


@pytest.mark.parametrize("name", variants(refused=True))
def test_a_variant_that_leaves_a_choice_open_does_not_load(name: str) -> None:
    policy, found = checked(put_together(VARIANTS / name))
    assert policy is None
    assert REFUSED[name] in {report.code for report in found}


def test_the_countries_of_a_variant_are_those_that_are_shipped() -> None:
    copies = sorted(VARIANTS.glob("*/countries/*.yaml"))
    assert copies
    for copy in copies:
        assert copy.read_bytes() == (POLICIES / "countries" / copy.name).read_bytes(), copy
