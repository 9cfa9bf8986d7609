"""Log lines for machines: one JSON object a line, in which no content of a document can stand.

What may be written is listed, everything else is withheld:

- the event: the constant text in the logging call. What is filled into it (`%s`) is masked, apart
  from small numbers: content comes that way, and libraries log that way.
- values by name (`extra={"case_number": ...}`): only the names in `LOGGABLE`. Of others the line
  says that they were withheld. Objects (documents, models, exceptions) are named by their type.
- of exceptions the types, the stable code and where they were raised: their texts quote what
  senders wrote, and local variables hold it.

Whatever is written goes through `scrubbed`, which knows credentials and IBANs by their form: the
second line of defence, for a careless constant. The standard library is enough for that: libraries
log through it anyway, and the guard has to stand where all lines pass.
"""

from __future__ import annotations

import errno
import itertools
import json
import logging
import re
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence, Set
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from traceback import walk_tb
from types import TracebackType
from typing import Any, Final, TextIO
from uuid import UUID, uuid4

from stdnum import iban

MASK: Final = "***"

# Names of what operators need. No name of a field that is confidential or restricted stands here
# (a test compares), nor any under which a person could be named.
LOGGABLE: Final = frozenset(
    "attempt case_number case_version client_address code connection count digest document_type"
    " due_at duration_ms endpoint entity event_type host issuer job key_id kind method outcome"
    " policy_digest port posting_number queue reason_code record_number retry_after_seconds route"
    " sequence service_account size_bytes state status step_number worker".split()
)

_STANDARD: Final = frozenset(logging.makeLogRecord({}).__dict__) | {
    "asctime",
    "color_message",  # uvicorn's copy of the message for terminals
    "message",
    "taskName",
}
_LONGEST_TEXT: Final = 500
_MOST_ITEMS: Final = 20
_MOST_FRAMES: Final = 30
_MOST_CAUSES: Final = 10
_LARGEST_FILLED_IN: Final = 999_999
_NAME: Final = re.compile(r"[a-z_]{1,40}")
_CODE: Final = re.compile(r"[a-z][a-z0-9_-]{0,59}")
_CORRELATION: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{7,63}", re.ASCII)

_CREDENTIALS: Final = (
    re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*", re.DOTALL),
    re.compile(r"\beyJ[\w-]{5,}\.[\w-]+(?:\.[\w-]*)?"),  # a JSON Web Token
    re.compile(r"(?<=://)[^/\s]+(?=@)"),  # user and password in a URL
    re.compile(r"(?<=[?&])[^=&\s#]+=[^&\s#]+"),  # what a URL asks for
    re.compile(r"\b(?:bearer|basic|negotiate)\s+[\w.~+/=-]{6,}", re.IGNORECASE),
    re.compile(
        r"(?:passw(?:or)?d|passphrase|pwd|secret|token|api[_-]?key|access[_-]?key|private[_-]?key"
        r"|authorization|cookie|signature)[\"']?\s*[=:]\s*(?:\"[^\"]*\"?|'[^']*'?|[^\s,;&]+)",
        re.IGNORECASE,
    ),
    re.compile(r"(?<![\w+/=-])[\w+/-]{43}=(?!=)"),  # 32 bytes in base64
    re.compile(r"(?<!sha256:)(?<![0-9A-Fa-f])[0-9A-Fa-f]{64}(?![0-9A-Fa-f])"),  # and in hexadecimal
)
_MAY_BE_IBAN: Final = re.compile(r"(?=([A-Za-z]{2}[0-9]{2}(?:[ .-]?[A-Za-z0-9]){11,30}))")
_SHORTEST_IBAN: Final = 15

# Ids of this process: chance for each would be a call of the system for each, at which the thread
# that answers requests hands over to the one that decides.
_PROCESS: Final = uuid4().hex[:20]
_REQUESTS: Final = itertools.count(1)
_correlation: ContextVar[str] = ContextVar("correlation", default="")


@contextmanager
def correlated(given: str = "") -> Iterator[str]:
    """Every line inside carries this correlation id, or a new one where `given` is not of the form.

    The id comes from outside (a header): 8 to 64 letters, digits, `.`, `_` and `-`.
    """
    is_good = _CORRELATION.fullmatch(given) is not None and scrubbed(given) == given
    reset = _correlation.set(given if is_good else f"{_PROCESS}{next(_REQUESTS):012x}")
    try:
        yield _correlation.get()
    finally:
        _correlation.reset(reset)


def correlation_id() -> str:
    """The correlation id of what is being done; empty outside of `correlated`."""
    return _correlation.get()


def configure(stream: TextIO, level: int = logging.INFO) -> None:
    """All loggers write guarded lines to `stream`, and nothing else; uncaught exceptions do, too.

    A server that brings its own handlers has to be told not to (uvicorn: `log_config=None`).
    """
    root = logging.getLogger()
    for handler in [*root.handlers]:
        root.removeHandler(handler)
    root.addHandler(GuardedHandler(stream))
    root.setLevel(level)
    sys.excepthook = _uncaught
    threading.excepthook = _uncaught_in_thread


class GuardedHandler(logging.StreamHandler[TextIO]):
    """Writes guarded lines. When it cannot, it does not say what it could not write."""

    def __init__(self, stream: TextIO) -> None:
        super().__init__(stream)
        self.setFormatter(GuardedFormatter())

    def handleError(self, record: logging.LogRecord) -> None:
        """Instead of the library's report, which shows message and arguments."""
        with suppress(Exception):
            sys.stderr.write('{"event":"a log line could not be written"}\n')


