"""Why there is no answer, as problem details (RFC 9457), and nothing that should not be told."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, Final

from fastapi import FastAPI, HTTPException, Request
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import OperationalError, TimeoutError
from starlette.exceptions import HTTPException as StarletteHTTPException
from starlette.responses import Response

from adapters.identity import AuthenticationFailed, IssuerUnavailable
from adapters.logs import correlation_id
from adapters.store.opening import StoreUnavailable
from api.usecases.casework.resources import ContentsUnusable, NothingInForce
from api.usecases.casework.submitting import Overtaken
from api.web.answers import ProblemAnswer
from engine.errors import InputErrors

MEDIA_TYPE: Final = "application/problem+json"
RETRY_SECONDS: Final = 5
_LOG: Final = logging.getLogger(__name__)


class Problem(Exception):
    """A request that gets no answer but this. `code` is stable, `detail` one sentence."""

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        *,
        errors: Sequence[Mapping[str, str]] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.code = code
        self.detail = detail
        self.errors = tuple(errors)
        self.headers = dict(headers or {})


class TooLarge(HTTPException):
    """More was sent than is read. Of this kind since frameworks let it pass where they read."""

    def __init__(self) -> None:
        super().__init__(413)


def declared(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """These problems as a route declares them."""
    return {status: {"model": ProblemAnswer} for status in statuses}


def answer(problem: Problem) -> Response:
    """The problem as it is sent."""
    body = {
        "type": "about:blank",
        "title": HTTPStatus(problem.status).phrase,
        "status": problem.status,
        "detail": problem.detail,
        "code": problem.code,
        "correlation_id": correlation_id(),
    }
    if problem.errors:
        body["errors"] = [dict(each) for each in problem.errors]
    content = json.dumps(body, ensure_ascii=False).encode()
    return Response(content, problem.status, problem.headers, MEDIA_TYPE)


def from_input(problem: InputErrors) -> Problem:
    """What is wrong with a document, each field with its code."""
    errors = [
        {"field": each.field, "code": each.code, "message": each.message} for each in problem.errors
    ]
    return Problem(422, "invalid_document", "the document cannot be accepted", errors=errors)


def from_login(problem: AuthenticationFailed) -> Problem:
    """Nobody is let in."""
    if isinstance(problem, IssuerUnavailable):
        return _later(503, str(problem.code), problem.message)
    headers = {"WWW-Authenticate": "Bearer"}
    return Problem(401, str(problem.code), problem.message, headers=headers)


def handle_problems(app: FastAPI) -> None:
    """Every exception that the service raises on purpose becomes a problem."""

    async def known(request: Request, error: Exception) -> Response:
        return answer(_problem(error))

    for kind in (
        Problem,
        InputErrors,
        AuthenticationFailed,
        NothingInForce,
        ContentsUnusable,
        Overtaken,
        StoreUnavailable,
        OperationalError,
        TimeoutError,
        RequestValidationError,
        StarletteHTTPException,
    ):
        app.add_exception_handler(kind, known)


def _problem(error: Exception) -> Problem:
    match error:
        case Problem():
            return error
        case InputErrors():
            return from_input(error)
        case AuthenticationFailed():
            return from_login(error)
        case NothingInForce():
            return _later(503, "nothing_in_force", str(error))
        case ContentsUnusable():
            _LOG.error("what is in force cannot be loaded", exc_info=error)
            return _later(503, "contents_unusable", "what is in force cannot be loaded")
        case Overtaken():
            return _later(503, "overtaken", str(error))
        case StoreUnavailable() | OperationalError() | TimeoutError():
            _LOG.error("the store does not answer", exc_info=error)
            return _later(503, "store_unavailable", "the database does not answer now")
        case RequestValidationError():
            return _invalid_request(error)
        case TooLarge():
            return Problem(413, "too_large", "the request is larger than is read")
        case StarletteHTTPException():
            code = HTTPStatus(error.status_code).phrase.lower().replace(" ", "_")
            return Problem(error.status_code, code, code.replace("_", " "), headers=error.headers)
        case _:
            return Problem(500, "internal", "a mistake in Countersign")


def _later(status: int, code: str, detail: str) -> Problem:
    return Problem(status, code, detail, headers={"Retry-After": str(RETRY_SECONDS)})


def _invalid_request(error: RequestValidationError) -> Problem:
    """Which parts of a request are wrong; what stood there is not repeated."""
    errors = [
        {
            "field": ".".join(str(part) for part in each["loc"][1:]),
            "code": str(each["type"]),
            "message": str(each["msg"]).lower(),
        }
        for each in error.errors()[:50]
    ]
    return Problem(422, "invalid_request", "the request cannot be read", errors=errors)
