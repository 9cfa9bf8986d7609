"""Controls: what applies on top of whichever matrix decided. They only ever add.

A cap is an additional row on a total: what happens beyond the bound is its answer.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from engine.facts.conditions import Compare, Condition, Constant, Op, facts_of
from engine.facts.kinds import Kind
from engine.money import Money
from engine.places import Place
from engine.policy import (
    Additional,
    Answer,
    Approve,
    At,
    Barred,
    Conflict,
    Duty,
    Guarantee,
    Mitigation,
    NotNeeded,
    RelatedParties,
    Requirement,
    Review,
)
from engine.routing.words import Word
from rules.compiling.answers import ANSWERS, APPROVE, CODE, check_not_alone, read_answer, read_steps
from rules.compiling.approvals import AMOUNT, BOUNDS, NAME, REQUIRE, WHEN, take_name, with_bounds
from rules.compiling.bounds import AmountBounds, amount_bounds, bound_key
from rules.compiling.context import Context
from rules.compiling.files import HEADER_KEYS, KIND, File, Header, read_header
from rules.compiling.forms import AMOUNT as MONEY
from rules.compiling.forms import DOCUMENTS as DOCUMENTS_FORM
from rules.compiling.forms import NAME as CODE_NAME
from rules.compiling.forms import TEXT, as_written, declared, word_of
from rules.compiling.shapes import Fields, Form, Key, Shape, shaped
from rules.compiling.silence import UNCOUNTED, others_needed
from rules.compiling.who import WORD
from rules.reading import values
from rules.reading.nodes import Node, described


@dataclass(slots=True)
class Controls:
    """Everything that the `controls` files of a set say, while they are read.

    `names` holds the names taken, by kind of control.
    """

    additional: list[Additional] = field(default_factory=list)
    barred: list[Barred] = field(default_factory=list)
    duties: dict[str, Duty] = field(default_factory=dict)
    conflicts: list[Conflict] = field(default_factory=list)
    mitigations: list[Mitigation] = field(default_factory=list)
    related_parties: list[RelatedParties] = field(default_factory=list)
    guarantees: list[Guarantee] = field(default_factory=list)
    names: dict[str, dict[str, Place]] = field(default_factory=dict)

    def take(self, what: str, key: Key[str], fields: Fields, context: Context) -> str:
        """The name of one control, reported where it is taken; empty where it has none."""
        name = fields.read(key, context) or ""
        if name:
            take_name(self.names.setdefault(what, {}), name, fields.at(key), context)
        return name


@dataclass(frozen=True, slots=True)
class Layer:
    """One `controls` file: its header, its amount (empty for none), its fields."""

    header: Header
    amount: str
    fields: Fields
    context: Context


def _read_reviewers(node: Node, context: Context) -> tuple[Word, ...] | None:
    steps = read_steps(node, context)
    if steps is None:
        return None
    if any(isinstance(word, UNCOUNTED) for word in steps) or not _someone_else(steps):
        message = f"a review is done by somebody who answers for it, found {described(node)}"
        context.error("silence", node.place, message)
        return None
    return steps


def _someone_else(steps: tuple[Word, ...]) -> bool:
    return all(others_needed(word) > 0 for word in steps)


def _review(fields: Fields, context: Context) -> Review | None:
    documents, by = fields.read(REVIEWED, context), fields.read(REVIEWER, context)
    code = fields.read(REVIEW_CODE, context)
    if documents is None or by is None or code is None:
        return None
    return Review(documents, by, code)


REVIEWED: Final = Key(
    "documents", word_of("counted", "this"), "those that the total counted, or this one", True
)
REVIEWER: Final = Key(
    "by", Form("steps", _read_reviewers, item=WORD, alone=True), "who reviews", True
)
REVIEW_CODE: Final = Key("code", CODE_NAME, "the code of the review", True)
REVIEW: Final = Key(
    "review",
    shaped(Shape("a review", (REVIEWED, REVIEWER, REVIEW_CODE)), _review),
    "a review is opened",
)
DOCUMENTS: Final = Key("documents", DOCUMENTS_FORM, "for these document types (all if unsaid)")
AT: Final = Key(
    "at", word_of(*(at.value for at in At)), "where the steps stand to those of the matrix"
)
BECAUSE: Final = Key("because", TEXT, "why, for the record")
EFFECTS: Final = (*ANSWERS, REQUIRE, REVIEW)
ADDITIONAL_ROW: Final = Shape(
    "an additional row",
    (NAME, DOCUMENTS, WHEN, *BOUNDS.values(), *EFFECTS, AT, BECAUSE, CODE),
)


def _read_total(node: Node, context: Context) -> str | None:
    value = values.scalar(node, context.diagnostics, "the name of a total")
    if value is None or value.text in context.words.broken:
        return None
    return declared("total", "unknown-fact", node, context.words.totals, context)


CAP_NAME: Final = Key("name", TEXT, "a name, once in the set", True)
TOTAL: Final = Key("total", Form("total", _read_total), "the total that is capped", True)
CAP_UP_TO: Final[Key[Money]] = Key("up_to", MONEY, "the largest total within the cap")
CAP_BELOW: Final[Key[Money]] = Key("below", MONEY, "totals below this are within the cap")
BEYOND_SHAPE: Final = Shape("`beyond`", (*EFFECTS, AT, CODE))
BEYOND: Final[Key[Node]] = Key(
    "beyond", Form("effects", as_written, shape=BEYOND_SHAPE), "what happens beyond it", True
)
CAP: Final = Shape("a cap", (CAP_NAME, DOCUMENTS, WHEN, TOTAL, CAP_UP_TO, CAP_BELOW, BEYOND))

TITLE: Final = Key("title", TEXT, "how reports call it")
ADDITIONAL: Final[Key[Node]] = Key(
    "additional", Form("additional rows", as_written), "rows of which every one that matches adds"
)
CAPS: Final[Key[Node]] = Key("caps", Form("caps", as_written), "bounds on totals")
SEGREGATION: Final[Key[Node]] = Key(
    "segregation", Form("segregation", as_written), "who may not do what as well as what"
)
GUARANTEES: Final[Key[Node]] = Key(
    "guarantees", Form("guarantees", as_written), "what every route must keep"
)
SHAPE: Final = Shape(
    "a controls file",
    (
        *(KIND, NAME, TITLE, *HEADER_KEYS, AMOUNT),
        *(ADDITIONAL, CAPS, SEGREGATION, GUARANTEES),
    ),
)


def open_layer(file: File, default: Header, context: Context) -> Layer | None:
    """The header of one file; `None` where it is no mapping."""
    fields = SHAPE.open(file.root, context)
    if fields is None:
        return None
    header = read_header(fields, default, context)
    inside = context.in_currency(header.currency)
    fields.read(NAME, inside), fields.read(TITLE, inside)
    amount = fields.read(AMOUNT, inside)
    if amount is None and fields.has(AMOUNT):
        amount = "document.net"  # stands for one with an error, so that no bound has one too
    return Layer(header, amount or "", fields, inside)


def items_of(layer: Layer, key: Key[Node]) -> tuple[Node, ...]:
    """The items of one of a file's lists; an error where it is empty or no list."""
    node = layer.fields.node(key)
    if node is None:
        return ()
    found = values.items(node, layer.context.diagnostics, "a list")
    if found is not None and not found:
        message = "expected at least one item, found none"
        layer.context.error("empty-list", node.place, message)
    return found or ()


