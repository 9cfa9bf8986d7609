"""Delegations: which there are and what was done by them; made, and taken back."""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import Annotated, Final

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from adapters.identity import Caller, Scope
from api.usecases.casework.resources import InForce
from api.usecases.delegations.judging import MOST_BECAUSE, Done, Wish
from api.usecases.delegations.making import delegate, revoke
from api.usecases.delegations.showing import Asked, Reader, State, one, register
from api.web.asking import SHOWABLE, allow, caller_of, identities, service_of
from api.web.delegation_answers import DelegationAnswer, DelegationsAnswer
from api.web.problems import Problem, declared
from engine.cases.identities import Identities

router: Final = APIRouter(prefix="/delegations", tags=["delegations"])
_NONE: Final = "there is no such delegation"
Name = Annotated[str, Field(min_length=1, max_length=200, pattern=SHOWABLE)]
Names = Annotated[list[Name], Field(max_length=200)]
Because = Annotated[str, Field(min_length=1, max_length=MOST_BECAUSE, pattern=r"^[^\x00]*$")]
Optional = Annotated[str, Field(max_length=200, pattern=SHOWABLE)]
Person = Annotated[str, Query(max_length=200, pattern=SHOWABLE)]


class DelegationRequest(BaseModel):
    """`delegate` may act for who asks from `first` to `last`, local days, both included.

    Empty lists mean all; `cap` is an amount with its currency. `person` names who asks where a
    tool relays it.
    """

    model_config = ConfigDict(extra="forbid")

    delegate: Name
    first: date
    last: date
    because: Because
    delegator: Optional = ""
    documents: Names = []
    entities: Names = []
    categories: Names = []
    cap: Optional = ""
    papers: Names = []
    person: Optional = ""


class RevocationRequest(BaseModel):
    """Why it is taken back. `person` names who does it where a tool relays it."""

    model_config = ConfigDict(extra="forbid")

    because: Because
    person: Optional = ""


@router.get("", response_model=DelegationsAnswer, responses=declared(401, 403, 422, 503))
def list_delegations(
    request: Request,
    state: Annotated[list[State] | None, Query()] = None,
    person: Person = "",
    after: Person = "",
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> Response:
    """The delegations within reach, by `state` and by `person`, who gave or got them."""
    service = service_of(request)
    now = service.clock()
    caller = caller_of(request, now)
    allow(request, caller, Scope.DOCUMENTS_READ, _any_entity(caller))
    with service.resources.store.snapshot() as connection:
        current = service.resources.loaded.current(connection)
        who = current.data.person_of(person, now) if person else None
        found = []
        if who is not None or not person:
            asked = Asked(state or (), who, after, limit)
            reader = _reader(current, caller, now)
            found = register(connection, current, reader, asked, now)
    following = found[-1]["id"] if len(found) == limit else None
    return _json({"delegations": found, "next": following})


@router.post(
    "",
    response_model=DelegationAnswer,
    responses=declared(401, 403, 409, 422, 503),
    status_code=201,
)
def make_delegation(request: Request, asked: DelegationRequest) -> Response:
    """Lets another act for who asks: at once, or once somebody has agreed where the set says who.

    Until then its state is `requested`, and `case` is where it is approved. What the set does not
    allow is a 409.
    """
    service = service_of(request)
    now = service.clock()
    caller = caller_of(request, now)
    allow(request, caller, Scope.ACTIONS_SUBMIT, _any_entity(caller))
    who = identities(request, caller, asked.person)
    allow(request, caller, Scope.ACTIONS_SUBMIT, _entity_of(request, caller, who, now))
    wish = Wish(
        asked.delegate,
        asked.first,
        asked.last,
        asked.because,
        asked.delegator,
        tuple(asked.documents),
        tuple(asked.entities),
        tuple(asked.categories),
        asked.cap,
        tuple(asked.papers),
    )
    return _done(request, caller, delegate(service.resources, wish, who, now), now, 201)


@router.post(
    "/{id}/revocation",
    response_model=DelegationAnswer,
    responses=declared(401, 403, 404, 409, 422, 503),
)
def revoke_delegation(request: Request, id: str, asked: RevocationRequest) -> Response:
    """Takes a delegation back, from this moment on."""
    service = service_of(request)
    now = service.clock()
    caller = caller_of(request, now)
    allow(request, caller, Scope.ACTIONS_SUBMIT, _any_entity(caller))
    who = identities(request, caller, asked.person)
    with service.resources.store.reading() as connection:
        current = service.resources.loaded.current(connection)
        shown = one(connection, current, _reader(current, caller, now), id, now)
    if shown is None:
        raise Problem(404, "not_found", _NONE)
    return _done(request, caller, revoke(service.resources, id, asked.because, who, now), now)


def _reader(current: InForce, caller: Caller, now: datetime) -> Reader:
    """Whom a tool names does not widen the tool's reach."""
    name = caller.person_name
    return Reader(caller.entities, current.data.person_of(name, now) if name else None)


def _any_entity(caller: Caller) -> str | None:
    return next(iter(caller.entities or ()), None)


def _entity_of(request: Request, caller: Caller, who: Identities, now: datetime) -> str | None:
    """The entity of who acts. An unknown one is refused later, on record."""
    service = service_of(request)
    with service.resources.store.reading() as connection:
        data = service.resources.loaded.current(connection).data
    person = data.person_of(who.decided_by, now)
    return _any_entity(caller) if person is None else data.people[person].entity


def _done(
    request: Request, caller: Caller, done: Done, now: datetime, status: int = 200
) -> Response:
    if done.code:
        raise Problem(409, done.code, done.message)
    service = service_of(request)
    with service.resources.store.reading() as connection:
        current = service.resources.loaded.current(connection)
        reader = _reader(current, caller, now)
        shown = one(connection, current, reader, done.id, now)
    if shown is None:  # a load took its people away meanwhile
        raise Problem(404, "not_found", _NONE)
    return _json(shown, status)


def _json(content: object, status: int = 200) -> Response:
    return Response(
        json.dumps(content, ensure_ascii=False).encode(), status, media_type="application/json"
    )
