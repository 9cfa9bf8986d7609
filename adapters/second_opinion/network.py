"""How wide the network of a ruleset becomes inside the matcher, before it is made.

The matcher shares equal tests on constants and never shares joins. It keeps what may match one fact
at once on a stack of 64, hangs on 512 tests under one node and overruns memory at 256 equal
patterns, so a ruleset is refused well below.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

MOST_AT_ONCE: Final = 60
MOST_UNDER_A_NODE: Final = 250
MOST_EQUAL_PATTERNS: Final = 200

_BASIS: Final = 0x811C9DC5
_PRIME: Final = 16777619
_WORD: Final = 0xFFFFFFFF

Rule = Mapping[str, object]
Step = tuple[str, str, object]  # sign, field, constant (of a join: its number)


@dataclass(slots=True)
class _Node:
    below: dict[Step, _Node] = field(default_factory=dict)
    ends: int = 0  # patterns that end here


def names_collide(names: Iterable[str]) -> bool:
    """Whether two of the names have one hash, so that the matcher takes them for each other."""
    distinct = frozenset(names)
    return len({_hashed(name) for name in distinct}) < len(distinct)


def network_fault(rules: Iterable[Rule]) -> tuple[str, str] | None:
    """The code and reason of what is too wide; `None` for nothing."""
    root = _Node()
    joins = 0
    for rule in rules:
        for conditions in _patterns(rule):
            node = root
            for condition in conditions:
                joins += 1
                node = node.below.setdefault(_step(condition, joins), _Node())
            node.ends += 1
    return _fault(root)


def _patterns(rule: Rule) -> Iterator[list[Mapping[str, object]]]:
    for pattern in rule["all"]:  # type: ignore[attr-defined]
        for conditions in pattern.values():
            yield conditions["$and"]


def _step(condition: Mapping[str, object], number: int) -> Step:
    (name, value), *_ = condition.items()
    sign = ""
    if name.startswith("$") and isinstance(value, Mapping):
        sign = name
        (name, value), *_ = value.items()
    if isinstance(value, Mapping):
        return sign, name, ("join", number)
    return sign, name, (type(value), value)


def _fault(node: _Node) -> tuple[str, str] | None:
    for each in _nodes(node):
        if len(each.below) > MOST_UNDER_A_NODE:
            said = f"expected {MOST_UNDER_A_NODE} tests of one fact, found {len(each.below)}"
            return "too_many_tests", said
        if each.ends > MOST_EQUAL_PATTERNS:
            said = f"expected {MOST_EQUAL_PATTERNS} equal patterns, found {each.ends}"
            return "too_many_equal_patterns", said
    at_once = _at_once(node)
    if at_once > MOST_AT_ONCE:
        said = f"expected {MOST_AT_ONCE} tests that match one fact at once, found {at_once}"
        return "too_wide", said
    return None


def _nodes(node: _Node) -> Iterator[_Node]:
    yield node
    for below in node.below.values():
        yield from _nodes(below)


def _at_once(node: _Node) -> int:
    """The most that one fact could put on the stack: of tests for equality, one for each field."""
    fields = {name for sign, name, value in node.below if _is_exclusive(sign, value)}
    others = sum(not _is_exclusive(sign, value) for sign, _, value in node.below)
    pushed = others + len(fields)
    return max(pushed - 1, 0) + max([_at_once(below) for below in node.below.values()] or [1])


def _is_exclusive(sign: str, value: object) -> bool:
    return not sign and not (isinstance(value, tuple) and value[0] == "join")


def _hashed(name: str) -> int:
    """FNV-1a over 32 bits, of signed characters, as the matcher does it."""
    found = _BASIS
    for byte in name.encode("utf-8"):
        signed = byte - 256 if byte > 127 else byte
        found = ((found ^ (signed & _WORD)) * _PRIME) & _WORD
    return found
