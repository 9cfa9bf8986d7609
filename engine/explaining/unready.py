"""What keeps a document from posting, in words: what it is, who clears it and how, and when."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from engine.explaining.messages import Family, fill
from engine.explaining.messages.catalogues import catalogue
from engine.readiness.finding import Finding


@dataclass(frozen=True, slots=True)
class Said:
    """A finding in one language. `sentence` is what it is, `remedy` what clears it."""

    finding: Finding
    sentence: str
    remedy: str


def say_finding(
    finding: Finding, language: str = "en", detail: Literal["short", "full"] = "short"
) -> Said:
    """The finding in words; a code without a text is shown as itself. Nothing is raised."""
    words = catalogue(language)
    text = words.text(Family.READINESS, finding.code)
    template = finding.code if text is None else getattr(text, detail)
    return Said(
        finding,
        fill(template, dict(finding.words)),
        words.phrase(f"evidence.{finding.evidence.value}"),
    )
