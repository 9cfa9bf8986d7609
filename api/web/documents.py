"""Documents come in: submitted for good, or tried out."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Request
from sqlalchemy import Connection
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from adapters.identity import Caller, Refusal, Scope
from adapters.store.answers import KeptAnswer, keep_answer, kept_answer
from adapters.store.cases import Case
from api.usecases.casework.submission import OURS, NotAccepted, Submission, Submitted
from api.usecases.casework.submitting import preview
from api.web.answers import CaseAnswer, PreviewAnswer
from api.web.asking import (
    Service,
    allow,
    body_of,
    caller_at_once,
    caller_of,
    case_shown,
    desk_of,
    forbidden,
    names_others,
    service_of,
    submitter,
)
from api.web.problems import Problem, declared
from api.web.reach import cases_within
from api.web.views import case_body
from engine.canonical import digest
from engine.cases.status import Status
from engine.documents import parse_json
from engine.recording import decision_text

router: Final = APIRouter(tags=["documents"])
LONGEST_KEY: Final = 255
Body = Annotated[bytes, Depends(body_of)]
KEY: Final = "Idempotency-Key"
# Read by hand: for the one route that has to be fast, resolving what is declared takes a tenth.
_KEY: Final = {
    "in": "header",
    "name": KEY,
    "required": False,
    "schema": {"default": "", "maxLength": LONGEST_KEY, "title": KEY, "type": "string"},
}
_DOCUMENT: Final = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {
                    "type": "object",
                    "required": ["type", "id", "entity", "requester"],
                    "properties": {
                        name: {"type": "string"}
                        for name in ("type", "id", "entity", "requester", "currency", "amount")
                    },
                    "description": "A canonical document; amounts are text in major units.",
                }
            }
        },
    }
}
_PROBLEMS: Final = declared(401, 403, 409, 413, 415, 422, 503)


@router.post(
    "/documents",
    status_code=201,
    response_model=CaseAnswer,
    responses={200: {"model": CaseAnswer, "description": "known already"}, **_PROBLEMS},
    openapi_extra={"parameters": [_KEY], **_DOCUMENT},
)
async def submit_document(request: Request) -> Response:
    """Submits a document and decides it. The same content again is the same case."""
    service = service_of(request)
    now = service.clock()
    body, key = await body_of(request), _key_of(request)
    caller = await caller_at_once(request, now)
    sent = _Sent(request, service, caller, body, key, now)
    done = await asyncio.wrap_future(desk_of(request).submit(sent.submission))
    match done:
        case Submitted():
            if done.case.status is Status.POSTING:
                service.on_enqueued()
            if key and not done.is_new:
                known = await run_in_threadpool(sent.known)
                if known is not None:
                    return known
            shown = done.case
            if names_others(caller, shown):
                shown = await run_in_threadpool(case_shown, request, caller, shown)
            return _answer(201 if done.is_new else 200, _text(shown, done))
        case NotAccepted():
            raise await run_in_threadpool(_not_accepted, request, caller, done)
        case Exception():
            raise done
        case Response():
            return done


def _key_of(request: Request) -> str:
    """The key of the request, empty for none. Raises `Problem` for one that is too long."""
    key = request.headers.get(KEY, "")
    if len(key) > LONGEST_KEY:
        message = f"expected at most {LONGEST_KEY} characters, found {len(key):,}"
        errors = [{"field": KEY, "code": "string_too_long", "message": message}]
        raise Problem(422, "invalid_request", "the request cannot be read", errors=errors)
    return key


def _source(caller: Caller) -> str:
    """The tool of the token; not by the name under which we submit what people propose here.

    Raises `Problem`.
    """
    if caller.client == OURS:
        raise Problem(403, "source_reserved", f"no tool of the name `{OURS}` submits documents")
    return caller.client


@dataclass(frozen=True, slots=True)
class _Sent:
    """A request to submit a document, while it is looked at."""

    request: Request
    service: Service
    caller: Caller
    body: bytes
    key: str
    now: datetime

    def submission(self) -> Submission | Response:
        """What is submitted; or the answer that was given under the key already.

        Raises `Problem` and `InputErrors`.
        """
        caller = self.caller
        raw = _stated(self.request, caller, self.body, Scope.DOCUMENTS_SUBMIT)
        known = self.known() if self.key else None
        if known is not None:
            return known
        who = submitter(caller)
        keep = self.keep if self.key else None
        return Submission(raw, _source(caller), who, self.now, keep, caller.entities)

    def known(self) -> Response | None:
        """What was answered under the key. Raises `Problem` where that was another request."""
        with self.service.resources.store.reading() as connection:
            kept = self._kept(connection)
        return None if kept is None else _answer(kept.status, kept.body)

    def keep(self, connection: Connection, done: Submitted) -> None:
        """Keeps the answer with the case. Raises `Problem`, and nothing happened, where the key was
        used for another request."""
        if self._kept(connection) is None:
            [shown] = cases_within(connection, [done.case], self.caller.entities)
            kept = KeptAnswer(self._digest(), 201 if done.is_new else 200, _text(shown, done))
            keep_answer(connection, _name(self.caller), self.key, kept, self.now)

    def _kept(self, connection: Connection) -> KeptAnswer | None:
        kept = kept_answer(connection, _name(self.caller), self.key)
        if kept is not None and kept.request_digest != self._digest():
            detail = "this `Idempotency-Key` was used for another request"
            raise Problem(422, "idempotency_key_reused", detail)
        return kept

    def _digest(self) -> str:
        return digest(["POST /v1/documents", self.body.decode("utf-8", "replace")])


@router.post(
    "/previews", response_model=PreviewAnswer, responses=_PROBLEMS, openapi_extra=_DOCUMENT
)
def preview_document(request: Request, body: Body) -> Response:
    """Says what would be decided. Nothing is kept, and nothing promised."""
    service = service_of(request)
    now = service.clock()
    caller = caller_of(request, now)
    raw = _stated(request, caller, body, Scope.DECISIONS_PREVIEW)
    _, decision = preview(service.resources, raw, _source(caller), now)
    return _answer(200, f'{{"decision":{decision_text(decision)}}}')


def _stated(request: Request, caller: Caller, body: bytes, scope: Scope) -> object:
    """What was sent, where the caller may send it.

    A person who hands in what somebody else needs is its submitter, whatever the document says: who
    typed it must not pass for somebody who has nothing to do with it.
    """
    if scope not in caller.scopes:
        allow(request, caller, scope, None)
    raw = parse_json(body)
    if not isinstance(raw, dict):
        return raw
    entity = raw.get("entity")
    allow(request, caller, scope, entity if isinstance(entity, str) else "")
    person = caller.person_name
    if caller.is_service or raw.get("submitter") == person or raw.get("requester") == person:
        return raw
    if raw.get("submitter"):
        message = "the token is of somebody else than the `submitter` that the document names"
        raise forbidden(request, caller, Refusal("another_person_named", message))
    return {**raw, "submitter": person}


def _not_accepted(request: Request, caller: Caller, refused: NotAccepted) -> Problem:
    if refused.code == "out_of_reach":
        message = "a document of this id belongs to an entity that the caller has no access to"
        return forbidden(request, caller, Refusal("entity_out_of_reach", message))
    case = refused.case
    detail = f"the case {case.number} is {case.status} and takes no other content"
    return Problem(409, refused.code, detail)


def _name(caller: Caller) -> str:
    """Whose keys these are: one caller never meets the keys of another."""
    return json.dumps([caller.issuer, caller.client, caller.subject])


def _text(shown: Case, done: Submitted) -> str:
    return case_body(shown, is_new=done.is_new).decode("utf-8")


def _answer(status: int, text: str) -> Response:
    return Response(text.encode("utf-8"), status, media_type="application/json")
