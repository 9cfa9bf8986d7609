"""Who did anything under which login, and who was turned away: the review of access. By the trail.

What each may do is in the settings of the service and not in its store; this says what was used.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from adapters.store.opening import Store
from adapters.store.trail import every_record

BATCH: Final = 500
_REFUSED: Final = frozenset({"refusal", "access_refused", "policy_refusal", "master_data_refused"})


@dataclass(frozen=True, slots=True, order=True)
class Login:
    """A person, the tool that he came through, and how he had logged in; empty for unknown."""

    person: str
    through: str
    issuer: str
    strength: str
    is_relayed: bool
    is_development: bool


@dataclass(slots=True)
class Use:
    """What was done under a login: records by kind, how many of them were refusals, and when."""

    login: Login
    kinds: Counter[str] = field(default_factory=Counter)
    refused: int = 0
    first: date | None = None
    last: date | None = None


def access(store: Store, first: date | None = None, last: date | None = None) -> tuple[Use, ...]:
    """Every login that records of the days from `first` to `last` name (UTC, both included)."""
    found: dict[Login, Use] = {}
    with store.snapshot() as connection:
        for record in every_record(connection, BATCH):
            day = record.at.date()
            if (first is not None and day < first) or (last is not None and day > last):
                continue
            who = json.loads(record.body).get("who")
            if not isinstance(who, dict):
                continue
            login = _login(who)
            use = found.setdefault(login, Use(login))
            use.kinds[record.kind] += 1
            use.refused += record.kind in _REFUSED
            use.first = min(use.first or day, day)
            use.last = max(use.last or day, day)
    return tuple(found[login] for login in sorted(found))


def _login(who: Mapping[str, Any]) -> Login:
    return Login(
        person=str(who.get("decided_by", "")),
        through=str(who.get("acted_through", "")),
        issuer=str(who.get("issuer", "")),
        strength=str(who.get("strength", "")),
        is_relayed=who.get("is_relayed") is True,
        is_development=who.get("is_development") is True,
    )
