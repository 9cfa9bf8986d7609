"""What is answered about readiness, declared. Days are local days of the entity."""

from __future__ import annotations

from typing import Any

from api.web.answers import Declared, KeepingAnswer


class ReadinessFinding(Declared):
    """One thing that keeps a document from posting, or warns.

    `id` is what a release names. `sentence` says it in the reader's language, `remedy` what clears
    it. `releasable_by` is the role whose holder may let the document through, empty for nobody.
    """

    id: str
    code: str
    words: dict[str, str]
    place: str
    owner: str
    severity: str
    evidence: str
    releasable_by: str
    earliest_posting_date: str | None
    clears_at: str | None
    released: dict[str, Any] | None
    sentence: str
    remedy: str


class LookUpAnswer(Declared):
    """Whether nothing is in the way, and what is."""

    ready: bool
    findings: list[ReadinessFinding]


class ReadinessAnswer(LookUpAnswer):
    """The same of the document of a case, and until when it has to be kept."""

    case: str
    keep_until: KeepingAnswer


class LeftAnswer(Declared):
    """A document that is left in a period: it lacks `approval`, `readiness` or `posting`."""

    case: str
    type: str
    document_id: str
    status: str
    day: str | None
    amount: str
    lacks: str
    findings: list[ReadinessFinding]


class PeriodCloseAnswer(Declared):
    """What of a period is not posted yet, in the order of cases."""

    entity: str
    kind: str
    period: str
    first_day: str
    last_day: str
    left: list[LeftAnswer]
