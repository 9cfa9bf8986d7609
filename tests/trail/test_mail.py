"""Checkpoints get to auditors by mail, and neither they nor a login go over a network in clear text
(F5). The mail server is a real one, on this machine."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from adapters.mailing import Mailbox, MailMisconfigured, expect_address, mail_server
from adapters.publishing import Mail
from adapters.store.opening import Store
from api.settings import SettingsRefused, read_keys
from api.usecases.casework.posting import Counter
from api.usecases.casework.resources import Resources
from api.usecases.trail.publishing import sign_and_publish
from api.worker import Signing, Worker
from engine.trail.notes import checkpoint_of, note_of
from tests.casework.deliveries import Clock
from tests.trail.mail_server import Inbox, certified, serving
from tests.trail.test_checkpoints import KEYS, NOW, add, store, url
from tests.trail.test_publishing import said

__all__ = ["store", "url"]  # fixtures

WHO = "audit@firm.example"
PASSWORD = "correct horse"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return certified(tmp_path_factory.mktemp("mail") / "one")


@pytest.fixture
def trusted(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The system trusts the root of the mail server."""
    monkeypatch.setenv("SSL_CERT_FILE", str(folder / "root.pem"))
    return folder


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


@pytest.fixture
def port(inbox: Inbox, folder: Path) -> Iterator[int]:
    with serving(inbox, folder) as found:
        yield found


def mail(port: int, scheme: str = "smtp", password: str = PASSWORD, **more: bool) -> Mail:
    words = {"is_development": False, **more}
    address = f"{scheme}://127.0.0.1:{port}"
    server = mail_server(address, "trail@acme.example", "trail", password, **words)
    return Mail(Mailbox(server, WHO))


def published(store: Store, *places: Mail, hours: int = 0) -> dict[str, str]:
    return sign_and_publish(store, KEYS, "acme", places, NOW + timedelta(hours=hours))[1]


@pytest.mark.usefixtures("trusted")
def test_a_checkpoint_is_mailed_as_a_file_and_that_is_on_record(
    store: Store, inbox: Inbox, port: int
) -> None:
    add(store, 3)
    signed, wrong = sign_and_publish(store, KEYS, "acme", [mail(port)], NOW)
    assert wrong == {}
    [message] = inbox.messages
    assert (inbox.recipients, inbox.was_encrypted) == ([WHO], [True])
    assert inbox.logins == [("trail", PASSWORD)]
    text, file = message.get_payload()  # type: ignore[misc]
    assert file.get_payload(decode=True).decode() == signed.note  # type: ignore[union-attr]
    head = checkpoint_of(note_of(signed.note).text)
    assert message["Subject"] == f"Checkpoint: {head.origin}, 3"
    shown = text.get_payload(decode=True).decode()  # type: ignore[union-attr]
    assert "countersign-verify.pyz --earlier FILE" in shown
    assert "Bewahren Sie ihn auf" in shown
    [record] = said(store)
    assert str(record["where"]).startswith("mail firm.example ")
    assert WHO not in json.dumps(record)


@pytest.mark.usefixtures("trusted")
def test_what_was_mailed_is_not_mailed_again(store: Store, inbox: Inbox, port: int) -> None:
    add(store, 1)
    for hour in range(3):
        assert published(store, mail(port), hours=hour) == {}
    assert len(inbox.messages) == 1


@pytest.mark.usefixtures("trusted")
def test_a_server_that_is_encrypted_from_the_beginning_is_used_too(
    store: Store, inbox: Inbox, folder: Path
) -> None:
    add(store, 1)
    with serving(inbox, folder, "wrapped") as port:
        assert published(store, mail(port, "smtps")) == {}
    assert inbox.was_encrypted == [True]


def test_a_server_that_nobody_vouches_for_gets_neither_login_nor_mail(
    store: Store, inbox: Inbox, port: int
) -> None:
    """Its certificate is of a root that the system does not know."""
    add(store, 1)
    [why] = published(store, mail(port)).values()
    assert "SSLCertVerificationError" in why
    assert (inbox.logins, inbox.messages, said(store)) == ([], [], [])


@pytest.mark.usefixtures("trusted")
def test_a_certificate_of_another_name_is_not_taken(store: Store, inbox: Inbox, port: int) -> None:
    """It is that of 127.0.0.1."""
    add(store, 1)
    address = f"smtp://localhost:{port}"
    server = mail_server(address, "trail@acme.example", "trail", PASSWORD, is_development=True)
    [why] = published(store, Mail(Mailbox(server, WHO))).values()
    assert why == "localhost: SSLCertVerificationError"
    assert (inbox.logins, inbox.messages) == ([], [])


