"""Each fault is put into the set, and the linter and the tests are asked whether they notice.

A fault that neither notices has survived. It counts only where some document shows that the set
now answers differently; what means the same, or what no document was found for, is listed apart.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from engine.policy import PolicySet
from rules.diagnostics import Diagnostics, Severity
from rules.loading import load_set
from rules.mutating.faults import Fault
from rules.mutating.files import text_in
from rules.mutating.sameness import meaning, same_worlds
from rules.mutating.telling_apart import Witnesses
from rules.testing.forms import read_tests
from rules.testing.reports import check_reports
from rules.testing.running import Ready, Runner
from rules.testing.worlds import Sources, Worlds
from rules.testing.written import ExpectedReport

SourcesOf = Callable[[PolicySet], Sources]


class Verdict(StrEnum):
    """What became of a fault."""

    SURVIVED = "survived"
    TESTS = "caught by the tests"
    LINTER = "caught by the linter"
    SAME = "means the same"
    UNTOLD = "not judged"


@dataclass(frozen=True, slots=True)
class Tried:
    """One fault and what became of it. `by` is the test or the report that caught it.

    `shown` are lines of a test that would catch it, with what the set answers today.
    """

    file: str
    fault: Fault
    verdict: Verdict
    by: str = ""
    shown: tuple[str, ...] = ()


class Hunt:
    """One set with its tests, whose worlds are built once."""

    def __init__(self, policy: PolicySet, files: Mapping[str, bytes], sources: SourcesOf) -> None:
        self._policy = policy
        self._files = files
        self._sources = sources
        self._meaning = meaning(policy)
        found = Diagnostics()
        self._tests = read_tests(files, found)
        self._reports = [report for file in self._tests for report in file.lint]
        self._worlds = Worlds(policy, sources(policy))
        self._ready = tuple(self._made_ready(Runner(policy, self._worlds), found))
        self._witnesses = Witnesses(policy, self._ready, self._worlds, sources(policy))

    def run(self, faults: Sequence[tuple[str, Fault]]) -> Iterator[Tried]:
        """What becomes of each fault, in their order."""
        for file, fault in faults:
            yield self._try(file, fault)

    def _made_ready(self, runner: Runner, diagnostics: Diagnostics) -> Iterator[Ready]:
        for file in self._tests:
            for test in file.tests:
                ready = runner.ready(file, test, diagnostics)
                if ready is not None:
                    yield ready

    def _try(self, file: str, fault: Fault) -> Tried:
        text = fault.applied(text_in(self._files, file))
        found = Diagnostics()
        policy = load_set({**self._files, file: text.encode()}, found)
        if policy is None or (caught := _report(self._reports, found)):
            code = _first_error(found) if policy is None else caught
            return Tried(file, fault, Verdict.LINTER, code)
        if meaning(policy) == self._meaning:
            return Tried(file, fault, Verdict.SAME)
        failed = self._failing(policy)
        if failed:
            return Tried(file, fault, Verdict.TESTS, failed)
        shown = self._witnesses.telling(policy, fault)
        return Tried(file, fault, Verdict.SURVIVED if shown else Verdict.UNTOLD, "", shown)

    def _failing(self, policy: PolicySet) -> str:
        """The name of the first test that fails under another set; empty for none."""
        if same_worlds(policy, self._policy):
            runner, ready = Runner(policy, self._worlds), self._ready
        else:
            worlds = Worlds(policy, self._sources(policy))
            runner, unread = Runner(policy, worlds), Diagnostics()
            ready = tuple(self._made_ready(runner, unread))
            if len(ready) < len(self._ready):
                return "a test that can no longer be run"
        for one in ready:
            if not runner.judge(one).passed:
                return one.test.name
        return ""


def _report(expected: Sequence[ExpectedReport], found: Diagnostics) -> str:
    """The code of a report that the tests do not expect, or that they miss."""
    for name, _, compared in check_reports(expected, found):
        if not compared.ok:
            return name
    return ""


def _first_error(found: Diagnostics) -> str:
    errors = (report.code for report in found.sorted() if report.severity is Severity.ERROR)
    return next(errors, "")
