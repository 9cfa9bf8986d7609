"""Log lines hold no content, however it is brought to them.

Shows (F3, F7).
"""

import base64
import io
import json
import logging
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from adapters.logs import LOGGABLE, GuardedHandler, configure, correlated, correlation_id, scrubbed
from engine.documents import accept
from engine.documents.canonical_form import to_canonical
from engine.documents.catalogue import DECLARED, SHEETS
from engine.documents.fields import INTERNAL, PUBLIC, FieldClass
from engine.documents.header import BankSheet, Sheet
from engine.errors import InputErrors
from tests.engine.samples import DOCUMENTS, FACTS, RECEIVED, full, order, take

IBAN: Final = "DE02120300000000202051"
SPACED: Final = "DE02 1203 0000 0000 2020 51"
PAYMENT: Final = take(full("payment"))
LOG: Final = logging.getLogger("adapters.sample")


class Lines:
    """What was written, as text and as values."""

    def __init__(self) -> None:
        self.stream = io.StringIO()

    @property
    def text(self) -> str:
        return self.stream.getvalue()

    @property
    def all(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.text.splitlines()]

    @property
    def last(self) -> dict[str, Any]:
        return self.all[-1]


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> Iterator[Lines]:
    """All logging of the process as the service has it, for one test."""
    root = logging.getLogger()
    before, level = [*root.handlers], root.level
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)
    written = Lines()
    configure(written.stream, logging.DEBUG)
    yield written
    root.handlers[:] = before
    root.setLevel(level)


def hides_content(lines: Lines) -> bool:
    """One readable line was written, and nothing of the account or the holder is in it."""
    shown = lines.text
    assert len(lines.all) == 1
    return not any(part in shown for part in (IBAN, SPACED, "2051", "Globex", "rita"))


# What a line holds


def test_a_line_says_when_where_and_what_with_values_by_name(lines: Lines) -> None:
    with correlated("request-17"):
        LOG.warning("posting enqueued", extra={"case_number": "C-7", "attempt": 2})
    line = lines.last
    assert datetime.fromisoformat(line.pop("time")).utcoffset() is not None
    assert line == {
        "level": "WARNING",
        "logger": "adapters.sample",
        "event": "posting enqueued",
        "correlation_id": "request-17",
        "case_number": "C-7",
        "attempt": 2,
    }


def test_plain_values_are_written_plainly(lines: Lines) -> None:
    values: dict[str, Any] = {
        "due_at": datetime(2027, 3, 15, tzinfo=UTC),
        "state": FieldClass.PUBLIC,
        "count": Decimal("1.50"),
        "digest": UUID(int=5),
        "kind": ["a", date(2027, 1, 1), None, True],
        "job": {"attempt": 1, "account": IBAN},
        "code": b"bytes",
    }
    LOG.info("sample", extra=values)
    assert lines.last["due_at"] == "2027-03-15T00:00:00+00:00"
    assert lines.last["state"] == "public"
    assert lines.last["count"] == "1.50"
    assert lines.last["digest"] == "00000000-0000-0000-0000-000000000005"
    assert lines.last["kind"] == ["a", "2027-01-01", None, True]
    assert lines.last["job"] == {"attempt": 1}
    assert lines.last["code"] == "***"


def test_no_loggable_name_is_that_of_a_field_which_others_may_not_see() -> None:
    waiting: list[Any] = [*SHEETS.values(), DECLARED]
    closed: set[str] = set()
    while waiting:
        sheet: type[Sheet] = waiting.pop()
        for name, field in sheet.model_fields.items():
            if not {PUBLIC, INTERNAL} & {*field.metadata}:
                closed.add(name)
        waiting += [inner for inner in (getattr(sheet, "line_sheet", None),) if inner]
    closed |= {*BankSheet.model_fields}
    assert {"account", "net", "requester", "pay_to", "merchant", "facts"} <= closed
    assert not closed & LOGGABLE


