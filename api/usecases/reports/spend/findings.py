"""What the reports on published spend have in common: findings, in sections."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from api.usecases.reports.spend.gathering import Gathered


@dataclass(frozen=True, slots=True)
class Finding:
    """Rows, by their place among the gathered ones, and why they are shown together.

    `minor` is what is at stake, in minor units of the currency of the rows.
    """

    rows: tuple[int, ...]
    why: str
    minor: int


@dataclass(frozen=True, slots=True)
class Section:
    """Findings of one kind, the largest first. `means` says in one sentence what the kind is.

    `not_asked` says why there can be none: the files do not hold what it takes.
    """

    word: str
    means: str
    findings: tuple[Finding, ...]
    not_asked: str = ""

    @property
    def rows_count(self) -> int:
        """How many rows are in a finding of the section."""
        return len({row for finding in self.findings for row in finding.rows})

    @property
    def minor(self) -> int:
        """What is at stake in all findings."""
        return sum(finding.minor for finding in self.findings)


def section(word: str, means: str, findings: Iterable[Finding], not_asked: str = "") -> Section:
    """A section with its findings in order: by what is at stake, then by rows."""
    ordered = sorted(findings, key=lambda each: (-each.minor, each.rows))
    return Section(word, means, tuple(ordered), not_asked)


def together(gathered: Gathered, rows: Sequence[int]) -> int:
    """What rows add up to without their signs, in minor units."""
    return sum(abs(gathered.rows[row].amount.minor) for row in rows)
