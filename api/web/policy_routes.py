"""Policy sets: which is in force, which are proposed; proposed, put in force, taken back.

Approving a proposal is an action on its case.
"""

from __future__ import annotations

import json
from typing import Annotated, Final

from fastapi import APIRouter, Query, Request
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from starlette.responses import Response

from adapters.identity import Scope
from adapters.store.proposals import Proposal, proposal_of, proposals_kept
from api.usecases.policy_sets.activating import Activated, activate, cancel
from api.usecases.policy_sets.candidate import Unfit
from api.usecases.policy_sets.proposing import Wish, propose
from api.usecases.policy_sets.rolling_back import roll_back
from api.usecases.policy_sets.showing import proposals_plain, sets_plain
from api.web.asking import (
    LAST_ID,
    allow,
    caller_of,
    case_within_reach,
    identities,
    service_of,
)
from api.web.policy_answers import (
    ProposalAnswer,
    ProposalsAnswer,
    RolledBackAnswer,
    SetsAnswer,
)
from api.web.problems import Problem, declared

router: Final = APIRouter(prefix="/policy-sets", tags=["policy sets"])
_PROBLEMS: Final = declared(401, 403, 404, 409, 422, 503)
_NO_PROPOSAL: Final = "there is no such proposal"


class ProposalRequest(BaseModel):
    """The files of a set as text, by their names in its folder; `data/` and `fixtures/` for its
    tests. `person` names who proposes where a tool relays it."""

    model_config = ConfigDict(extra="forbid")

    files: dict[str, str] = Field(min_length=1, max_length=2000)
    because: str = Field(min_length=1, max_length=2000)
    effective_at: AwareDatetime | None = None
    entity: str = Field("", max_length=200)
    person: str = Field("", max_length=200)


class PersonRequest(BaseModel):
    """`person` names who does it where a tool relays it."""

    model_config = ConfigDict(extra="forbid")

    person: str = Field("", max_length=200)


class BecauseRequest(PersonRequest):
    """Why, in words for the record."""

    because: str = Field(min_length=1, max_length=2000)


class RollBackRequest(BecauseRequest):
    """`seen` is the digest of the set that is to go: another one in force is not touched."""

    seen: str = Field(min_length=1, max_length=100)


@router.get("", response_model=SetsAnswer, responses=declared(401, 403, 503))
def show_sets(request: Request) -> Response:
    """The set in force, and every one that was."""
    service = service_of(request)
    allow(request, caller_of(request, service.clock()), Scope.DOCUMENTS_READ, None)
    with service.resources.store.reading() as connection:
        return _json(sets_plain(connection))


@router.get("/proposals", response_model=ProposalsAnswer, responses=declared(401, 403, 422, 503))
def list_proposals(
    request: Request,
    before: Annotated[int, Query(ge=0, le=LAST_ID)] = 0,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
) -> Response:
    """Proposals, newest first."""
    service = service_of(request)
    allow(request, caller_of(request, service.clock()), Scope.DOCUMENTS_READ, None)
    with service.resources.store.reading() as connection:
        found = proposals_kept(connection, before, limit)
        shown = proposals_plain(connection, found)
    return _json({"proposals": shown, "next": found[-1].case_id if len(found) == limit else None})


@router.get("/proposals/{number}", response_model=ProposalAnswer, responses=_PROBLEMS)
def show_proposal(request: Request, number: str) -> Response:
    """One proposal, by the number of its case."""
    service = service_of(request)
    caller = caller_of(request, service.clock())
    case = case_within_reach(request, caller, number, Scope.DOCUMENTS_READ)
    with service.resources.store.reading() as connection:
        proposal = proposal_of(connection, case.id)
    if proposal is None:
        raise Problem(404, "not_found", _NO_PROPOSAL)
    return _shown(request, proposal)


@router.post(
    "/proposals",
    response_model=ProposalAnswer,
    responses=declared(401, 403, 409, 422, 503),
    status_code=201,
)
def propose_set(request: Request, asked: ProposalRequest) -> Response:
    """Proposes a set. One that does not load, or whose tests fail, is a 409 with every report."""
    service = service_of(request)
    now = service.clock()
    caller = caller_of(request, now)
    allow(request, caller, Scope.POLICIES_ACTIVATE, None)
    who = identities(request, caller, asked.person)
    files = {name: _bytes(text) for name, text in asked.files.items()}
    wish = Wish(files, asked.because, asked.effective_at, asked.entity)
    made = propose(service.resources, wish, who, now)
    if made.unfit is not None or made.proposal is None:
        raise _not_taken(made.unfit)
    return _shown(request, made.proposal, 201)


@router.post("/proposals/{number}/activation", response_model=ProposalAnswer, responses=_PROBLEMS)
def activate_proposal(request: Request, number: str, asked: PersonRequest) -> Response:
    """Puts an approved set in force, or schedules it for its moment. What is not is a 409."""
    service = service_of(request)
    now = service.clock()
    caller = caller_of(request, now)
    case = case_within_reach(request, caller, number, Scope.POLICIES_ACTIVATE)
    who = identities(request, caller, asked.person)
    return _done(request, activate(service.resources, case.id, who, now), "put in force")


@router.post("/proposals/{number}/cancellation", response_model=ProposalAnswer, responses=_PROBLEMS)
def cancel_proposal(request: Request, number: str, asked: BecauseRequest) -> Response:
    """Takes a proposal back that is not in force yet, scheduled or not."""
    service = service_of(request)
    now = service.clock()
    caller = caller_of(request, now)
    case = case_within_reach(request, caller, number, Scope.POLICIES_ACTIVATE)
    who = identities(request, caller, asked.person)
    return _done(request, cancel(service.resources, case.id, asked.because, who, now), "cancelled")


@router.post(
    "/roll-back", response_model=RolledBackAnswer, responses=declared(401, 403, 409, 422, 503)
)
def roll_back_set(request: Request, asked: RollBackRequest) -> Response:
    """Puts the set before in force again, at once."""
    service = service_of(request)
    now = service.clock()
    caller = caller_of(request, now)
    allow(request, caller, Scope.POLICIES_ACTIVATE, None)
    who = identities(request, caller, asked.person)
    done = roll_back(service.resources, asked.seen, asked.because, who, now)
    if done.code:
        raise Problem(409, done.code, f"the set was not taken back: {done.code}")
    return _json({"before": done.before, "after": done.after})


def _done(request: Request, done: Activated | None, word: str) -> Response:
    if done is None:
        raise Problem(404, "not_found", _NO_PROPOSAL)
    if done.code:
        raise Problem(409, done.code, f"the set was not {word}: {done.code}")
    return _shown(request, done.proposal)


def _shown(request: Request, proposal: Proposal, status: int = 200) -> Response:
    with service_of(request).resources.store.reading() as connection:
        [shown] = proposals_plain(connection, [proposal])
    return _json(shown, status)


def _not_taken(unfit: Unfit | None) -> Problem:
    if unfit is None:
        return Problem(409, "not_taken", "the set was not taken")
    errors = [
        {
            "field": f"{report['file']}:{report['line']}:{report['column']}",
            "code": str(report["code"]),
            "message": str(report["message"]),
        }
        for report in unfit.reports
    ]
    return Problem(409, unfit.code, unfit.message, errors=errors)


def _bytes(text: str) -> bytes:
    """The text as a file has it. Raises `Problem` for what is no text."""
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError:
        raise Problem(422, "invalid_request", "a file is no text") from None


def _json(content: object, status: int = 200) -> Response:
    return Response(
        json.dumps(content, ensure_ascii=False).encode(), status, media_type="application/json"
    )