def test_loggable_names_are_free_in_the_logging_library() -> None:
    record = logging.makeLogRecord({})
    assert not LOGGABLE & {*record.__dict__, "message", "asctime"}
    assert not LOGGABLE & {"time", "level", "logger", "event", "error", "raised_at", "withheld"}


# Ways around it


@pytest.mark.parametrize(
    "values",
    [
        {"account": IBAN},
        {"pay_to": [{"account": IBAN}]},
        {"document": to_canonical(PAYMENT)},
        {"requester": "rita"},
        {"amount_minor": 2051},
        {IBAN: 1},
        {"case_number": IBAN},
        {"case_number": SPACED},
        {"case_number": f"x{IBAN}y"},
        {"case_number": PAYMENT},
        {"case_number": BankSheet(account=IBAN, holder="Globex")},
        {"case_number": {"account": IBAN}},
        {"case_number": {IBAN: {"code": IBAN}}},
        {"case_number": [{"code": [IBAN]}, (IBAN,), {IBAN}]},
        {"case_number": {"job": {"queue": {"holder": "Globex", "code": IBAN}}}},
        {"case_number": ValueError(IBAN)},
        {"case_number": IBAN.encode()},
        {"case_number": object},
        {"case_number": lambda: IBAN},
    ],
)
def test_no_value_brings_content_in(lines: Lines, values: dict[str, Any]) -> None:
    LOG.info("sample", extra=values)
    assert hides_content(lines)


def test_withheld_values_are_said_to_be_withheld(lines: Lines) -> None:
    LOG.info("sample", extra={"account": IBAN, "requester": "rita", "job": "retry"})
    assert lines.last["withheld"] == ["account", "requester"]
    assert lines.last["job"] == "retry"


@pytest.mark.parametrize(
    ("message", "arguments"),
    [
        ("account %s", (IBAN,)),
        ("account %r", (IBAN,)),
        ("account %a of %s", (IBAN, "Globex")),
        ("account %-40s|", (IBAN,)),
        ("account %.22s", (IBAN,)),
        ("account %d", (IBAN,)),
        ("account %c", (IBAN,)),
        ("account %d", (4711002051,)),
        ("account %s %s", (IBAN,)),
        ("account", (IBAN,)),
        ("account %(account)s", ({"account": IBAN},)),
        ("account %(missing)s", ({"account": IBAN},)),
        ("account %(account)d", ({"account": IBAN},)),
        ("document %s", (to_canonical(PAYMENT),)),
        ("document %s", ({"Globex": 1},)),
        ("document %s", (PAYMENT,)),
        ("document %r", (BankSheet(account=IBAN, holder="Globex"),)),
        ("document %s", ([IBAN, ("Globex",)],)),
        ("refused: %s", (ValueError(IBAN),)),
        (f"account {IBAN}", ()),
        (f"account {SPACED}.", ()),
        (f"account {IBAN}: %s", ("Globex",)),
        (f"{IBAN} %", ("x",)),
        (PAYMENT, ()),
        (BankSheet(account=IBAN, holder="Globex"), ()),
        (ValueError(IBAN), ()),
        ({"account": IBAN}, ()),
    ],
)
def test_no_message_brings_content_in(
    lines: Lines, message: Any, arguments: tuple[Any, ...]
) -> None:
    # Past pytest's own handler, which fills arguments in and stumbles over what is tried here.
    record = LOG.makeRecord(LOG.name, logging.INFO, __file__, 1, message, arguments, None)
    GuardedHandler(lines.stream).handle(record)
    assert hides_content(lines)


def test_small_numbers_are_filled_in(lines: Lines) -> None:
    LOG.info("%s took %d ms, status %s, share %.1f", "Globex", 250, 503, 0.5)
    assert lines.last["event"] == "*** took 250 ms, status 503, share 0.5"


