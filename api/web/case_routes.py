"""Cases: looked up, listed, acted on; and the decision of a case in words."""

from __future__ import annotations

import json
from typing import Annotated, Final

from fastapi import APIRouter, Header, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from adapters.identity import Scope
from adapters.store import cases
from adapters.store.arrangements import questions_on, remarks_on, returned_of
from adapters.store.deadlines import deadlines_on
from adapters.store.delivery import exceptions_of, receipts_of
from adapters.store.in_force import files_of
from adapters.store.reviews import reviewers_of, reviews_on
from api.page import page
from api.usecases.casework.replaying import replay
from api.usecases.casework.written import document_of
from api.usecases.keeping_until import keeping_of_case
from api.web.answers import CaseAnswer, CasesAnswer, ExplanationAnswer, WholeCaseAnswer
from api.web.asking import (
    LAST_ID,
    SHOWABLE,
    allow,
    caller_of,
    case_shown,
    case_within_reach,
    identities,
    readable,
    service_of,
    visible,
)
from api.web.problems import Problem, declared
from api.web.reach import cases_within
from api.web.views import case_body, cases_body, whole_case_body
from engine.cases.status import Status
from engine.explaining.changed import change_said
from engine.explaining.explanation import explanation
from engine.explaining.messages.catalogues import LANGUAGES
from engine.recalling import recalled

router: Final = APIRouter(prefix="/cases", tags=["cases"])
_PROBLEMS: Final = declared(401, 403, 404, 409, 422, 503)
Language = Annotated[str, Header(alias="Accept-Language")]


@router.get("", response_model=CasesAnswer, responses=_PROBLEMS)
def list_cases(
    request: Request,
    status: Annotated[list[Status] | None, Query()] = None,
    entity: Annotated[str, Query(max_length=200, pattern=SHOWABLE)] = "",
    after: Annotated[int, Query(ge=0, le=LAST_ID)] = 0,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> Response:
    """Cases in the order of their numbers, of the entities that the caller may see."""
    service = service_of(request)
    caller = caller_of(request, service.clock())
    reach = caller.entities
    allow(request, caller, Scope.DOCUMENTS_READ, entity or next(iter(reach or ()), None))
    entities = [entity] if entity else reach
    with service.resources.store.reading() as connection:
        found = cases.several(
            connection, statuses=status or (), entities=entities, after=after, most=limit
        )
        found = cases_within(connection, found, reach)
    return _json(cases_body(found, limit))


@router.get("/{number}", response_model=WholeCaseAnswer, responses=_PROBLEMS)
def show_case(request: Request, number: str) -> Response:
    """The case with its document, tasks, receipts and exceptions."""
    service = service_of(request)
    caller = caller_of(request, service.clock())
    case = case_within_reach(request, caller, number, Scope.DOCUMENTS_READ)
    with service.resources.store.reading() as connection:
        policy = service.resources.loaded.current(connection).policy
        tasks = cases.tasks_on(connection, case.id)
        receipts = receipts_of(connection, case.id)
        exceptions = exceptions_of(connection, case.id)
        found = [
            (review, reviewers_of(connection, review.id))
            for review in reviews_on(connection, case.id)
        ]
        said = (
            questions_on(connection, case.id),
            remarks_on(connection, case.id),
            returned_of(connection, case.id),
        )
        [case] = cases_within(connection, [case], caller.entities)
        due = deadlines_on(connection, case.id)
    shown = visible(service.resources, case)
    kept = keeping_of_case(policy, case.entity, case.type, shown, case.received_at)
    return _json(whole_case_body(case, kept, shown, tasks, receipts, exceptions, found, due, said))


class ReplayRequest(BaseModel):
    """What was corrected, in words for the record; `person` where a tool relays it."""

    model_config = ConfigDict(extra="forbid")

    because: str = Field(min_length=1, max_length=4000)
    person: str = Field("", max_length=200)


@router.post("/{number}/replay", response_model=CaseAnswer, responses=_PROBLEMS)
def replay_case(request: Request, number: str, asked: ReplayRequest) -> Response:
    """Sends the posting of an exception off again, once its cause was corrected."""
    service = service_of(request)
    now = service.clock()
    caller = caller_of(request, now)
    case = case_within_reach(request, caller, number, Scope.ACTIONS_SUBMIT)
    who = identities(request, caller, asked.person)
    done = replay(service.resources, case.id, who, asked.because, now)
    if done is None:
        raise Problem(404, "not_found", "there is no such case")
    if done.code:
        raise Problem(409, done.code, f"the posting was not sent off again: {done.code}")
    service.on_enqueued()
    return _json(case_body(case_shown(request, caller, done.case), is_new=False))


@router.get("/{number}/decision", response_model=ExplanationAnswer, responses=_PROBLEMS)
def show_decision(request: Request, number: str, language: Language = "en") -> Response:
    """The decision in words, with places, comparisons, and who was passed over."""
    service = service_of(request)
    caller = caller_of(request, service.clock())
    case = case_within_reach(request, caller, number, Scope.DOCUMENTS_READ)
    with service.resources.store.reading() as connection:
        current = service.resources.loaded.current(connection)
    names = {str(person.id): person.name for person in current.data.people.values()}
    decision = recalled(json.loads(case.decision_json))
    said = explanation(decision, spoken(language), names)
    said["changes"] = [*change_said(json.loads(case.change_json), spoken(language), names)]
    return _json(json.dumps(said, ensure_ascii=False).encode())


@router.get("/{number}/decision.html", responses=_PROBLEMS, response_class=Response)
def show_page(request: Request, number: str, language: Language = "en") -> Response:
    """The decision as one page to read, to print and to file."""
    service = service_of(request)
    caller = caller_of(request, service.clock())
    case = case_within_reach(request, caller, number, Scope.DOCUMENTS_READ)
    with service.resources.store.reading() as connection:
        current = service.resources.loaded.current(connection)
        files = files_of(connection, current.digests.policy)
    names = {str(person.id): person.name for person in current.data.people.values()}
    document = readable(
        document_of(service.resources, current.policy, case), visible(service.resources, case)
    )
    decision = recalled(json.loads(case.decision_json))
    is_same_set = decision.policy_digest == current.policy.digest
    html = page(
        decision,
        document,
        files if is_same_set else None,
        spoken(language),
        names,
        is_activated=True,
    )
    headers = {
        "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store",
    }
    return Response(html.encode("utf-8"), 200, headers, "text/html; charset=utf-8")


def spoken(header: str) -> str:
    """The first language of `Accept-Language` that there are texts in."""
    for part in header.split(","):
        word = part.partition(";")[0].strip().lower().partition("-")[0]
        if word in LANGUAGES:
            return word
    return "en"


def _json(content: bytes) -> Response:
    return Response(content, 200, media_type="application/json")
