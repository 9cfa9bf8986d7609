"""The words a set knows: built-in facts and document types, and those of the company.

Facts are declared in two passes, because a total may leave out documents by a condition over other
facts: first every name and kind, then what totals leave out and who vouches.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Final

from engine.facts.conditions import Condition, facts_of
from engine.facts.kinds import Kind
from engine.facts.vocabulary import (
    BUILT_IN,
    BUILT_IN_DOCUMENTS,
    FIELD_NAMES,
    Fact,
    Of,
    Total,
    Window,
)
from engine.organization import Entity
from engine.places import Place
from rules.compiling.bounds import find_fact, kind_text
from rules.compiling.conditions import CONDITION
from rules.compiling.context import Context, Vocabulary
from rules.compiling.files import KIND, File
from rules.compiling.forms import NAME, ROLE, TEXT, as_written, list_of, names_in, word_of
from rules.compiling.shapes import Fields, Form, Key, Shape
from rules.diagnostics import shown
from rules.reading import time_values, values
from rules.reading.nodes import Mapping as MappingNode
from rules.reading.nodes import Node, Scalar, Sequence, described

_PLAIN_KINDS: Final = ("yes_no", "money", "number", "duration", "date", "text", "paper")
_NOT_VALUES: Final = ("present", "missing")
_COMBINING: Final = frozenset({"any", "all", "not", "any_line", "every_line", "amount"})
_WINDOW_UNITS: Final = ("days", "business_days", "months", *time_values.OPEN_ENDED)
_QUALIFIERS: Final = ("requester", "approver")


@dataclass(frozen=True, slots=True)
class What:
    """`is`: a kind, with its words where it is a choice or a scale."""

    kind: Kind
    values: tuple[str, ...] = ()


@dataclass(slots=True)
class Declared:
    """What vocabulary files declare, while they are read."""

    documents: dict[str, Place] = field(default_factory=dict)
    facts: dict[str, tuple[Fact, Fields]] = field(default_factory=dict)
    broken: dict[str, Place] = field(default_factory=dict)


def _read_what(node: Node, context: Context) -> What | None:
    if isinstance(node, Sequence):
        words = _WORDS.read(node, context)
        return None if words is None else What(Kind.CHOICE, words)
    if isinstance(node, MappingNode):
        fields = _SCALE_SHAPE.open(node, context)
        steps = None if fields is None else fields.read(_SCALE, context)
        return None if steps is None else What(Kind.SCALE, steps)
    if node.text in ("choice", "scale"):
        help = "write the words: `is: [standard, changed]` or `is: {scale: [low, high]}`"
        context.error("not-one-of", node.place, f"a {node.text} lists its words", help)
        return None
    word = values.one_of(node, _PLAIN_KINDS, context.diagnostics)
    return None if word is None else What(Kind(word))


def _read_value(node: Node, context: Context) -> str | None:
    text = values.text(node, context.diagnostics, "a word")
    if text in _NOT_VALUES:
        message = f"{shown(text)} asks whether a fact is known, so it cannot be a value"
        context.error("name-taken", node.place, message)
        return None
    return text


def _read_window(node: Node, context: Context) -> Window | None:
    length = time_values.duration(node, context.diagnostics)
    if length is None:
        return None
    if length.unit == "years":
        return Window(length.count * 12, "months")
    if length.unit == "weeks":
        return Window(length.count * 7, "days")
    if length.unit not in _WINDOW_UNITS:
        message = f"expected days, business days or months, found {described(node)}"
        context.error("not-a-duration", node.place, message)
        return None
    return Window(length.count, length.unit)


_WORDS: Final = list_of(Form("word", _read_value))
_SCALE: Final[Key[tuple[str, ...]]] = Key(
    "scale", list_of(Form("word", _read_value), 2), "the words in ascending order", required=True
)
_SCALE_SHAPE: Final = Shape("a scale", (_SCALE,))

IS: Final[Key[What]] = Key(
    "is",
    Form("kind of fact", _read_what, words=_PLAIN_KINDS, shape=_SCALE_SHAPE),
    "its type: " + ", ".join(_PLAIN_KINDS) + ", a list of words, or a scale",
    required=True,
)
OF: Final = Key("of", word_of(*(of.value for of in Of)), "what it is about (document if unsaid)")
SOURCE: Final = Key("from", TEXT, "the system that supplies it")
VOUCHED_BY: Final = Key("vouched_by", ROLE, "the role that answers for it")
TOTAL_OF: Final[Key[Node]] = Key(
    "total_of", Form("fact", as_written), "it is the sum of this money fact over documents"
)
SAME: Final[Key[Node]] = Key(
    "same", Form("list of facts", as_written), "documents that agree on these facts are summed"
)
WINDOW: Final[Form[Window]] = Form("window", _read_window)
IN: Final = Key("in", WINDOW, "how far back: `12 months`, `ever` ...")
COUNTS: Final = Key("counts", list_of(word_of("pending", "approved")), "which documents are summed")
LEAVES_OUT: Final[Key[Condition]] = Key(
    "leaves_out", CONDITION, "documents for which this is true are not summed"
)
FACT: Final = Shape("a fact", (IS, OF, SOURCE, VOUCHED_BY, TOTAL_OF, SAME, IN, COUNTS, LEAVES_OUT))
DOCUMENTS: Final[Key[Node]] = Key(
    "documents",
    Form("list of names", as_written, item=NAME),
    "document types of this company",
)
FACTS: Final[Key[Node]] = Key("facts", Form("facts", as_written), "facts of this company")
SHAPE: Final = Shape("a vocabulary", (KIND, DOCUMENTS, FACTS))


def declare(files: list[File], others: list[Node], context: Context) -> Declared:
    """The first pass: every document type and fact, with its kind.

    `others` are facts that files of another kind declare.
    """
    declared = Declared()
    for file in files:
        fields = SHAPE.open(file.root, context)
        if fields is not None:
            _declare_documents(fields, declared, context)
            _declare_facts(fields.read(FACTS, context), declared, context)
    for node in others:
        _declare_facts(node, declared, context)
    for name, (fact, _) in declared.facts.items():
        if name in declared.documents:
            message = f"{shown(name)} is a document type, and facts have names of their own"
            context.error("name-taken", fact.place, message)
    return declared


def _declare_facts(node: Node | None, declared: Declared, context: Context) -> None:
    if isinstance(node, MappingNode):
        for key, value in node.entries:
            _declare_fact(key, value, declared, context)
    elif node is not None:
        message = f"expected facts by name, found {described(node)}"
        context.error("expected-mapping", node.place, message)


def _declare_documents(fields: Fields, declared: Declared, context: Context) -> None:
    node = fields.node(DOCUMENTS)
    for name, place in () if node is None else names_in(node, context):
        if name in BUILT_IN_DOCUMENTS:
            message = f"{shown(name)} is built in and is not declared again"
            context.error("name-taken", place, message)
        elif name in _BUILT_IN_NAMES:
            message = f"{shown(name)} is a fact, and document types have names of their own"
            context.error("name-taken", place, message)
        elif name in declared.documents:
            message = f"{shown(name)} is declared at {declared.documents[name]} already"
            context.error("name-taken", place, message)
        declared.documents.setdefault(name, place)


_BUILT_IN_NAMES: Final = frozenset(fact.name for fact in BUILT_IN)


def _declare_fact(key: Scalar, value: Node, declared: Declared, context: Context) -> None:
    name = NAME.read(key, context)
    fact = _read_fact(name or key.text, value, key.place, context)
    if name is None:
        declared.broken[key.text] = key.place
        return
    if name in _BUILT_IN_NAMES | FIELD_NAMES | _COMBINING | set(BUILT_IN_DOCUMENTS):
        message = f"{shown(name)} has a meaning of its own, so a fact cannot be called that"
        context.error("name-taken", key.place, message)
        declared.broken.setdefault(name, key.place)
    elif name in declared.facts or name in declared.broken:
        earlier = declared.facts[name][0].place if name in declared.facts else declared.broken[name]
        message = f"{shown(name)} is declared at {earlier} already"
        context.error("name-taken", key.place, message)
    elif fact is None:
        declared.broken[name] = key.place
    else:
        declared.facts[name] = fact


def _read_fact(
    name: str, value: Node, place: Place, context: Context
) -> tuple[Fact, Fields] | None:
    fields = FACT.open(value, context)
    if fields is None:
        return None
    what, of = fields.read(IS, context), fields.read(OF, context)
    source = fields.read(SOURCE, context) or ""
    if what is None or (of is None and fields.has(OF)):
        return None
    about = Of(of) if of is not None else Of.DOCUMENT
    return Fact(name, what.kind, about, what.values, None, source, place=place), fields


def complete(declared: Declared, context: Context) -> dict[str, Fact]:
    """The second pass: totals and vouchers, once every word is known."""
    facts: dict[str, Fact] = {}
    for name, (fact, fields) in declared.facts.items():
        vouched_by = fields.read(VOUCHED_BY, context) or ""
        total = _total(fact, fields, context)
        facts[name] = replace(fact, total=total, vouched_by=vouched_by)
    return facts


def _total(fact: Fact, fields: Fields, context: Context) -> Total | None:
    written = fields.written(TOTAL_OF, SAME, IN, COUNTS, LEAVES_OUT)
    if not written:
        return None
    for key in (TOTAL_OF, SAME, IN, COUNTS):
        if not fields.has(key) and fields.is_whole:
            message = f"a total needs `{key.name}`"
            context.error("missing-key", fields.place, message, key.doc)
    if fact.kind is not Kind.MONEY or fact.of is not Of.DOCUMENT:
        message = f"a total is an amount of money of the document, and {shown(fact.name)} is not"
        context.error("not-money", fields.at(written[0]), message)
    of = _summed(fields.node(TOTAL_OF), context)
    same = _same(fields.node(SAME), context)
    window, counts = fields.read(IN, context), fields.read(COUNTS, context)
    leaves_out = fields.read(LEAVES_OUT, context)
    if leaves_out is not None and context.words.totals.intersection(facts_of(leaves_out)):
        message = "what a total leaves out cannot depend on a total"
        context.error("total-of-total", fields.at(LEAVES_OUT), message)
    if of is None or same is None or window is None or counts is None:
        return None
    return Total(of, same, window, frozenset(counts), leaves_out)


def _summed(node: Node | None, context: Context) -> str | None:
    fact = _fact_named(node, context)
    if fact is None or node is None:
        return None
    if fact.kind is not Kind.MONEY:
        message = f"expected an amount of money, and {shown(fact.name)} is {kind_text(fact)}"
        context.error("not-money", node.place, message)
        return None
    if fact.name in context.words.totals:
        context.error("total-of-total", node.place, f"{shown(fact.name)} is a total itself")
        return None
    return fact.name


def _same(node: Node | None, context: Context) -> tuple[str, ...] | None:
    if node is None:
        return None
    items = values.items(node, context.diagnostics, "a list of facts")
    if items is None:
        return None
    if not items:
        context.error("empty-list", node.place, "expected at least one fact, found none")
        return None
    facts = [_fact_named(item, context) for item in items]
    for fact, item in zip(facts, items, strict=True):
        if fact is not None and fact.name in context.words.totals:
            context.error("total-of-total", item.place, f"{shown(fact.name)} is a total itself")
    names = tuple(fact.name for fact in facts if fact is not None)
    return names if len(names) == len(facts) else None


def _fact_named(node: Node | None, context: Context) -> Fact | None:
    if node is None:
        return None
    value = values.scalar(node, context.diagnostics, "the name of a fact")
    return None if value is None else find_fact(value.text, value.place, context)


def vocabulary_of(
    declared: Declared, facts: Mapping[str, Fact], organization: Vocabulary
) -> Vocabulary:
    """Every word, those of the organization included. `facts` are the declared ones."""
    documents = frozenset((*BUILT_IN_DOCUMENTS, *declared.documents))
    known = {fact.name: fact for fact in BUILT_IN}
    known.update(facts)
    for name, words in _closed(documents, organization.levels, organization.entities):
        known[name] = replace(known[name], values=words)
    qualified = {
        f"{part}.{fact.name}": replace(fact, name=f"{part}.{fact.name}")
        for fact in facts.values()
        if fact.of is Of.PERSON
        for part in _QUALIFIERS
    }
    unusable = {f"{part}.{name}" for name in declared.broken for part in _QUALIFIERS}
    totals = {name for name, (_, fields) in declared.facts.items() if fields.has(TOTAL_OF)}
    return replace(
        organization,
        facts=MappingProxyType({**known, **qualified}),
        documents=documents,
        broken=frozenset({*declared.broken, *unusable}),
        totals=frozenset(totals),
    )


def _closed(
    documents: frozenset[str], levels: tuple[str, ...], entities: Mapping[str, Entity]
) -> list[tuple[str, tuple[str, ...]]]:
    """Built-in facts whose words the set itself lists."""
    of_entities = entities.values()
    countries = {entity.country for entity in of_entities if entity.country}
    regions = {entity.region for entity in of_entities if entity.region}
    currencies = {entity.currency for entity in of_entities if entity.currency}
    return [
        ("document.type", tuple(sorted(documents))),
        ("requester.level", levels),
        ("approver.level", levels),
        ("entity", tuple(entities)),
        ("entity.country", tuple(sorted(countries))),
        ("entity.region", tuple(sorted(regions))),
        ("entity.currency", tuple(sorted(currencies))),
    ]
