"""What the reference says of each construct, as small sets with policy tests of their own.

A folder of `meaning/` holds the files in which its set differs from the base set of the reference.

Shows (B1, B2).
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest

from tests.policies.sets import checked, failures, read_yaml, results_of
from tests.rules.test_reference_examples import base

MEANING: Final = Path(__file__).parent / "meaning"


@pytest.mark.parametrize("name", sorted(folder.name for folder in MEANING.iterdir()))
def test_a_construct_means_what_the_reference_says(name: str) -> None:
    files = base() | read_yaml(MEANING / name)
    policy, found = checked(files)
    assert policy is not None, found.render()
    results = results_of(policy, files, found, MEANING / name)
    assert results
    assert not failures(results), failures(results)
