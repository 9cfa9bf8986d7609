"""Country files: what a country asks of documents, each fact with its source.

A country may bring facts of its own (`facts`), by which documents and entities state what only it
asks for. A set holds the countries it uses, so that its digest names all that it decided by.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Final, TypeVar

from engine.countries.country import (
    Clearance,
    Clock,
    CountedDay,
    Country,
    Exemption,
    Kept,
    LocalField,
    Mandate,
    Party,
    Proof,
    Retention,
    Source,
    TaxIdRule,
)
from engine.facts.kinds import Kind
from engine.facts.vocabulary import Fact, Of
from engine.identifiers.catalogue import IDENTIFIERS
from engine.money import Money
from rules.compiling.bounds import find_fact, kind_text
from rules.compiling.context import Context
from rules.compiling.files import KIND, File
from rules.compiling.forms import (
    AMOUNT,
    COUNTRY,
    DAY,
    DOCUMENTS,
    TEXT,
    YES_NO,
    as_written,
    list_of,
    whole,
    word_of,
)
from rules.compiling.shapes import Fields, Form, Key, Shape
from rules.compiling.vocabulary import FACTS
from rules.diagnostics import shown
from rules.reading import time_values, values
from rules.reading.nodes import Mapping as MappingNode
from rules.reading.nodes import Node, Scalar, Sequence

FROM_MEMORY: Final = "from_memory"
YEARS_MAX: Final = 100
Sources = Mapping[str, Source]
T = TypeVar("T")


def _read_checked(node: Node, context: Context) -> date | str | None:
    if isinstance(node, Scalar) and node.text == FROM_MEMORY:
        return FROM_MEMORY
    return time_values.day(node, context.diagnostics)


def _read_fact(node: Node, context: Context) -> Fact | None:
    value = values.scalar(node, context.diagnostics, "the name of a fact")
    return None if value is None else find_fact(value.text, value.place, context)


def _read_field(node: Node, context: Context) -> str | None:
    fact = _read_fact(node, context)
    if fact is None:
        return None
    if fact.of is not Of.DOCUMENT:
        message = f"expected what a document states, and {shown(fact.name)} is of {fact.of.value}"
        context.error("unknown-fact", node.place, message)
        return None
    return fact.name


FIELD_FORM: Final[Form[str]] = Form("fact", _read_field)
FACT_FORM: Final[Form[Fact]] = Form("fact", _read_fact)
IDENTIFIER: Final = word_of(*IDENTIFIERS)
SOURCE_NAME: Final[Key[str]] = Key("source", TEXT, "where this is from: one of `sources`", True)
NOTE: Final = Key("note", TEXT, "what a reader should know beside it")

SOURCE_TEXT: Final = Key("text", TEXT, "the law, or the page and who published it", True)
URL: Final = Key("url", TEXT, "where it can be read")
CHECKED: Final[Key[date | str]] = Key(
    "checked",
    Form("date", _read_checked, words=(FROM_MEMORY,)),
    "the day on which it was read there, or `from_memory`",
    True,
)
SOURCE: Final = Shape("a source", (SOURCE_TEXT, URL, CHECKED))

OF: Final = Key("of", list_of(word_of(*Party)), "whose: supplier, entity, customer", True)
ANY_OF: Final = Key("any_of", list_of(IDENTIFIER), "one of these identifiers", True)
REQUIRED: Final = Key("required", YES_NO, "whether it must be there (`yes` if unsaid)")
TAX_ID: Final = Shape("a tax identifier", (OF, ANY_OF, REQUIRED, NOTE, SOURCE_NAME))

DOCUMENTS_KEY: Final = Key("documents", DOCUMENTS, "for these document types", True)
DAY_KEY: Final = Key(
    "day", word_of(*CountedDay), "which day of the document counts (`document_date` if unsaid)"
)
DOMESTIC: Final = Key("domestic", YES_NO, "only where the supplier is of this country")
FIELD: Final = Key("field", FIELD_FORM, "what the document states", True)
ONE_OF: Final = Key("any_of", list_of(IDENTIFIER), "it is one of these identifiers")
WORDS: Final = Key("words", list_of(TEXT), "it is one of these words")
PROOF: Final = Shape("a proof", (FIELD, ONE_OF, WORDS))
FROM: Final = Key("from", DAY, "the first day", True)
FOR: Final = Key("for", TEXT, "for those of this class: a word of the fact in `class`")
MANDATE: Final = Shape("a mandate", (FOR, FROM, NOTE, SOURCE_NAME))
UP_TO: Final[Key[Money]] = Key("up_to", AMOUNT, "up to this amount, tax included", True)
UNTIL: Final = Key("until", DAY, "the last day")
EXEMPTION: Final = Shape("an exemption", (UP_TO, FOR, UNTIL, NOTE, SOURCE_NAME))
NAME: Final = Key("name", TEXT, "how people call it", True)
CLASS: Final[Key[Fact]] = Key(
    "class", FACT_FORM, "the fact of the entity or supplier that says which mandate holds"
)


def _rows(name: str, shape: Shape, doc: str, *, required: bool = False) -> Key[Node]:
    item: Form[Node] = Form(shape.name, as_written, shape=shape)
    return Key(name, Form(f"list of {name}", as_written, item=item), doc, required)


PROOFS: Final = _rows("proof", PROOF, "what shows that it was cleared: all of these", required=True)
MANDATES: Final = _rows("mandates", MANDATE, "from which day, for whom", required=True)
EXEMPTIONS: Final = _rows("exemptions", EXEMPTION, "what needs no clearance")
EVIDENCE: Final = Key("evidence", TEXT, "what proves it, in words for who has to bring it", True)
CLEARANCE: Final = Shape(
    "a clearance",
    (
        *(NAME, DOCUMENTS_KEY, DOMESTIC, DAY_KEY, CLASS, PROOFS, EVIDENCE),
        *(MANDATES, EXEMPTIONS, SOURCE_NAME),
    ),
)
FIELD_FROM: Final = Key("from", DAY, "the first day (always, if unsaid)")
LOCAL_FIELD: Final = Shape(
    "a local field", (FIELD, DOCUMENTS_KEY, DOMESTIC, DAY_KEY, FIELD_FROM, NOTE, SOURCE_NAME)
)
KEEP: Final = Key("keep", word_of(*Kept), "a class of documents", True)
YEARS: Final = Key("years", whole(1, YEARS_MAX), "how many years", True)
CLOCK: Final = Key("from", word_of(*Clock), "when the years begin", True)
RETENTION: Final = Shape("a retention", (KEEP, YEARS, CLOCK, NOTE, SOURCE_NAME))

CODE: Final = Key("country", COUNTRY, "the country, by its two letters", True)
SOURCES: Final[Key[Node]] = Key(
    "sources", Form("sources", as_written), "where its facts are from, by name", True
)
TAX_IDS: Final = _rows("tax_ids", TAX_ID, "the tax identifiers, and whose", required=True)
CLEARANCES: Final = _rows("clearance", CLEARANCE, "systems that e-invoices must have passed")
NO_CLEARANCE: Final = Key("no_clearance", TEXT, "the source that says that there is none")
LOCAL_FIELDS: Final = _rows("local_fields", LOCAL_FIELD, "what documents must state here")
RETENTIONS: Final = _rows("retention", RETENTION, "how long documents are kept", required=True)
SHAPE: Final = Shape(
    "a country",
    (
        *(KIND, CODE, NAME, SOURCES, FACTS, TAX_IDS),
        *(CLEARANCES, NO_CLEARANCE, LOCAL_FIELDS, RETENTIONS),
    ),
)


def facts_in(files: list[File]) -> list[Node]:
    """The facts that country files declare, still to be read."""
    found = [file.root.get(FACTS.name) for file in files]
    return [node for node in found if node is not None]


def read_countries(
    files: list[File], contents: Mapping[str, bytes], context: Context
) -> Mapping[str, Country]:
    """The countries by code, without those that have an error."""
    found: dict[str, Country] = {}
    for file in files:
        country = _read_country(file, contents[file.name], context)
        if country is None:
            continue
        if country.code in found:
            message = f"{shown(country.code)} has a file already: {found[country.code].place}"
            context.error("name-taken", file.root.place, message)
        found.setdefault(country.code, country)
    return MappingProxyType(found)


def _read_country(file: File, content: bytes, context: Context) -> Country | None:
    fields = SHAPE.open(file.root, context)
    if fields is None:
        return None
    code, name = fields.read(CODE, context), fields.read(NAME, context)
    sources = _sources(fields.node(SOURCES), context)
    reading = _Reading(sources, context)
    tax_ids = reading.each(fields, TAX_IDS, TAX_ID, _tax_id)
    clearances = reading.each(fields, CLEARANCES, CLEARANCE, _clearance)
    local_fields = reading.each(fields, LOCAL_FIELDS, LOCAL_FIELD, _local_field)
    retention = reading.each(fields, RETENTIONS, RETENTION, _retention)
    key = fields.exactly_one((CLEARANCES, NO_CLEARANCE), context)
    none = reading.named(fields, NO_CLEARANCE) if key is NO_CLEARANCE else None
    if code is None or name is None:
        return None
    plain = content.replace(b"\r\n", b"\n")
    return Country(
        code=code,
        name=name,
        version="sha256:" + hashlib.sha256(plain).hexdigest(),
        tax_ids=tax_ids,
        clearances=clearances,
        fields=local_fields,
        retention=_by_class(retention, context),
        no_clearance=none,
        place=file.root.place,
    )


def _sources(node: Node | None, context: Context) -> Sources:
    found: dict[str, Source] = {}
    mapping = None if node is None else values.mapping(node, context.diagnostics, "sources by name")
    for key, value in () if mapping is None else mapping.entries:
        fields = SOURCE.open(value, context)
        text = None if fields is None else fields.read(SOURCE_TEXT, context)
        checked = None if fields is None else fields.read(CHECKED, context)
        url = None if fields is None else fields.read(URL, context)
        day = checked if isinstance(checked, date) else None
        found[key.text] = Source(key.text, text or "", url or "", day)
    if mapping is not None and not mapping.entries:
        context.error("empty-list", mapping.place, "expected at least one source, found none")
    return found


_Build = Callable[[Fields, "_Reading"], T | None]


@dataclass(frozen=True, slots=True)
class _Reading:
    """What the parts of one file need: its sources by name, and where to report."""

    sources: Sources
    context: Context

    def each(self, fields: Fields, key: Key[Node], shape: Shape, build: _Build[T]) -> tuple[T, ...]:
        """The parts of a list that have no error."""
        node = fields.node(key)
        expected = f"a list ({key.name})"
        found = None if node is None else values.items(node, self.context.diagnostics, expected)
        if node is not None and found is not None and not found:
            message = "expected at least one item, found none"
            self.context.error("empty-list", node.place, message)
        opened = (shape.open(item, self.context) for item in found or ())
        parts = (build(one, self) for one in opened if one is not None)
        return tuple(part for part in parts if part is not None)

    def named(self, fields: Fields, key: Key[str] = SOURCE_NAME) -> Source | None:
        """The source that a part names; it must be one of the file."""
        name = fields.read(key, self.context)
        if name is None or name in self.sources:
            return None if name is None else self.sources[name]
        node = fields.node(key)
        place = fields.place if node is None else node.place
        self.context.unknown("unknown-source", place, "source", name, self.sources)
        return None


def _tax_id(fields: Fields, reading: _Reading) -> TaxIdRule | None:
    context = reading.context
    of, any_of = fields.read(OF, context), fields.read(ANY_OF, context)
    required, note = fields.read(REQUIRED, context), fields.read(NOTE, context)
    source = reading.named(fields)
    if of is None or any_of is None or source is None:
        return None
    parties = frozenset(map(Party, of))
    return TaxIdRule(parties, any_of, required is not False, source, note or "", fields.place)


def _proof(fields: Fields, reading: _Reading) -> Proof | None:
    context = reading.context
    field = fields.read(FIELD, context)
    key = fields.exactly_one((ONE_OF, WORDS), context)
    identifiers, words = fields.read(ONE_OF, context), fields.read(WORDS, context)
    if field is None or key is None or (identifiers is None and words is None):
        return None
    return Proof(field, identifiers or (), words or ())


def _clearance(fields: Fields, reading: _Reading) -> Clearance | None:
    context = reading.context
    name, documents = fields.read(NAME, context), fields.read(DOCUMENTS_KEY, context)
    evidence, source = fields.read(EVIDENCE, context), reading.named(fields)
    decides = _class_fact(fields, context)
    proofs = reading.each(fields, PROOFS, PROOF, _proof)
    mandates = reading.each(fields, MANDATES, MANDATE, _mandate)
    exemptions = reading.each(fields, EXEMPTIONS, EXEMPTION, _exemption)
    _check_classes(fields, decides, context)
    if name is None or documents is None or evidence is None or source is None:
        return None
    return Clearance(
        name=name,
        documents=frozenset(documents),
        day=_day(fields, context),
        class_fact="" if decides is None else decides.name,
        is_class_of_supplier=decides is not None and decides.of is Of.SUPPLIER,
        is_domestic_only=fields.read(DOMESTIC, context) is True,
        proofs=proofs,
        mandates=mandates,
        evidence=evidence,
        source=source,
        exemptions=exemptions,
        place=fields.place,
    )


def _class_fact(fields: Fields, context: Context) -> Fact | None:
    fact = fields.read(CLASS, context)
    if fact is None or (fact.of in (Of.ENTITY, Of.SUPPLIER) and fact.kind is Kind.CHOICE):
        return fact
    message = f"{shown(fact.name)} is {kind_text(fact)} of the {fact.of.value}"
    help = "expected a list of words of the entity or supplier: `{is: [large, small], of: entity}`"
    context.error("unknown-fact", fields.at(CLASS), message, help)
    return None


def _check_classes(fields: Fields, decides: Fact | None, context: Context) -> None:
    """Reports a mandate or exemption for a class that the fact does not have."""
    known = () if decides is None else decides.values
    for key in (MANDATES, EXEMPTIONS):
        node = fields.node(key)
        for item in node.items if isinstance(node, Sequence) else ():
            word = item.get(FOR.name) if isinstance(item, MappingNode) else None
            if isinstance(word, Scalar) and word.text not in known:
                context.unknown("unknown-word", word.place, "class", word.text, known)


def _mandate(fields: Fields, reading: _Reading) -> Mandate | None:
    context = reading.context
    start, source = fields.read(FROM, context), reading.named(fields)
    name, note = fields.read(FOR, context), fields.read(NOTE, context)
    if start is None or source is None:
        return None
    return Mandate(start, source, name or "", note or "")


def _exemption(fields: Fields, reading: _Reading) -> Exemption | None:
    context = reading.context
    up_to, source = fields.read(UP_TO, context), reading.named(fields)
    until, name = fields.read(UNTIL, context), fields.read(FOR, context)
    note = fields.read(NOTE, context)
    if up_to is None or source is None or (until is None and fields.has(UNTIL)):
        return None
    return Exemption(up_to, source, until, name or "", note or "")


def _local_field(fields: Fields, reading: _Reading) -> LocalField | None:
    context = reading.context
    field, documents = fields.read(FIELD, context), fields.read(DOCUMENTS_KEY, context)
    start, source = fields.read(FIELD_FROM, context), reading.named(fields)
    note = fields.read(NOTE, context)
    if field is None or documents is None or source is None:
        return None
    return LocalField(
        documents=frozenset(documents),
        fact=field,
        day=_day(fields, context),
        source=source,
        start=start,
        is_domestic_only=fields.read(DOMESTIC, context) is True,
        note=note or "",
        place=fields.place,
    )


def _day(fields: Fields, context: Context) -> CountedDay:
    return CountedDay(fields.read(DAY_KEY, context) or CountedDay.DOCUMENT_DATE)


_Rule = tuple[Kept, Retention, Fields]


def _retention(fields: Fields, reading: _Reading) -> _Rule | None:
    context = reading.context
    keep, years = fields.read(KEEP, context), fields.read(YEARS, context)
    clock, source = fields.read(CLOCK, context), reading.named(fields)
    note = fields.read(NOTE, context)
    if keep is None or years is None or clock is None or source is None:
        return None
    return Kept(keep), Retention(years, Clock(clock), source, note or ""), fields


def _by_class(found: tuple[_Rule, ...], context: Context) -> Mapping[Kept, Retention]:
    by_class: dict[Kept, Retention] = {}
    for kept, retention, fields in found:
        if kept in by_class:
            context.error("twice", fields.at(KEEP), f"`{kept.value}` stands twice in this list")
        by_class.setdefault(kept, retention)
    return MappingProxyType(by_class)
