"""May it post? Of a case, of single things before anything is submitted, and of a whole period."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date
from typing import Annotated, Final

from fastapi import APIRouter, Header, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Connection
from starlette.responses import Response

from adapters.identity import Scope
from api.usecases.casework.completing import ask_ready
from api.usecases.casework.releasing import release
from api.usecases.casework.resources import InForce
from api.usecases.casework.surrounding import around
from api.usecases.casework.written import document_of
from api.usecases.keeping_until import keeping_of_case
from api.usecases.reports.period_close import Left, PeriodUnknown, days_of, left_over, left_plain
from api.web.answers import CaseAnswer
from api.web.asking import (
    SHOWABLE,
    allow,
    caller_of,
    case_shown,
    case_within_reach,
    identities,
    service_of,
    visible,
)
from api.web.case_routes import spoken
from api.web.problems import Problem, declared
from api.web.reach import Reach, findings_within
from api.web.readiness_answers import LookUpAnswer, PeriodCloseAnswer, ReadinessAnswer
from api.web.views import case_body
from engine.business_time import local_day
from engine.cases.status import Status
from engine.explaining.unready import say_finding
from engine.readiness.finding import Finding, is_ready
from engine.readiness.looking_up import (
    Question,
    ask_combination,
    ask_rate,
    ask_supplier,
    ask_tax_code,
)
from engine.readiness.recording import to_plain

router: Final = APIRouter(tags=["readiness"])
_PROBLEMS: Final = declared(401, 403, 404, 409, 422, 503)
Language = Annotated[str, Header(alias="Accept-Language")]
Name = Annotated[str, Query(max_length=200, pattern=SHOWABLE)]
Entity = Annotated[str, Query(min_length=1, max_length=200, pattern=SHOWABLE)]


class ReleaseRequest(BaseModel):
    """The finding that is let through, by its id, and why; `person` where a tool relays it."""

    model_config = ConfigDict(extra="forbid")

    finding: str = Field(min_length=1, max_length=64)
    because: str = Field(min_length=1, max_length=4000)
    person: str = Field("", max_length=200)


@router.get("/cases/{number}/readiness", response_model=ReadinessAnswer, responses=_PROBLEMS)
def show_readiness(request: Request, number: str, language: Language = "en") -> Response:
    """Whether the document may post now, and if not, why, and who can clear it. Binds nobody."""
    service = service_of(request)
    now = service.clock()
    caller = caller_of(request, now)
    case = case_within_reach(request, caller, number, Scope.DOCUMENTS_READ)
    resources = service.resources
    with resources.store.reading() as connection:
        current = resources.loaded.current(connection)
        document = document_of(resources, current.policy, case)
        needed = around(current, document, case.received_at, now)
        asked = ask_ready(resources, connection, needed, now, case)
        found = findings_within(connection, asked.findings, caller.entities)
    shown = [_finding(each, language, id) for each, id in found]
    ready = is_ready(asked.findings)
    plain = visible(resources, case)
    kept = keeping_of_case(current.policy, case.entity, case.type, plain, case.received_at)
    answer = {"case": case.number, "ready": ready, "findings": shown}
    return _json({**answer, "keep_until": kept.plain()})


@router.post("/cases/{number}/releases", response_model=CaseAnswer, responses=_PROBLEMS)
def release_finding(request: Request, number: str, asked: ReleaseRequest) -> Response:
    """Lets the document post although a finding stands; it clears no other finding.

    A release that does not count is a 409 with its code, and recorded.
    """
    service = service_of(request)
    now = service.clock()
    caller = caller_of(request, now)
    case = case_within_reach(request, caller, number, Scope.ACTIONS_SUBMIT)
    who = identities(request, caller, asked.person)
    done = release(service.resources, case.id, asked.finding, asked.because, who, now)
    if done is None:
        raise Problem(404, "not_found", "there is no such case")
    if done.code:
        raise Problem(409, done.code, f"the release was not accepted: {done.code}")
    if done.case.status is Status.POSTING:
        service.on_enqueued()
    return _json_text(case_body(case_shown(request, caller, done.case), is_new=False))


@router.get("/look-ups/supplier", response_model=LookUpAnswer, responses=_PROBLEMS)
def look_up_supplier(
    request: Request, entity: Entity, supplier: Name, language: Language = "en"
) -> Response:
    """Whether a supplier can be posted to."""
    on = _question(request, entity, None)
    return _json(_answer(ask_supplier(on, supplier), language))


@router.get("/look-ups/account-combination", response_model=LookUpAnswer, responses=_PROBLEMS)
def look_up_combination(
    request: Request,
    entity: Entity,
    gl_account: Name,
    cost_center: Name = "",
    project: Name = "",
    day: date | None = None,
    language: Language = "en",
) -> Response:
    """Whether an account takes postings, and may stand together with cost center and project."""
    on = _question(request, entity, day)
    return _json(_answer(ask_combination(on, gl_account, cost_center, project), language))


@router.get("/look-ups/tax-code", response_model=LookUpAnswer, responses=_PROBLEMS)
def look_up_tax_code(
    request: Request,
    entity: Entity,
    tax_code: Name,
    day: date | None = None,
    language: Language = "en",
) -> Response:
    """Whether a tax code can be used on a day."""
    on = _question(request, entity, day)
    return _json(_answer(ask_tax_code(on, tax_code), language))


@router.get("/look-ups/rate", response_model=LookUpAnswer, responses=_PROBLEMS)
def look_up_rate(
    request: Request,
    entity: Entity,
    currency: Annotated[str, Query(pattern="^[A-Z]{3}$")],
    day: date | None = None,
    language: Language = "en",
) -> Response:
    """Whether there is a rate from a currency into the entity's for a day."""
    on = _question(request, entity, day)
    return _json(_answer(ask_rate(on, currency), language))


