"""Approver words as a controller reads them, and exactly back.

    clerk then all of (cfo, ceo)             [clerk, {all: [cfo, ceo]}]
    supervisors until authority_covers       {chain: supervisors, until: authority_covers}
    any of (cfo, ceo) as signs               {who: {any: [cfo, ceo]}, as: signs}
    2 of (cfo, ceo, coo), 2 of director      {at_least: 2, of: ...}
    ratify by council within 30 days         {ratify: {by: council, within: 30 days}}

Whatever has no such words stands as it does in the file, in braces or quotes. What is written is
read back first, and stands in braces too where that does not give the same.
"""

from __future__ import annotations

import re
from typing import Final

from engine.places import NOWHERE
from rules.diagnostics import shown
from rules.editing.flow import flow, quoted, read_flow, word
from rules.reading.nodes import Mapping, Node, Scalar, Sequence

_GROUPS: Final = ("all", "any", "first")
_TOLD: Final = ("consult", "notify")
_ENDS: Final = ("until", "of", "to", "steps", "asks", "counts")
_BETWEEN: Final = frozenset({",", "+", "&", "/", ";", "and", "or"})
SEVERAL: Final = "write `a then b`, `all of (a, b)` or `any of (a, b)`"
_TOKEN: Final = re.compile(r"[(),]|[^\s(),{}\"']+")
_QUOTED: Final = re.compile(r'"(?:[^"\\]|\\.)*"')
_KEYWORDS: Final = frozenset(
    {"then", "as", "by", "within", "level", "ratify", "supervisors", "chain"}
    | {*_GROUPS, *_TOLD, *_ENDS}
)


class NoApprovers(ValueError):
    """A text that says no approvers; the message is what was expected and what was found."""

    def __init__(self, message: str, help: str | None = None) -> None:
        super().__init__(message)
        self.help = help


def steps_text(node: Node) -> str:
    """Steps as words, each on a line of its own."""
    items = node.items if isinstance(node, Sequence) and node.items else (node,)
    return "\nthen ".join(_verified(item) for item in items)


def steps_node(text: str) -> Node:
    """The steps that a text says; one alone is no list. Raises `NoApprovers`."""
    reader = _Reader(text)
    found = [reader.word()]
    while reader.take("then"):
        found.append(reader.word())
    reader.expect_end()
    return found[0] if len(found) == 1 else Sequence(tuple(found), NOWHERE)


def _verified(item: Node) -> str:
    text = _text(item)
    try:
        same = text is not None and _unquoted(steps_node(text)) == _unquoted(item)
    except NoApprovers:
        same = False
    if same and text is not None:
        return text
    return quoted(item.text) if isinstance(item, Scalar) else flow(item)


def _unquoted(node: Node) -> object:
    """What a value says; quotes mean nothing in approver words."""
    match node:
        case Scalar(text):
            return text
        case Sequence(items):
            return [_unquoted(item) for item in items]
        case Mapping(entries):
            return {key.text: (at, _unquoted(each)) for at, (key, each) in enumerate(entries)}


def _text(node: Node) -> str | None:
    match node:
        case Scalar():
            return node.text
        case Mapping(entries) if entries:
            return _mapping_text(node, entries[0][0].text)
    return None


def _mapping_text(node: Mapping, kind: str) -> str | None:
    first = node.entries[0][1]
    match (node.keys, first):
        case ((("all" | "any" | "first"),), Sequence(items)):
            return f"{kind} of {_list(items)}"
        case (("at_least", "of"), Scalar(text)):
            of = node.entries[1][1]
            inner = _list(of.items) if isinstance(of, Sequence) else _text(of)
            return f"{text} of {inner}"
        case (("level",), Scalar(text)):
            return f"level {text}"
        case (("consult",) | ("notify",), _):
            return f"{kind} {_text(first)}"
        case (("who", "as"), _) if isinstance(node.entries[1][1], Scalar):
            return f"{_text(first)} as {node.entries[1][1].text}"
        case (("ratify",), Mapping()) if first.keys in (("by",), ("by", "within")):
            within = first.get("within")
            until = f" within {within.text}" if isinstance(within, Scalar) else ""
            return f"ratify by {_text(first.entries[0][1])}{until}"
        case (("chain", *_), _):
            start = f"chain {_list(first.items)}" if isinstance(first, Sequence) else _text(first)
            return " ".join([f"{start}", *_chain_ends(node)])
    return None


def _chain_ends(node: Mapping) -> list[str]:
    return [
        f"{key.text} {value.text if isinstance(value, Scalar) else flow(value)}"
        for key, value in node.entries[1:]
    ]


def _list(items: tuple[Node, ...]) -> str:
    return f"({', '.join(_text(item) or flow(item) for item in items)})"


