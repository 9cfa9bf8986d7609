"""From the model of a document type to the plain `Document` that the engine takes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import TypeVar

from pydantic import BaseModel

from engine.documents.catalogue import own_fields, own_line_fields
from engine.documents.header import BankSheet, Header, LineSheet, PartySheet, Valued
from engine.documents.model import (
    Attachment,
    BankDetails,
    Comment,
    Detail,
    Document,
    Line,
    Party,
)
from engine.documents.taking_apart import Parts
from engine.facts.kinds import FactValue
from engine.money import Money

V = TypeVar("V")


def document_of(model: Header, parts: Parts, received_at: datetime) -> Document:
    """The document, still without its digest."""
    valued = model if isinstance(model, Valued) else None
    attachments = tuple(Attachment(**item.__dict__) for item in model.attachments)
    papers = {name for name, is_there in parts.papers.items() if is_there}
    papers.update(model.papers, (item.paper for item in attachments if item.paper))
    return Document(
        type=model.type,
        id=model.id,
        entity=model.entity,
        requester=model.requester,
        submitted_at=model.submitted_at or received_at,
        is_submission_stated=model.submitted_at is not None,
        currency=model.currency,
        number=model.number,
        version=model.version,
        title=model.title,
        submitter=model.submitter,
        beneficiaries=(model.beneficiary,) if model.beneficiary else model.beneficiaries,
        buyer=model.buyer,
        receiver=model.receiver,
        supplier=model.supplier,
        customer=model.customer,
        category=model.category,
        capex=model.capex,
        cost_center=model.cost_center,
        project=model.project,
        department=model.department,
        contract=model.contract,
        purchase_order=model.purchase_order,
        document_date=model.document_date,
        posting_date=model.posting_date,
        lines=_lines(valued, parts) if valued is not None else (),
        maximum=valued.maximum if valued is not None else None,
        options=valued.options if valued is not None else None,
        papers=frozenset(papers),
        dimensions=_frozen(model.dimensions),
        facts=_frozen(parts.facts),
        details=_details(model, own_fields(type(model))),
        attachments=attachments,
        comments=tuple(Comment(**item.__dict__) for item in model.comments),
        source_ids=_frozen(model.source_ids),
    )


def _lines(model: Valued, parts: Parts) -> tuple[Line, ...]:
    pairs = zip(model.lines, parts.line_facts, strict=True)
    lines = [_line(line, model, facts) for line, facts in pairs]
    return tuple(sorted(lines, key=lambda line: line.number))


def _line(line: LineSheet, header: Valued, facts: dict[str, FactValue]) -> Line:
    """A line, with what the header states for every line that states none."""
    return Line(
        number=line.number or 1,
        net=Money(0, header.currency) if line.net is None else line.net,
        tax=line.tax,
        tax_recovery=line.tax_recovery,
        category=line.category or header.category,
        capex=header.capex if line.capex is None else line.capex,
        cost_center=line.cost_center or header.cost_center,
        project=line.project or header.project,
        customer=line.customer or header.customer,
        gl_account=line.gl_account,
        tax_code=line.tax_code,
        expense_type=line.expense_type,
        quantity=line.quantity,
        unit_of_measure=line.unit_of_measure,
        price=line.price,
        description=line.description,
        item=line.item,
        source_id=line.source_id,
        dimensions=_frozen({**header.dimensions, **line.dimensions}),
        facts=_frozen(facts),
        details=_details(line, own_line_fields(type(line))),
        is_valued=line.net is not None,
    )


def _details(model: BaseModel, names: tuple[str, ...]) -> Mapping[str, Detail]:
    details: dict[str, Detail] = {}
    for name in names:
        value = getattr(model, name)
        if value is None or value == "" or value == ():
            continue
        if isinstance(value, tuple) and isinstance(value[0], BankSheet):
            value = tuple(BankDetails(**item.__dict__) for item in value)
        elif isinstance(value, PartySheet):
            value = Party(**value.__dict__)
        details[name] = value
    return _frozen(details)


def _frozen(values: Mapping[str, V]) -> Mapping[str, V]:
    return MappingProxyType(dict(values))
