"""Requests that nobody with good intentions sends (A5, F2)."""

from __future__ import annotations

import json
import logging
import socket
from collections.abc import Iterator

import pytest
from sqlalchemy import create_engine

from adapters.store.opening import Store
from api.usecases.casework.resources import Resources
from api.web.app import MOST_BYTES
from tests.web.conftest import Desk, desk_on, order

PROBLEM = "application/problem+json"


def raw(desk: Desk, request: bytes) -> bytes:
    """What the server answers to these bytes."""
    address = desk.client.base_url
    with socket.create_connection((address.host, address.port or 0), timeout=20) as connection:
        connection.sendall(request)
        answer = b""
        while part := connection.recv(65536):
            answer += part
        return answer


def posted(path: str, more: str, body: bytes = b"") -> bytes:
    head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer rita\r\n"
    return f"{head}Connection: close\r\n{more}\r\n".encode() + body


def test_without_a_token_nothing_is_told(desk: Desk) -> None:
    desk.send("POST", "/v1/documents", order())
    for method, path in (
        ("GET", "/v1/cases"),
        ("GET", "/v1/cases/C-000001"),
        ("GET", "/v1/cases/C-000001/decision"),
        ("GET", "/v1/cases/C-000001/decision.html"),
        ("GET", "/v1/tasks"),
        ("GET", "/v1/exceptions"),
        ("POST", "/v1/documents"),
        ("POST", "/v1/previews"),
    ):
        body = order() if method == "POST" else None
        answer = desk.send(method, path, body, "stranger")
        assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer"), path
        assert answer.headers["content-type"] == PROBLEM
        assert "PO-1" not in answer.text
    asked = {"kind": "approve", "version": 1}
    assert desk.send("POST", "/v1/cases/C-000001/actions", asked, "stranger").status_code == 401
    assert desk.told("action") == []


@pytest.mark.parametrize("path", ["/v1/documents", "/v1/previews", "/v1/cases/C-000001/actions"])
def test_more_than_is_read_is_a_413_however_it_is_sent(desk: Desk, path: str) -> None:
    body = b'{"title":"' + b"x" * MOST_BYTES + b'"}'
    assert desk.send("POST", path, body).status_code == 413
    kind = "Content-Type: application/json\r\n"
    stated = posted(path, f"{kind}Content-Length: {'9' * 18}\r\n")
    assert raw(desk, stated).startswith(b"HTTP/1.1 413 ")
    chunk = b"%x\r\n%s\r\n" % (len(body), body)
    chunked = posted(path, f"{kind}Transfer-Encoding: chunked\r\n", chunk + b"0\r\n\r\n")
    assert raw(desk, chunked).startswith(b"HTTP/1.1 413 ")


@pytest.mark.parametrize("path", ["/v1/documents", "/v1/cases/C-000001/actions"])
@pytest.mark.parametrize(
    "body",
    [
        b"[" * 200_000,
        b'{"a":' * 100_000,
        b"1" * 10_000,
        b"NaN",
        b"\xff\xfe{}",
        b"",
        b"null",
        b'"text"',
        b"{} {}",
        b'{"id": "\\ud800"}',
        b'{"type": 1e999}',
    ],
)
def test_a_body_that_is_no_document_is_the_fault_of_its_sender(
    desk: Desk, path: str, body: bytes
) -> None:
    answer = desk.send("POST", path, body)
    assert answer.status_code in (400, 422), answer.text
    assert answer.headers["content-type"] == PROBLEM
    assert "Traceback" not in answer.text
    assert desk.send("GET", "/v1/cases").json()["cases"] == []


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", ""])
def test_what_a_browser_could_send_for_another_site_is_not_taken(desk: Desk, kind: str) -> None:
    answer = desk.send("POST", "/v1/documents", json.dumps(order()).encode(), Content_Type=kind)
    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type")


@pytest.mark.parametrize("method", ["HEAD", "OPTIONS", "PUT", "PATCH", "DELETE", "TRACE"])
def test_other_methods_are_not_allowed_and_do_nothing(desk: Desk, method: str) -> None:
    desk.send("POST", "/v1/documents", order())
    for path in ("/v1/cases/C-000001", "/v1/documents", "/v1/cases/C-000001/actions"):
        answer = desk.send(method, path)
        assert answer.status_code == 405
        assert "access-control-allow-origin" not in answer.headers
    assert desk.send("GET", "/v1/cases/C-000001").json()["version"] == 1


