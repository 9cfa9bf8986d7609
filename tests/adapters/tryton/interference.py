"""A proxy between connector and ERP that misbehaves at a chosen call."""

from __future__ import annotations

import http.client
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Final
from urllib.parse import urlsplit

Behaviour = Callable[["Exchange"], None]


class Exchange:
    """One request on its way; a behaviour says what becomes of it."""

    def __init__(self, handler: BaseHTTPRequestHandler, upstream: str, body: bytes) -> None:
        self.body = body
        self._handler = handler
        self._upstream = upstream

    def forward(self) -> tuple[int, dict[str, str], bytes]:
        """Has the ERP perform it; what it answers."""
        connection = http.client.HTTPConnection(self._upstream, timeout=120)
        headers = {name: value for name, value in self._handler.headers.items() if name != "Host"}
        connection.request("POST", self._handler.path, self.body, headers)
        response = connection.getresponse()
        answer = response.read()
        connection.close()
        return response.status, dict(response.getheaders()), answer

    def answer(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        self._handler.send_response(status)
        for name, value in (headers or {}).items():
            if name.lower() not in ("transfer-encoding", "content-length", "connection", "date"):
                self._handler.send_header(name, value)
        self._handler.send_header("Content-Length", str(len(body)))
        self._handler.end_headers()
        self._handler.wfile.write(body)

    def drop(self) -> None:
        """Breaks the connection without a word."""
        self._handler.connection.shutdown(socket.SHUT_RDWR)
        self._handler.close_connection = True


def pass_on(exchange: Exchange) -> None:
    """As if the proxy were not there."""
    status, headers, body = exchange.forward()
    exchange.answer(status, body, headers)


def lose_the_answer(exchange: Exchange) -> None:
    """The ERP performs it, and nobody hears of it."""
    exchange.forward()
    exchange.drop()


def bad_gateway(exchange: Exchange) -> None:
    """The ERP performs it, and a machine between says 502."""
    exchange.forward()
    exchange.answer(502, b"<html><h1>Bad Gateway</h1></html>")


def babble(exchange: Exchange) -> None:
    """The ERP performs it, and what comes back is a page for people."""
    exchange.forward()
    exchange.answer(200, b"<html>Welcome</html>")


def answer_without_end(exchange: Exchange) -> None:
    """The ERP performs it, and what comes back is more than anybody wants to read."""
    exchange.forward()
    exchange.answer(200, b'{"id":1,"result":"' + b"x" * 9_000_000 + b'"}')


def count_the_click_only(exchange: Exchange) -> None:
    """What the ERP answers where a button needs more than one person."""
    exchange.answer(200, b'{"id":1,"result":null}')


def keep_silent(exchange: Exchange) -> None:
    """The ERP performs it, and the answer does not come in time."""
    exchange.forward()
    SILENCE.wait(30)
    exchange.drop()


def lose_the_request(exchange: Exchange) -> None:
    """The connection breaks before the ERP has heard anything."""
    exchange.drop()


SILENCE: Final = threading.Event()


class Proxy:
    """Misbehaves once for each call that was asked for by its method; passes on all others."""

    def __init__(self, base_url: str) -> None:
        self._plans: list[tuple[bytes, Behaviour]] = []
        self.seen: list[bytes] = []
        upstream = urlsplit(base_url).netloc
        proxy = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                proxy.behaviour_for(body)(Exchange(self, upstream, body))

            def log_message(self, *_: object) -> None:
                """Quiet."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.base_url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def on(self, method: str, behaviour: Behaviour) -> None:
        """The next call of this method of invoices is treated so."""
        self._plans.append((f'"model.account.invoice.{method}"'.encode(), behaviour))

    def behaviour_for(self, body: bytes) -> Behaviour:
        self.seen.append(body)
        for number, (method, behaviour) in enumerate(self._plans):
            if method in body:
                del self._plans[number]
                return behaviour
        return pass_on

    def count(self, method: str) -> int:
        """How often a method of invoices was called."""
        return sum(f'"model.account.invoice.{method}"'.encode() in body for body in self.seen)

    def close(self) -> None:
        SILENCE.set()
        self._server.shutdown()
        self._server.server_close()
        SILENCE.clear()


@contextmanager
def interfering(base_url: str) -> Iterator[Proxy]:
    """A proxy in front of `base_url`."""
    proxy = Proxy(base_url)
    try:
        yield proxy
    finally:
        proxy.close()
