"""Systems, and which of them has the last word on what (`systems`, `authoritative`).

It is said once for the set: a check of readiness that names a system names the declared one.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from engine.authorities import GROUPS, Authorities, System, group_of
from engine.readiness.agreement import Compares
from engine.readiness.check import ReadinessCheck
from rules.compiling.context import Context
from rules.compiling.forms import NAME, TEXT, as_written
from rules.compiling.shapes import Fields, Form, Key, Shape
from rules.diagnostics import shown
from rules.reading import values
from rules.reading.nodes import Mapping as MappingNode
from rules.reading.nodes import Node, Sequence, described

OWNER: Final = Key("owner", TEXT, "who answers where another system says otherwise", required=True)
TITLE: Final = Key("title", TEXT, "how people call it")
SYSTEM: Final = Shape("a system", (OWNER, TITLE))


def _read_system(node: Node, context: Context) -> tuple[str, Node] | None:
    """The name as written; whether it is declared is asked once all systems are known."""
    if isinstance(node, Sequence):
        message = f"one group of fields has one authoritative system, found {described(node)}"
        context.error("more-than-one", node.place, message)
        return None
    name = values.scalar(node, context.diagnostics, "the name of a system")
    return None if name is None else (name.text, node)


_SYSTEM: Final[Form[tuple[str, Node]]] = Form("system", _read_system)


def _shape(of: str) -> Shape:
    keys = (
        Key(group, _SYSTEM, ", ".join(fields) or "the company's own facts of it")
        for group, fields in GROUPS[of].items()
    )
    return Shape(f"the systems of `{of}`", tuple(keys))


OBJECTS: Final[tuple[Key[Node], ...]] = tuple(
    Key(of, Form(f"systems of {of}", as_written, shape=_shape(of)), "the system of each group")
    for of in GROUPS
)
OBJECT_SHAPE: Final = Shape("`authoritative`", OBJECTS)
SYSTEMS: Final[Key[Node]] = Key(
    "systems", Form("systems", as_written), "systems that master data and documents come from"
)
AUTHORITATIVE: Final[Key[Node]] = Key(
    "authoritative",
    Form("authoritative systems", as_written, shape=OBJECT_SHAPE),
    "which system has the last word on which fields of what",
)


def read_authorities(stated: list[Fields], context: Context) -> Authorities:
    """What organization files declare of systems, all files together."""
    systems: dict[str, System] = {}
    misread: set[str] = set()
    for fields in stated:
        _read_systems(fields, systems, misread, context)
    by_group: dict[tuple[str, str], tuple[str, Node]] = {}
    for fields in stated:
        _read_authoritative(fields, by_group, context)
    for name, node in by_group.values():
        if name not in systems and name not in misread:
            context.unknown("unknown-system", node.place, "system", name, systems)
    known = {key: name for key, (name, _) in by_group.items()}
    return Authorities(MappingProxyType(systems), MappingProxyType(known))


def _read_systems(
    stated: Fields, systems: dict[str, System], misread: set[str], context: Context
) -> None:
    node = stated.node(SYSTEMS)
    if node is None:
        return
    if not isinstance(node, MappingNode):
        message = f"expected systems by name, found {described(node)}"
        context.error("expected-mapping", node.place, message)
        return
    for key, value in node.entries:
        name, fields = NAME.read(key, context), SYSTEM.open(value, context)
        owner = None if fields is None else fields.read(OWNER, context)
        title = None if fields is None else fields.read(TITLE, context)
        if name in systems:
            message = f"{shown(key.text)} is declared at {systems[key.text].place} already"
            context.error("name-taken", key.place, message)
        elif name is None or owner is None:
            misread.add(key.text)
        else:
            systems[name] = System(name, owner, title or "", key.place)


def _read_authoritative(
    stated: Fields, by_group: dict[tuple[str, str], tuple[str, Node]], context: Context
) -> None:
    node = stated.node(AUTHORITATIVE)
    objects = None if node is None else OBJECT_SHAPE.open(node, context)
    for of in OBJECTS:
        inner = None if objects is None else objects.node(of)
        shape = of.form.shape
        groups = None if inner is None or shape is None else shape.open(inner, context)
        for key in () if groups is None or shape is None else shape.keys:
            found = None if groups is None else groups.read(key, context)
            if found is None:
                continue
            if (of.name, key.name) in by_group:
                place = by_group[of.name, key.name][1].place
                message = f"the system of `{of.name}`, `{key.name}` is declared at {place} already"
                context.error("name-taken", found[1].place, message)
            else:
                by_group[of.name, key.name] = found


def check_systems(
    checks: tuple[ReadinessCheck, ...], authorities: Authorities, context: Context
) -> None:
    """Report checks that name a system which is not the declared one. Without `systems`, a check
    may call the system as it likes."""
    if not authorities.systems:
        return
    for rule in checks:
        check = rule.check
        if not isinstance(check, Compares) or not check.system:
            continue
        if check.system not in authorities.systems:
            known = authorities.systems
            context.unknown("unknown-system", rule.place, "system", check.system, known)
            continue
        for name in sorted(check.fields):
            system = authorities.of(check.compares, name)
            if system is not None and system.name == check.system:
                continue
            declared = "nobody" if system is None else shown(system.name)
            message = (
                f"{shown(check.system)} is named for `{name}`, and the set declares {declared}"
                f" for this field of `{check.compares}`"
            )
            help = "leave `system` out: the finding names the one that is declared"
            if system is None:
                help = f"declare one for `{group_of(check.compares, name)}` under `authoritative`"
            context.error("not-authoritative", rule.place, message, help)
