"""What was found about posting, as it is written into a record: codes and values, never texts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from engine.readiness.finding import Finding, Release, Severity
from engine.recording import moment_text, place_text

Plain = str | None | dict[str, str] | dict[str, "Plain"]


def to_plain(finding: Finding) -> dict[str, Plain]:
    """A finding, released or not, as text and mappings of text for `engine.canonical`."""
    day = finding.earliest_posting_date
    return {
        "id": finding.id,
        "code": finding.code,
        "words": dict(finding.words),
        "place": place_text(finding.place),
        "owner": finding.owner,
        "severity": finding.severity.value,
        "evidence": finding.evidence.value,
        "releasable_by": finding.releasable_by,
        "earliest_posting_date": None if day is None else day.isoformat(),
        "clears_at": _moment(finding.clears_at),
        "released": None if finding.released is None else _release(finding.released),
    }


def _release(release: Release) -> dict[str, str]:
    return {
        "finding": release.finding,
        "by": release.by,
        "reason": release.reason,
        "at": moment_text(release.at),
        "document_digest": release.document_digest,
    }


def _moment(moment: datetime | None) -> str | None:
    return None if moment is None else moment_text(moment)


def keeps(written: Iterable[Mapping[str, Any]]) -> bool:
    """Whether one of the findings that were written keeps the document from posting."""
    return any(each["severity"] == Severity.BLOCKS and not each["released"] for each in written)
