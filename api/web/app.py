"""The application: routes under `/v1`, health, and what happens around every request."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from fastapi import FastAPI, Request
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from adapters.identity import DevelopmentAuthentication
from adapters.logs import correlated
from adapters.store.in_force import digests
from api.usecases.casework.desk import Desk
from api.usecases.casework.resources import NothingInForce
from api.web import (
    action_routes,
    as_of_routes,
    case_routes,
    delegation_routes,
    documents,
    policy_routes,
    readiness_routes,
    review_routes,
    task_routes,
)
from api.web.asking import Service, service_of
from api.web.problems import Problem, TooLarge, answer, handle_problems

VERSION: Final = "1"
MOST_BYTES: Final = 4_000_000
INTERNAL: Final = Problem(500, "internal", "a mistake in Countersign; it is in the log")
_LOG: Final = logging.getLogger(__name__)
CORRELATION: Final = "X-Correlation-Id"


def create_app(service: Service) -> FastAPI:
    """The application that answers with this service."""
    app = FastAPI(
        title="Countersign",
        version=VERSION,
        description="Who must approve a document, in what order, by whose authority, and why.",
        docs_url=None,
        redoc_url=None,
        openapi_url="/v1/openapi.json",
        lifespan=_until_closed,
    )
    app.state.service = service
    app.state.desk = Desk(service.resources)
    handle_problems(app)
    # The one route that has to be fast reads its request itself. So it is served as it is, ahead of
    # the same route as it is declared, which would look for parameters that there are none of.
    app.add_route("/v1/documents", documents.submit_document, methods=["POST"])
    for routes in (
        *(documents, case_routes, action_routes, task_routes, review_routes),
        *(readiness_routes, policy_routes, delegation_routes, as_of_routes),
    ):
        app.include_router(routes.router, prefix="/v1")
    app.add_api_route("/healthz", _healthy, include_in_schema=False)
    app.add_api_route("/readyz", _ready, include_in_schema=False)
    if isinstance(service.authentication, DevelopmentAuthentication):
        app.add_api_route("/development/tokens", _mint, methods=["POST"], include_in_schema=False)
    app.add_middleware(Around, is_development=_is_development(service))
    return app


@asynccontextmanager
async def _until_closed(app: FastAPI) -> AsyncIterator[None]:
    """While requests are answered; what has arrived at the end is kept."""
    yield
    await run_in_threadpool(app.state.desk.close)


class Around:
    """What holds for every request: a correlation id, a bound on its size, headers of the answer.

    A mistake of ours is answered here, and tells nothing.
    """

    def __init__(self, app: ASGIApp, *, is_development: bool) -> None:
        self._app = app
        self._is_development = is_development

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes the request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        given = next((v for k, v in scope["headers"] if k == b"x-correlation-id"), b"")
        with correlated(given.decode("latin-1")) as correlation:
            has_begun = False

            async def marked(message: Message) -> None:
                nonlocal has_begun
                if message["type"] == "http.response.start":
                    has_begun = True
                    headers = MutableHeaders(raw=message.setdefault("headers", []))
                    headers[CORRELATION] = correlation
                    headers["X-Content-Type-Options"] = "nosniff"
                    headers["Cache-Control"] = "no-store"
                    if self._is_development:
                        headers["Countersign-Environment"] = "development"
                await send(message)

            try:
                await self._app(scope, _bounded(scope, receive), marked)
            except Exception as problem:
                _LOG.error("a request failed", exc_info=problem)
                if not has_begun:
                    await answer(INTERNAL)(scope, receive, marked)


def _bounded(scope: Scope, receive: Receive) -> Receive:
    """Receives at most `MOST_BYTES`, whatever length was stated; raises `TooLarge` for more."""
    stated = next((v for k, v in scope["headers"] if k == b"content-length"), b"")
    is_too_large = stated.isdigit() and (len(stated) > 10 or int(stated) > MOST_BYTES)
    got = 0

    async def bounded() -> Message:
        nonlocal got
        if is_too_large:
            raise TooLarge
        message = await receive()
        got += len(message.get("body", b""))
        if got > MOST_BYTES:
            raise TooLarge
        return message

    return bounded


class _TokenRequest(BaseModel):
    person: str = Field(max_length=200)


def _mint(request: Request, asked: _TokenRequest) -> JSONResponse:
    """A token for a person of the sample data; only where there are development logins."""
    service = service_of(request)
    logins = service.authentication
    if not isinstance(logins, DevelopmentAuthentication):
        raise Problem(404, "not_found", "there are no development logins here")
    peer = request.client.host if request.client is not None else ""
    token = logins.mint(asked.person, request.headers.items(), peer, service.clock())
    return JSONResponse({"token": token})


def _healthy() -> Response:
    return Response("alive\n", media_type="text/plain")


def _ready(request: Request) -> Response:
    """Whether the store answers and something is in force."""
    with service_of(request).resources.store.reading() as connection:
        if not digests(connection).is_complete:
            raise NothingInForce("no policy set is in force")
    return Response("ready\n", media_type="text/plain")


def _is_development(service: Service) -> bool:
    return isinstance(service.authentication, DevelopmentAuthentication)