def deeply(account: str, document: object) -> None:
    """Raises with the account in the text, in local variables and in what led to it."""
    holder = f"Globex at {account}"
    try:
        raise KeyError(holder)
    except KeyError as error:
        raise ConnectionRefusedError(111, f"no {account}", f"/{account}") from error


def test_of_an_exception_only_types_codes_and_places_are_written(lines: Lines) -> None:
    try:
        deeply(IBAN, PAYMENT)
    except OSError:
        LOG.exception("posting failed")
    assert hides_content(lines)
    assert lines.last["error"] == [
        {"type": "<builtins.ConnectionRefusedError>", "errno": "ECONNREFUSED"},
        {"type": "<builtins.KeyError>"},
    ]
    assert [place.rpartition(" ")[2] for place in lines.last["raised_at"]] == [
        "test_of_an_exception_only_types_codes_and_places_are_written",
        "deeply",
    ]


def test_a_refusal_is_logged_by_its_code(lines: Lines) -> None:
    try:
        accept(order(document_date=IBAN), FACTS, DOCUMENTS, received_at=RECEIVED)
    except InputErrors:
        LOG.info("document refused", exc_info=True, stack_info=True)
    assert hides_content(lines)
    assert lines.last["error"] == [{"type": "<engine.errors.InputErrors>", "code": "invalid_date"}]


def test_exceptions_that_point_at_each_other_or_hide_an_account_in_a_code(lines: Lines) -> None:
    class Odd(Exception):
        code = IBAN.lower()

    class Odder(Exception):
        code = 7

    first, second = Odd(IBAN), Odder(IBAN)
    first.__cause__, second.__cause__ = second, first
    group = ExceptionGroup(IBAN, [first, ValueError("Globex")])
    LOG.error("failed", exc_info=group)
    assert hides_content(lines)
    assert [one["type"].rpartition(".")[2] for one in lines.last["error"]] == [
        "ExceptionGroup>",
        "Odd>",
        "ValueError>",
        "Odder>",
    ]
    assert IBAN.lower() not in lines.text


def test_an_exception_that_nobody_caught_is_written_in_the_same_way(
    lines: Lines, capsys: pytest.CaptureFixture[str]
) -> None:
    try:
        deeply(IBAN, PAYMENT)
    except OSError as error:
        sys.excepthook(type(error), error, error.__traceback__)
    assert hides_content(lines)
    assert lines.last["event"] == "uncaught exception"
    thread = threading.Thread(target=deeply, args=(IBAN, PAYMENT))
    thread.start()
    thread.join()
    assert [line["level"] for line in lines.all] == ["CRITICAL", "CRITICAL"]
    assert IBAN not in lines.text + capsys.readouterr().err


def test_what_cannot_be_written_is_not_shown_either(
    lines: Lines, capsys: pytest.CaptureFixture[str]
) -> None:
    lines.stream.close()
    LOG.error("failed %s", IBAN, extra={"account": IBAN})
    assert capsys.readouterr().err == '{"event":"a log line could not be written"}\n'


def test_what_cannot_be_read_is_not_shown_either(lines: Lines) -> None:
    class Vicious(Exception):
        @property
        def code(self) -> str:
            raise RuntimeError(IBAN)

    LOG.error("failed", exc_info=Vicious(IBAN))
    assert hides_content(lines)
    assert lines.last == {"level": "ERROR", "event": "a log record is unreadable"}


@pytest.mark.parametrize(
    "mark", ["\n", "\r", "\u2028", "\x85", "\x1b[2J", "\x00", "\u202e", "\x0b"]
)
def test_no_character_begins_another_line(lines: Lines, mark: str) -> None:
    forged = f'x{mark}{{"level":"INFO","event":"approved"}}'
    LOG.info(forged, extra={"case_number": forged, "job": [forged], forged: 1})
    assert len(lines.text.splitlines()) == 1
    assert lines.text.isascii()
    assert mark not in lines.text.removesuffix("\n")
    assert lines.last["case_number"] == forged


