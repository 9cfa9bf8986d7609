"""Reviews: those that are open, and what was found."""

from __future__ import annotations

import json
from typing import Annotated, Final

from fastapi import APIRouter, Path, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from adapters.identity import Scope
from adapters.store.reviews import open_reviews, reviewers_of
from api.usecases.casework.closing_reviews import Finding, Found, close
from api.usecases.casework.reviewing_uses import review_uses
from api.web.answers import ReviewAnswer, ReviewsAnswer, UsesAnswer
from api.web.asking import (
    LAST_ID,
    SHOWABLE,
    allow,
    caller_of,
    case_within_reach,
    identities,
    service_of,
)
from api.web.problems import Problem, declared
from api.web.views import review_plain

router: Final = APIRouter(tags=["reviews"])
Code = Annotated[str, Path(max_length=200, pattern=SHOWABLE)]


class FindingRequest(BaseModel):
    """What was found, in a word and in a comment for the record; `person` where a tool relays."""

    model_config = ConfigDict(extra="forbid")

    finding: Finding
    comment: str = Field(min_length=1, max_length=4000)
    person: str = Field("", max_length=200)
    on_behalf_of: str = Field("", max_length=200)


@router.get("/reviews", response_model=ReviewsAnswer, responses=declared(401, 403, 422, 503))
def list_reviews(
    request: Request,
    after: Annotated[int, Query(ge=0, le=LAST_ID)] = 0,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> Response:
    """Every review that is open, also those that nobody could be asked for."""
    service = service_of(request)
    caller = caller_of(request, service.clock())
    allow(request, caller, Scope.DOCUMENTS_READ, None)
    with service.resources.store.reading() as connection:
        found = [
            (review, reviewers_of(connection, review.id))
            for review in open_reviews(connection, after, limit)
        ]
    following = found[-1][0].id if len(found) == limit else None
    shown = [review_plain(review, asked) for review, asked in found]
    return _json({"reviews": shown, "next": following})


@router.post(
    "/cases/{number}/reviews/{code}",
    response_model=ReviewAnswer,
    responses=declared(401, 403, 404, 409, 422, 503),
)
def close_review(request: Request, number: str, code: Code, asked: FindingRequest) -> Response:
    """Closes a review with its finding. One that is not taken is a 409 with its code, recorded."""
    service = service_of(request)
    now = service.clock()
    caller = caller_of(request, now)
    case = case_within_reach(request, caller, number, Scope.ACTIONS_SUBMIT)
    who = identities(request, caller, asked.person)
    found = Found(code, asked.finding, asked.comment, who.decided_by, asked.on_behalf_of)
    done = close(service.resources, case.id, found, who, now)
    if done is None:
        raise Problem(404, "not_found", "there is no such case")
    if done.code or done.review is None:
        raise Problem(409, done.code, f"the finding was not taken: {done.code}")
    return _json(review_plain(done.review, ()))


class UsesRequest(BaseModel):
    """What a look at the uses of a mitigation came to; `person` where a tool relays."""

    model_config = ConfigDict(extra="forbid")

    comment: str = Field(min_length=1, max_length=4000)
    person: str = Field("", max_length=200)


@router.post(
    "/mitigations/{name}/reviews",
    response_model=UsesAnswer,
    responses=declared(401, 403, 409, 422, 503),
)
def review_mitigation(
    request: Request,
    name: Annotated[str, Path(max_length=200, pattern=SHOWABLE)],
    asked: UsesRequest,
) -> Response:
    """The monitor of a mitigation has looked at its uses so far; anybody else is refused."""
    service = service_of(request)
    now = service.clock()
    caller = caller_of(request, now)
    allow(request, caller, Scope.ACTIONS_SUBMIT, None)
    who = identities(request, caller, asked.person)
    done = review_uses(service.resources, name, asked.comment, who, now)
    if done.code:
        raise Problem(409, done.code, f"the review was not taken: {done.code}")
    return _json({"mitigation": name, "uses": done.count})


def _json(content: object) -> Response:
    return Response(
        json.dumps(content, ensure_ascii=False).encode(), 200, media_type="application/json"
    )