def test_without_encryption_nothing_is_sent(store: Store, inbox: Inbox) -> None:
    """As where somebody between takes `STARTTLS` out of what the server offers."""
    add(store, 1)
    with serving(inbox, how="clear") as port:
        [why] = published(store, mail(port)).values()
    assert "does not encrypt" in why
    assert (inbox.logins, inbox.messages, said(store)) == ([], [], [])


def test_in_development_a_server_on_this_machine_may_do_without(store: Store, inbox: Inbox) -> None:
    add(store, 1)
    with serving(inbox, how="clear") as port:
        assert published(store, mail(port, is_development=True)) == {}
    assert inbox.was_encrypted == [False]


def test_in_development_another_machine_may_not() -> None:
    server = mail_server("smtp://mail.example:25", "a@acme.example", "", "", is_development=True)
    assert not server.may_be_clear


@pytest.mark.usefixtures("trusted")
def test_a_login_that_is_refused_is_said_without_it(
    store: Store, inbox: Inbox, port: int, caplog: pytest.LogCaptureFixture
) -> None:
    add(store, 1)
    caplog.set_level(logging.DEBUG)
    place = mail(port, password="wrong horse")
    [why] = published(store, place).values()
    assert why == "127.0.0.1 answers 535"
    assert inbox.messages == []
    for shown in (why, caplog.text, repr(place), json.dumps(said(store))):
        assert "wrong horse" not in shown


@pytest.mark.usefixtures("trusted")
@pytest.mark.parametrize("refusal", ["451 later", "554-never\r\n554 secret"])
def test_what_is_refused_is_tried_again_with_the_same_id(
    store: Store, inbox: Inbox, port: int, refusal: str
) -> None:
    add(store, 1)
    inbox.refusal = refusal
    [why] = published(store, mail(port)).values()
    assert why == f"127.0.0.1 answers {refusal[:3]}"
    assert said(store) == []
    inbox.refusal = ""
    assert published(store, mail(port), hours=1) == {}
    [message] = inbox.messages
    other = mail(port).mailbox._message(KEPT_NOTE)["Message-ID"]
    assert message["Message-ID"] != other == mail(port).mailbox._message(KEPT_NOTE)["Message-ID"]


KEPT_NOTE = "acme/1\n1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n\n\u2014 acme/1 AAAAAAAA\n"


@pytest.mark.parametrize(
    "address",
    [
        "", "mail.example", "http://mail.example", "smtp://", "smtp://user:pw@mail.example",
        "smtp://mail.example:no", "smtp://mail.example/x",
    ],
)  # fmt: skip
def test_an_address_of_a_server_that_is_none_is_refused_and_not_shown(address: str) -> None:
    with pytest.raises(MailMisconfigured) as refused:
        mail_server(address, "a@acme.example", "", "", is_development=True)
    assert "pw" not in str(refused.value)


@pytest.mark.parametrize(
    "address", ["", "nobody", "a@b\nBcc: c@d", "a b@c", "a@b, c@d", "<a@b>", "a@b@c"]
)
def test_what_is_no_address_of_mail_is_refused(address: str) -> None:
    with pytest.raises(MailMisconfigured, match="expected an address"):
        expect_address(address)


def test_settings_are_said_by_name_and_the_password_is_not_shown(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("COUNTERSIGN_CHECKPOINT_MAILBOXES", json.dumps([WHO]))
    with pytest.raises(SettingsRefused, match="COUNTERSIGN_MAIL_SERVER"):
        read_keys().places()
    monkeypatch.setenv("COUNTERSIGN_MAIL_SERVER", "smtps://mail.example")
    monkeypatch.setenv("COUNTERSIGN_MAIL_SENDER", "trail@acme.example")
    monkeypatch.setenv("COUNTERSIGN_MAIL_USER", "trail")
    with pytest.raises(SettingsRefused, match="both user and password"):
        read_keys().places()
    monkeypatch.setenv("COUNTERSIGN_MAIL_PASSWORD", PASSWORD)
    [place] = read_keys().places()
    assert isinstance(place, Mail)
    assert place.mailbox.server.port == 465
    assert PASSWORD not in repr(read_keys()) + repr(place)


def test_what_is_not_published_is_tried_again_soon_and_then_more_seldom(store: Store) -> None:
    clock, made, missing = Clock(NOW), [], [1]

    def sign(now: object) -> tuple[int, int]:
        made.append(now)
        return 3, missing[0]

    signing = Signing(timedelta(minutes=10), sign)
    worker = Worker(Resources(store), Counter({}, clock, lambda: 0.0), sign=signing)
    for _ in range(40):
        worker.sign_if_due()
        clock.pass_by(minutes=1)
    after = [int((each - NOW) / timedelta(minutes=1)) for each in made]  # type: ignore[operator]
    assert after == [0, 1, 3, 7, 15, 25, 35]
    missing[0] = 0
    made.clear()
    for _ in range(25):
        worker.sign_if_due()
        clock.pass_by(minutes=1)
    assert len(made) == 2