@given(st.text(), st.text())
@example('"}', "\\")
def test_any_text_is_one_line_of_json(message: str, value: str) -> None:
    stream = io.StringIO()
    record = logging.makeLogRecord({"msg": message, "case_number": value, "args": (value,)})
    GuardedHandler(stream).handle(record)
    assert stream.getvalue().count("\n") == 1
    assert isinstance(json.loads(stream.getvalue()), dict)


# Credentials and accounts by their form


JWT: Final = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJyaXRhIn0.c2lnbmF0dXJl"
KEY: Final = base64.b64encode(bytes(range(32))).decode()


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        (f"Authorization: Bearer {JWT}", JWT[:30]),
        ("bearer abcdef123456", "abcdef"),
        ("Basic cml0YTpodW50ZXIy", "cml0"),
        (f"token {JWT} expired", JWT[10:40]),
        ("password=hunter2 for all", "hunter2"),
        ('{"password": "hunter2 with spaces"}', "hunter2"),
        ("{'client_secret': 'hunter2 with spaces'}", "spaces"),
        ("Passwd: hunter2", "hunter2"),
        ("API-Key: hunter2", "hunter2"),
        ("postgresql://app:hunter2@db/x", "hunter2"),
        ("postgresql://app:hun@ter2@db/x", "ter2"),
        ("GET /callback?code=hunter2&state=x", "hunter2"),
        ("GET /people?name=rita", "rita"),
        (f"ring k1:{KEY}", KEY[:20]),
        (f"key {bytes(range(32)).hex()}", "0a0b0c"),
        ("-----BEGIN PRIVATE KEY-----\nMIGEAgEA\n-----END", "MIGE"),
        ("-----BEGIN EC PRIVATE KEY-----MIGEAgEA", "MIGE"),
        (f"to {IBAN}", IBAN),
        (f"to {SPACED} at once", "2020"),
        (f"to{IBAN.lower()}andon", "202051"),
        ("GB29-NWBK-6016-1331-9268-19", "9268"),
        (f"{IBAN},{IBAN}", "2051"),
    ],
)
def test_credentials_and_accounts_are_known_by_their_form(text: str, secret: str) -> None:
    assert secret in text
    assert secret not in scrubbed(text)
    assert "***" in scrubbed(text)


@pytest.mark.parametrize(
    "text",
    [
        "posting enqueued",
        "sha256:" + bytes(range(32)).hex(),
        "2027-03-15T09:00:00+00:00",
        "INV-2027-000123456789",
        "PO20270000001234567",
        "018f4c2e-7f6b-7cc3-98c4-dc0c0c07398f",
        "password reset",
        "https://erp.example/api/v1/invoices",
    ],
)
def test_ordinary_words_stay(text: str) -> None:
    assert scrubbed(text) == text


def test_a_long_text_is_cut_and_no_part_of_an_account_is_left_at_the_cut() -> None:
    for before in range(440, 520):
        assert "0202" not in scrubbed("x " * (before // 2) + IBAN)
    assert len(scrubbed("word " * 100_000)) == 500


# Correlation


def test_lines_carry_the_correlation_id_of_what_is_being_done(lines: Lines) -> None:
    LOG.info("before")
    with correlated("outer-request") as outer:
        LOG.info("outside")
        with correlated() as inner:
            LOG.info("inside")
        LOG.info("outside again")
    assert correlation_id() == ""
    assert [line.get("correlation_id") for line in lines.all] == [None, outer, inner, outer]
    assert outer == "outer-request"
    assert len(inner) == 32


@pytest.mark.parametrize(
    "given",
    ["", "short", "x" * 65, "with space", "line\nbreak-1", IBAN, "ünïcödé-id", "-leading-dash"],
)
def test_a_correlation_id_of_another_form_is_replaced(given: str) -> None:
    with correlated(given) as used:
        assert used != given
        assert len(used) == 32
