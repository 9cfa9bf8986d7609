"""Every set in `policies/` says what its tests say, and the published cases are all there."""

from __future__ import annotations

import re
from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import Final

import pytest

from api.usecases.drafts import check_people, load_data
from rules.diagnostics import Diagnostics
from rules.testing.coverage import coverage
from rules.testing.forms import read_tests
from tests.policies.sets import POLICIES, checked, failures, read_folder, results_of, set_folders

# How many cases each published policy has, by the prefix of their names.
PUBLISHED: Final = {"gitlab": 13, "sur": 10, "ukb": 12, "undp": 11, "city": 12}
CASE: Final = re.compile(rf"({'|'.join(PUBLISHED)})-[0-9][0-9]")


@pytest.mark.parametrize("folder", set_folders(), ids=lambda folder: folder.name)
def test_a_set_reports_what_it_says_and_passes_its_tests(folder: Path) -> None:
    files = read_folder(folder)
    policy, found = checked(files)
    assert policy is not None, found.render()
    results = results_of(policy, files, found, folder)
    assert not failures(results), failures(results)


@pytest.mark.parametrize(("name", "least"), [("acme", 95), ("gitlab", 100)])
def test_the_tests_of_a_set_cover_it(name: str, least: int) -> None:
    files = read_folder(POLICIES / name)
    policy, found = checked(files)
    assert policy is not None
    covered = coverage(policy, results_of(policy, files, found, POLICIES / name))
    missed = "\n".join(f"{item.place}: {item.what}" for item in covered.missed())
    assert covered.counted().share * 100 >= least, missed


def test_each_published_case_is_one_policy_test() -> None:
    names = [
        test.name
        for folder in set_folders()
        for file in read_tests(read_folder(folder), Diagnostics())
        for test in file.tests
    ]
    cases = Counter(match[0] for name in names if (match := CASE.match(name)))
    expected = {
        f"{prefix}-{number:02}"
        for prefix, count in PUBLISHED.items()
        for number in range(1, count + 1)
    }
    assert set(cases) == expected
    assert cases.total() == 58


@pytest.mark.parametrize("name", ["acme", "university"])
def test_the_people_of_a_set_can_approve_everything_it_asks(name: str) -> None:
    """Only who must wait for one person is noted: `countersign lint --data`."""
    folder = POLICIES / name
    policy, _ = checked(read_folder(folder))
    assert policy is not None
    data = load_data(folder / "data", policy).data
    found = check_people(policy, data, datetime.fromisoformat("2027-03-15T09:00:00-04:00"))
    assert {(report.code, str(report.severity)) for report in found} == {("single-absence", "note")}
