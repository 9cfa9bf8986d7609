"""Matrices: the `approvals` files, whose rows give exactly one answer for a document."""

from __future__ import annotations

from typing import Final

from engine.facts.conditions import ALWAYS, Condition
from engine.facts.kinds import Kind
from engine.places import NOWHERE, Place
from engine.policy import Answer, Approve, Matrix, NotNeeded, Row
from engine.routing.words import RoleChain, SupervisorChain, Word
from rules.compiling.answers import ANSWERS, APPROVE, CODE, check_heard, read_answer
from rules.compiling.bounds import amount_bounds, bound_keys, find_fact, kind_text
from rules.compiling.conditions import CONDITION, joined
from rules.compiling.context import Context
from rules.compiling.files import HEADER_KEYS, KIND, File, Header, read_header
from rules.compiling.forms import DOCUMENTS, TEXT, YES_NO, as_written
from rules.compiling.requirements import REQUIREMENTS
from rules.compiling.shapes import Fields, Form, Key, Shape
from rules.compiling.silence import parts_of
from rules.diagnostics import shown
from rules.reading import values
from rules.reading.nodes import Mapping as MappingNode
from rules.reading.nodes import Node, described

NONE: Final = "none"


def _read_amount(node: Node, context: Context) -> str | None:
    """The money fact that rows bound; empty for `none`."""
    value = values.scalar(node, context.diagnostics, "a money fact such as `commitment.net`")
    if value is None:
        return None
    if value.text == NONE:
        return ""
    fact = find_fact(value.text, value.place, context)
    if fact is None:
        return None
    if fact.kind is not Kind.MONEY:
        message = f"expected an amount of money, and {shown(fact.name)} is {kind_text(fact)}"
        context.error("not-money", value.place, message)
        return None
    return fact.name


def _read_waived(node: Node, context: Context) -> tuple[tuple[str, str], ...] | None:
    if not isinstance(node, MappingNode) or not node.entries:
        message = f"expected guarantees with reasons, found {described(node)}"
        help = "write `{never-less-for-more: why}`, say"
        context.error("expected-mapping", node.place, message, help)
        return None
    found = [(key.text, TEXT.read(value, context)) for key, value in node.entries]
    return tuple((name, reason) for name, reason in found if reason is not None)


BOUNDS: Final = bound_keys("the amount is")
AMOUNT: Final[Key[str]] = Key(
    "amount", Form("money fact", _read_amount, words=(NONE,)), "the money fact that rows bound"
)
NAME: Final = Key("name", TEXT, "a name, once in the file")
WHEN: Final[Key[Condition]] = Key("when", CONDITION, "only where this is true")
REQUIRE: Final = Key("require", REQUIREMENTS, "what the document must have before it completes")
EXCEPTION: Final = Key("exception", YES_NO, "beats the plain rows")
WAIVES: Final = Key("waives", Form("waived guarantees", _read_waived), "guarantees, with reasons")
ROW: Final = Shape(
    "a row", (NAME, EXCEPTION, WHEN, *BOUNDS.values(), *ANSWERS, CODE, REQUIRE, WAIVES)
)
OTHERWISE_SHAPE: Final = Shape("`otherwise`", (*ANSWERS, CODE))

TITLE: Final = Key("title", TEXT, "how reports call it")
FILE_NAME: Final = Key("name", TEXT, "its name, once in the set", required=True)
DOCUMENTS_KEY: Final = Key("documents", DOCUMENTS, "for these document types", required=True)
MATRIX_AMOUNT: Final = Key(AMOUNT.name, AMOUNT.form, f"{AMOUNT.doc}, or `none`", required=True)
ROWS: Final[Key[Node]] = Key("rows", Form("rows", as_written), "the rows", required=True)
OTHERWISE: Final[Key[Node]] = Key(
    "otherwise", Form("answer", as_written, shape=OTHERWISE_SHAPE), "the answer where no row covers"
)
SHAPE: Final = Shape(
    "an approvals file",
    (
        *(KIND, FILE_NAME, TITLE, DOCUMENTS_KEY, WHEN, MATRIX_AMOUNT, ROWS, OTHERWISE),
        *HEADER_KEYS,
    ),
)


