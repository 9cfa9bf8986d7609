"""`countersign serve`: the service, in one process."""

from __future__ import annotations

import gc
import socket
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Annotated, Final

import typer

from api.commands.serving import failures
from api.commands.terminal import Code, Output, stop
from api.settings import Settings, read_settings

if TYPE_CHECKING:
    from api.web.asking import Service

Host = Annotated[
    str | None, typer.Option("--host", help="The address; COUNTERSIGN_HOST if left out.")
]
Port = Annotated[
    int | None,
    typer.Option(
        "--port", min=0, max=65535, help="The port, 0 for a free one; COUNTERSIGN_PORT if left out."
    ),
]
GRACE_SECONDS: Final = 10
# A decision makes thousands of values and keeps none: looking for garbage every 700 finds none.
ALLOCATIONS: Final = 20_000
# How long a thread keeps the interpreter when others want it. The thread that keeps documents waits
# for the server often enough; at the usual 5 ms requests that arrive cost it a third of its rate.
SWITCH_SECONDS: Final = 0.02


def serve(host: Host = None, port: Port = None) -> None:
    """Answer over HTTP. Everything else is set by variables COUNTERSIGN_...; see the docs."""
    from adapters.logs import configure
    from api.bootstrap import opened

    with failures():
        settings = read_settings(host, port)
        with opened(settings) as service:
            listening = _listening(settings)
            configure(sys.stderr)
            _say(settings, listening)
            _run(service, listening)


def _listening(settings: Settings) -> socket.socket:
    """The socket, bound before anything is said about it."""
    try:
        family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
        return socket.create_server((settings.host, settings.port), family=family, backlog=2048)
    except OSError as problem:
        why = (problem.strerror or str(problem)).lower()
        message = f"error: cannot listen on `{settings.host}` port {settings.port}: {why}"
        raise stop(Code.SERVICE, message) from None


def _run(service: Service, listening: socket.socket) -> None:
    import uvicorn

    from api.web.app import create_app

    config = uvicorn.Config(
        create_app(service),
        log_config=None,
        access_log=False,
        server_header=False,
        # INVARIANT: nobody says by a header where he is: logins for development look at the peer.
        proxy_headers=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
    _settle(service)
    uvicorn.Server(config).run(sockets=[listening])


def _settle(service: Service) -> None:
    """Loads what is in force, and lets the collector of garbage pass over it from then on."""
    from api.usecases.casework.resources import ContentsUnusable, NothingInForce

    with suppress(NothingInForce, ContentsUnusable), service.resources.store.reading() as reading:
        service.resources.loaded.current(reading)
    gc.collect()
    gc.freeze()
    gc.set_threshold(ALLOCATIONS, 20, 20)
    if not service.resources.store.is_sqlite:
        sys.setswitchinterval(SWITCH_SECONDS)


def _say(settings: Settings, listening: socket.socket) -> None:
    host, port = listening.getsockname()[:2]
    address = f"http://{f'[{host}]' if ':' in host else host}:{port}"
    with Output(None) as output:
        output.say(f"{settings.environment}: serving on {address}")
        if not settings.issuers:
            output.say(
                f"a token: curl -s {address}/development/tokens"
                """ -H 'Content-Type: application/json' -d '{"person": "rita"}'"""
            )
    sys.stdout.flush()
