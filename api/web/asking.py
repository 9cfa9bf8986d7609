"""One request while it is answered: who asks, what he sent, and what he may see.

A case out of reach is answered like one that is not there: whether it exists is not told.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Final, cast

from fastapi import Request
from starlette.concurrency import run_in_threadpool

from adapters.identity import Authentication, Caller, Refusal, Scope, acting_person, require
from adapters.store import cases
from adapters.store.cases import Case
from adapters.store.trail import Entry, append
from api.usecases.casework.desk import Desk
from api.usecases.casework.resources import Plain, Resources
from api.usecases.casework.written import place_of_case
from api.web.problems import Problem
from api.web.reach import cases_within
from engine.cases.identities import Identities
from engine.documents import canonical_form
from engine.documents.classes import masked
from engine.documents.fields import CONFIDENTIAL, INTERNAL, PUBLIC
from engine.documents.masking import MASK
from engine.documents.model import Document

NO_FINDINGS: Final = "[]"
LONGEST_ASKED: Final = 200
LAST_ID: Final = 2**31 - 1
SHOWABLE: Final = r"^[^\x00-\x1f]*$"  # databases take no zero, and people see no control sign
VISIBLE: Final = frozenset({PUBLIC, INTERNAL, CONFIDENTIAL})

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """The moment, in UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Service:
    """What every route works with."""

    resources: Resources
    authentication: Authentication
    clock: Clock = utc_now
    on_enqueued: Callable[[], None] = lambda: None


async def body_of(request: Request) -> bytes:
    """What was sent, which is JSON by its type. How much it may be is bounded around the routes."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise Problem(415, "unsupported_media_type", "expected a body of type `application/json`")
    return await request.body()


def service_of(request: Request) -> Service:
    """What the application was made with."""
    service: Service = request.app.state.service
    return service


def desk_of(request: Request) -> Desk:
    """Where submissions queue."""
    desk: Desk = request.app.state.desk
    return desk


async def caller_at_once(request: Request, now: datetime) -> Caller:
    """Who asks, for a route that must not wait; whoever has to be asked first is asked elsewhere.

    Raises `AuthenticationFailed`.
    """
    authentication, headers = service_of(request).authentication, request.headers.items()
    if authentication.is_at_hand(headers, now):
        return authentication.caller_of(headers, _peer(request), now)
    return await run_in_threadpool(caller_of, request, now)


def caller_of(request: Request, now: datetime) -> Caller:
    """Who asks. Raises `AuthenticationFailed`."""
    headers = request.headers.items()
    return service_of(request).authentication.caller_of(headers, _peer(request), now)


def _peer(request: Request) -> str:
    """The address at the other end of the connection; empty where there is none."""
    return request.client.host if request.client is not None else ""


def allow(request: Request, caller: Caller, scope: Scope, entity: str | None) -> None:
    """Raises `Problem` where the caller may not."""
    refusal = require(caller, scope, entity)
    if refusal is not None:
        raise forbidden(request, caller, refusal)


def forbidden(request: Request, caller: Caller, refusal: Refusal) -> Problem:
    """The refusal as a problem, recorded: who is known and may not do something is told of."""
    service = service_of(request)
    asked = f"{request.method} {request.url.path}"[:LONGEST_ASKED]
    body = {"code": refusal.code, "asked": asked, "who": submitter(caller).plain()}
    with service.resources.store.transaction() as connection:
        append(connection, [Entry("access_refused", None, service.clock(), body)])
    return Problem(403, refusal.code, refusal.message)


def case_within_reach(request: Request, caller: Caller, number: str, scope: Scope) -> Case:
    """The case. Raises `Problem`: 404 also for one that the caller may not see."""
    if scope not in caller.scopes:
        allow(request, caller, scope, None)
    id = cases.id_of(number)
    found = None
    if id is not None:
        with service_of(request).resources.store.reading() as connection:
            found = cases.by_id(connection, id)
    refusal = None if found is None else require(caller, scope, found.entity)
    if refusal is not None:
        forbidden(request, caller, refusal)  # recorded; the answer does not tell
    if found is None or refusal is not None:
        raise Problem(404, "not_found", "there is no such case")
    return found


def names_others(caller: Caller, case: Case) -> bool:
    """Whether the case may say something of others that the caller may not see."""
    return caller.entities is not None and case.findings_json != NO_FINDINGS


def case_shown(request: Request, caller: Caller, case: Case) -> Case:
    """The case for an answer to the caller: what it says of cases out of his reach is masked."""
    if not names_others(caller, case):
        return case
    with service_of(request).resources.store.reading() as connection:
        return cases_within(connection, [case], caller.entities)[0]


def readable(document: Document, shown: Plain) -> Document:
    """The document for a page: texts that people write are those of what the reader may see."""
    lines = shown.get("lines")
    plain_lines = lines if isinstance(lines, list) else []
    texts = [_texts(each, "description", "item") for each in plain_lines]
    texts += [{"description": MASK, "item": MASK}] * (len(document.lines) - len(texts))
    return replace(
        document,
        **_texts(shown, "title", "number", "supplier", "category", "cost_center", "project"),
        lines=tuple(replace(line, **of) for line, of in zip(document.lines, texts, strict=False)),
    )


def _texts(plain: object, *names: str) -> dict[str, Any]:
    if not isinstance(plain, dict):
        return dict.fromkeys(names, MASK)
    return {name: str(plain.get(name) or "") for name in names}


def identities(request: Request, caller: Caller, named: str = "") -> Identities:
    """The person of record, the tool, and the login. Raises `Problem` where nobody acts."""
    found = acting_person(caller, named)
    if isinstance(found, Refusal):
        raise forbidden(request, caller, found)
    return Identities(
        found.person_name,
        found.acted_through,
        issuer=caller.issuer,
        subject=caller.subject,
        authenticated_at=None if found.is_relayed else caller.authenticated_at,
        strength="" if found.is_relayed else caller.strength,
        is_relayed=found.is_relayed,
        is_development=caller.is_development,
    )


def submitter(caller: Caller) -> Identities:
    """Who hands a document in: a person, or a tool on its own account."""
    return Identities(
        caller.person_name,
        caller.client,
        issuer=caller.issuer,
        subject=caller.subject,
        authenticated_at=caller.authenticated_at,
        strength=caller.strength,
        is_development=caller.is_development,
    )


def visible(resources: Resources, case: Case) -> Plain:
    """The document without what is restricted.

    It is opened first: a bank account that also stands in a comment is masked there too.
    """
    opened = resources.unseal(json.loads(case.document_json), case.type, place_of_case(case))
    return {**masked(cast("Mapping[str, canonical_form.Plain]", opened), case.type, VISIBLE)}
