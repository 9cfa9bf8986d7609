"""A real mail server on this machine, with a certificate of a root of its own."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import Message
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope, LoginPassword

from tests.trail.authority import openssl

NAMES = "subjectAltName=IP:127.0.0.1\n"


def certified(folder: Path) -> Path:
    """A root, and a certificate of it for this machine."""
    folder.mkdir()
    root = "req -x509 -newkey rsa:2048 -nodes -keyout root.key -out root.pem -days 2 -subj /CN=Root"
    made = "req -newkey rsa:2048 -nodes -keyout mail.key -out mail.csr -subj /CN=mail"
    (folder / "names").write_text(NAMES)
    signed = (
        "x509 -req -in mail.csr -CA root.pem -CAkey root.key -CAcreateserial -out mail.pem -days 2"
        " -extfile names"
    )
    for each in (root, made, signed):
        openssl(folder, *each.split())
    return folder


class Inbox:
    """What was taken, as messages, and which logins were tried; `refusal` is answered instead."""

    def __init__(self) -> None:
        self.messages: list[Message] = []
        self.recipients: list[str] = []
        self.logins: list[tuple[str, str]] = []
        self.was_encrypted: list[bool] = []
        self.refusal = ""

    async def handle_DATA(self, server: Any, session: Any, envelope: Envelope) -> str:
        if self.refusal:
            return self.refusal
        assert isinstance(envelope.content, bytes)
        self.messages.append(message_from_bytes(envelope.content))
        self.recipients += envelope.rcpt_tos
        self.was_encrypted.append(server.transport.get_extra_info("ssl_object") is not None)
        return "250 taken"

    def authenticate(self, server: Any, session: Any, envelope: Any, how: str, data: Any) -> Any:
        assert isinstance(data, LoginPassword)
        self.logins.append((data.login.decode(), data.password.decode()))
        return AuthResult(success=data.password == b"correct horse", handled=False)


@contextmanager
def serving(inbox: Inbox, folder: Path | None = None, how: str = "starttls") -> Iterator[int]:
    """The port of a server: `starttls`, `wrapped`, or `clear`."""
    context = None
    if folder is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(folder / "mail.pem", folder / "mail.key")
    words: dict[str, Any] = {"authenticator": inbox.authenticate}
    if how == "starttls":
        words |= {"tls_context": context, "require_starttls": True}
    elif how == "wrapped":
        words |= {"ssl_context": context, "auth_require_tls": False}
    else:
        words |= {"auth_require_tls": False}
    controller = Controller(inbox, hostname="127.0.0.1", port=_free(), **words)
    controller.start()
    try:
        yield controller.port
    finally:
        controller.stop()


def _free() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        port: int = found.getsockname()[1]
    return port
