"""What people are asked, and what cannot be delivered."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Annotated, Final

from fastapi import APIRouter, Query, Request
from sqlalchemy import Connection
from starlette.responses import Response

from adapters.identity import Caller, Scope, require
from adapters.store import cases, reviews
from adapters.store.arrangements import Question, questions_for, questions_on
from adapters.store.cases import Case, Task
from adapters.store.deadlines import deadlines_of, notices_for
from adapters.store.delivery import exceptions_of
from api.usecases.casework.resources import Plain
from api.web.answers import ExceptionsAnswer, NoticesAnswer, TasksAnswer
from api.web.asking import LAST_ID, allow, caller_of, identities, service_of
from api.web.problems import declared
from api.web.views import (
    exception_plain,
    notice_plain,
    question_plain,
    review_task_plain,
    task_plain,
)
from engine.master_data import PersonId

router: Final = APIRouter(tags=["tasks"])
_PROBLEMS: Final = declared(401, 403, 422, 503)
After = Annotated[int, Query(ge=0, le=LAST_ID)]
_Some = list[tuple[Plain, Case]]
_Page = tuple[_Some, _Some, int | None]
Limit = Annotated[int, Query(ge=1, le=500)]


@router.get("/tasks", response_model=TasksAnswer, responses=_PROBLEMS)
def my_tasks(
    request: Request,
    person: Annotated[str, Query(max_length=200)] = "",
    after: After = 0,
    limit: Limit = 100,
) -> Response:
    """What the person of the token is asked; a tool names the person."""
    store = service_of(request).resources.store
    caller, name, now = _reader(request, person)
    with store.reading() as connection:
        who = _person_of(request, connection, name, now)
        none: _Page = ([], [], None)
        found, questions, following = none if who is None else _asked(connection, who, after, limit)
    seen = [
        [each for each, case in some if require(caller, Scope.DOCUMENTS_READ, case.entity) is None]
        for some in (found, questions)
    ]
    return _json({"tasks": seen[0], "questions": seen[1], "next": following})


def _reader(request: Request, named: str) -> tuple[Caller, str, datetime]:
    """Who asks, in whose name, and when."""
    now = service_of(request).clock()
    caller = caller_of(request, now)
    allow(request, caller, Scope.DOCUMENTS_READ, next(iter(caller.entities or ()), None))
    return caller, identities(request, caller, named).decided_by, now


def _person_of(
    request: Request, connection: Connection, name: str, now: datetime
) -> PersonId | None:
    return service_of(request).resources.loaded.current(connection).data.person_of(name, now)


@router.get("/exceptions", response_model=ExceptionsAnswer, responses=_PROBLEMS)
def open_exceptions(request: Request, after: After = 0, limit: Limit = 100) -> Response:
    """Every exception that waits for its owner, oldest first."""
    service = service_of(request)
    caller = caller_of(request, service.clock())
    allow(request, caller, Scope.DOCUMENTS_READ, None)
    with service.resources.store.reading() as connection:
        found = exceptions_of(connection, after=after, most=limit)
    following = found[-1].id if len(found) == limit else None
    return _json({"exceptions": [exception_plain(each) for each in found], "next": following})


@router.get("/notices", response_model=NoticesAnswer, responses=_PROBLEMS)
def my_notices(
    request: Request,
    person: Annotated[str, Query(max_length=200)] = "",
    after: After = 0,
    limit: Limit = 100,
) -> Response:
    """What the person of the token was told, oldest first; a tool names the person."""
    store = service_of(request).resources.store
    caller, name, now = _reader(request, person)
    with store.reading() as connection:
        who = _person_of(request, connection, name, now)
        found = [] if who is None else notices_for(connection, who, after, limit)
        about = {case.id: case for case in cases.by_ids(connection, {n.case_id for n in found})}
    shown = [
        notice_plain(notice)
        for notice in found
        if require(caller, Scope.DOCUMENTS_READ, about[notice.case_id].entity) is None
    ]
    following = found[-1].id if len(found) == limit else None
    return _json({"notices": shown, "next": following})


def _asked(connection: Connection, person: str, after: int, most: int) -> _Page:
    """Places and reviews that a person is asked for, and questions; where the next page begins.

    Of the three kinds, one may be cut off at an earlier case: the page ends there for all.
    """
    places = _whole_cases(connection, person, after, most)
    asked = reviews.reviews_for(connection, person, after, most)
    questions = _whole_questions(connection, person, after, most)
    cuts = [found[-1][1].id for found in (places, asked, questions) if len(found) >= most]
    last = min(cuts, default=LAST_ID)
    due = deadlines_of(connection, [case.id for _, case in places])
    found = [
        (task_plain(task, case, due.get(case.id, ())), case)
        for task, case in places
        if case.id <= last
    ]
    for review, case in asked:
        if case.id <= last:
            found += [
                (review_task_plain(review, each, case), case)
                for each in reviews.reviewers_of(connection, review.id)
                if each.person == person
            ]
    found.sort(key=lambda one: one[1].id)
    open_ones = [(question_plain(q, case), case) for q, case in questions if case.id <= last]
    return found, open_ones, min(cuts, default=None)


def _whole_questions(
    connection: Connection, person: str, after: int, most: int
) -> list[tuple[Question, Case]]:
    """About so many questions: a page ends with a case."""
    found = list(questions_for(connection, person, after, most))
    if len(found) < most:
        return found
    last = found[-1][1]
    rest = [
        (each, last)
        for each in questions_on(connection, last.id)
        if each.person == person and each.answered_at is None
    ]
    return [each for each in found if each[1].id != last.id] + rest


def _whole_cases(
    connection: Connection, person: str, after: int, most: int
) -> list[tuple[Task, Case]]:
    """About so many tasks: a page ends with a case, since the next one begins behind it."""
    found = list(cases.tasks_of(connection, person, after, most))
    if len(found) < most:
        return found
    last = found[-1][1]
    rest = [(task, last) for task in cases.tasks_on(connection, last.id) if task.person == person]
    return [each for each in found if each[1].id != last.id] + rest


def _json(content: object) -> Response:
    return Response(
        json.dumps(content, ensure_ascii=False).encode(), 200, media_type="application/json"
    )
