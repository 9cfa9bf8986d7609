"""Guarantees: what every route must keep, whatever the rows say."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from engine.facts.conditions import ALWAYS
from engine.money import Money
from engine.policy import Guarantee, Row
from rules.compiling.approvals import WHEN
from rules.compiling.context import Context
from rules.compiling.controls import DOCUMENTS, GUARANTEES, Controls, Layer, items_of
from rules.compiling.forms import ROLE, ROLE_OR_LEVEL, TEXT, as_written, list_of, one_or_more, whole
from rules.compiling.shapes import Fields, Form, Key, Shape
from rules.diagnostics import shown
from rules.reading import values
from rules.reading.nodes import Mapping as MappingNode
from rules.reading.nodes import Node, Scalar

PERSONS_MAX: Final = 50

AT_LEAST: Final = Key("at_least", whole(1, PERSONS_MAX), "so many different approvers")
BY: Final[Key[tuple[str, ...]]] = Key("by", one_or_more(ROLE), "each of these roles approves")
APPROVALS_SHAPE: Final = Shape("`require_approvals`", (AT_LEAST, BY))

NAME: Final = Key("name", TEXT, "a name, once in the set", True)
ABOVE: Final[Key[Node]] = Key(
    "above", Form("amount, or amounts by currency", as_written), "for amounts above this"
)
APPROVALS: Final[Key[Node]] = Key(
    "require_approvals",
    Form("approvals", as_written, shape=APPROVALS_SHAPE),
    "what every route must have",
)
ORDER: Final = Key(
    "order", list_of(ROLE_OR_LEVEL, 2), "who stands above whom: more money never asks less"
)
SHAPE: Final = Shape("a guarantee", (NAME, DOCUMENTS, WHEN, ABOVE, APPROVALS, ORDER))


def read_guarantees(layer: Layer, controls: Controls) -> None:
    """The guarantees of one file."""
    for item in items_of(layer, GUARANTEES):
        fields = SHAPE.open(item, layer.context)
        if fields is not None:
            _guarantee(fields, layer, controls)


def _guarantee(fields: Fields, layer: Layer, controls: Controls) -> None:
    context = layer.context
    name = controls.take("guarantee", NAME, fields, context)
    documents = fields.read(DOCUMENTS, context)
    when = fields.read(WHEN, context)
    above = _above(fields, layer)
    order = fields.read(ORDER, context)
    approvals = _approvals(fields.node(APPROVALS), context)
    key = fields.exactly_one((APPROVALS, ORDER), context)
    if key is ORDER:
        for wrong in fields.written(ABOVE, WHEN):
            message = f"an order holds for every amount, so it has no `{wrong.name}`"
            context.error("unknown-key", fields.at(wrong), message)
    if key is None or above is None or (when is None and fields.has(WHEN)):
        return
    if approvals is None or (key is ORDER and order is None):
        return
    controls.guarantees.append(
        Guarantee(
            name=name,
            place=fields.place,
            scope=layer.header.scope,
            effective=layer.header.effective,
            documents=frozenset(documents or ()),
            amount=layer.amount,
            above=above,
            when=when or ALWAYS,
            at_least=approvals[0],
            by=approvals[1],
            order=order or (),
        )
    )


def _approvals(node: Node | None, context: Context) -> tuple[int, tuple[str, ...]] | None:
    """How many, and which roles; nothing where it is not written."""
    if node is None:
        return 0, ()
    fields = APPROVALS_SHAPE.open(node, context)
    if fields is None:
        return None
    at_least, by = fields.read(AT_LEAST, context), fields.read(BY, context)
    written = fields.written(AT_LEAST, BY)
    if not written and fields.is_whole:
        message = "`require_approvals` needs `at_least`, `by` or both"
        context.error("missing-key", fields.place, message)
    if not written or (at_least is None and by is None):
        return None
    return at_least or 0, by or ()


def _above(fields: Fields, layer: Layer) -> Mapping[str, Money] | None:
    """The amounts by currency; empty where it is not written, `None` after an error."""
    context = layer.context
    node = fields.node(ABOVE)
    if node is None:
        return MappingProxyType({})
    if not layer.amount:
        message = "`above` bounds the amount, and this file has none"
        help = "write `amount: commitment.net`, say"
        context.error("no-amount", fields.at(ABOVE), message, help)
    found: dict[str, Money] = {}
    if isinstance(node, MappingNode) and node.entries:
        for key, value in node.entries:
            amount = _in_currency(key, value, context)
            if amount is None:
                return None
            found[amount.currency] = amount
    else:
        single = values.money(node, context.diagnostics, currency=context.currency or None)
        if single is None:
            return None
        found[single.currency] = single
    return MappingProxyType(found) if layer.amount else None


def _in_currency(key: Scalar, value: Node, context: Context) -> Money | None:
    currency = values.currency(key, context.diagnostics)
    if currency is None:
        return None
    amount = values.money(value, context.diagnostics, currency=currency)
    if amount is not None and amount.currency != currency:
        message = f"expected an amount in {currency}, found one in {amount.currency}"
        context.error("different-kinds", value.place, message)
        return None
    return amount


def check_waivers(rows: tuple[Row, ...], controls: Controls, context: Context) -> None:
    """Report rows that waive a guarantee which is not there, or which no row may waive."""
    taken = controls.names.get("guarantee", {})
    orders = {guarantee.name for guarantee in controls.guarantees if guarantee.order}
    known = {guarantee.name for guarantee in controls.guarantees}
    for row in rows:
        for name, _ in row.waives:
            if name not in taken:
                context.unknown("unknown-guarantee", row.place, "guarantee", name, taken)
            elif name in known and name not in orders:
                message = f"{shown(name)} asks for approvals, and no row may waive it"
                context.error("not-waivable", row.place, message)
