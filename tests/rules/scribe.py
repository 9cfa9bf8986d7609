"""Trees of policy files, written out as no careful author would: every layout that YAML allows."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from random import Random
from typing import Final

from rules.reading.nodes import Mapping, Node, Scalar, Sequence
from rules.reading.source_text import refused_escape

_PLAIN: Final = re.compile(r"[A-Za-z0-9_.+/][A-Za-z0-9_.%+/-]*(?: [A-Za-z0-9_.%+/]+)*|-[0-9.]+")
_BLOCK: Final = re.compile(r"[A-Za-z0-9][ -~]*(?:\n+ *[A-Za-z0-9][ -~]*)*")
_WORDS: Final = ("why", "10_000.00: no, {x}", "# twice", "- dash", "'quote\"", "é", "...")


@dataclass(slots=True)
class Scribe:
    """Writes one text; `comments` are those it put in, in order."""

    random: Random
    lines: list[str] = field(default_factory=lambda: [""])
    comments: list[str] = field(default_factory=list)
    in_text: bool = False

    def text(self, root: Node) -> str:
        """The tree, written at random."""
        self._between("")
        if isinstance(root, Mapping | Sequence) and _has_parts(root) and self._maybe(8):
            self._block(root, self.random.choice((0, 0, 0, 1, 2, 3)))
        else:
            self._say(self._flow(root, 2, depth=0))
        self._end_line()
        self._between("")
        text = "\n".join(self.lines).rstrip("\n ") if self._maybe(2) else "\n".join(self.lines)
        return text.replace("\n", "\r\n") if self._maybe(1) else text

    def _maybe(self, of_ten: int) -> bool:
        return self.random.randrange(10) < of_ten

    def _spaces(self, least: int = 0) -> str:
        return " " * (least + self.random.choice((0, 0, 0, 0, 1, 1, 2, 5)))

    def _say(self, text: str) -> None:
        first, *more = text.split("\n")
        self.lines[-1] += first
        self.lines += more

    def _comment(self) -> str:
        text = f"#{self._spaces()}{self.random.choice(_WORDS)}"
        self.comments.append(text)
        return text

    def _end_line(self) -> None:
        if self.in_text:
            self.in_text = False  # after a block text, everything would be part of it
        elif self._maybe(2):
            self._say(f"{self._spaces(1)}{self._comment()}{self._spaces()}")
        elif self._maybe(1):
            self._say(self._spaces())
        self.lines.append("")

    def _between(self, indent: str) -> None:
        """Empty lines and comments before a line."""
        while self._maybe(2):
            if self._maybe(5):
                where = indent if self._maybe(7) else self._spaces()
                self.lines[-1] = f"{where}{self._comment()}"
            elif self._maybe(3):
                self.lines[-1] = self._spaces()
            self.lines.append("")

    def _block(self, node: Mapping | Sequence, column: int, *, is_begun: bool = False) -> None:
        indent = " " * column
        parts = node.entries if isinstance(node, Mapping) else node.items
        for number, part in enumerate(parts):
            if number:
                self._end_line()
            if number or not is_begun:
                self._between(indent)
                self.lines[-1] = indent
            if isinstance(part, tuple):
                key, value = part
                self._say(f"{self._single(key, False)}{' ' * self._maybe(1)}:")
                self._value(value, column, is_item=False)
            else:
                self._say("-")
                self._value(part, column, is_item=True)

    def _value(self, node: Node, column: int, *, is_item: bool) -> None:
        """What comes after a dash or after `key:`, whose column is given."""
        if isinstance(node, Scalar) and node.empty:
            return
        inside = column + self.random.choice((1, 2, 2, 2, 3, 4))
        if isinstance(node, Mapping | Sequence) and _has_parts(node) and self._maybe(5):
            self._nested(node, column, inside, is_item=is_item)
        elif isinstance(node, Scalar) and self._maybe(3) and _is_block_text(node):
            self._block_text(node, column, inside)
        else:
            if self._maybe(1):
                self._end_line()
                self._between(" " * inside)
                self.lines[-1] = " " * inside
            else:
                self._say(self._spaces(1))
            self._say(self._flow(node, inside, depth=0))

    def _nested(self, node: Mapping | Sequence, column: int, inside: int, *, is_item: bool) -> None:
        if is_item and self._maybe(7):
            spaces = self._spaces(1)
            self._say(spaces)
            self._block(node, column + 1 + len(spaces), is_begun=True)
            return
        if not is_item and isinstance(node, Sequence) and self._maybe(3):
            inside = column
        self._end_line()
        self._block(node, inside)

    def _block_text(self, node: Scalar, column: int, inside: int) -> None:
        ends = len(node.text) - len(node.text.rstrip("\n"))
        chomp = {0: "-", 1: ""}.get(ends, "+")
        count = str(inside - column) if self._maybe(3) else ""
        self._say(f"{self._spaces(1)}|{count}{chomp}{self._spaces()}")
        if self._maybe(3):
            self._say(f" {self._comment()}")
        for line in node.text.removesuffix("\n").split("\n"):
            self.lines.append(" " * inside + line if line else "")
        if chomp != "+" and self._maybe(2):
            self.lines += ["", " " * column]
        self.in_text = True

    def _flow(self, node: Node, column: int, *, depth: int) -> str:
        """In brackets, or a single value, perhaps over several lines."""
        match node:
            case Scalar():
                return self._single(node, depth > 0)
            case Sequence(items):
                # Nothing between two commas is no YAML.
                parts = [self._flow(item, column, depth=depth + 1) or "''" for item in items]
                return self._bracketed("[", parts, "]", column)
            case Mapping(entries):
                pairs = []
                for key, value in entries:
                    colon = f"{' ' * self._maybe(1)}:{self._spaces(1)}"
                    pair = f"{self._single(key, True)}{colon}"
                    pairs.append(pair + self._flow(value, column, depth=depth + 1))
                return self._bracketed("{", pairs, "}", column)

    def _bracketed(self, opens: str, parts: list[str], closes: str, column: int) -> str:
        text = opens
        for number, part in enumerate(parts):
            text += f"{self._spaces()}," if number else ""
            text += self._break(column) if self._maybe(1) else self._spaces(1 if number else 0)
            text += part
        return f"{text}{self._break(column) if self._maybe(1) else self._spaces()}{closes}"

    def _break(self, column: int) -> str:
        # A comment here would come too early in `comments`: brackets are written from inside out.
        empty = "\n" * self.random.choice((1, 1, 1, 2, 3))
        return f"{self._spaces()}{empty}{' ' * (column + self.random.randrange(6))}"

    def _single(self, node: Scalar, in_brackets: bool) -> str:
        text = node.text
        if node.empty or (not node.quoted and _PLAIN.fullmatch(text)):
            return text
        if self._maybe(4) and "\n" not in text and text.isprintable() and text.isascii():
            return "'" + text.replace("'", "''") + "'"
        escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
        return '"' + "".join(c if c.isprintable() else f"\\U{ord(c):08x}" for c in escaped) + '"'


def _has_parts(node: Mapping | Sequence) -> bool:
    return bool(node.entries if isinstance(node, Mapping) else node.items)


def _is_block_text(node: Scalar) -> bool:
    return node.quoted and _BLOCK.fullmatch(node.text.rstrip("\n")) is not None


def is_writable(node: Node) -> bool:
    """Whether every text of a tree may stand in a policy file at all."""
    match node:
        case Scalar(text):
            return refused_escape(text) is None and "\t" not in text
        case Sequence(items):
            return all(map(is_writable, items))
        case Mapping(entries):
            return all(is_writable(part) for entry in entries for part in entry)