def read_matrix(file: File, default: Header, context: Context) -> Matrix | None:
    """One file's matrix; `None` after an error in its header."""
    fields = SHAPE.open(file.root, context)
    if fields is None:
        return None
    header = read_header(fields, default, context)
    inside = context.in_currency(header.currency)
    name, documents = fields.read(FILE_NAME, inside), fields.read(DOCUMENTS_KEY, inside)
    amount = fields.read(MATRIX_AMOUNT, inside)
    when = fields.read(WHEN, inside)
    has_amount = amount != ""
    rows = _rows(fields, has_amount, inside)
    otherwise, place = _otherwise(fields, has_amount, inside)
    if name is None or documents is None or amount is None:
        return None
    return Matrix(
        name=name,
        title=fields.read(TITLE, inside) or "",
        file=file.name,
        place=fields.place,
        scope=header.scope,
        effective=header.effective,
        documents=frozenset(documents),
        when=when or ALWAYS,
        currency=header.currency,
        amount=amount,
        owner=header.owner,
        rows=rows,
        otherwise=otherwise,
        otherwise_place=place,
    )


def _rows(fields: Fields, has_amount: bool, context: Context) -> tuple[Row, ...]:
    node = fields.node(ROWS)
    if node is None:
        return ()
    items = values.items(node, context.diagnostics, "a list of rows")
    if items is not None and not items:
        context.error("empty-list", node.place, "expected at least one row, found none")
    names: dict[str, Place] = {}
    found = []
    for item in items or ():
        row = _row(item, has_amount, names, context)
        if row is not None:
            found.append(row)
    return tuple(found)


def _row(node: Node, has_amount: bool, names: dict[str, Place], context: Context) -> Row | None:
    fields = ROW.open(node, context)
    if fields is None:
        return None
    name = fields.read(NAME, context) or ""
    if name:
        take_name(names, name, fields.at(NAME), context)
    answer = read_row_answer(fields, has_amount, context)
    if isinstance(answer, NotNeeded) and not fields.has(NAME):
        message = "only a row with a name goes straight through"
        context.error("unnamed-not-needed", fields.at(APPROVE), message, "give the row a `name`")
    bounds = amount_bounds(fields, BOUNDS, has_amount, context)
    when = fields.read(WHEN, context)
    require = fields.read(REQUIRE, context) or ()
    waives = fields.read(WAIVES, context) or ()
    exception = fields.read(EXCEPTION, context) or False
    if answer is None or bounds is None or (when is None and fields.has(WHEN)):
        return None
    return Row(
        name=name,
        place=fields.place,
        answer=answer,
        exception=exception,
        low=bounds.low,
        high=bounds.high,
        bounds=bounds.constant,
        when=with_bounds(when, bounds.other),
        require=require,
        waives=waives,
    )


def with_bounds(when: Condition | None, tests: tuple[Condition, ...]) -> Condition:
    """A condition together with those bounds that are no constants."""
    if not tests:
        return when or ALWAYS
    return joined((*(() if when is None else (when,)), *tests))


def take_name(names: dict[str, Place], name: str, place: Place, context: Context) -> None:
    """Note a name; report it where it is taken already."""
    if name in names:
        message = f"{shown(name)} is the name of {names[name]} already"
        context.error("name-taken", place, message)
    names.setdefault(name, place)


def read_row_answer(fields: Fields, has_amount: bool, context: Context) -> Answer | None:
    """The one answer of a matrix row: somebody is heard, and there is an amount to cover."""
    answer = read_answer(fields, context)
    if fields.exactly_one(ANSWERS, context) is None:
        return None
    if fields.has(CODE) and fields.has(APPROVE):
        message = "`code` names why something is held or refused, and this row approves"
        context.error("unknown-key", fields.at(CODE), message)
    check_heard(answer, fields, context)
    if isinstance(answer, Approve) and not has_amount:
        for word in answer.steps:
            _check_amount(word, context)
    return answer


def _check_amount(word: Word, context: Context) -> None:
    for part in parts_of(word):
        match part:
            case RoleChain(covers=""):
                covers_amount = True
            case SupervisorChain(until_authority=True, covers=""):
                covers_amount = True
            case _:
                covers_amount = False
        if covers_amount:
            message = "authority covers an amount, and this file has `amount: none`"
            help = "say which total: `until: {covers: ...}`"
            context.error("no-amount", part.place, message, help)


def _otherwise(fields: Fields, has_amount: bool, context: Context) -> tuple[Answer | None, Place]:
    node = fields.node(OTHERWISE)
    inner = None if node is None else OTHERWISE_SHAPE.open(node, context)
    if inner is None:
        return None, NOWHERE
    answer = read_row_answer(inner, has_amount, context)
    if isinstance(answer, NotNeeded):
        message = "what no row covers never goes straight through"
        context.error("unnamed-not-needed", inner.at(APPROVE), message)
    return answer, inner.place