def read_additional(layer: Layer, controls: Controls) -> None:
    """The additional rows and caps of one file."""
    for item in items_of(layer, ADDITIONAL):
        fields = ADDITIONAL_ROW.open(item, layer.context)
        if fields is not None:
            _additional(fields, layer, controls)
    for item in items_of(layer, CAPS):
        fields = CAP.open(item, layer.context)
        if fields is not None:
            _cap(fields, layer, controls)


@dataclass(frozen=True, slots=True)
class Effects:
    """What an additional row or a cap does."""

    answer: Answer | None
    at: At
    require: tuple[Requirement, ...]
    review: Review | None
    code: str


def _effects(fields: Fields, context: Context) -> Effects | None:
    answer = read_answer(fields, context)
    require, review = fields.read(REQUIRE, context), fields.read(REVIEW, context)
    at = fields.read(AT, context)
    written = fields.written(*EFFECTS)
    if not written and fields.is_whole:
        names = ", ".join(f"`{key.name}`" for key in EFFECTS)
        message = f"{fields.shape.name} needs at least one of {names}"
        context.error("missing-key", fields.place, message)
    if len(fields.written(*ANSWERS)) > 1:
        fields.exactly_one(ANSWERS, context)
    if isinstance(answer, NotNeeded):
        message = "a control only adds: it never says that nobody is asked"
        context.error("unnamed-not-needed", fields.at(APPROVE), message)
    if isinstance(answer, Approve):
        check_not_alone(answer.steps, fields, context)
    if fields.has(AT) and not fields.has(APPROVE):
        message = "`at` places the steps of `approve`, and there is none"
        context.error("unknown-key", fields.at(AT), message)
    has_all = (
        (answer is not None or not fields.written(*ANSWERS))
        and (require is not None or not fields.has(REQUIRE))
        and (review is not None or not fields.has(REVIEW))
    )
    if not written or not has_all:
        return None
    place = At(at) if at is not None else At.AFTER
    return Effects(answer, place, require or (), review, fields.read(CODE, context) or "")


