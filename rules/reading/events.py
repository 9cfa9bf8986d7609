"""The event parsers of PyYAML behind one door, so that which one is installed makes no difference.

The module exists because there are two: libyaml (C, fast, in the wheels) and a Python one. A policy
that read differently on two machines would decide differently. So the Python parser is corrected
here where it differs from libyaml 0.2.5, what libyaml alone gets wrong goes to the Python parser on
every machine. A test compares the two over generated text. Neither ever composes nodes: composing
recurses, and a 60 KB file of brackets can crash it.
"""

import re
from collections.abc import Callable
from typing import Final

from yaml.events import Event
from yaml.parser import Parser
from yaml.reader import Reader
from yaml.scanner import Scanner, ScannerError
from yaml.tokens import ScalarToken

try:
    from yaml._yaml import CParser, get_version
except ImportError:  # PyYAML built without libyaml
    _LIBYAML: tuple[int, int, int] | None = None
else:
    _LIBYAML = get_version()

# The libyaml that was compared. Another one may differ, so it is not used.
_COMPARED: Final = (0, 2, 5)
HAS_C_PARSER: Final = _LIBYAML == _COMPARED

# What libyaml and the Python parser read differently: explicit keys (`? key`), tags, a comment
# glued to the header of a block text, escapes of lone surrogates and of what is beyond Unicode. The
# pattern finds more than that (a question mark after a space in a comment), which costs only time.
_ONLY_PYTHON: Final = re.compile(
    r"(?:\A|[\s\[\]{},:\"'])[?!]|[&*!][^\s&*!?]*\?|[|>][-+0-9]*#|\\U|\\u[dD]"
)
_PLAIN: Final = re.compile(r"(?:[^\0 \n:]|:(?![\0 \n]))+")
_PLAIN_IN_FLOW: Final = re.compile(r"(?:[^\0 \n:,\[\]{}]|:(?![\0 \n,?\[\]{}]))+")
_BAD_ESCAPE: Final = "found invalid Unicode character escape code"
_EXPLICIT_KEY: Final = "found an explicit key"


def next_event(text: str, with_c: bool = True) -> Callable[[], Event | None]:
    """A function that gives the next event of a text, None after the last.

    The text is one that `source_text.py` let through. The function raises `MarkedYAMLError` where
    the text is not YAML; `syntax.py` says it in our words. Without `with_c` the Python parser is
    taken even where the C parser is at hand.
    """
    if with_c and HAS_C_PARSER and _ONLY_PYTHON.search(text) is None:
        return CParser(text).get_event
    return _PythonParser(text).get_event


class _PythonParser(Reader, Scanner, Parser):
    """PyYAML's Python event parser, reading as libyaml 0.2.5 does."""

    def __init__(self, text: str) -> None:
        Reader.__init__(self, text)
        Scanner.__init__(self)
        Parser.__init__(self)

    def fetch_key(self) -> None:
        """Refuse `? key` at once: after it the two parsers no longer agree."""
        raise ScannerError(None, None, _EXPLICIT_KEY, self.get_mark())

    def scan_flow_scalar(self, style: str) -> ScalarToken:
        """Refuse escapes that stand for no character, which Python takes or stumbles over."""
        start = self.get_mark()
        try:
            token: ScalarToken = super().scan_flow_scalar(style)
        except (ValueError, OverflowError) as error:
            raise ScannerError("while scanning", start, _BAD_ESCAPE, start) from error
        if any("\ud800" <= char <= "\udfff" for char in token.value):
            raise ScannerError("while scanning", start, _BAD_ESCAPE, start)
        return token

    def scan_plain(self) -> ScalarToken:
        """Let `?` stand in an unquoted text between brackets, and refuse `:` before a bracket."""
        pattern = _PLAIN_IN_FLOW if self.flow_level else _PLAIN
        start = end = self.get_mark()
        indent = self.indent + 1
        pieces: list[str] = []
        spaces: list[str] = []
        while self.peek() != "#":
            match = pattern.match(self.buffer, self.pointer)
            length = 0 if match is None else match.end() - self.pointer
            cut = self.peek(length) == ":" and self.peek(length + 1) not in "\0 \n"
            if length:
                self.allow_simple_key = False
                pieces += [*spaces, self.prefix(length)]
                self.forward(length)
                end = self.get_mark()
            if cut:
                raise ScannerError("while scanning", start, "found unexpected ':'", self.get_mark())
            if not length:
                break
            spaces = self.scan_plain_spaces(indent, start) or []
            if not spaces or self.peek() == "#" or (not self.flow_level and self.column < indent):
                break
        return ScalarToken("".join(pieces), True, start, end)
