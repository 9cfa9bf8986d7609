"""Readiness files: what is asked of a document before it posts. Every layer's checks apply.

What may be written of a check is read off the check itself (`engine.readiness.parameters`): its
table of keys is made here once, and a new check needs nothing in this module.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from engine.facts.kinds import Kind as FactKind
from engine.readiness.check import Check, ReadinessCheck
from engine.readiness.checks import CHECKS as EVERY_CHECK
from engine.readiness.parameters import Kind, Parameter, as_field, parameters_of
from rules.compiling.context import Context
from rules.compiling.files import EFFECTIVE, KIND, OWNER, SCOPE, File, Header, read_header
from rules.compiling.forms import (
    AMOUNT,
    PERCENT,
    ROLE,
    TEXT,
    YES_NO,
    as_written,
    declared,
    list_of,
    one_or_more,
    whole,
    word_of,
)
from rules.compiling.forms import DOCUMENTS as DOCUMENTS_FORM
from rules.compiling.shapes import Fields, Form, Key, Shape
from rules.compiling.vocabulary import WINDOW
from rules.diagnostics import shown
from rules.reading import time_values, values
from rules.reading.nodes import Mapping as MappingNode
from rules.reading.nodes import Node, Scalar

LARGEST_WHOLE: Final = 100_000


def _read_holder(node: Node, context: Context) -> str | None:
    name = ROLE.read(node, context)
    if name is not None and context.words.roles[name].body is not None:
        message = f"{shown(name)} is a body, and nobody holds it"
        context.error("unknown-role", node.place, message)
        return None
    return name


def _read_fact(node: Node, context: Context) -> str | None:
    return declared("fact", "unknown-fact", node, context.words.facts, context)


def _read_paper(node: Node, context: Context) -> str | None:
    facts = context.words.facts.values()
    known = [fact.name for fact in facts if fact.kind is FactKind.PAPER]
    return declared("paper", "unknown-fact", node, known, context)


def _word_of(parameter: Parameter) -> Form[str]:
    return word_of(*(other for other, _ in parameter.same_as), *parameter.words)


def _read_clock(node: Node, context: Context) -> int | None:
    clock = time_values.time_of_day(node, context.diagnostics)
    return None if clock is None else clock.hour * 60 + clock.minute


CLOCK: Final[Form[int]] = Form("time of day", _read_clock)
HOLDER: Final[Form[str]] = Form("role", _read_holder)
FACT: Final[Form[str]] = Form("fact", _read_fact)
PAPER: Final[Form[str]] = Form("paper", _read_paper)
_FORMS: Final[Mapping[Kind, Callable[[Parameter], Form[Any]]]] = MappingProxyType(
    {
        Kind.WORD: _word_of,
        Kind.WORDS: lambda parameter: one_or_more(_word_of(parameter)),
        Kind.TEXT: lambda _: TEXT,
        Kind.TEXTS: lambda _: list_of(TEXT),
        Kind.ROLE: lambda _: HOLDER,
        Kind.FACT: lambda _: FACT,
        Kind.PAPERS: lambda _: one_or_more(PAPER),
        Kind.AMOUNT: lambda _: AMOUNT,
        Kind.PERCENT: lambda _: PERCENT,
        Kind.WHOLE: lambda _: whole(0, LARGEST_WHOLE),
        Kind.CLOCK: lambda _: CLOCK,
        Kind.WINDOW: lambda _: WINDOW,
        Kind.YES_NO: lambda _: YES_NO,
    }
)

WARNS: Final = "warns"
SEVERITY: Final = Key(
    "severity", word_of("blocks", WARNS), "`warns`: it is said, and posting goes on"
)
RELEASED_BY: Final = Key("released_by", HOLDER, "whose holder may let a document through")


@dataclass(frozen=True, slots=True)
class Written:
    """A check as written, with who may release what it finds and whether that only warns."""

    check: Check
    is_warning: bool
    released_by: str


def _form(parameter: Parameter) -> Form[Any]:
    is_group = parameter.kind is Kind.GROUP
    return _group(parameter) if is_group else _FORMS[parameter.kind](parameter)


def _keys(of: type) -> tuple[Key[Any], ...]:
    return tuple(
        Key(one.name, _form(one.parameter), one.parameter.says, one.is_required)
        for one in parameters_of(of)
    )


def _group(parameter: Parameter) -> Form[Any]:
    if parameter.group is None:
        raise ValueError(f"the parameter `{parameter.name}` is a group of nothing")
    of, shape = parameter.group, Shape(parameter.says, _keys(parameter.group))

    def read(node: Node, context: Context) -> object | None:
        fields = shape.open(node, context)
        return None if fields is None else _built(of, shape, fields, context)

    return Form(parameter.says, read, shape=shape)


def _built(of: type, shape: Shape, fields: Fields, context: Context) -> Any | None:
    """The check or group that the fields state; `None` after a report."""
    stated: dict[str, object] = {}
    is_good = True
    for one in parameters_of(of):
        key = shape.by_name[one.name]
        value = fields.read(key, context)
        if value is not None:
            stated[one.attribute] = as_field(of, one.attribute, value)
        elif fields.has(key) or one.is_required:
            is_good = False  # and the next one is read all the same: every mistake is reported
    return of(**stated) if is_good else None


def _form_of(check: type[Check]) -> Form[Written]:
    more = (SEVERITY, RELEASED_BY) if check.is_released_by_role else (SEVERITY,)
    shape = Shape(f"`{check.word}`", (*_keys(check), *more))

    def read(node: Node, context: Context) -> Written | None:
        fields = shape.open(node, context)
        if fields is None:
            return None
        common = {key: fields.read(key, context) for key in more}
        is_good = all(common[key] is not None for key in fields.written(*more))
        found = _built(check, shape, fields, context)
        if found is None or not is_good:
            return None
        return Written(found, common[SEVERITY] == WARNS, common.get(RELEASED_BY) or "")

    return Form(shape.name, read, shape=shape)


_CHECK_KEYS: Final[tuple[Key[Written], ...]] = tuple(
    Key(word, _form_of(check), check.says) for word, check in EVERY_CHECK.items()
)
CHECK_SHAPE: Final = Shape("a check", _CHECK_KEYS)
_ALONE: Final = tuple(
    word
    for word, check in EVERY_CHECK.items()
    if not any(one.is_required for one in parameters_of(check))
)


def _read_check(node: Node, context: Context) -> Written | None:
    """One check: its word alone, or its word with what it is to ask."""
    if isinstance(node, Scalar):
        name = declared("check", "unknown-check", node, EVERY_CHECK, context)
        return None if name is None else _without_parameters(name, node, context)
    if isinstance(node, MappingNode) and len(node.entries) > 1:
        message = f"expected one check, found {len(node.entries)} of them"
        context.error("more-than-one", node.entries[1][0].place, message, "begin each with a `-`")
        return None
    fields = CHECK_SHAPE.open(node, context)
    found = None if fields is None else fields.exactly_one(CHECK_SHAPE.keys, context)
    written: Written | None = None
    if fields is not None and found is not None:
        written = fields.read(found, context)
    return written


def _without_parameters(name: str, node: Node, context: Context) -> Written | None:
    check = EVERY_CHECK[name]
    missing = [one for one in parameters_of(check) if one.is_required]
    for one in missing:
        message = f"`{name}` needs `{one.name}`"
        context.error("missing-key", node.place, message, one.parameter.says)
    return None if missing else Written(check(), is_warning=False, released_by="")


CHECK: Final[Form[Written]] = Form("check", _read_check, words=_ALONE, shape=CHECK_SHAPE)
DOCUMENTS: Final = Key("documents", DOCUMENTS_FORM, "for these document types", True)
CHECKS: Final[Key[Node]] = Key(
    "checks", Form("checks", as_written, item=CHECK), "what is asked before it posts", True
)
TITLE: Final = Key("title", TEXT, "how reports call it")
SHAPE: Final = Shape("a readiness file", (KIND, TITLE, SCOPE, EFFECTIVE, OWNER, DOCUMENTS, CHECKS))


def read_readiness(file: File, default: Header, context: Context) -> list[ReadinessCheck]:
    """The checks of one file, each with where and when it applies."""
    fields = SHAPE.open(file.root, context)
    if fields is None:
        return []
    header = read_header(fields, default, context)
    fields.read(TITLE, context)
    is_sure = fields.is_whole and not context.words.unsure  # `policy.yaml` may name one for all
    if not header.owner and not fields.has(OWNER) and is_sure:
        message = "a readiness file needs `owner`: somebody answers for what it finds"
        context.error("missing-key", fields.place, message, OWNER.doc)
    documents = fields.read(DOCUMENTS, context) or ()
    found: dict[Check, ReadinessCheck] = {}
    for node in _items(fields, context):
        written = CHECK.read(node, context)
        if written is None:
            continue
        if written.check in found:
            context.error("twice", node.place, "this check stands twice in the file")
            continue
        for complaint in written.check.complaints(documents):
            help = complaint.help or None
            context.error(complaint.code, node.place, complaint.message, help)
        found[written.check] = ReadinessCheck(
            node.place,
            header.scope,
            header.effective,
            frozenset(documents),
            header.owner,
            written.check,
            written.is_warning,
            written.released_by,
        )
    return list(found.values())


def _items(fields: Fields, context: Context) -> tuple[Node, ...]:
    node = fields.node(CHECKS)
    found = () if node is None else values.items(node, context.diagnostics, "a list of checks")
    if node is not None and found is not None and not found:
        context.error("empty-list", node.place, "expected at least one check, found none")
    return found or ()
