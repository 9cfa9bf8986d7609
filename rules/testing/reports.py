"""What the linter must say about a set: the reports that its tests name, and no other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from engine.places import Place
from rules.compiling.accepting import names_amount
from rules.diagnostics import Diagnostic, Severity
from rules.testing.comparing import NOTHING, Compared
from rules.testing.written import ExpectedReport


def check_reports(
    expected: Iterable[ExpectedReport], found: Iterable[Diagnostic]
) -> Iterator[tuple[str, Place, Compared]]:
    """A name, a place and a comparison for each report expected, and for each other one."""
    reports = tuple(found)
    met: set[Diagnostic] = set()
    for wanted in expected:
        matching = [report for report in reports if _meets(wanted, report)]
        met.update(matching)
        got = "; ".join(_text(report) for report in matching) or _near(wanted, reports)
        text = _wanted(wanted)
        yield f"reported: {text}", wanted.place, Compared("lint", text, got, bool(matching))
    for report in reports:
        if report.severity is not Severity.NOTE and report not in met:
            what = Compared("lint", "no other report", _text(report), False)
            yield f"not expected: {report.code}", report.place, what


def _meets(wanted: ExpectedReport, report: Diagnostic) -> bool:
    if wanted.code != report.code or wanted.file not in ("", report.place.file):
        return False
    return wanted.at is None or names_amount(f"{report.message} {report.witness or ''}", wanted.at)


def _wanted(wanted: ExpectedReport) -> str:
    where = f" in {wanted.file}" if wanted.file else ""
    return f"{wanted.code}{where}" + (f" at {wanted.at}" if wanted.at is not None else "")


def _near(wanted: ExpectedReport, reports: tuple[Diagnostic, ...]) -> str:
    return "; ".join(_text(r) for r in reports if r.code == wanted.code) or NOTHING


def _text(report: Diagnostic) -> str:
    witness = f" ({report.witness})" if report.witness else ""
    return f"{report.code} at {report.place}: {report.message}{witness}"
