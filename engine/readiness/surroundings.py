"""What is known around a document when it is asked about: other documents, and what was approved.

The core looks nothing up. Whoever asks hands over the documents that have one of the keys of
`engine.readiness.asking.keys_of_interest`, from a store or a folder; a check picks its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import MappingProxyType
from typing import Final

from engine.cases.status import Status
from engine.cumulation.parts import Part
from engine.documents.model import Document
from engine.facts.kinds import FactValue, FactValues
from engine.master_data import PersonId

CAME_TO_NOTHING: Final = frozenset(
    {Status.REJECTED, Status.REFUSED, Status.WITHDRAWN, Status.CANCELLED}
)
ENQUEUED: Final = frozenset({Status.POSTING, Status.POSTED, Status.EXCEPTION, Status.IMPORTED})
FIRM: Final = ENQUEUED | {Status.APPROVED}


@dataclass(frozen=True, slots=True)
class CallBack:
    """Somebody called the supplier back about this very content, at an aware moment."""

    by: PersonId
    at: datetime


@dataclass(frozen=True, slots=True)
class Beside:
    """Another document, where its case stands, and when it came in and last changed (aware).

    `is_kept`: something kept it from posting when it was last asked.
    """

    document: Document
    status: Status
    received_at: datetime
    changed_at: datetime
    case: str = ""
    approvers: frozenset[PersonId] = frozenset()
    is_kept: bool = False
    call_backs: tuple[CallBack, ...] = ()

    @property
    def counts(self) -> bool:
        """Whether it may still come to something, or has."""
        return self.status not in CAME_TO_NOTHING

    @property
    def is_firm(self) -> bool:
        """Whether nobody has to approve it any more, in the books or not."""
        return self.status in FIRM

    @property
    def holds(self) -> bool:
        """Whether what it claims is taken: a second claim comes too late."""
        return self.status in ENQUEUED or (self.status is Status.APPROVED and not self.is_kept)

    @property
    def name(self) -> str:
        """What a finding calls it."""
        return f"{self.document.type}/{self.document.id}"

    @property
    def is_done(self) -> bool:
        """Whether it is in the books, and this service put it there.

        What was imported is not: it bars and counts, and nothing may be paid or taken back on it.
        """
        return self.status is Status.POSTED

    @property
    def is_past(self) -> bool:
        """Whether nothing more happens to it, here or where it was before."""
        return self.status in (Status.POSTED, Status.IMPORTED)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Everything around one document.

    `approved_digest` is the content that people approved, `None` while nobody has. `totals` are
    those that the policy declares, this document included, `parts` those of a document whose lines
    belong to several cost centers or the like, by name and part. `loaded_at` says by source when
    its data were loaded (aware). `incomplete` says why not everything around it could be had: then
    it may not post. `case` and `received_at` (aware) are those of the document itself:
    `received_at` is `None` where nobody keeps it, `case` empty where it is only being kept.
    `approvers` acted on its own route, for its present content, each as the persons that he is;
    `call_backs` are those about its present content.
    """

    documents: tuple[Beside, ...] = ()
    approved_digest: str | None = None
    totals: FactValues = field(default_factory=lambda: MappingProxyType({}))
    parts: Mapping[tuple[str, Part], FactValue] = field(
        default_factory=lambda: MappingProxyType({})
    )
    loaded_at: Mapping[str, datetime] = field(default_factory=lambda: MappingProxyType({}))
    incomplete: str = ""
    case: str = ""
    received_at: datetime | None = None
    approvers: frozenset[PersonId] = frozenset()
    call_backs: tuple[CallBack, ...] = ()

    def as_of(self, moment: datetime) -> Surroundings:
        """Without documents that came in after an aware moment; what is known of the others since
        then stays."""
        known = tuple(each for each in self.documents if each.received_at <= moment)
        return replace(self, documents=known)

    def claims(self, *types: str) -> Iterator[Beside]:
        """Those of these types that hold what they claim, so that this document comes too late.

        Whoever is on its way into the books was the first, under locks. One that is approved holds
        it only where nothing keeps it: of two that keep each other waiting neither would post.
        """
        yield from (each for each in self.of_type(*types) if each.holds)

    def of_type(self, *types: str) -> Iterator[Beside]:
        """The other documents of these types that came to something, in a stable order."""
        found = (each for each in self.documents if each.document.type in types and each.counts)
        yield from sorted(found, key=lambda each: (each.received_at, each.document.id))


ALONE: Final = Surroundings()
