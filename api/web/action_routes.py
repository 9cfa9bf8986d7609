"""What people do on cases, one at a time or many at once, and what they say about them."""

from __future__ import annotations

import json
from typing import Annotated, Final

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from adapters.identity import Caller, Scope
from adapters.store.arrangements import Attachment
from api.usecases.casework.acting import Acted, Action, Kind, act
from api.usecases.casework.remarking import MOST_ATTACHMENTS, MOST_TEXT, remark
from api.web.answers import ActionsAnswer, CaseAnswer, RemarkAnswer
from api.web.asking import (
    LAST_ID,
    SHOWABLE,
    Service,
    caller_of,
    case_shown,
    case_within_reach,
    identities,
    service_of,
)
from api.web.problems import Problem, declared
from api.web.views import case_body, remark_plain
from engine.cases.status import Status

router: Final = APIRouter(tags=["actions"])
_PROBLEMS: Final = declared(401, 403, 404, 409, 422, 503)
MOST_ACTIONS: Final = 100  # in one request; each is a transaction of its own
MOST_LINES: Final = 1000


class ActionRequest(BaseModel):
    """What a person does. `version` is the content he saw: other content is refused.

    `person` names who did it where a tool relays it; `place` is the id of the assignment that is
    claimed, released or handed on (0: all that he has); `to` is whoever is asked instead or too;
    `of` is whose task is handed on, where it is not his own;
    `lines` are rejected, where the document goes back; `number` is that of the question that is
    answered, or of the added approver who is taken away; `number_called` and `spoken_to` are those
    of a call to a supplier.
    """

    model_config = ConfigDict(extra="forbid")

    kind: Kind
    version: int = Field(ge=1)
    person: str = Field("", max_length=200)
    on_behalf_of: str = Field("", max_length=200)
    body: str = Field("", max_length=200)
    place: int = Field(0, ge=0, le=LAST_ID)
    comment: str = Field("", max_length=4000)
    to: str = Field("", max_length=200)
    lines: list[Annotated[int, Field(ge=0, le=LAST_ID)]] = Field([], max_length=MOST_LINES)
    number: int = Field(0, ge=0, le=LAST_ID)
    of: str = Field("", max_length=200)
    number_called: str = Field("", max_length=50, pattern=SHOWABLE)
    spoken_to: str = Field("", max_length=200, pattern=SHOWABLE)


class ActionOnCase(ActionRequest):
    """One of many actions, with the number of its case."""

    case: str = Field(max_length=20, pattern=SHOWABLE)


class ActionsRequest(BaseModel):
    """Actions that are done one after the other, each by itself."""

    model_config = ConfigDict(extra="forbid")

    actions: list[ActionOnCase] = Field(min_length=1, max_length=MOST_ACTIONS)


class AttachmentRequest(BaseModel):
    """A file that is kept elsewhere: `digest` is `sha256:` and 64 hexadecimal digits."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(min_length=1, max_length=200, pattern=SHOWABLE)
    digest: str = Field(pattern=r"^sha256:[0-9a-f]{64}$")
    media_type: str = Field(max_length=100, pattern=r"^[a-z0-9.+-]+/[a-z0-9.+-]+$")
    size_bytes: int = Field(ge=0, le=2**53 - 1)


class CommentRequest(BaseModel):
    """A comment on a case; `person` where a tool relays it."""

    model_config = ConfigDict(extra="forbid")

    text: str = Field(min_length=1, max_length=MOST_TEXT)
    attachments: list[AttachmentRequest] = Field([], max_length=MOST_ATTACHMENTS)
    person: str = Field("", max_length=200)


@router.post("/cases/{number}/actions", response_model=CaseAnswer, responses=_PROBLEMS)
def act_on_case(request: Request, number: str, asked: ActionRequest) -> Response:
    """Acts on the case. An action that is not accepted is a 409 with its code, and recorded."""
    service = service_of(request)
    caller = caller_of(request, service.clock())
    done = _act(request, service, caller, number, asked)
    if done.code:
        raise Problem(409, done.code, f"`{asked.kind}` was not accepted: {done.code}")
    if done.case.status is Status.POSTING:
        service.on_enqueued()
    return _json(case_body(case_shown(request, caller, done.case), is_new=False))


@router.post("/actions", response_model=ActionsAnswer, responses=declared(401, 403, 422, 503))
def act_on_cases(request: Request, asked: ActionsRequest) -> Response:
    """Does many actions in their order, each in a transaction of its own.

    One that is not accepted keeps no other from being done; each has its own result.
    """
    service = service_of(request)
    caller = caller_of(request, service.clock())
    results = []
    is_enqueued = False
    for each in asked.actions:
        try:
            done = _act(request, service, caller, each.case, each)
        except Problem as problem:
            results.append(_result(each.case, problem.code, "", 0))
            continue
        is_enqueued = is_enqueued or done.case.status is Status.POSTING
        results.append(_result(each.case, done.code, str(done.case.status), done.case.version))
    if is_enqueued:
        service.on_enqueued()
    return _json(json.dumps({"results": results}).encode())


@router.post(
    "/cases/{number}/comments", status_code=201, response_model=RemarkAnswer, responses=_PROBLEMS
)
def comment_on_case(request: Request, number: str, asked: CommentRequest) -> Response:
    """Adds a comment to the case, and names of files that are kept elsewhere. None is removed."""
    service = service_of(request)
    now = service.clock()
    caller = caller_of(request, now)
    case = case_within_reach(request, caller, number, Scope.DOCUMENTS_READ)
    who = identities(request, caller, asked.person)
    attachments = tuple(
        Attachment(each.name, each.digest, each.media_type, each.size_bytes)
        for each in asked.attachments
    )
    done = remark(service.resources, case.id, asked.text, attachments, who, now)
    if isinstance(done, str):
        raise Problem(409, done, f"the comment was not accepted: {done}")
    return Response(
        json.dumps(remark_plain(done), ensure_ascii=False).encode(),
        201,
        media_type="application/json",
    )


def _act(
    request: Request, service: Service, caller: Caller, number: str, asked: ActionRequest
) -> Acted:
    """Does one action. Raises `Problem` where there is no such case or nobody acts."""
    case = case_within_reach(request, caller, number, Scope.ACTIONS_SUBMIT)
    who = identities(request, caller, asked.person)
    action = Action(
        asked.kind,
        who.decided_by,
        asked.version,
        asked.on_behalf_of,
        asked.body,
        asked.place,
        asked.comment,
        asked.to,
        tuple(asked.lines),
        asked.number,
        asked.of,
        asked.number_called,
        asked.spoken_to,
    )
    done = act(service.resources, case.id, action, who, service.clock())
    if done is None:
        raise Problem(404, "not_found", "there is no such case")
    return done


def _result(case: str, code: str, status: str, version: int) -> dict[str, object]:
    return {
        "case": case,
        "is_accepted": not code,
        "code": code,
        "status": status,
        "version": version,
    }


def _json(content: bytes) -> Response:
    return Response(content, 200, media_type="application/json")
