"""The bytes of a policy file as text, or the reasons why they are not fit to be read.

The module exists because a policy is reviewed by people: what a reviewer sees must be what the
engine reads. So the text is UTF-8 and nothing else, and it holds no character that is invisible,
that looks like a space without being one, or that reorders what is shown. Limits on size come
first, so that a hostile or mistaken file is refused before anything costly happens.
"""

import re
import unicodedata
from typing import Final

from engine.places import Place
from rules.diagnostics import Diagnostics

BYTES_MAX: Final = 16 * 1024 * 1024
LINES_MAX: Final = 400_000
LINE_LENGTH_MAX: Final = 20_000
PROBLEMS_MAX: Final = 20

# Never part of a text, not even when written as an escape: controls other than the line feed,
# other line separators, characters that change the direction of what follows, lone surrogates and
# what Unicode sets aside as not a character.
_NEVER: Final = (
    r"\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
    r"\ud800-\udfff\ufdd0-\ufdef\ufff9-\ufffb\ufffe\uffff"
    + "".join(f"\\U{plane:04x}fffe\\U{plane:04x}ffff" for plane in range(1, 17))
)
# Allowed only when written as an escape: invisible characters and spaces that are not the space.
_UNSEEN: Final = (
    r"\xa0\xad\u034f\u115f\u1160\u1680\u17b4\u17b5\u180b-\u180f\u2000-\u200d\u202f\u205f-\u2065"
    r"\u206a-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0"
    r"\U00013430-\U0001345f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
_REFUSED: Final = re.compile(f"[\t{_NEVER}{_UNSEEN}]")
_REFUSED_ASCII: Final = re.compile(r"[\x00-\x09\x0b-\x1f\x7f]")  # the same, twenty times as fast
_REFUSED_ESCAPED: Final = re.compile(f"[{_NEVER}]")

_BYTE_ORDER_MARKS: Final = (
    (b"\xff\xfe\x00\x00", "UTF-32"),
    (b"\x00\x00\xfe\xff", "UTF-32"),
    (b"\xff\xfe", "UTF-16"),
    (b"\xfe\xff", "UTF-16"),
)


def text_of(file: str, data: bytes, diagnostics: Diagnostics) -> str | None:
    """The text of a file with `\\n` line ends, the last line ended too; None if it is refused.

    Lines and columns of the result are those of the file.
    """
    if len(data) > BYTES_MAX:
        diagnostics.error(
            "file-too-large",
            Place(file, 1, 1),
            f"expected at most {BYTES_MAX:_} bytes, found {len(data):_}",
            "split the file; files of one kind add up",
        )
        return None
    text = _decoded(file, data, diagnostics)
    if text is None:
        return None
    text = text.replace("\r\n", "\n")
    # Both event parsers agree on where the end of the file is only if its last line is ended.
    text = text if text.endswith("\n") else text + "\n"
    lines = text.split("\n")
    fits = _lines_fit(file, lines, diagnostics)
    return text if fits and _only_seen_characters(file, text, lines, diagnostics) else None


def refused_escape(text: str) -> str | None:
    """The name of a character that a text may not hold even if it was written as an escape."""
    found = _REFUSED_ESCAPED.search(text)
    return None if found is None else _character(found.group())


def _decoded(file: str, data: bytes, diagnostics: Diagnostics) -> str | None:
    for mark, encoding in _BYTE_ORDER_MARKS:
        if data.startswith(mark):
            diagnostics.error(
                "not-utf8",
                Place(file, 1, 1),
                f"expected UTF-8 text, found {encoding}",
                "save the file as UTF-8",
            )
            return None
    try:
        return data.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        line_start = data.rfind(b"\n", 0, error.start) + 1
        before = data[line_start : error.start].decode("utf-8").removeprefix("\ufeff")
        line = data.count(b"\n", 0, error.start) + 1
        diagnostics.error(
            "not-utf8",
            Place(file, line, len(before) + 1),
            f"expected UTF-8 text, found the byte 0x{data[error.start]:02x}",
            "save the file as UTF-8",
        )
        return None


def _lines_fit(file: str, lines: list[str], diagnostics: Diagnostics) -> bool:
    if len(lines) - 1 > LINES_MAX:
        diagnostics.error(
            "file-too-large",
            Place(file, 1, 1),
            f"expected at most {LINES_MAX:_} lines, found {len(lines) - 1:_}",
            "split the file; files of one kind add up",
        )
        return False
    if max(map(len, lines)) <= LINE_LENGTH_MAX:
        return True
    number, line = next(
        (number, line) for number, line in enumerate(lines, 1) if len(line) > LINE_LENGTH_MAX
    )
    diagnostics.error(
        "text-too-long",
        Place(file, number, LINE_LENGTH_MAX + 1),
        f"expected at most {LINE_LENGTH_MAX:_} characters in a line, found {len(line):_}",
    )
    return False


def _only_seen_characters(file: str, text: str, lines: list[str], diagnostics: Diagnostics) -> bool:
    """Whether every character is one that a reviewer sees; the first of each bad line is said."""
    refused = _REFUSED_ASCII if text.isascii() else _REFUSED
    if refused.search(text) is None:
        return True
    problems = 0
    for number, line in enumerate(lines, 1):
        found = _REFUSED.search(line)
        if found is None:
            continue
        place = Place(file, number, found.start() + 1)
        problems += 1
        if problems > PROBLEMS_MAX:
            too_many_problems(place, diagnostics)
            break
        _say_refused(found.group(), place, diagnostics)
    return False


def too_many_problems(place: Place, diagnostics: Diagnostics) -> None:
    """Say that reading stops here, so that a hostile file cannot fill the report."""
    diagnostics.error(
        "too-many-problems",
        place,
        f"{PROBLEMS_MAX} problems of this kind were found before this one; the rest is not read",
    )


def _say_refused(char: str, place: Place, diagnostics: Diagnostics) -> None:
    if char == "\t":
        diagnostics.error(
            "tab",
            place,
            "expected spaces, found a tab",
            'indent with spaces; inside a text write `"\\t"` in double quotes',
        )
        return
    unseen = _REFUSED_ESCAPED.search(char) is None
    escape = char.encode("unicode_escape").decode("ascii")
    help_ = f'delete it; if it is meant, write `"{escape}"` in double quotes' if unseen else None
    diagnostics.error(
        "hidden-character",
        place,
        f"expected characters that can be seen, found {_character(char)}",
        help_ or "delete it",
    )


def _character(char: str) -> str:
    """`U+202E (RIGHT-TO-LEFT OVERRIDE)`; control characters have a number but no name."""
    name = unicodedata.name(char, "a control character" if char < "\xa0" else "not a character")
    return f"U+{ord(char):04X} ({name})"
