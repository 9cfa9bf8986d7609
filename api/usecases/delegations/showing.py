"""The register of delegations: those in force here, where each stands, and what was done by it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Connection

from adapters.store.cases import number_of
from adapters.store.delegations import Kept, Use, all_kept, uses_of
from api.usecases.casework.moments import acting_moment
from api.usecases.casework.resources import InForce, Plain
from engine.master_data import Delegation, MasterData, PersonId
from engine.recording import moment_text


class State(StrEnum):
    """Where a delegation stands at a moment."""

    FUTURE = "future"
    IN_FORCE = "in_force"
    OVER = "over"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True)
class Reader:
    """Who looks: the entities within his reach (`None`: all), and the person, where it is one.

    A delegation belongs to the entity of its delegator. Whoever gave or got one sees it anyway.
    """

    entities: Collection[str] | None = None
    person: PersonId | None = None

    def sees(self, data: MasterData, delegation: Delegation) -> bool:
        """Whether the delegation is within his reach."""
        if self.entities is None:
            return True
        if self.person and self.person in (delegation.delegator, delegation.delegate):
            return True
        delegator = data.people.get(delegation.delegator)
        return delegator is not None and delegator.entity in self.entities


@dataclass(frozen=True, slots=True)
class Asked:
    """Which are asked for; empty means all. `after` is an id: those behind it, at most `most`."""

    states: Collection[State] = ()
    person: PersonId | None = None
    after: str = ""
    most: int = 100


def state_of(delegation: Delegation, at: datetime) -> State:
    """Where it stands at an aware moment. Whether a row of the set allows it is not asked."""
    if delegation.revoked_at is not None and delegation.revoked_at <= at:
        return State.REVOKED
    end = delegation.span.end
    if end is not None and end <= at:
        return State.OVER
    return State.IN_FORCE if delegation.span.holds(at) else State.FUTURE


def register(
    connection: Connection, current: InForce, reader: Reader, asked: Asked, now: datetime
) -> list[Plain]:
    """The delegations within reach, in the order of their ids, each with its uses within reach."""
    at = acting_moment(connection, now)
    every = (each for rows in current.data.delegations.values() for each in rows)
    found = [
        each
        for each in sorted(every, key=lambda each: each.id)
        if each.id > asked.after
        and reader.sees(current.data, each)
        and (not asked.states or state_of(each, at) in asked.states)
        and (asked.person is None or asked.person in (each.delegator, each.delegate))
    ][: asked.most]
    kept = {each.id: each for each in all_kept(connection)}
    uses = uses_of(connection, [each.id for each in found], reader.entities)
    return [_plain(each, kept.get(each.id), uses[each.id], at) for each in found]


def one(
    connection: Connection, current: InForce, reader: Reader, id: str, now: datetime
) -> Plain | None:
    """One delegation as the register has it; `None` for none within reach."""
    delegation = within_reach(current, reader, id)
    if delegation is None:
        return None
    kept = {each.id: each for each in all_kept(connection)}
    uses = uses_of(connection, [id], reader.entities)
    return _plain(delegation, kept.get(id), uses[id], acting_moment(connection, now))


def within_reach(current: InForce, reader: Reader, id: str) -> Delegation | None:
    """The delegation with this id, where the reader sees it."""
    every = (each for rows in current.data.delegations.values() for each in rows)
    found = next((each for each in every if each.id == id), None)
    return found if found is not None and reader.sees(current.data, found) else None


def _plain(
    delegation: Delegation, kept: Kept | None, uses: Sequence[Use], at: datetime
) -> dict[str, object]:
    span = delegation.span
    is_ours = kept is not None and bool(kept.row)
    return {
        "id": delegation.id,
        "source": "service" if is_ours else "load",
        "delegator": delegation.delegator,
        "delegate": delegation.delegate,
        "state": str(state_of(delegation, at)),
        "from": _moment(span.start),
        "until": _moment(span.end),
        "documents": sorted(delegation.documents),
        "entities": sorted(delegation.entities),
        "categories": sorted(delegation.categories),
        "capex": delegation.capex,
        "cap": "" if delegation.cap is None else str(delegation.cap),
        "papers": sorted(delegation.papers),
        **_made(kept if is_ours else None),
        **_revoked(delegation, kept),
        "times_used": len(uses),
        "uses": [_use(each) for each in uses],
    }


def _made(kept: Kept | None) -> Mapping[str, object]:
    if kept is None:
        return {"made_by": "", "made_at": "", "because": ""}
    return {"made_by": kept.made_by, "made_at": moment_text(kept.made_at), "because": kept.because}


def _revoked(delegation: Delegation, kept: Kept | None) -> Mapping[str, object]:
    """Who revoked it is known where that was done here, and no earlier moment is stated."""
    is_ours = kept is not None and kept.revoked_at == delegation.revoked_at
    return {
        "revoked_at": _moment(delegation.revoked_at),
        "revoked_by": kept.revoked_by if kept is not None and is_ours else "",
        "revoked_because": kept.revoked_because if kept is not None and is_ours else "",
    }


def _use(use: Use) -> dict[str, object]:
    return {
        "case": number_of(use.case_id),
        "version": use.version,
        "action": use.kind,
        "decided_by": use.person,
        "on_behalf_of": use.on_behalf_of,
        "at": moment_text(use.at),
    }


def _moment(moment: datetime | None) -> str:
    return "" if moment is None else moment_text(moment)
