"""What a document itself knows, as facts: stated on it, or worked out from what is stated.

Nothing here needs master data. What is not stated, or differs between lines, is not a fact of the
document and is absent: a condition on it is undecided, and is never answered by a guess.
"""

from __future__ import annotations

from collections.abc import Mapping
from operator import attrgetter
from typing import Final

from engine.documents.model import Document, Line, Party
from engine.facts.kinds import FactValue
from engine.facts.vocabulary import FIELD_NAMES
from engine.money import Money
from engine.values import value

# The fields of a document that state a fact as text, and how the two facts are called that have
# another name than their field.
_TEXTS: Final = tuple(
    "type number entity requester submitter buyer receiver supplier customer department contract"
    " purchase_order".split()
)
_TEXT_FACTS: Final = ("document.type", "document.number", *_TEXTS[2:])
_read_texts: Final = attrgetter(*_TEXTS)
_LINE_TEXTS: Final = tuple(
    "category cost_center project customer gl_account tax_code expense_type".split()
)
# What all lines state alike; a line that states nothing has what the header states. Where a line
# contradicts the header the document has no such fact.
_SHARED: Final = ("category", "cost_center", "project")


@value
class OwnFacts:
    """What a document states, whatever set decides it: its facts, each line's, and its net."""

    values: Mapping[str, FactValue]
    lines: tuple[Mapping[str, FactValue], ...]
    net: Money | None


def stated_on(document: Document) -> OwnFacts:
    """All that the document knows by itself."""
    net = net_of(document)
    return OwnFacts(_facts(document, net), line_facts(document), net)


def own_facts(document: Document) -> dict[str, FactValue]:
    """Every fact that the document knows by itself, the company's own and its papers included."""
    return _facts(document, net_of(document))


def _facts(document: Document, net: Money | None) -> dict[str, FactValue]:
    facts: dict[str, FactValue] = {
        fact: text for fact, text in zip(_TEXT_FACTS, _read_texts(document), strict=True) if text
    }
    alike = document if not document.lines else document.lines[0]
    several = document.lines[1:]
    for name in _SHARED:
        text = getattr(alike, name)
        if text and all(getattr(line, name) == text for line in several):
            facts[name] = text
    capex = alike.capex
    if any(line.capex != capex for line in several):
        capex = None
    if capex is not None:
        facts["capex"] = capex
    if len(document.beneficiaries) == 1:
        facts["beneficiary"] = document.beneficiaries[0]
    if document.document_date is not None:
        facts["document.date"] = document.document_date
    if document.posting_date is not None:
        facts["posting_date"] = document.posting_date
    _add_amounts(facts, document, net)
    for name, detail in document.details.items():
        if name not in FIELD_NAMES and not isinstance(detail, tuple | Party):
            facts[name] = detail
    if document.type == "supplier_request":
        facts["states_bank_details"] = "bank_details" in document.details
    facts.update(document.facts)
    for paper in document.papers:
        facts[paper] = True
    return facts


def suppliers_of(document: Document) -> tuple[str, ...]:
    """The suppliers that a document is about: its own, and those of the items of a payment run."""
    if document.type != "payment":
        return (document.supplier,) if document.supplier else ()
    named = {str(line.details.get("pays_supplier", "")) for line in document.lines}
    return tuple(sorted((named | {document.supplier}) - {""}))


def line_facts(document: Document) -> tuple[dict[str, FactValue], ...]:
    """The facts of each line, in the order of the lines."""
    return tuple(_line_facts(line) for line in document.lines)


def net_of(document: Document) -> Money | None:
    """What the document is worth without tax; `None` where it states no amount.

    A journal entry with debits and credits is worth what it moves: the greater of the two sums. A
    framework without lines has committed nothing yet: its net is zero.
    """
    if not document.lines:
        return None if document.maximum is None else Money(0, document.currency)
    if not all(line.is_valued for line in document.lines):
        return None
    if document.type == "journal_entry":
        debits = sum(line.net.minor for line in document.lines if line.net.minor > 0)
        credits = sum(line.net.minor for line in document.lines if line.net.minor < 0)
        if debits and credits:
            return Money(max(debits, -credits), document.currency)
    return Money(sum(line.net.minor for line in document.lines), document.currency)


def tax_of(document: Document) -> Money | None:
    """The tax of all lines; `None` unless every line states its own."""
    total_minor = 0
    for line in document.lines:
        if line.tax is None:
            return None
        total_minor += line.tax.minor
    return Money(total_minor, document.currency) if document.lines else None


def _add_amounts(facts: dict[str, FactValue], document: Document, net: Money | None) -> None:
    tax = tax_of(document)
    if net is not None:
        facts["document.net"] = net
    if tax is not None:
        facts["document.tax"] = tax
    if net is not None and tax is not None:
        facts["document.gross"] = Money(net.minor + tax.minor, document.currency)
    if document.maximum is not None:
        facts["document.maximum"] = document.maximum
    if document.options is not None:
        facts["document.options"] = document.options


def _line_facts(line: Line) -> dict[str, FactValue]:
    facts: dict[str, FactValue] = {}
    for name in _LINE_TEXTS:
        text = getattr(line, name)
        if text:
            facts[name] = text
    if line.is_valued:
        facts["line.net"] = line.net
    if line.capex is not None:
        facts["capex"] = line.capex
    if line.tax is not None:
        facts["line.tax"] = line.tax
    if line.quantity is not None:
        facts["line.quantity"] = line.quantity
    if line.price is not None:
        facts["line.price"] = line.price
    for name, detail in line.details.items():
        if name not in FIELD_NAMES and not isinstance(detail, tuple | Party):
            facts[name] = detail
    facts.update(line.facts)
    return facts
