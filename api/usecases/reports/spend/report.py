"""The whole report on published spend, as commands show it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from adapters.sources.public_spend.reading import SpendFile
from api.usecases.reports.spend.duplicates import Duplicates
from api.usecases.reports.spend.findings import Finding, Section
from api.usecases.reports.spend.gathering import Gathered


@dataclass(frozen=True, slots=True)
class SpendReport:
    """What was read and what was found. `hidden` counts rows that do not say who was paid."""

    files: tuple[SpendFile, ...]
    gathered: Gathered
    duplicates: Duplicates
    coding: tuple[Section, ...]
    hidden: int

    @property
    def found_rows_count(self) -> int:
        """Rows of all findings, each as often as it is in one."""
        return sum(len(finding.rows) for _, _, finding in self.findings())

    def findings(self) -> Iterator[tuple[str, Section, Finding]]:
        """Every finding with its section, and whether it is of duplicates or of coding."""
        for kind, sections in (("duplicate", self.duplicates.sections), ("coding", self.coding)):
            for each in sections:
                yield from ((kind, each, finding) for finding in each.findings)
