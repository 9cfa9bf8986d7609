"""The monitor of a mitigation reviews its uses: those that nobody reviews suspend it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from adapters.store import past
from adapters.store.trail import Entry, append
from api.usecases.casework.resources import Resources
from api.usecases.casework.written import named_digests
from engine.cases.identities import Identities
from engine.master_data import MasterData, PersonId
from engine.policy import Mitigation
from engine.reviewing import is_active


@dataclass(frozen=True, slots=True)
class UsesReviewed:
    """How many uses were reviewed that had not been; `code` says why none was, empty for done."""

    count: int = 0
    code: str = ""


def review_uses(
    resources: Resources, mitigation: str, comment: str, who: Identities, now: datetime
) -> UsesReviewed:
    """Every use up to now is reviewed. Only the mitigation's monitor does it, and never its person.

    A refusal is recorded, too. Raises `NothingInForce` and `ContentsUnusable`.
    """
    with resources.store.transaction() as connection:
        current = resources.loaded.current(connection, lock=True)
        known = {each.name: each for each in current.policy.mitigations}.get(mitigation)
        person = current.data.person_of(who.decided_by, now)
        who = replace(who, decided_by=person or who.decided_by)
        code, count = "", 0
        if known is None:
            code = "mitigation_unknown"
        elif not _may_review(known, person, current.data, now):
            code = "not_the_monitor"
        else:
            count = past.review_uses(connection, mitigation, now)
        body = {
            "mitigation": mitigation,
            "code": code,
            "uses": count,
            "comment": comment,
            "in_force": named_digests(current),
            "who": who.plain(),
        }
        written = {"comment": comment}
        append(connection, [Entry("mitigation_reviewed", None, now, body, written)])
    return UsesReviewed(count, code)


def _may_review(
    mitigation: Mitigation, person: PersonId | None, data: MasterData, now: datetime
) -> bool:
    """Whether he is the monitor, still employed, and not who is let through, by another login."""
    monitor, let_through = (
        data.person_of(name, now) for name in (mitigation.monitor, mitigation.person)
    )
    if person is None or not is_active(data, person, now):
        return False
    return person == monitor != let_through
