"""Until when a document has to be kept: the days that it may be counted from, and what follows."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Final

from engine.business_time import local_day
from engine.countries.retention import Keeping, keeping
from engine.documents.model import Document
from engine.policy import PolicySet

DAYS: Final = ("document_date", "posting_date")


def keeping_of(policy: PolicySet, document: Document) -> Keeping:
    """Of a document that nobody keeps yet; it counts from its submission at the earliest."""
    stated = {name: getattr(document, name) for name in DAYS}
    return _keeping(policy, document.entity, document.type, stated, document.submitted_at)


def keeping_of_case(
    policy: PolicySet, entity: str, type: str, document: Mapping[str, object], received_at: datetime
) -> Keeping:
    """Of a case, by its document as plain values and the moment (aware) at which it came in."""
    stated = {name: _day(document.get(name)) for name in DAYS}
    return _keeping(policy, entity, type, stated, received_at)


def _keeping(
    policy: PolicySet, entity: str, type: str, stated: Mapping[str, date | None], at: datetime
) -> Keeping:
    known = policy.organization.entities.get(entity)
    came = local_day(at, "UTC" if known is None else known.zone)
    return keeping(policy, entity, type, [came, *(day for day in stated.values() if day)])


def _day(value: object) -> date | None:
    try:
        return date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