class _Reader:
    """Reads approver words from the front of a text."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0

    def word(self) -> Node:
        """One word, with `as` behind it."""
        found = self._plain_word()
        while self.take("as"):
            found = _mapping(("who", found), ("as", self._scalar("a word for the record")))
        return found

    def _plain_word(self) -> Node:
        token = self._next("an approver")
        if token.startswith(("{", '"')):
            return self._as_in_the_file(token)
        match token:
            case "all" | "any" | "first" if self.take("of"):
                return _mapping((token, self._words()))
            case "level":
                return _mapping((token, self._scalar("a level")))
            case "consult" | "notify":
                return _mapping((token, self.word()))
            case "ratify":
                return self._ratify()
            case "supervisors":
                return self._chain(word(token))
            case "chain":
                return self._chain(self._words())
        if token.isdigit() and self.take("of"):
            of = self._words() if self._peek() == "(" else self._plain_word()
            return _mapping(("at_least", word(token)), ("of", of))
        return self._named(token)

    def _named(self, token: str) -> Node:
        if token in _KEYWORDS or not re.fullmatch(r"[\w.]+", token) or token.isdigit():
            help = SEVERAL if re.fullmatch(r"\w+([+&/]\w+)+", token) else None
            raise NoApprovers(f"expected an approver, found {shown(token)}", help)
        return word(token)

    def _as_in_the_file(self, token: str) -> Node:
        node = read_flow(token)
        if isinstance(node, str):
            raise NoApprovers(f"in {shown(token)}: {node}")
        return word(node.text) if isinstance(node, Scalar) else node

    def _ratify(self) -> Node:
        if not self.take("by"):
            raise NoApprovers("expected `ratify by` somebody, found `ratify` alone")
        by = self.word()
        pairs: list[tuple[str, Node]] = [("by", by)]
        if self.take("within"):
            count, unit = self._scalar("a number of days"), self._scalar("days")
            days = f"{count.text} {unit.text}"
            while (more := self._peek()) in ("day", "days", "hours"):
                days = f"{days} {self._next(more)}"
            pairs.append(("within", word(days)))
        return _mapping(("ratify", _mapping(*pairs)))

    def _chain(self, start: Node) -> Node:
        pairs: list[tuple[str, Node]] = [("chain", start)]
        while self._peek() in _ENDS:
            key = self._next("an end")
            token = self._peek()
            is_flow = token.startswith("{")
            pairs.append((key, self._plain_word() if is_flow else self._scalar("an end")))
        if len({key for key, _ in pairs}) < len(pairs):
            raise NoApprovers("a chain says each thing once")
        _, last = pairs[-1]
        if isinstance(last, Scalar) and (last.text, self._peek()) == ("authority", "covers"):
            message = "expected an end in one word, found `authority covers`"
            raise NoApprovers(message, "did you mean `authority_covers`?")
        return _mapping(*pairs)

    def _words(self) -> Node:
        if not self.take("("):
            raise NoApprovers(f"expected `(` and approvers, found {self._found()}")
        found = [self.word()]
        while self.take(","):
            found.append(self.word())
        if not self.take(")"):
            raise NoApprovers(f"expected `,` or `)`, found {self._found()}")
        return Sequence(tuple(found), NOWHERE)

    def _scalar(self, expected: str) -> Scalar:
        token = self._next(expected)
        if not re.fullmatch(r"[\w.]+", token):
            raise NoApprovers(f"expected {expected}, found {shown(token)}")
        return word(token)

    def take(self, token: str) -> bool:
        """Whether the next token is this one; it is read then."""
        if self._peek() != token:
            return False
        self._next(token)
        return True

    def expect_end(self) -> None:
        """Raises where something is left."""
        if self._peek():
            message = f"expected `then` and the next step, found {self._found()}"
            raise NoApprovers(message, SEVERAL if self._peek() in _BETWEEN else None)

    def _found(self) -> str:
        return shown(self._peek()) if self._peek() else "nothing"

    def _peek(self) -> str:
        at = self._at
        token = self._token()
        self._at = at
        return token

    def _next(self, expected: str) -> str:
        token = self._token()
        if not token:
            raise NoApprovers(f"expected {expected}, found nothing")
        return token

    def _token(self) -> str:
        """The next token, a value in braces as one; empty at the end."""
        rest = self._text[self._at :]
        self._at += len(rest) - len(rest.lstrip())
        if self._text.startswith("{", self._at):
            end = _closing(self._text, self._at)
        elif in_quotes := _QUOTED.match(self._text, self._at):
            end = in_quotes.end()
        else:
            match = _TOKEN.match(self._text, self._at)
            end = match.end() if match else min(self._at + 1, len(self._text))
        token = self._text[self._at : end]
        self._at = end
        return token


def _closing(text: str, at: int) -> int:
    """The position after the brace that closes the one at a position; quotes are heeded."""
    depth, quote, position = 0, "", at
    while position < len(text):
        char = text[position]
        if quote:
            if char == "\\" and quote == '"':
                position += 1
            elif char == quote:
                quote = ""
        elif char in "\"'" and text[position - 1] in " :,[{":
            quote = char
        elif char in "{}":
            depth += 1 if char == "{" else -1
            if depth == 0:
                return position + 1
        position += 1
    raise NoApprovers(f"a brace is never closed in {shown(text[at:])}")


def _mapping(*pairs: tuple[str, Node]) -> Mapping:
    return Mapping(tuple((word(key), value) for key, value in pairs), NOWHERE)
