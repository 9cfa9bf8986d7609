"""Back to the set before, in one step, by one person, at once and recorded.

Every set that was put in force has been approved once, so going back needs no other approval. It
undoes the last activation that still stands: who goes back twice comes to the set before that one,
never forward again to what was taken back.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from adapters.store.in_force import What, digests, hold_in_force
from adapters.store.in_force_history import Held, history_of
from adapters.store.trail import Entry, append
from api.usecases.casework.recounting import Progress
from api.usecases.casework.resolving import Cause, re_resolve_all
from api.usecases.casework.resources import ContentsUnusable, InForce, Plain, Resources
from api.usecases.casework.submitting import Overtaken
from api.usecases.casework.written import named_digests
from api.usecases.policy_sets.activating import ATTEMPTS, UNUSABLE
from api.usecases.policy_sets.entitled import gains, holds_one_of, is_active
from api.usecases.policy_sets.exchanging import Exchange, prepared
from engine.cases.identities import Identities
from engine.master_data import PersonId

ROLLED_BACK: Final = "policy_rolled_back"


@dataclass(frozen=True, slots=True)
class RolledBack:
    """What was in force before and is after; `code` says why nothing was done."""

    before: str
    after: str
    code: str = ""


def set_before(history: Sequence[Held]) -> str | None:
    """The set that the one in force took the place of; `None` for none.

    `history` is everything that was in force, in order; a roll back undoes what came before it.
    """
    standing: list[str] = []
    for held in history:
        if held.how == ROLLED_BACK:
            standing.pop()
        else:
            standing.append(held.digest)
    return standing[-2] if len(standing) > 1 else None


def roll_back(
    resources: Resources,
    seen: str,
    because: str,
    who: Identities,
    now: datetime,
    progress: Progress = lambda count: None,
) -> RolledBack:
    """Puts the set before in force again; `seen` is the digest of the one that is to go.

    Refused are `person_unknown`, `reason_missing`, `base_changed` (another set than `seen` is in
    force), `nothing_before`, `not_entitled`, `gains_by_it` and `set_unusable`. Raises
    `NothingInForce`, `ContentsUnusable` and `Overtaken`.
    """
    for _ in range(ATTEMPTS):
        with resources.store.snapshot() as connection:
            wanted = set_before(history_of(connection, What.POLICY))
            start = digests(connection)
            exchange = None
            if wanted is not None:
                try:
                    exchange = prepared(resources, connection, wanted, progress)
                except ContentsUnusable:
                    exchange = None
        with resources.store.transaction() as connection:
            if hold_in_force(connection) != start:
                continue
            current = resources.loaded.current(connection)
            person = current.data.person_of(who.decided_by, now)
            who = replace(who, decided_by=person or who.decided_by)
            asked = _Asked(current, seen, because, person, now)
            code = _objection(asked, wanted, exchange)
            body: Plain = {
                "before": start.policy,
                "after": wanted or "",
                "seen": seen,
                "because": because[:2000],
                "in_force": named_digests(current),
                "who": who.plain(),
            }
            if code or exchange is None or wanted is None:
                code = code or UNUSABLE
                entry = Entry("policy_refusal", None, now, {**body, "code": code})
                append(connection, [entry])
                return RolledBack(start.policy, start.policy, code)
            exchange.finish(connection, Entry(ROLLED_BACK, None, now, body), now)
        re_resolve_all(resources, now, Cause.POLICY, progress)
        return RolledBack(start.policy, wanted)
    raise Overtaken("something else was put in force every time")


@dataclass(frozen=True, slots=True)
class _Asked:
    current: InForce
    seen: str
    because: str
    person: PersonId | None
    now: datetime


def _objection(asked: _Asked, wanted: str | None, exchange: Exchange | None) -> str:
    """The first thing that keeps the set before from being put in force; empty for nothing."""
    current, person, now = asked.current, asked.person, asked.now
    if person is None or not is_active(current.data, person, now):
        return "person_unknown"
    if not asked.because.strip():
        return "reason_missing"
    if asked.seen != current.digests.policy:
        return "base_changed"
    if wanted is None:
        return "nothing_before"
    changes = current.policy.set_changes
    roles = changes.activated_by if changes is not None else ()
    entity = current.data.people[person].entity
    if not holds_one_of(current, person, roles, entity, now):
        return "not_entitled"
    if exchange is None:
        return UNUSABLE
    return "gains_by_it" if gains(current, exchange.other, person, now) else ""
