"""Results of policy tests as JUnit XML, which CI servers read: a suite a file, a case a test."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final
from xml.etree import ElementTree

from rules.diagnostics import Diagnostic, Severity
from rules.testing.running import Result

# What XML 1.0 has no way to write, not even as a reference.
_UNWRITABLE: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def junit(name: str, results: Iterable[Result], problems: Iterable[Diagnostic]) -> str:
    """The report of a set. A test that could not be run is an error, and so is a problem."""
    by_file: dict[str, list[Result]] = {}
    for result in results:
        by_file.setdefault(result.place.file, []).append(result)
    own = {problem for found in by_file.values() for one in found for problem in one.problems}
    errors = [p for p in problems if p.severity is Severity.ERROR and str(p) not in own]
    suites = [_suite(file, found) for file, found in by_file.items()]
    if errors:
        suites.append(_problems(errors))
    root = ElementTree.Element("testsuites", {"name": _written(name), **_sums(suites)})
    root.extend(suites)
    ElementTree.indent(root)
    body = ElementTree.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{body}'


def _suite(file: str, results: Sequence[Result]) -> ElementTree.Element:
    cases = [_case(file, result) for result in results]
    failures = sum(case.find("failure") is not None for case in cases)
    errors = sum(case.find("error") is not None for case in cases)
    attributes = {"name": _written(file), **_counts(cases, failures, errors)}
    suite = ElementTree.Element("testsuite", attributes)
    suite.extend(cases)
    return suite


def _case(file: str, result: Result) -> ElementTree.Element:
    case = ElementTree.Element(
        "testcase",
        name=_written(result.name),
        classname=_written(file.removesuffix(".yaml").replace("/", ".")),
        file=_written(file),
        line=str(result.place.line),
    )
    if result.problems:
        error = ElementTree.SubElement(case, "error", message=_written(result.problems[0]))
        error.text = _written("\n".join(result.problems))
    elif not result.passed:
        wrong = [found for found in result.compared if not found.ok]
        message = "; ".join(f"{f.what}: expected {f.expected}, got {f.got}" for f in wrong)
        failure = ElementTree.SubElement(case, "failure", message=_written(message))
        failure.text = _written(str(result))
    return case


def _problems(problems: Sequence[Diagnostic]) -> ElementTree.Element:
    """What is wrong with the tests as written, where no test stands for it."""
    cases = []
    for problem in problems:
        case = ElementTree.Element(
            "testcase", name=_written(f"{problem.place}: {problem.code}"), classname="problems"
        )
        error = ElementTree.SubElement(case, "error", message=_written(problem.message))
        error.text = _written(str(problem))
        cases.append(case)
    suite = ElementTree.Element("testsuite", {"name": "problems", **_counts(cases, 0, len(cases))})
    suite.extend(cases)
    return suite


def _counts(cases: Sequence[object], failures: int, errors: int) -> dict[str, str]:
    return {"tests": str(len(cases)), "failures": str(failures), "errors": str(errors)}


def _sums(suites: Sequence[ElementTree.Element]) -> dict[str, str]:
    names = ("tests", "failures", "errors")
    return {name: str(sum(int(suite.get(name, "0")) for suite in suites)) for name in names}


def _written(text: str) -> str:
    """The text as XML can hold it: what it cannot is written out (`\\x1b`)."""
    return _UNWRITABLE.sub(lambda found: found[0].encode("unicode_escape").decode("ascii"), text)
