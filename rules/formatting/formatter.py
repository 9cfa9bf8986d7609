"""The formatter: one file in the regular layout, or why it is left alone.

It only ever moves: spaces, empty lines and line ends change, and nothing that is read or remarked.
What it would write is read again and compared before anybody gets it.
"""

from __future__ import annotations

from typing import Final

from yaml.error import YAMLError

from rules.compiling.files import KINDS
from rules.diagnostics import Diagnostics, shown
from rules.editing.edits import same_values
from rules.formatting.layout import comments_of, laid_out
from rules.formatting.tokens import Unexpected
from rules.reading.nodes import Mapping, Node, Scalar
from rules.reading.reader import read
from rules.reading.source_text import text_of

ROUNDS_MAX: Final = 20


class WouldChange(Exception):
    """The new layout would say something else: a mistake of the formatter, so nothing is written.

    The message is one line for the person.
    """


class NoPolicyFile(Exception):
    """The file is YAML of another kind. The message is one line for the person."""


def formatted(name: str, data: bytes, diagnostics: Diagnostics) -> bytes | None:
    """The file in the regular layout; `None` where it cannot be read, which is reported.

    Errors that are found after reading do not matter. Raises `NoPolicyFile` and `WouldChange`.
    """
    found = Diagnostics()
    root = read(name, data, found)
    text = text_of(name, data, Diagnostics())
    diagnostics.extend(found)
    if root is None or text is None or found.has_errors:
        return None
    _expect_policy(name, root)
    try:
        written = _settled(name, text)
        is_same = comments_of(name, text) == comments_of(name, written)
    except (Unexpected, YAMLError) as problem:
        raise WouldChange(f"{name} is left as it is: {problem}") from problem
    after = written.encode("utf-8")
    if not is_same or not same_values(data, after):
        raise WouldChange(f"{name} is left as it is: its values or comments would not stay")
    return after


def _expect_policy(name: str, root: Node) -> None:
    kind = root.get("kind") if isinstance(root, Mapping) else None
    if not isinstance(kind, Scalar):
        raise NoPolicyFile(f"{name} is no policy file: it does not say its `kind`")
    if kind.text not in KINDS:
        raise NoPolicyFile(f"{name} is no policy file: its kind is {shown(kind.text)}")


def _settled(name: str, text: str) -> str:
    """The layout that another round would not change.

    Each round keeps fewer columns or as many; should it ever take too long, none is kept.
    """
    for _ in range(ROUNDS_MAX):
        written = laid_out(name, text)
        if written == text:
            return written
        text = written
    return laid_out(name, text, keep_columns=False)
