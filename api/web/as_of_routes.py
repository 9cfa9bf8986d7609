"""What held at one moment, as it was known at another. Nothing is changed or recorded by asking."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Final

from fastapi import APIRouter, Query, Request
from pydantic import AwareDatetime
from starlette.responses import Response

from adapters.identity import Scope
from api.usecases.as_of import (
    Described,
    NotAnswered,
    Then,
    delegations_then,
    holders_then,
    moments_of,
    person_then,
    signers_of_described,
    then_in_force,
    then_plain,
)
from api.usecases.plain_answers import answer_plain, shown_plain
from api.usecases.register import Shown
from api.web.as_of_answers import PeopleAsOfAnswer, SignersAsOfAnswer
from api.web.asking import LONGEST_ASKED, SHOWABLE, allow, caller_of, service_of
from api.web.problems import Problem, declared

router: Final = APIRouter(prefix="/as-of", tags=["as of a moment"])
_PROBLEMS: Final = declared(401, 403, 404, 422, 503)
_UNUSABLE: Final = frozenset({"moment_unusable", "not_known_yet"})
MOST_FACTS: Final = 50

Moment = Annotated[AwareDatetime | None, Query()]
Text = Annotated[str, Query(max_length=LONGEST_ASKED, pattern=SHOWABLE)]
Facts = Annotated[list[Text], Query(max_length=MOST_FACTS)]


@router.get("/people/{name}", response_model=PeopleAsOfAnswer, responses=_PROBLEMS)
def show_person(
    request: Request, name: str, valid: Moment = None, known: Moment = None
) -> Response:
    """Everything that a person could approve at `valid`, as known at `known`.

    `valid` is now if left out; `known` is `valid`, or now where that is to come. Needs access to
    every entity.
    """
    return _people(request, valid, known, lambda then: (person_then(then, name),))


@router.get("/delegations/{name}", response_model=PeopleAsOfAnswer, responses=_PROBLEMS)
def show_delegations(
    request: Request, name: str, valid: Moment = None, known: Moment = None
) -> Response:
    """The delegations that a person had given or received, and what each counted for."""
    return _people(request, valid, known, lambda then: (delegations_then(then, name),))


@router.get("/roles/{role}", response_model=PeopleAsOfAnswer, responses=_PROBLEMS)
def show_holders(
    request: Request, role: str, entity: Text, valid: Moment = None, known: Moment = None
) -> Response:
    """Who held a role for documents of an entity."""
    return _people(request, valid, known, lambda then: holders_then(then, role, entity))


@router.get("/documents/{type}", response_model=SignersAsOfAnswer, responses=_PROBLEMS)
def show_signers(
    request: Request,
    type: str,
    requester: Annotated[str, Query(min_length=1, max_length=LONGEST_ASKED, pattern=SHOWABLE)],
    valid: Moment = None,
    known: Moment = None,
    entity: Text = "",
    amount: Text = "",
    category: Text = "",
    fact: Facts = [],  # noqa: B006
) -> Response:
    """Who could approve a document that is described in the words of policy tests.

    A `fact` is `name=value`; the `requester` is a person or a login. Totals and earlier acts are
    not counted.
    """
    named = {"amount": amount, "category": category, "requester": requester}
    stated = {name: text for name, text in {**named, **_facts(fact)}.items() if text}
    asked = Described(type, entity, stated)

    def answered(then: Then) -> Mapping[str, object]:
        return {"answers": [answer_plain(each) for each in signers_of_described(then, asked)]}

    return _answered(request, valid, known, answered)


def _facts(stated: Sequence[str]) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for text in stated:
        name, sign, value = text.partition("=")
        if not sign or not name.strip():
            raise Problem(422, "invalid_request", "fact: expected `name=value`")
        found[name.strip()] = value.strip()
    return found


def _people(
    request: Request,
    valid: AwareDatetime | None,
    known: AwareDatetime | None,
    ask: Callable[[Then], Sequence[Shown]],
) -> Response:
    def answered(then: Then) -> Mapping[str, object]:
        return {"people": [shown_plain(each) for each in ask(then)]}

    return _answered(request, valid, known, answered)


def _answered(
    request: Request,
    valid: AwareDatetime | None,
    known: AwareDatetime | None,
    answered: Callable[[Then], Mapping[str, object]],
) -> Response:
    """Raises `Problem`. What concerns people of every entity needs access to every one."""
    service = service_of(request)
    now = service.clock()
    allow(request, caller_of(request, now), Scope.DOCUMENTS_READ, None)
    try:
        moments = moments_of(valid, known, now)
        with service.resources.store.reading() as connection:
            then = then_in_force(service.resources, connection, moments)
        found = {**then_plain(then), **answered(then)}
    except NotAnswered as problem:
        status = 422 if problem.code in _UNUSABLE else 404
        raise Problem(status, problem.code, str(problem)) from None
    return Response(json.dumps(found, ensure_ascii=False).encode(), media_type="application/json")