class GuardedFormatter(logging.Formatter):
    """One record as one line of JSON, in ASCII: no character can begin another line."""

    def format(self, record: logging.LogRecord) -> str:
        """The line, without its end; never raises."""
        try:
            return json.dumps(_line(record), separators=(",", ":"))
        except Exception:
            return json.dumps({"level": record.levelname, "event": "a log record is unreadable"})


def scrubbed(text: str) -> str:
    """The text without what has the form of a credential or an IBAN, cut at 500 characters."""
    text = text[: 4 * _LONGEST_TEXT]
    for pattern in _CREDENTIALS:
        text = pattern.sub(MASK, text)
    text = _without_ibans(text)
    return text if len(text) <= _LONGEST_TEXT else text[: _LONGEST_TEXT - 3] + "..."


def _line(record: logging.LogRecord) -> dict[str, object]:
    line: dict[str, object] = {
        "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
        "level": record.levelname,
        "logger": scrubbed(record.name),
        "event": _event(record),
    }
    if correlation := _correlation.get():
        line["correlation_id"] = correlation
    extra = {name: value for name, value in record.__dict__.items() if name not in _STANDARD}
    line |= {name: _shown(value) for name, value in extra.items() if name in LOGGABLE}
    if withheld := extra.keys() - LOGGABLE:
        # Names are constants of the program; what does not look like one may be content.
        line["withheld"] = sorted({name if _NAME.fullmatch(name) else MASK for name in withheld})
    if record.exc_info and record.exc_info[1] is not None:
        line["error"] = _causes(record.exc_info[1])
        line["raised_at"] = _frames(record.exc_info[2])
    return line


def _event(record: logging.LogRecord) -> str:
    """The constant text of the call, with what was filled in masked."""
    if not isinstance(record.msg, str):
        return _type_name(record.msg)
    arguments: Any = record.args
    if not arguments:
        return scrubbed(record.msg)
    try:
        if isinstance(arguments, Mapping) and "%(" in record.msg:
            named = {name: _filled_in(value) for name, value in arguments.items()}
            return scrubbed(record.msg % named)
        if isinstance(arguments, Mapping):  # one object to be filled in, not its entries
            arguments = (arguments,)
        return scrubbed(record.msg % tuple(_filled_in(value) for value in arguments))
    except (TypeError, ValueError, KeyError):  # `%d` of what is masked, or a careless template
        return scrubbed(record.msg)


def _filled_in(value: object) -> object:
    if isinstance(value, int | float) and abs(value) <= _LARGEST_FILLED_IN:
        return value
    return _Masked()


class _Masked:
    """What is filled in instead, for `%s`, `%r` and `%a` alike."""

    def __repr__(self) -> str:
        return MASK


def _shown(value: object) -> object:
    """A value under a loggable name, or the type of what is no plain value."""
    match value:
        case None | bool() | int():
            return value
        case Enum():
            return _shown(value.value)
        case str():
            return scrubbed(value)
        case float() | Decimal() | UUID():
            return scrubbed(str(value))
        case date():
            return value.isoformat()
        case Mapping():
            return {name: _shown(item) for name, item in value.items() if name in LOGGABLE}
        case bytes() | bytearray():
            return MASK
        case Sequence() | Set():
            return [_shown(item) for item in [*value][:_MOST_ITEMS]]
        case _:
            return _type_name(value)


def _causes(error: BaseException) -> list[dict[str, object]]:
    """The exception and what led to it, by type and code."""
    causes: list[dict[str, object]] = []
    waiting: list[BaseException] = [error]
    seen: set[int] = set()
    while waiting and len(causes) < _MOST_CAUSES:
        one = waiting.pop(0)
        if id(one) in seen:
            continue
        seen.add(id(one))
        cause: dict[str, object] = {"type": _type_name(one)}
        code = getattr(one, "code", None)
        if isinstance(code, str) and _CODE.fullmatch(code):
            cause["code"] = scrubbed(code)
        if isinstance(one, OSError) and one.errno is not None:
            cause["errno"] = errno.errorcode.get(one.errno, one.errno)
        causes.append(cause)
        if isinstance(one, BaseExceptionGroup):
            waiting += one.exceptions
        before = one.__cause__ or (None if one.__suppress_context__ else one.__context__)
        waiting += [before] if before is not None else []
    return causes


def _frames(traceback: TracebackType | None) -> list[str]:
    """Where it was raised, the innermost last: `module:line function`."""
    frames = [
        f"{frame.f_globals.get('__name__', '?')}:{line} {frame.f_code.co_name}"
        for frame, line in walk_tb(traceback)
    ]
    return frames[-_MOST_FRAMES:]


def _type_name(value: object) -> str:
    kind = type(value)
    return f"<{kind.__module__}.{kind.__qualname__}>"


def _without_ibans(text: str) -> str:
    for match in _MAY_BE_IBAN.finditer(text):
        if length := _iban_length(match[1]):
            start = match.start()
            return text[:start] + MASK + _without_ibans(text[start + length :])
    return text


def _iban_length(candidate: str) -> int:
    """How many characters from the first are an IBAN, spaces included; 0 where none are."""
    ends = [index + 1 for index, char in enumerate(candidate) if char.isalnum()]
    for end in ends[_SHORTEST_IBAN - 1 :]:
        if iban.is_valid(candidate[:end], check_country=False):
            return end
    return 0


def _uncaught(
    kind: type[BaseException], error: BaseException, traceback: TracebackType | None
) -> None:
    logging.getLogger(__name__).critical("uncaught exception", exc_info=(kind, error, traceback))


def _uncaught_in_thread(found: threading.ExceptHookArgs) -> None:
    if found.exc_value is not None:
        _uncaught(found.exc_type, found.exc_value, found.exc_traceback)
