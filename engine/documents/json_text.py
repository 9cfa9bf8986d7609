"""Reading JSON that anybody may have sent: guarded, exact, and with the place of every fault.

Nesting is measured before anything recurses. A number with a decimal point or an exponent is
refused (amounts are text), so are numbers beyond 2**53 - 1, `NaN`, a key that stands twice, and
half a character. The usual text is read by the standard library alone; only when something is wrong
is it gone through again, to say where.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Iterator
from itertools import islice
from typing import Final, NoReturn

from engine.canonical import LARGEST
from engine.errors import InputError, InputErrors
from engine.quoting import quoted

MOST_BYTES: Final = 16 * 2**20
DEEPEST: Final = 32
MOST_SHOWN: Final = 1_000

# A text, closed or not: an unclosed one must not be tried again from each of its characters.
_STRING: Final = r'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?\Z)'
_NO_BRACKETS: Final = re.compile(rf"{_STRING}|[^\[\]{{}}\"]+", re.DOTALL)
_TOKENS: Final = re.compile(rf"{_STRING}|[\[\]{{}}:,]|[^\s\[\]{{}}:,\"]+", re.DOTALL)
# Letters with nothing but a delimiter after them: `True`, `nul`, `None`.
_WORD: Final = re.compile(r"[A-Za-z]{1,9}(?![\w.+-])", re.ASCII)
_LONGEST_SHOWN: Final = 8
_COLON: Final = re.compile(r"\s*+:")
# Escapes, one by one; the group holds half a character that has no other half.
_ESCAPES: Final = re.compile(
    r"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(u[dD][89a-fA-F])|.)",
    re.DOTALL,
)
_EXPECTED: Final = (
    ("Expecting property name", "expected a name in double quotes"),
    ("Expecting ':'", "expected `:`"),
    ("Expecting ','", "expected `,` or the end of the list or object"),
    ("Expecting value", "expected a value"),
    ("Illegal trailing comma", "expected another entry after `,`"),
    ("Extra data", "expected the end of the text"),
    ("Unterminated string", "expected a text that ends with a double quote"),
    ("Invalid control character", "expected a line break or tab in a text as `\\n` or `\\t`"),
    ("Invalid \\uXXXX", "expected four hexadecimal digits after `\\u`"),
    ("Invalid \\escape", "expected a known escape, such as `\\n` or `\\\\`"),
)


class _Inexact(Exception):
    """Something that the standard library would read and we do not."""


class Places:
    """Lines and columns of one text, found without reading it again for each."""

    __slots__ = ("_starts",)

    def __init__(self, text: str) -> None:
        self._starts = [0, *(match.end() for match in re.finditer("\n", text))]

    def at(self, position: int) -> str:
        """`line 3, column 14`, both counted from 1."""
        line = bisect_right(self._starts, position)
        return f"line {line}, column {position - self._starts[line - 1] + 1}"


def parse_json(data: bytes, most_bytes: int = MOST_BYTES) -> object:
    """The value that the bytes write: text, booleans, nulls, small whole numbers, lists, objects.

    Raises `InputErrors`; the field of each is its place, as in `line 3, column 14`.
    """
    if len(data) > most_bytes:
        raise _error("too_large", "", f"expected at most {most_bytes} bytes, found {len(data)}")
    text = _decoded(data)
    if text.count("[") + text.count("{") > DEEPEST:
        _check_depth(text)
    try:
        value = _DECODER.decode(text)
    except json.JSONDecodeError as error:
        raise _syntax_error(text, error) from None
    except _Inexact:
        raise _errors(text) from None
    if "\\u" in text and any(match[1] for match in _ESCAPES.finditer(text)):
        raise _errors(text)
    return value


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise _Inexact
    return value


def _whole(text: str) -> int:
    if len(text) > 17 or abs(int(text)) > LARGEST:
        raise _Inexact
    return int(text)


def _refuse(text: str) -> NoReturn:
    raise _Inexact


_DECODER: Final = json.JSONDecoder(
    object_pairs_hook=_object, parse_int=_whole, parse_float=_refuse, parse_constant=_refuse
)


def _decoded(data: bytes) -> str:
    if data[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\x00" in data[:4]:
        raise _error("invalid_encoding", "", "expected UTF-8, found UTF-16 or UTF-32")
    try:
        text = data.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8")
        message = f"expected UTF-8, found the byte {data[error.start]:#04x}"
        raise _error("invalid_encoding", Places(before).at(len(before)), message) from None
    if not text.strip(" \t\r\n"):
        raise _error("invalid_json", "", "expected a document, found nothing")
    return text


def _check_depth(text: str) -> None:
    depth = 0
    for count, bracket in enumerate(_NO_BRACKETS.sub("", text)):
        depth += 1 if bracket in "[{" else -1
        if depth > DEEPEST:
            brackets = (token for token in _TOKENS.finditer(text) if token[0] in "[{]}")
            there = next(islice(brackets, count, None)).start()
            message = f"expected at most {DEEPEST} levels of lists and objects, found more"
            raise _error("too_deep", Places(text).at(there), message)


def _syntax_error(text: str, error: json.JSONDecodeError) -> InputErrors:
    words = next((ours for theirs, ours in _EXPECTED if error.msg.startswith(theirs)), "")
    rest = text[error.pos : error.pos + 40].split("\n")[0].strip()
    there = _glimpse(rest) if rest else "the end of the line" if text[error.pos :] else "the end"
    message = f"{words or 'expected JSON'}, found {there}"
    return _error("invalid_json", Places(text).at(error.pos), message)


def _glimpse(rest: str) -> str:
    """A word such as `True`, or one sign. Which field this is in is not known yet: what follows may
    be an account number, and messages go where documents do not. The place is exact anyway."""
    word = _WORD.match(rest)
    return quoted(word[0] if word else rest[0])


def _errors(text: str) -> InputErrors:
    places = Places(text)
    return InputErrors(
        tuple(
            InputError(code, places.at(position), message)
            for code, position, message in islice(_faults(text, places), MOST_SHOWN)
        )
    )


def _faults(text: str, places: Places) -> Iterator[tuple[str, int, str]]:
    """Every duplicate key, inexact number and half character: code, position, message."""
    keys: list[dict[str, int] | None] = []  # of each open object; `None` for a list
    for token in _TOKENS.finditer(text):
        word, start = token[0], token.start()
        if word in ("{", "["):
            keys.append({} if word == "{" else None)
        elif word in ("}", "]"):
            keys = keys[:-1]
        elif word[0] == '"':
            content = _text_of(word)
            if content is None:
                yield "invalid_text", start, "expected whole characters, found half of one"
                continue
            known = keys[-1] if keys else None
            if known is None or _COLON.match(text, token.end()) is None:
                continue
            if content in known:
                first = places.at(known[content])
                message = f"expected {quoted(content)} once, found it here and in {first}"
                yield "duplicate_field", start, message
            known.setdefault(content, start)
        elif word not in (":", ",", "true", "false", "null") and (fault := _number_fault(word)):
            yield fault[0], start, fault[1]


def _text_of(token: str) -> str | None:
    """What a quoted text says; `None` where it holds half a character."""
    try:
        content = str(json.loads(token))
        content.encode("utf-8")
    except ValueError:
        return None
    return content


def _number_fault(word: str) -> tuple[str, str] | None:
    digits = word.removeprefix("-")
    if digits.startswith(("NaN", "Infinity")):
        return "invalid_number", f"expected a number, found {_shown(word)}"
    if not digits[:1].isdigit():
        return None  # no number at all: a fault of syntax, reported when it is alone
    if not (digits.isascii() and digits.isdigit()):
        message = 'expected exact digits as text, such as `"10000.00"`, found the number '
        return "inexact_number", message + _shown(word)
    if len(digits) > 16 or int(digits) > LARGEST:
        message = "expected a whole number below 2**53, or digits as text, found one "
        return "inexact_number", message + _shown(word)
    return None


def _shown(word: str) -> str:
    """A number as it was written, unless it is so long that it may be an account's."""
    return quoted(word) if len(word) <= _LONGEST_SHOWN else f"of {len(word)} characters"


def _error(code: str, field: str, message: str) -> InputErrors:
    return InputErrors((InputError(code, field, message),))
