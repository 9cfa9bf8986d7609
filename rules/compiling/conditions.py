"""The grammar of `when` and `require`: from a mapping of facts and tests to a condition.

A condition is a mapping. A key is a fact, or one of `any`, `all`, `not`, `any_line`, `every_line`;
several keys are *and*. Every test is checked against the kind of its fact and the words it knows.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from engine.facts.conditions import (
    All,
    Any,
    Condition,
    Constant,
    Lines,
    Not,
    OneOf,
    Op,
    Present,
    atoms,
    facts_of,
    settle,
)
from engine.facts.kinds import FactValue, Kind
from engine.facts.vocabulary import Fact
from engine.places import Place
from rules.compiling.bounds import compare, find_fact, kind_text, read_pairs
from rules.compiling.constants import constant
from rules.compiling.context import ITEMS_MAX, NESTING_MAX, PARTS_MAX, Context
from rules.compiling.shapes import Form
from rules.diagnostics import shown
from rules.reading.nodes import Mapping as MappingNode
from rules.reading.nodes import Node, Scalar, comma_amount_hint, described
from rules.reading.nodes import Sequence as SequenceNode

_COMBINING: Final = ("any", "all", "not", "any_line", "every_line")
_OPS: Final = tuple(op.value for op in Op)
_BY_EQUALITY: Final = frozenset({Kind.YES_NO, Kind.CHOICE, Kind.SCALE, Kind.TEXT})


def read_condition(node: Node, context: Context) -> Condition | None:
    """A whole `when`; `None` after an error."""
    parts = _parts(node, context, 1)
    return None if parts is None or _is_too_large(parts, node.place, context) else joined(parts)


def joined(parts: Iterable[Condition]) -> Condition:
    """All of the parts, flat; those that share a repeated fact are marked to be settled together.

    What stands alone stays outside of the mark, so that rows can be found by it.
    """
    flat = list(_flat(parts))
    groups = _connected(flat)
    found = [
        flat[group[0]] if len(group) == 1 else All(tuple(flat[index] for index in group))
        for group in groups
    ]
    settled = [settle(part) if _repeats(part) else part for part in found]
    return settled[0] if len(settled) == 1 else All(tuple(settled))


def _flat(parts: Iterable[Condition]) -> Iterable[Condition]:
    for part in parts:
        if isinstance(part, All):
            yield from _flat(part.parts)
        else:
            yield part


def _repeats(condition: Condition) -> bool:
    names = list(facts_of(condition))
    return len(set(names)) < len(names)


def _connected(parts: Sequence[Condition]) -> list[list[int]]:
    """The positions of the parts, those that share a fact in one group, in the order written."""
    groups: dict[int, list[int]] = {}
    home: dict[str, int] = {}
    for index, part in enumerate(parts):
        names = set(facts_of(part))
        touched = sorted({home[name] for name in names if name in home})
        target = touched[0] if touched else index
        members = groups.setdefault(target, [])
        for other in touched[1:]:
            members += groups.pop(other)
            home.update({name: target for name, group in home.items() if group == other})
        members.append(index)
        home.update(dict.fromkeys(names, target))
    return [sorted(members) for _, members in sorted(groups.items())]


def _is_too_large(parts: list[Condition], place: Place, context: Context) -> bool:
    count = sum(1 for part in parts for _ in atoms(part))
    if count > PARTS_MAX:
        message = f"a condition has at most {PARTS_MAX} tests, this one has {count}"
        context.error("too-many", place, message)
    return count > PARTS_MAX


def _parts(node: Node, context: Context, depth: int) -> list[Condition] | None:
    """The tests of one mapping; `None` after an error, once every other test is checked too."""
    if not isinstance(node, MappingNode):
        message = f"expected a condition (facts with tests), found {described(node)}"
        help = "write `{category: legal}`, say"
        context.error("expected-mapping", node.place, message, help)
        return None
    if not node.entries:
        context.error("empty-list", node.place, "a condition that asks nothing is not written")
        return None
    if depth > NESTING_MAX:
        message = f"conditions are nested at most {NESTING_MAX} deep"
        context.error("too-deep", node.place, message)
        return None
    if len(node.entries) > PARTS_MAX:
        message = f"a condition has at most {PARTS_MAX} tests, this one has {len(node.entries)}"
        context.error("too-many", node.place, message)
        return None
    parts: list[Condition] = []
    is_good = True
    for index in range(len(node.entries)):
        part = _entry(node, index, context, depth)
        if part is None:
            is_good = False
        else:
            parts.append(part)
    return parts if is_good else None


def _entry(node: MappingNode, index: int, context: Context, depth: int) -> Condition | None:
    key, value = node.entries[index]
    hint = comma_amount_hint(node, index)
    if hint is not None:
        context.error("unknown-fact", key.place, f"no fact named {shown(key.text)}", hint)
        return None
    if key.text in _COMBINING and not key.quoted:
        return _combined(key, value, context, depth)
    fact = find_fact(key.text, key.place, context)
    return None if fact is None else read_test(fact, value, context, depth)


def _combined(key: Scalar, value: Node, context: Context, depth: int) -> Condition | None:
    match key.text:
        case "not":
            parts = _parts(value, context, depth + 1)
            return None if parts is None else Not(_one(parts))
        case "any_line" | "every_line":
            return _on_lines(key, value, context, depth)
        case _:
            return _several(key, value, context, depth)


def _on_lines(key: Scalar, value: Node, context: Context, depth: int) -> Condition | None:
    if context.on_line:
        context.error("line-in-line", key.place, "a line has no lines of its own")
        return None
    parts = _parts(value, replace(context, on_line=True), depth + 1)
    return None if parts is None else Lines(_one(parts), every=key.text == "every_line")


def _several(key: Scalar, value: Node, context: Context, depth: int) -> Condition | None:
    if not isinstance(value, SequenceNode):
        message = f"expected a list of conditions after `{key.text}`, found {described(value)}"
        context.error("expected-list", value.place, message)
        return None
    if not value.items:
        context.error("empty-list", value.place, f"`{key.text}` needs at least one condition")
        return None
    found = [_parts(item, context, depth + 1) for item in value.items]
    parts = [_one(part) for part in found if part is not None]
    if len(parts) < len(found):
        return None
    return Any(tuple(parts)) if key.text == "any" else All(tuple(parts))


def _one(parts: list[Condition]) -> Condition:
    return parts[0] if len(parts) == 1 else All(tuple(parts))


def read_test(fact: Fact, node: Node, context: Context, depth: int = 1) -> Condition | None:
    """What is asked of one fact: a value, several, `present`, `missing`, bounds, or `not`."""
    match node:
        case Scalar():
            return _scalar_test(fact, node, context)
        case SequenceNode():
            return _list_test(fact, node, context)
        case MappingNode():
            return _mapping_test(fact, node, context, depth)


def _scalar_test(fact: Fact, node: Scalar, context: Context) -> Condition | None:
    if not node.quoted and node.text == "present":
        return Present(fact.name)
    if not node.quoted and node.text == "missing":
        return Not(Present(fact.name))
    if fact.kind is Kind.PAPER:
        message = f"{shown(fact.name)} is a paper: expected `present` or `missing`, found "
        context.error("not-one-of", node.place, message + described(node))
        return None
    value = constant(node, fact, context)
    return None if value is None else _equals(fact, [value], context)


def _equals(fact: Fact, values: list[FactValue], context: Context) -> Condition:
    if fact.kind in _BY_EQUALITY:
        domain: tuple[FactValue, ...] = (True, False) if fact.kind is Kind.YES_NO else fact.values
        return OneOf(fact.name, frozenset(values), domain)
    tests = [_exactly(fact, value, context) for value in values]
    return tests[0] if len(tests) == 1 else Any(tuple(tests))


def _exactly(fact: Fact, value: FactValue, context: Context) -> Condition:
    """An amount, number, duration or date equals another: neither above nor below it."""
    bound = Constant(value)
    return All(tuple(compare(fact, op, bound, context) for op in (Op.UP_TO, Op.FROM)))


def _list_test(fact: Fact, node: SequenceNode, context: Context) -> Condition | None:
    if not node.items:
        context.error("empty-list", node.place, f"{shown(fact.name)} needs at least one value")
        return None
    if fact.kind is Kind.PAPER:
        message = f"{shown(fact.name)} is a paper: expected `present` or `missing`, found a list"
        context.error("not-one-of", node.place, message)
        return None
    most = ITEMS_MAX if fact.kind in _BY_EQUALITY else PARTS_MAX
    if len(node.items) > most:
        message = f"at most {most} values stand in one list, found {len(node.items)}"
        context.error("too-many", node.place, message)
        return None
    values = [_item(fact, item, context) for item in node.items]
    known = [value for value in values if value is not None]
    if len(known) < len(values) or not _are_different(node, known, context):
        return None
    return _equals(fact, known, context)


def _item(fact: Fact, node: Node, context: Context) -> FactValue | None:
    if isinstance(node, Scalar):
        return constant(node, fact, context)
    message = f"expected {kind_text(fact)}, found {described(node)}"
    context.error("expected-text", node.place, message)
    return None


def _are_different(node: SequenceNode, values: list[FactValue], context: Context) -> bool:
    seen: set[FactValue] = set()
    for item, value in zip(node.items, values, strict=True):
        if value in seen:
            context.error("twice", item.place, f"{described(item)} stands twice in this list")
            return False
        seen.add(value)
    return True


def _mapping_test(fact: Fact, node: MappingNode, context: Context, depth: int) -> Condition | None:
    if len(node.entries) == 1 and node.entries[0][0].text == "not":
        if depth > NESTING_MAX:
            message = f"conditions are nested at most {NESTING_MAX} deep"
            context.error("too-deep", node.place, message)
            return None
        part = read_test(fact, node.entries[0][1], context, depth + 1)
        return None if part is None else Not(part)
    pairs: list[tuple[Op, Place, Node]] = []
    is_good = True
    for index, (key, value) in enumerate(node.entries):
        if key.text in _OPS:
            pairs.append((Op(key.text), key.place, value))
        else:
            is_good = False
            _report_comparison(node, index, context)
    if not pairs:
        if is_good:
            context.error("empty-list", node.place, f"{shown(fact.name)} is asked nothing")
        return None
    found = read_pairs(pairs, fact, context)
    if found is None or not is_good:
        return None
    return _one([compare(fact, op, bound, context) for op, _, bound in found])


def _report_comparison(node: MappingNode, index: int, context: Context) -> None:
    key = node.entries[index][0]
    help = comma_amount_hint(node, index)
    if help is None and key.text == "not":
        help = "`not` stands alone: `{not: legal}`"
    if help is None:
        help = context.suggester.near("comparison", key.text, (*_OPS, "not"))
    message = f"a comparison has no {shown(key.text)}"
    context.error("unknown-key", key.place, message, help or "allowed are " + _names(_OPS))


def _names(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


CONDITION: Final[Form[Condition]] = Form("condition", read_condition)