@router.get("/period-close", response_model=PeriodCloseAnswer, responses=_PROBLEMS)
def show_period_close(
    request: Request,
    entity: Entity,
    period: Name,
    kind: Annotated[str, Query(pattern="^(AP|AR|GL|INV)$")] = "AP",
    language: Language = "en",
) -> Response:
    """What of a period is not approved, not ready or not posted."""
    service = service_of(request)
    now = service.clock()
    caller = caller_of(request, now)
    allow(request, caller, Scope.DOCUMENTS_READ, entity)
    resources = service.resources
    with resources.store.reading() as connection:
        current = resources.loaded.current(connection)
    try:
        days = days_of(current, entity, kind, period)
    except PeriodUnknown as problem:
        raise Problem(404, "period_unknown", str(problem)) from None
    found = [*left_over(resources, entity, days, now)]
    with resources.store.reading() as connection:
        left = [_left(connection, each, language, caller.entities) for each in found]
    answer = {"entity": entity, "kind": kind, "period": period, "left": left}
    return _json({**answer, "first_day": str(days.first), "last_day": str(days.last)})


def _question(request: Request, entity: str, day: date | None) -> Question:
    """What is asked about, of the local day of the entity where no day is named."""
    service = service_of(request)
    now = service.clock()
    allow(request, caller_of(request, now), Scope.DOCUMENTS_READ, entity)
    with service.resources.store.reading() as connection:
        current: InForce = service.resources.loaded.current(connection)
    known = current.policy.organization.entities.get(entity)
    if known is None:
        raise Problem(404, "entity_unknown", f"there is no entity `{entity}`")
    return Question(current.policy, current.data, known, day or local_day(now, known.zone), now)


def _answer(findings: Iterable[Finding], language: str) -> dict[str, object]:
    found = list(findings)
    said = [_finding(each, language, each.id) for each in found]
    return {"ready": is_ready(found), "findings": said}


def _finding(finding: Finding, language: str, id: str) -> dict[str, object]:
    said = say_finding(finding, spoken(language), "full")
    return {**to_plain(finding), "id": id, "sentence": said.sentence, "remedy": said.remedy}


def _left(connection: Connection, each: Left, language: str, reach: Reach) -> dict[str, object]:
    shown = findings_within(connection, each.findings, reach)
    ids = {id: finding for finding, id in shown}
    return left_plain(each, lambda finding: _finding(ids[finding.id], language, finding.id))


def _json(content: dict[str, object]) -> Response:
    return _json_text(json.dumps(content, ensure_ascii=False).encode())


def _json_text(content: bytes) -> Response:
    return Response(content, 200, media_type="application/json")
