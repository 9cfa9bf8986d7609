"""The register of delegations: where each stands, and what was done by it.

Those that somebody has to agree to are in it from when they were asked for.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import Connection

from adapters.store import cases
from adapters.store.cases import number_of
from adapters.store.delegation_requests import Request, Standing, requests_kept
from adapters.store.delegations import Kept, Use, all_kept, uses_of
from api.usecases.casework.moments import acting_moment
from api.usecases.casework.resources import InForce, Plain
from engine.business_time import days_between
from engine.cases.status import Status
from engine.master_data import Delegation, MasterData, PersonId, Span
from engine.money import parse_amount
from engine.recording import moment_text


class State(StrEnum):
    """Where a delegation stands at a moment. Those before `future` were never in force."""

    REQUESTED = "requested"  # nobody has agreed to it yet
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"  # it was agreed to, and could not come into force
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


@dataclass(frozen=True, slots=True)
class _Listed:
    """A delegation with where it stands, and what is known of it beyond that."""

    delegation: Delegation
    state: State
    kept: Kept | None = None
    request: Request | None = None


def register(
    connection: Connection, current: InForce, reader: Reader, asked: Asked, now: datetime
) -> list[Plain]:
    """The delegations within reach, in the order of their ids, each with its uses within reach."""
    found = [
        each
        for each in _listed(connection, current, acting_moment(connection, now))
        if each.delegation.id > asked.after
        and reader.sees(current.data, each.delegation)
        and (not asked.states or each.state in asked.states)
        and asked.person in (None, each.delegation.delegator, each.delegation.delegate)
    ][: asked.most]
    uses = uses_of(connection, [each.delegation.id for each in found], reader.entities)
    return [_plain(each, uses[each.delegation.id]) for each in found]


def one(
    connection: Connection, current: InForce, reader: Reader, id: str, now: datetime
) -> Plain | None:
    """One delegation as the register has it; `None` for none within reach."""
    every = _listed(connection, current, acting_moment(connection, now))
    found = next((each for each in every if each.delegation.id == id), None)
    if found is None or not reader.sees(current.data, found.delegation):
        return None
    return _plain(found, uses_of(connection, [id], reader.entities)[id])


def _listed(connection: Connection, current: InForce, at: datetime) -> list[_Listed]:
    """All of them, in the order of their ids."""
    kept = {each.id: each for each in all_kept(connection)}
    requests = {each.id: each for each in requests_kept(connection)}
    found = [
        _Listed(each, state_of(each, at), kept.get(each.id), requests.get(each.id))
        for rows in current.data.delegations.values()
        for each in rows
    ]
    waiting = [each for each in requests.values() if each.standing is not Standing.MADE]
    statuses = {
        case.id: case.status for case in cases.by_ids(connection, [r.case_id for r in waiting])
    }
    found += [
        _Listed(_as_asked_for(current, each), _state_of(each, statuses[each.case_id]), None, each)
        for each in waiting
    ]
    return sorted(found, key=lambda each: each.delegation.id)


def _state_of(request: Request, status: Status) -> State:
    if request.standing is Standing.LAPSED:
        return State.LAPSED
    if status in (Status.REJECTED, Status.REFUSED):
        return State.REJECTED
    return State.WITHDRAWN if status is Status.WITHDRAWN else State.REQUESTED


def _as_asked_for(current: InForce, request: Request) -> Delegation:
    """What was asked for, as it would be; its days are those of the delegator's entity."""
    row = request.row
    person = current.data.people.get(PersonId(row["delegator"]))
    entity = current.policy.organization.entities.get(person.entity) if person else None
    zone = entity.zone if entity is not None else "UTC"
    first, last = date.fromisoformat(row["from"]), date.fromisoformat(row["to"])
    figure, _, currency = row["cap"].partition(" ")
    return Delegation(
        id=request.id,
        delegator=PersonId(row["delegator"]),
        delegate=PersonId(row["delegate"]),
        span=Span(*days_between(first, last, zone)),
        documents=_names(row["documents"]),
        entities=_names(row["entities"]),
        categories=_names(row["categories"]),
        cap=parse_amount(figure, currency) if figure else None,
        papers=_names(row["papers"]),
    )


def _names(cell: str) -> frozenset[str]:
    return frozenset(filter(None, cell.split(";")))


def _plain(listed: _Listed, uses: Sequence[Use]) -> dict[str, object]:
    delegation, kept, request = listed.delegation, listed.kept, listed.request
    span = delegation.span
    is_ours = request is not None or (kept is not None and bool(kept.row))
    return {
        "id": delegation.id,
        "source": "service" if is_ours else "load",
        "delegator": delegation.delegator,
        "delegate": delegation.delegate,
        "state": str(listed.state),
        "from": _moment(span.start),
        "until": _moment(span.end),
        "documents": sorted(delegation.documents),
        "entities": sorted(delegation.entities),
        "categories": sorted(delegation.categories),
        "capex": delegation.capex,
        "cap": "" if delegation.cap is None else str(delegation.cap),
        "papers": sorted(delegation.papers),
        **_asked_for(request),
        **_made(kept if is_ours else None, request),
        **_revoked(delegation, kept),
        "times_used": len(uses),
        "uses": [_use(each) for each in uses],
    }


def _asked_for(request: Request | None) -> Mapping[str, object]:
    """The case in which it is approved; why it lapsed."""
    if request is None:
        return {"case": "", "code": "", "requested_at": ""}
    at = moment_text(request.requested_at)
    return {"case": number_of(request.case_id), "code": request.code, "requested_at": at}


def _made(kept: Kept | None, request: Request | None) -> Mapping[str, object]:
    if kept is not None:
        at = moment_text(kept.made_at)
        return {"made_by": kept.made_by, "made_at": at, "because": kept.because}
    return {"made_by": "", "made_at": "", "because": request.because if request else ""}


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
