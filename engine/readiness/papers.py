"""Papers and approvals: what has to be at hand, and that what was approved is what posts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Final

from engine.readiness.check import Check, Complaint
from engine.readiness.finding import Asked, Evidence, Finding
from engine.readiness.parameters import Kind, Stricter, stated


@dataclass(frozen=True, slots=True)
class EvidencePresent(Check):
    """The papers are present, and so many files are attached. A paper is not a file: it is stated
    as present, or a file says which paper it is."""

    word: ClassVar[str] = "evidence"
    says: ClassVar[str] = "the papers that are asked for are there"

    papers: frozenset[str] = stated(
        Kind.PAPERS,
        "the papers that must be present",
        stricter=Stricter.MORE,
        default=frozenset(),
    )
    files: int = stated(
        Kind.WHOLE,
        "how many files must be attached at least, each with its digest",
        stricter=Stricter.LARGER,
        default=0,
    )

    def complaints(self, documents: tuple[str, ...]) -> Iterator[Complaint]:
        """A check that asks for nothing looks like one that does."""
        if not self.papers and not self.files:
            yield Complaint("missing-key", "`evidence` needs `papers` or `files`")

    def ask(self, on: Asked) -> Iterator[Finding]:
        """Each paper that is not there, and files that are too few."""
        attached = {file.paper for file in on.document.attachments}
        for paper in sorted(self.papers - attached - set(on.document.papers)):
            yield on.finding("paper_missing", Evidence.PAPER, paper=paper)
        files = {file.digest for file in on.document.attachments if file.digest}
        if len(files) < self.files:
            words = {"count": str(len(files)), "expected": str(self.files)}
            yield on.finding("files_missing", Evidence.PAPER, **words)


@dataclass(frozen=True, slots=True)
class Unchanged(Check):
    """The content is the one that people approved. Nobody lets another one through."""

    word: ClassVar[str] = "unchanged_since_approval"
    says: ClassVar[str] = "its content is what was approved"
    is_released_by_role: ClassVar[bool] = False

    def ask(self, on: Asked) -> Iterator[Finding]:
        """Another content than the approved one."""
        approved = on.beside.approved_digest
        if approved is not None and approved != on.document.digest:
            words = {"approved": approved, "found": on.document.digest}
            yield on.finding("changed_since_approval", Evidence.APPROVAL, **words)


CHECKS: Final = (EvidencePresent, Unchanged)