def test_a_header_of_the_answer_is_not_chosen_by_the_request(desk: Desk) -> None:
    for given in ("x" * 500, "a b c d e f g h", "evil\tvalue1", "short"):
        answer = desk.send("GET", "/healthz", X_Correlation_Id=given)
        assert answer.headers["x-correlation-id"] != given
        assert len(answer.headers["x-correlation-id"]) == 32
    good = desk.send("GET", "/healthz", X_Correlation_Id="portal-4711.b")
    assert good.headers["x-correlation-id"] == "portal-4711.b"
    split = (
        b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-Correlation-Id: abcdefgh\rSet-Cookie: a=b\r\n\r\n"
    )
    assert b"set-cookie" not in raw_until_closed(desk, split).lower()


def raw_until_closed(desk: Desk, request: bytes) -> bytes:
    return raw(desk, request.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))


def test_a_problem_names_its_correlation_id(desk: Desk) -> None:
    answer = desk.send("GET", "/v1/cases/C-000404", X_Correlation_Id="portal-4711.b")
    assert answer.json()["correlation_id"] == "portal-4711.b"


def test_two_tokens_are_none(desk: Desk) -> None:
    answer = desk.client.get(
        "/v1/cases", headers=[("Authorization", "Bearer rita"), ("Authorization", "Bearer mia")]
    )
    assert answer.status_code == 401


@pytest.fixture
def logged() -> Iterator[list[logging.LogRecord]]:
    found: list[logging.LogRecord] = []

    class Keeping(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            found.append(record)

    handler = Keeping()
    logging.getLogger("api.web.app").addHandler(handler)
    yield found
    logging.getLogger("api.web.app").removeHandler(handler)


def test_a_mistake_of_ours_tells_nothing_and_is_logged(
    desk: Desk, logged: list[logging.LogRecord]
) -> None:
    desk.send("POST", "/v1/documents", order())
    with desk.resources.store.transaction() as connection:
        connection.exec_driver_sql("update cases set decision = '{\"secret\": 1'")
    answer = desk.send("GET", "/v1/cases/C-000001/decision", X_Correlation_Id="portal-4711.b")
    assert (answer.status_code, answer.json()["code"]) == (500, "internal")
    assert answer.json()["correlation_id"] == "portal-4711.b"
    assert "secret" not in answer.text
    assert [record.getMessage() for record in logged] == ["a request failed"]


def test_nothing_in_force_is_a_503_that_says_when_to_come_again(desk: Desk) -> None:
    with desk.resources.store.transaction() as connection:
        connection.exec_driver_sql("delete from in_force")
    for method, path, body in (
        ("POST", "/v1/documents", order()),
        ("POST", "/v1/previews", order()),
        ("GET", "/readyz", None),
    ):
        answer = desk.send(method, path, body)
        assert (answer.status_code, answer.json()["code"]) == (503, "nothing_in_force")
        assert int(answer.headers["retry-after"]) > 0
    assert desk.send("GET", "/healthz").text == "alive\n"


def test_no_answer_is_kept_by_anybody_on_the_way(desk: Desk) -> None:
    for path in ("/v1/cases", "/v1/cases/C-000404", "/healthz"):
        answer = desk.send("GET", path)
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "server" not in answer.headers or answer.headers["server"] == "uvicorn"


def test_a_store_that_does_not_answer_is_a_503_and_names_no_address() -> None:
    away = Store(create_engine("postgresql+psycopg://u:hidden@127.0.0.1:1/none"))
    for desk in desk_on(Resources(away)):
        for path in ("/readyz", "/v1/cases", "/v1/cases/C-000001", "/v1/tasks"):
            answer = desk.send("GET", path)
            assert (answer.status_code, answer.json()["code"]) == (503, "store_unavailable")
            assert int(answer.headers["retry-after"]) > 0
            assert "hidden" not in answer.text
            assert "127.0.0.1" not in answer.text
        assert desk.send("POST", "/v1/documents", order()).status_code == 503
        assert desk.send("GET", "/healthz").status_code == 200
