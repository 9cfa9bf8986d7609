"""Checkpoints by mail: to an auditor, or whoever else keeps them, as a file of their own.

Nothing goes over a network in clear text, login or not: `smtps://` is encrypted from the beginning,
`smtp://` from `STARTTLS` on, without which nothing is sent. The certificate of the server is
checked (by the system's roots, or those that `SSL_CERT_FILE` names).
"""

from __future__ import annotations

import hashlib
import re
import smtplib
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import localtime
from typing import Final
from urllib.parse import urlsplit

from engine.explaining.messages.catalogues import LANGUAGES
from engine.trail.notes import Checkpoint, checkpoint_of, note_of

SCHEMES: Final = {"smtp": 587, "smtps": 465}
SECONDS: Final = 15
LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})
ADDRESS: Final = re.compile(r"[A-Za-z0-9._%+=-]{1,64}@[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})*")
_UNSAFE: Final = re.compile(r"[^A-Za-z0-9_-]+")


class MailMisconfigured(Exception):
    """Mail cannot be sent so. The message says which part, and nothing that is secret."""


class NotMailed(Exception):
    """A message was not taken. The message says why, without what the server or we said."""


@dataclass(frozen=True, slots=True)
class MailServer:
    """Who takes mail from us. `may_be_clear` is for a server on this machine, in development."""

    host: str
    port: int
    is_wrapped: bool
    sender: str
    login: tuple[str, str] | None = None
    may_be_clear: bool = False

    def __repr__(self) -> str:
        return f"<MailServer {self.host}:{self.port}>"

    def send(self, message: EmailMessage) -> None:
        """Hands a message over. Raises `NotMailed`."""
        context = ssl.create_default_context()
        try:
            with self._connected(context) as server:
                if not self.is_wrapped:
                    self._encrypt(server, context)
                if self.login is not None:
                    server.login(*self.login)
                server.send_message(message)
        except smtplib.SMTPResponseException as problem:
            raise NotMailed(f"{self.host} answers {problem.smtp_code}") from None
        except smtplib.SMTPRecipientsRefused:
            raise NotMailed(f"{self.host} does not take mail for the recipient") from None
        except (smtplib.SMTPException, OSError, ValueError) as problem:
            raise NotMailed(f"{self.host}: {type(problem).__name__}") from None

    def _connected(self, context: ssl.SSLContext) -> smtplib.SMTP:
        if self.is_wrapped:
            return smtplib.SMTP_SSL(self.host, self.port, timeout=SECONDS, context=context)
        return smtplib.SMTP(self.host, self.port, timeout=SECONDS)

    def _encrypt(self, server: smtplib.SMTP, context: ssl.SSLContext) -> None:
        """INVARIANT: no login and no message before this, but in development on this machine."""
        server.ehlo()
        if server.has_extn("starttls"):
            server.starttls(context=context)
            server.ehlo()
        elif not self.may_be_clear:
            raise NotMailed(f"{self.host} does not encrypt (STARTTLS)")


@dataclass(frozen=True, slots=True)
class Mailbox:
    """Somebody who keeps checkpoints and gets them by mail."""

    server: MailServer
    address: str

    @property
    def name(self) -> str:
        """What a record calls it: the domain, and who it is there by a digest. Records stay, and a
        person's address does not."""
        digest = hashlib.sha256(self.address.lower().encode()).hexdigest()
        return f"mail {self.address.rpartition('@')[2].lower()} {digest[:12]}"

    def send(self, note: str) -> None:
        """Sends a checkpoint. Raises `NotMailed`; the same one again has the same message id."""
        self.server.send(self._message(note))

    def _message(self, note: str) -> EmailMessage:
        head = checkpoint_of(note_of(note).text)
        message = EmailMessage()
        message["From"], message["To"] = self.server.sender, self.address
        message["Subject"] = f"Checkpoint: {head.origin}, {head.size}"
        message["Date"] = localtime()
        named = hashlib.sha256(f"{self.address}\n{note}".encode()).hexdigest()[:40]
        message["Message-ID"] = f"<{named}@{self.server.sender.rpartition('@')[2]}>"
        message["Auto-Submitted"] = "auto-generated"  # RFC 3834: nobody's absence answers it
        message.set_content(_text(head))
        message.add_attachment(note.encode(), "text", "plain", filename=_file_name(head))
        return message


def mail_server(
    address: str, sender: str, user: str, password: str, *, is_development: bool
) -> MailServer:
    """A server as settings state it: `smtps://host:port` or `smtp://host:port`.

    Raises `MailMisconfigured`.
    """
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        raise MailMisconfigured("expected an address like `smtps://host:465`") from None
    host = parts.hostname or ""
    if parts.scheme not in SCHEMES or not host or parts.username or parts.path not in ("", "/"):
        raise MailMisconfigured("expected `smtps://host:465` or `smtp://host:587`, and no login")
    expect_address(sender)
    if bool(user) != bool(password):
        raise MailMisconfigured("expected both user and password, or neither")
    return MailServer(
        host,
        port or SCHEMES[parts.scheme],
        parts.scheme == "smtps",
        sender,
        (user, password) if user else None,
        may_be_clear=is_development and host in LOOPBACK,
    )


def expect_address(text: str) -> None:
    """Raises `MailMisconfigured` for what is no plain address of mail."""
    if not ADDRESS.fullmatch(text):
        raise MailMisconfigured("expected an address like `audit@example.com`")


def _text(head: Checkpoint) -> str:
    """In every language: nobody knows who reads it."""
    words = {"origin": head.origin, "size": str(head.size)}
    return "\n\n".join(each.phrase("mail.checkpoint", words) for each in LANGUAGES.values()) + "\n"


def _file_name(head: Checkpoint) -> str:
    return f"{_UNSAFE.sub('-', head.origin)}-{head.size:012d}.checkpoint"
