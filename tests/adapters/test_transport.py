"""The transport against servers that answer badly, slowly, or with too much."""

from __future__ import annotations

import socket
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from adapters.transport import (
    LONGEST_TEXT,
    MOST_BYTES,
    NoAnswer,
    NotSent,
    Timeouts,
    TooLarge,
    Transport,
    TransportError,
    one_line,
)

SECRET = "Bearer do-not-show"
Talk = Callable[[socket.socket], None]


class Server:
    """Takes connections, reads one request of each, and has `talk` answer it."""

    def __init__(self, talk: Talk) -> None:
        self.requests = 0
        self._talk = talk
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.base_url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            connection, _ = self._socket.accept()
            with connection:
                if not connection.recv(65_536):
                    return
                self.requests += 1
                try:
                    self._talk(connection)
                except OSError:  # the client has gone
                    continue

    def close(self) -> None:
        socket.create_connection(self._socket.getsockname()).close()
        self._thread.join()
        self._socket.close()


@contextmanager
def answering(talk: Talk) -> Iterator[Server]:
    server = Server(talk)
    try:
        yield server
    finally:
        server.close()


def saying(head: bytes, body: bytes = b"") -> Talk:
    return lambda connection: connection.sendall(head.replace(b"\n", b"\r\n") + b"\r\n" + body)


def failure(server: Server, timeouts: Timeouts | None = None) -> TransportError:
    with Transport(server.base_url, timeouts) as transport, pytest.raises(TransportError) as raised:
        transport.send("POST", "/secret-path", b"{}", {"Authorization": SECRET})
    assert server.requests == 1, "a request is sent once"
    assert SECRET not in str(raised.value)
    assert "secret-path" not in str(raised.value)
    return raised.value


def test_an_answer_comes_back_whatever_its_status() -> None:
    talk = saying(b"HTTP/1.1 418 Teapot\nX-Kind: Tea\nContent-Length: 2\n", b"no")
    with answering(talk) as server, Transport(server.base_url) as transport:
        answer = transport.send("POST", "/", b"{}", {})
    assert (answer.status, answer.headers["x-kind"], answer.body) == (418, "Tea", b"no")


def test_a_redirect_is_not_followed() -> None:
    talk = saying(b"HTTP/1.1 307 Elsewhere\nLocation: http://127.0.0.1:9/\nContent-Length: 0\n")
    with answering(talk) as server, Transport(server.base_url) as transport:
        assert transport.send("POST", "/", b"{}", {"Authorization": SECRET}).status == 307
        assert server.requests == 1


def test_a_body_larger_than_the_bound_is_not_read() -> None:
    def talk(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        for _ in range(64):
            connection.sendall(b"x" * 2**20)

    with answering(talk) as server:
        assert type(failure(server)) is TooLarge


def test_a_small_body_that_unpacks_to_a_large_one_is_not_read() -> None:
    packed = zlib.compress(b"0" * (MOST_BYTES + 1), 9)
    head = f"HTTP/1.1 200 OK\nContent-Encoding: deflate\nContent-Length: {len(packed)}\n"
    with answering(saying(head.encode(), packed)) as server:
        assert type(failure(server)) is TooLarge


def test_a_body_of_exactly_the_bound_is_read() -> None:
    head = f"HTTP/1.1 200 OK\nContent-Length: {MOST_BYTES}\n".encode()
    with (
        answering(saying(head, b"0" * MOST_BYTES)) as server,
        Transport(server.base_url) as transport,
    ):
        assert len(transport.send("GET", "/", b"", {}).body) == MOST_BYTES


@pytest.mark.parametrize(
    "talk",
    [
        saying(b"HTTP/1.1 200 OK\nContent-Length: 10\n", b"half"),
        lambda connection: connection.shutdown(socket.SHUT_RDWR),
        saying(b"this is no HTTP\n"),
        saying(b"HTTP/1.1 200 OK\nContent-Encoding: gzip\nContent-Length: 4\n", b"nope"),
    ],
    ids=["half a body", "no word", "no HTTP", "not what it says"],
)
def test_a_broken_answer_is_no_answer(talk: Talk) -> None:
    with answering(talk) as server:
        assert type(failure(server)) is NoAnswer


def test_silence_is_waited_for_only_so_long() -> None:
    with answering(lambda _: time.sleep(1)) as server:
        assert type(failure(server, Timeouts(piece=0.2))) is NoAnswer


def test_an_answer_in_drops_ends_with_the_whole_time() -> None:
    def talk(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n")
        for _ in range(100):
            connection.sendall(b".")
            time.sleep(0.05)

    began = time.monotonic()
    with answering(talk) as server:
        assert type(failure(server, Timeouts(piece=2, whole=0.3))) is NoAnswer
    assert time.monotonic() - began < 4


def test_where_nobody_listens_nothing_was_sent() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with Transport(f"http://127.0.0.1:{port}") as transport, pytest.raises(NotSent):
        transport.send("POST", "/", b"{}", {})


@pytest.mark.parametrize(
    "address", ["http://erp.example.com", "http://10.0.0.1", "ftp://127.0.0.1", "erp.example.com"]
)
def test_an_address_in_clear_text_is_refused(address: str) -> None:
    with pytest.raises(ValueError, match="expected an https address"):
        Transport(address)


@pytest.mark.parametrize("address", ["https://erp.example.com", "http://localhost:8000"])
def test_encrypted_and_local_addresses_are_taken(address: str) -> None:
    Transport(address).close()


def test_a_foreign_text_is_kept_on_one_short_line() -> None:
    assert one_line("a\r\n b\x00\x1b[31m\tc") == "a b [31m c"
    assert len(one_line("long " * 10_000)) == LONGEST_TEXT