def _additional(fields: Fields, layer: Layer, controls: Controls) -> None:
    context = layer.context
    name = controls.take("additional", NAME, fields, context)
    documents = fields.read(DOCUMENTS, context)
    when = fields.read(WHEN, context)
    bounds = amount_bounds(fields, BOUNDS, bool(layer.amount), context)
    because = fields.read(BECAUSE, context) or ""
    effects = _effects(fields, context)
    if effects is None or bounds is None or (when is None and fields.has(WHEN)):
        return
    if effects.review is not None and effects.review.documents == "counted":
        _check_counted(fields, layer.amount, when, context)
    controls.additional.append(
        _row(fields, layer, name, documents, effects, bounds, when, because, layer.amount)
    )


def _check_counted(fields: Fields, amount: str, when: Condition | None, context: Context) -> None:
    read = {amount, *(() if when is None else facts_of(when))}
    if not read & context.words.totals:
        message = "`counted` speaks of the documents of a total, and the row asks for none"
        context.error("no-total", fields.at(REVIEW), message)


def _cap(fields: Fields, layer: Layer, controls: Controls) -> None:
    context = layer.context
    name = controls.take("cap", CAP_NAME, fields, context)
    total = fields.read(TOTAL, context)
    documents = fields.read(DOCUMENTS, context)
    when = fields.read(WHEN, context)
    key = fields.exactly_one((CAP_UP_TO, CAP_BELOW), context)
    bound = None if key is None else fields.read(key, context)
    node = fields.node(BEYOND)
    beyond = None if node is None else BEYOND_SHAPE.open(node, context)
    effects = None if beyond is None else _effects(beyond, context)
    if total is None or bound is None or effects is None or key is None:
        return
    if when is None and fields.has(WHEN):
        return
    op = Op.ABOVE if key is CAP_UP_TO else Op.FROM
    limit = Constant(bound)
    test = Compare("amount", op, limit, Kind.MONEY, bound.currency)
    bounds = AmountBounds(low=bound_key(op, limit), constant=(test,))
    inside = Layer(
        Header(layer.header.scope, layer.header.effective, bound.currency, layer.header.owner),
        total,
        layer.fields,
        context,
    )
    controls.additional.append(
        _row(fields, inside, name, documents, effects, bounds, when, "", total)
    )


def _row(
    fields: Fields,
    layer: Layer,
    name: str,
    documents: tuple[str, ...] | None,
    effects: Effects,
    bounds: AmountBounds,
    when: Condition | None,
    because: str,
    amount: str,
) -> Additional:
    return Additional(
        name=name,
        place=fields.place,
        scope=layer.header.scope,
        effective=layer.header.effective,
        documents=frozenset(documents or ()),
        currency=layer.header.currency,
        amount=amount,
        answer=effects.answer,
        at=effects.at,
        low=bounds.low,
        high=bounds.high,
        bounds=bounds.constant,
        when=with_bounds(when, bounds.other),
        require=effects.require,
        review=effects.review,
        because=because,
        code=effects.code,
        owner=layer.header.owner,
    )
