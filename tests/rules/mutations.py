"""Trees of policy files, changed at random or on purpose, and written out again."""

import re
from collections.abc import Iterator
from random import Random
from typing import Final

from engine.places import NOWHERE
from rules.reading.nodes import Mapping, Node, Scalar, Sequence

Path = tuple[int, ...]

_PLAIN: Final = re.compile(r"[A-Za-z0-9_.+/][A-Za-z0-9_.%+/ -]*(?<! )|-[0-9.]+")
WEIRD: Final = (
    "",
    "~",
    "-1",
    "1e9",
    "9" * 30,
    "é" * 50,
    "a" * 3_000,
    "10% of document.net",
    "5 days",
    "2027-01-01",
    "1.00 USD",
    "not_needed",
    "requester",
    "authority_covers",
    "present",
    "../x",
    "*",
    "&a",
    "- ",
    "a: b",
    "\0",
    "\U0001f600",
    "NaN",
)


def scalar(text: str, quoted: bool = False) -> Scalar:
    """A text that stands nowhere."""
    return Scalar(text, quoted, NOWHERE)


NONSENSE: Final[dict[str, Node]] = {
    "a mapping": Mapping(((scalar("zzz"), Mapping((), NOWHERE)),), NOWHERE),
    "a list": Sequence((Sequence((scalar("zzz!"),), NOWHERE),), NOWHERE),
}


def written(node: Node) -> str:
    """The tree in braces and brackets, so that reading it gives the same texts."""
    match node:
        case Scalar(text, quoted):
            if node.empty or (not quoted and _PLAIN.fullmatch(text)):
                return text
            return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
        case Sequence(items):
            return f"[{', '.join(written(item) for item in items)}]"
        case Mapping(entries):
            return f"{{{', '.join(f'{written(k)}: {written(v)}' for k, v in entries)}}}"


def paths(node: Node, path: Path = ()) -> Iterator[tuple[Path, Node]]:
    """Every node with the way to it, the root first."""
    yield path, node
    match node:
        case Sequence(items):
            for index, item in enumerate(items):
                yield from paths(item, (*path, index))
        case Mapping(entries):
            for index, (_, value) in enumerate(entries):
                yield from paths(value, (*path, index))


def replaced(node: Node, path: Path, new: Node) -> Node:
    """The tree with another node at the end of a way."""
    if not path:
        return new
    first, *rest = path
    match node:
        case Sequence(items):
            inner = replaced(items[first], tuple(rest), new)
            return Sequence((*items[:first], inner, *items[first + 1 :]), node.place)
        case Mapping(entries):
            key, value = entries[first]
            entry = (key, replaced(value, tuple(rest), new))
            return Mapping((*entries[:first], entry, *entries[first + 1 :]), node.place)
        case Scalar():
            raise ValueError(path)


def keys_to(node: Node, path: Path) -> str:
    """The way in words: `rows.2.approve`."""
    words = []
    for index in path:
        match node:
            case Sequence(items):
                words.append(str(index))
                node = items[index]
            case Mapping(entries):
                words.append(entries[index][0].text)
                node = entries[index][1]
    return ".".join(words)


def changed(tree: Node, pool: list[Node], random: Random) -> Node:
    """The tree after one change: a node replaced, taken out, put in, or a key renamed."""
    path, node = random.choice(list(paths(tree)))
    keys = [key for other in pool if isinstance(other, Mapping) for key, _ in other.entries]
    match random.randrange(5), node:
        case 0, Mapping(entries) if entries:
            index = random.randrange(len(entries))
            return replaced(tree, path, Mapping((*entries[:index], *entries[index + 1 :]), NOWHERE))
        case 1, Mapping(entries):
            more = (random.choice(keys), random.choice(pool))
            return replaced(tree, path, Mapping((more, *entries), NOWHERE))
        case 2, Sequence(items):
            return replaced(tree, path, Sequence((*items, random.choice(pool)), NOWHERE))
        case 3, _:
            text = scalar(random.choice(WEIRD), random.random() < 0.3)
            return replaced(tree, path, text)
        case _:
            return replaced(tree, path, random.choice(pool))
