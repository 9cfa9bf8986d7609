"""Documents come in: submitted for good, or tried out."""

from __future__ import annotations

import json
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Header, Request
from sqlalchemy import Connection
from starlette.responses import Response

from adapters.identity import Caller, Scope
from adapters.store.answers import KeptAnswer, keep_answer, kept_answer
from api.usecases.casework.submitting import NotAccepted, Submitted, preview, submit
from api.web.answers import CaseAnswer, PreviewAnswer
from api.web.asking import Service, allow, body_of, caller_of, service_of, submitter
from api.web.problems import Problem, declared
from api.web.views import case_body
from engine.canonical import digest
from engine.cases.status import Status
from engine.documents import parse_json
from engine.recording import decision_text

router: Final = APIRouter(tags=["documents"])
LONGEST_KEY: Final = 255
Body = Annotated[bytes, Depends(body_of)]
Key = Annotated[str, Header(alias="Idempotency-Key", max_length=LONGEST_KEY)]
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
    openapi_extra=_DOCUMENT,
)
def submit_document(request: Request, body: Body, key: Key = "") -> Response:
    """Submits a document and decides it. The same content again is the same case."""
    service = service_of(request)
    now = service.clock()
    caller = caller_of(request, now)
    allow(caller, Scope.DOCUMENTS_SUBMIT, None if caller.entities is None else _entity(body))
    asked_digest = digest(["POST /v1/documents", body.decode("utf-8", "replace")]) if key else ""
    if key:
        known = _known(service, caller, key, asked_digest)
        if known is not None:
            return known

    def keep(connection: Connection, done: Submitted) -> None:
        if key:
            kept = KeptAnswer(asked_digest, 201 if done.is_new else 200, _text(done))
            keep_answer(connection, _name(caller), key, kept, now)

    done = submit(service.resources, parse_json(body), caller.client, submitter(caller), now, keep)
    if isinstance(done, NotAccepted):
        detail = f"the case {done.case.number} is {done.case.status} and takes no other content"
        raise Problem(409, done.code, detail)
    if done.case.status is Status.POSTING:
        service.on_enqueued()
    return _answer(201 if done.is_new else 200, _text(done))


@router.post(
    "/previews", response_model=PreviewAnswer, responses=_PROBLEMS, openapi_extra=_DOCUMENT
)
def preview_document(request: Request, body: Body) -> Response:
    """Says what would be decided. Nothing is kept, and nothing promised."""
    service = service_of(request)
    now = service.clock()
    caller = caller_of(request, now)
    allow(caller, Scope.DECISIONS_PREVIEW, None if caller.entities is None else _entity(body))
    _, decision = preview(service.resources, parse_json(body), now)
    return _answer(200, f'{{"decision":{decision_text(decision)}}}')


def _entity(body: bytes) -> str:
    """The entity that the document states; an empty text is nobody's."""
    raw = parse_json(body)
    stated = raw.get("entity") if isinstance(raw, dict) else None
    return stated if isinstance(stated, str) else ""


def _known(service: Service, caller: Caller, key: str, asked_digest: str) -> Response | None:
    with service.resources.store.reading() as connection:
        kept = kept_answer(connection, _name(caller), key)
    if kept is None:
        return None
    if kept.request_digest != asked_digest:
        detail = "this `Idempotency-Key` was used for another request"
        raise Problem(422, "idempotency_key_reused", detail)
    return _answer(kept.status, kept.body)


def _name(caller: Caller) -> str:
    """Whose keys these are: one caller never meets the keys of another."""
    return json.dumps([caller.issuer, caller.client, caller.subject])


def _text(done: Submitted) -> str:
    return case_body(done.case, is_new=done.is_new).decode("utf-8")


def _answer(status: int, text: str) -> Response:
    return Response(text.encode("utf-8"), status, media_type="application/json")
