"""One fault put into a set that has none is reported: with its code, at its place, and alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import pytest
import yaml

from rules.diagnostics import Diagnostic, Diagnostics, Severity
from rules.testing.forms import read_tests
from rules.testing.reports import check_reports
from tests.policies.sets import POLICIES, ROOT, checked, read_folder

WRITTEN: Final = ROOT / "tests" / "policies" / "faults" / "written.yaml"


@dataclass(frozen=True)
class Fault:
    """`of` becomes `to` in a file of a set; `code` is what must be reported, where `at` stands."""

    set: str
    file: str
    of: str
    to: str
    code: str
    at: str = ""
    file_of_report: str = ""
    also: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.set}-{self.code}-{self.to[:30]}"

    def files(self) -> dict[str, bytes]:
        files = read_folder(POLICIES / self.set)
        before = files[self.file].decode()
        assert before.count(self.of) >= 1, f"`{self.of}` does not stand in {self.file}"
        files[self.file] = before.replace(self.of, self.to, 1).encode()
        return files

    def place(self, files: dict[str, bytes]) -> str:
        """Where the report must be: `file:line:column`."""
        name = self.file_of_report or self.file
        text = files[name].decode()
        changed = read_folder(POLICIES / self.set)[self.file].decode().index(self.of)
        start = 0 if self.file_of_report or self.at == "kind" else changed
        # A fault may stand right before what it makes wrong, as a missing line does.
        found = text.find(self.at or self.to, start)
        found = text.index(self.at or self.to) if found < 0 else found
        line = text.count("\n", 0, found) + 1
        return f"{name}:{line}:{found - (text.rfind(chr(10), 0, found) + 1) + 1}"


def faults() -> Iterator[Fault]:
    for entry in yaml.safe_load(WRITTEN.read_text(encoding="utf-8")):
        yield Fault(**{**entry, "also": tuple(entry.get("also", ()))})


FAULTS: Final = tuple(faults())


def unexpected(files: dict[str, bytes], found: Diagnostics) -> list[Diagnostic]:
    """Errors and warnings that the set's own `lint:` lists do not name."""
    wanted = [report for file in read_tests(files, Diagnostics()) for report in file.lint]
    strange = {
        str(place)
        for name, place, compared in check_reports(wanted, found)
        if name.startswith("not expected") and not compared.ok
    }
    return [
        report
        for report in found
        if report.severity is not Severity.NOTE and str(report.place) in strange
    ]


@pytest.mark.parametrize("fault", FAULTS, ids=str)
def test_a_fault_is_reported_where_it_stands_and_nothing_else_is(fault: Fault) -> None:
    files = fault.files()
    _, found = checked(files)
    shown = "\n".join(map(str, found))
    assert (fault.code, fault.place(files)) in {(r.code, str(r.place)) for r in found}, shown
    wanted = {report.code for report in found if report.severity is not Severity.NOTE}
    codes = {report.code for report in unexpected(files, found)}
    assert codes == {fault.code, *fault.also} & wanted, shown


def test_there_are_faults_of_many_kinds_in_each_set() -> None:
    assert len(FAULTS) >= 60
    assert {fault.set for fault in FAULTS} == {
        "acme",
        "gitlab",
        "surrey-schools",
        "uk-bodies",
        "undp",
        "us-cities",
    }
    assert len({fault.code for fault in FAULTS}) >= 40


@pytest.mark.parametrize("name", sorted({fault.set for fault in FAULTS}))
def test_a_set_without_a_fault_reports_nothing_but_what_it_says(name: str) -> None:
    files = read_folder(POLICIES / name)
    _, found = checked(files)
    assert not unexpected(files, found)
