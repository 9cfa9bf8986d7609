"""What the totals of an invoice are made of: lines, allowances, charges, claims of third parties.

Each becomes a line of the canonical document, so that its lines add up to what shall be paid.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Final

from adapters.sources.e_invoice.reader import Reader, tidy
from adapters.sources.e_invoice.terms import (
    ADJUSTMENT,
    ADJUSTMENTS,
    CLAIM,
    CLAIMS,
    LINE,
    LINES,
    SUB_LINES,
    Terms,
)
from adapters.sources.e_invoice.tree import Node
from engine.money import fraction_text
from engine.quoting import quoted

LINE_PART: Final = ""
ALLOWANCE: Final = "allowance"
CHARGE: Final = "charge"
THIRD_PARTY: Final = "third_party"
ZERO: Final = Fraction(0)
_TEXTS: Final = ("order", "item", "supplier_item", "standard_item", "accounting_reference")
_DAYS: Final = ("period_start", "period_end")


@dataclass(slots=True)
class Part:
    """One of them. `net_minor` has the sign with which it is added; `tax_minor` is found later.

    `group` is the category and the rate of its tax; `None` for what the tax of the invoice does not
    concern. `stated` is all else that the canonical line states.
    """

    node: Node
    kind: str
    net_minor: int
    group: tuple[str, Fraction] | None
    stated: dict[str, object] = field(default_factory=dict)
    quantity: Fraction | None = None
    tax_minor: int = 0


def line_parts(reader: Reader) -> list[Part]:
    """The lines. One that is divided into others stands for their sum, and is not here itself."""
    inside = _by_parent(reader)
    top = [node for node in reader.all(reader.root, LINES) if not reader.text(node, LINE["parent"])]
    if not top:
        reader.missing(reader.root, LINES)
    return [part for node in top for part in _leaves(reader, node, inside)]


def _by_parent(reader: Reader) -> dict[str, list[Node]]:
    """CII writes the lines inside of a line beside it, with its number."""
    found: dict[str, list[Node]] = {}
    known = {reader.text(node, LINE["id"]) for node in reader.all(reader.root, LINES)}
    for node in reader.all(reader.root, LINES):
        parent = reader.text(node, LINE["parent"])
        if parent and (parent not in known or parent == reader.text(node, LINE["id"])):
            message = f"expected the number of another line, found {quoted(parent)}"
            reader.complain_at("unknown_value", node, LINE["parent"], message)
        elif parent:
            found.setdefault(parent, []).append(node)
    return found


def _leaves(reader: Reader, node: Node, inside: dict[str, list[Node]]) -> Iterator[Part]:
    """The part of a line, or those of the lines inside of it, which must add up to it."""
    number = reader.text(node, LINE["id"])
    # Taken out, so that lines which are inside of each other end.
    children = [*reader.all(node, SUB_LINES), *inside.pop(number, [])]
    part = _line(reader, node, number)
    if not children:
        if part is not None:
            yield part
        return
    sum_minor = 0
    for child in children:
        for leaf in _leaves(reader, child, inside):
            sum_minor += leaf.net_minor
            yield leaf
    if part is not None and not reader.errors and sum_minor != part.net_minor:
        message = (
            f"expected {reader.said(sum_minor)}, the sum of the lines inside of it,"
            f" found {reader.said(part.net_minor)}"
        )
        reader.complain_at("wrong_sum", node, LINE["net"], message)


def _line(reader: Reader, node: Node, number: str) -> Part | None:
    net = reader.amount(node, LINE["net"])
    if net is None:
        if not reader.all(node, LINE["net"]):
            reader.missing(node, LINE["net"])
        return None
    stated: dict[str, object] = {"source_id": number, "description": _description(reader, node)}
    stated["unit_of_measure"] = reader.text(node, LINE["unit"])
    stated |= {name: reader.text(node, LINE[name]) for name in _TEXTS}
    stated |= {name: reader.day(node, LINE[name]) for name in _DAYS}
    ordered = reader.text(node, LINE["order_line"])
    if ordered.isascii() and ordered.isdigit() and 0 < int(ordered[:10]) and len(ordered) < 10:
        stated["order_line"] = ordered
    else:
        stated["order_line_reference"] = ordered
    stated["price"] = _price(reader, node)
    quantity = reader.number(node, LINE["quantity"])
    return Part(node, LINE_PART, net, _group(reader, node, LINE), stated, quantity)


def _description(reader: Reader, node: Node) -> str:
    said = [*reader.all(node, LINE["name"]), *reader.all(node, LINE["description"])]
    said += reader.all(node, LINE["note"])
    return "\n".join(tidy(each.text) for each in said if each.text)


def _price(reader: Reader, node: Node) -> str:
    """The price of one unit. What is stated for 100 is divided by 100, exactly."""
    price = reader.number(node, LINE["price"])
    base = reader.number(node, LINE["base_quantity"])
    if price is None:
        return ""
    if base is not None and base <= 0:
        found = quoted(fraction_text(base))
        message = f"expected a quantity above zero, found {found}"
        reader.complain_at("out_of_range", node, LINE["base_quantity"], message)
        return ""
    unit, base_unit = reader.text(node, LINE["unit"]), reader.text(node, LINE["base_unit"])
    if base_unit and unit and base_unit != unit:
        message = f"expected the unit of the line, {quoted(unit)}, found {quoted(base_unit)}"
        reader.complain_at("unit_mismatch", node, LINE["base_unit"], message)
    return fraction_text(price / base if base is not None else price)


def adjustment_parts(reader: Reader) -> Iterator[Part]:
    """Allowances and charges on the whole invoice."""
    for node in reader.all(reader.root, ADJUSTMENTS):
        indicator = reader.required(node, ADJUSTMENT["indicator"])
        amount = reader.amount(node, ADJUSTMENT["amount"])
        if amount is None:
            if not reader.all(node, ADJUSTMENT["amount"]):
                reader.missing(node, ADJUSTMENT["amount"])
            continue
        if indicator not in ("true", "false", "1", "0"):
            message = f"expected `true` or `false`, found {quoted(indicator)}"
            reader.complain_at("wrong_type", node, ADJUSTMENT["indicator"], message)
            continue
        kind = CHARGE if indicator in ("true", "1") else ALLOWANCE
        reason = reader.text(node, ADJUSTMENT["reason"])
        code = reader.text(node, ADJUSTMENT["code"])
        stated: dict[str, object] = {"description": reason or code, "source_id": code}
        group = _group(reader, node, ADJUSTMENT)
        yield Part(node, kind, amount if kind == CHARGE else -amount, group, stated)


def claim_parts(reader: Reader) -> Iterator[Part]:
    """What the seller collects for others, on top of his invoice (an extension of XRechnung)."""
    for node in reader.all(reader.root, CLAIMS):
        amount = reader.amount(node, CLAIM["amount"])
        kind, text = reader.text(node, CLAIM["id"]), reader.text(node, CLAIM["description"])
        if amount is None or not (kind and text):
            # Plain UBL lists here what was paid before; BT-113 has the sum of that.
            continue
        stated: dict[str, object] = {"description": text, "source_id": kind}
        yield Part(node, THIRD_PARTY, amount, None, stated)


def _group(reader: Reader, node: Node, terms: Terms) -> tuple[str, Fraction] | None:
    category = reader.required(node, terms["category"])
    rate = reader.number(node, terms["rate"])
    return (category, rate if rate is not None else ZERO) if category else None
