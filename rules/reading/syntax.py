"""What the YAML parsers stumble over, said in our words and at one place.

The module exists because the two event parsers name one mistake differently, in the words of people
who write parsers, and sometimes far from where it was made. A controller who forgot a quote is told
where the quote begins.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from yaml.error import Mark, MarkedYAMLError

from engine.places import Place
from rules.diagnostics import Diagnostics, shown

if TYPE_CHECKING:
    from yaml._yaml import Mark as CMark

_END: Final = "the end of the file"
_WORD: Final = re.compile(r"[^\s,:\[\]{}]+|[^\s]")


class _Saying(NamedTuple):
    """One mistake: words of the parsers that mean it, and how it is said here.

    In a message `{found}` is what stands at the place, and `{start}` where the list, mapping or
    text began; `at_start` puts the diagnostic there instead.
    """

    words: str
    message: str
    help: str | None = None
    code: str = "syntax"
    at_start: bool = False


_INDENTATION: Final = (
    "look at the indentation and the quotes of this line and of the lines before it"
)
_QUOTE: Final = "put the value in quotes if it is meant as a text"

# In this order: what a later line means may contain the words of an earlier one.
_SAYINGS: Final = (
    _Saying("anchor|alias", "expected a value, found {found}", _QUOTE, "anchor", at_start=True),
    _Saying(r"\btag\b", "expected a value, found {found}", _QUOTE, "tag", at_start=True),
    _Saying("explicit key", "expected `key: value`, found `?`", _QUOTE, "explicit-key"),
    _Saying("cannot start any token", "expected a value, found {found}", _QUOTE),
    _Saying("find expected ':'", "expected `:` after this key", _INDENTATION, at_start=True),
    _Saying("sequence entries are not allowed", "a list item cannot begin here", _INDENTATION),
    _Saying(
        "mapping values are not allowed",
        "a `:` cannot stand here",
        "put a text that contains `: ` in quotes, and look at the indentation",
    ),
    _Saying("unexpected ':'", "expected a space after `:`", _QUOTE),
    _Saying("unexpected (end of stream|document)", "this quote is never closed", at_start=True),
    _Saying(
        "escape|hexdecimal",
        "a backslash in this text begins no known escape",
        "write two backslashes, or put the text in single quotes",
        at_start=True,
    ),
    _Saying(
        "chomping|indentation indicator|comment or (a )?line break",
        "expected nothing more on this line: the text begins on the next one",
        "put a text that begins with `|` or `>` in quotes",
        at_start=True,
    ),
    _Saying("node content", "expected a value, found {found}"),
    _Saying(
        "<document start>",
        "expected the end of the file, found {found}",
        "look at the brackets and quotes before this place, and at the indentation of this line",
    ),
    _Saying(
        "parsing a block mapping",
        "expected a key of the mapping at {start}, found {found}",
        _INDENTATION,
    ),
    _Saying(
        "parsing a block collection",
        "expected an item (`- `) of the list at {start}, found {found}",
        _INDENTATION,
    ),
    _Saying("',' or ']'", "expected `,` or `]` for the list at {start}, found {found}"),
    _Saying("',' or '}'", "expected `,` or `}}` for the mapping at {start}, found {found}"),
)


def place_of(file: str, mark: Mark | CMark | None) -> Place:
    """The place of a parser's mark, which counts from 0; the top of the file if there is none."""
    return Place(file, 1, 1) if mark is None else Place(file, mark.line + 1, mark.column + 1)


def report_trouble(file: str, text: str, error: MarkedYAMLError, diagnostics: Diagnostics) -> None:
    """Add the diagnostic for what an event parser raised while it read `text`."""
    problem = str(error.problem).partition(", but ")[0]
    at = place_of(file, error.problem_mark or error.context_mark)
    start = place_of(file, error.context_mark or error.problem_mark)
    saying = _saying(f"{error.context}: {problem}")
    if saying is None:
        diagnostics.error("syntax", at, f"this is not well-formed YAML: {problem}")
        return
    if "' or '" in saying.words and _found(text, at) == _END:
        diagnostics.error("syntax", start, f"this {_found(text, start, 1)} is never closed")
        return
    place = start if saying.at_start else at
    message = saying.message.format(found=_found(text, place), start=f"{start.line}:{start.column}")
    diagnostics.error(saying.code, place, message, saying.help)


def _saying(words: str) -> _Saying | None:
    return next((saying for saying in _SAYINGS if re.search(saying.words, words)), None)


def _found(text: str, place: Place, length: int | None = None) -> str:
    """What stands at a place, in backticks, or in words where nothing is to be seen."""
    lines = text.split("\n", place.line)
    if place.line >= len(lines):
        return _END
    rest = lines[place.line - 1][place.column - 1 :]
    match = _WORD.match(rest)
    return shown(match.group()[:length]) if match else "the end of the line"
