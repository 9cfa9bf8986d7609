"""What a document must have: the `require` of a row, a control or a stand-in.

It takes the grammar of `when`, and a plain list of papers means that each is present. It never
selects: each part that is not true is a finding, so each keeps its place and the text as written.
"""

from __future__ import annotations

from typing import Final

from engine.facts.conditions import Present
from engine.facts.kinds import Kind
from engine.policy import Requirement
from rules.compiling.bounds import find_fact, kind_text
from rules.compiling.conditions import read_condition
from rules.compiling.context import PARTS_MAX, Context
from rules.compiling.shapes import Form
from rules.compiling.written import written
from rules.diagnostics import shown
from rules.reading.nodes import Mapping as MappingNode
from rules.reading.nodes import Node, Scalar, Sequence, described

_TEXT_MAX: Final = 200


def read_requirements(node: Node, context: Context) -> tuple[Requirement, ...] | None:
    """Every part of a `require`; `None` after an error."""
    match node:
        case Sequence():
            papers = read_papers(node, context)
            if papers is None:
                return None
            return tuple(
                Requirement(Present(name), f"{name}: present", item.place)
                for name, item in zip(papers, node.items, strict=True)
            )
        case MappingNode() if node.entries:
            return _parts(node, context)
        case MappingNode():
            context.error("empty-list", node.place, "`require` needs at least one part")
        case Scalar():
            message = f"expected conditions or a list of papers, found {described(node)}"
            context.error("expected-mapping", node.place, message)
    return None


def _parts(node: MappingNode, context: Context) -> tuple[Requirement, ...] | None:
    if len(node.entries) > PARTS_MAX:
        message = f"at most {PARTS_MAX} parts are required, found {len(node.entries)}"
        context.error("too-many", node.place, message)
        return None
    found: list[Requirement] = []
    for key, value in node.entries:
        condition = read_condition(MappingNode(((key, value),), key.place), context)
        if condition is not None:
            text = f"{key.text}: {written(value)}"
            found.append(Requirement(condition, text[:_TEXT_MAX], key.place))
    return tuple(found) if len(found) == len(node.entries) else None


def read_papers(node: Node, context: Context) -> tuple[str, ...] | None:
    """A list of papers, at least one and each once."""
    if not isinstance(node, Sequence):
        message = f"expected a list of papers, found {described(node)}"
        context.error("expected-list", node.place, message)
        return None
    if not 0 < len(node.items) <= PARTS_MAX:
        code = "too-many" if node.items else "empty-list"
        context.error(code, node.place, f"expected 1 to {PARTS_MAX} papers")
        return None
    names = [_paper(item, context) for item in node.items]
    known = tuple(name for name in names if name is not None)
    for item, name in zip(node.items, names, strict=True):
        if name is not None and item is not node.items[names.index(name)]:
            context.error("twice", item.place, f"{shown(name)} stands twice in this list")
            return None
    return known if len(known) == len(names) else None


def _paper(node: Node, context: Context) -> str | None:
    if not isinstance(node, Scalar):
        message = f"expected the name of a paper, found {described(node)}"
        context.error("expected-text", node.place, message)
        return None
    fact = find_fact(node.text, node.place, context)
    if fact is None:
        return None
    if fact.kind is not Kind.PAPER:
        message = f"expected a paper, and {shown(fact.name)} is {kind_text(fact)}"
        help = f"write `{{{fact.name}: present}}` in place of the list"
        context.error("not-a-paper", node.place, message, help)
        return None
    return fact.name


REQUIREMENTS: Final[Form[tuple[Requirement, ...]]] = Form("requirements", read_requirements)
PAPERS: Final[Form[tuple[str, ...]]] = Form("list of papers", read_papers)
