"""Taking a document in: everything that is wrong with it at once, or the plain `Document`.

What comes in is looked at in three steps: which fields it has (own, declared facts, unknown), what
each of them holds, and what does not fit together. Every complaint names its field as the sender
knows it. With any complaint nothing comes into being.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from pydantic import ValidationError

from engine.documents.building import document_of
from engine.documents.canonical_form import document_digest
from engine.documents.catalogue import DECLARED, SHEETS
from engine.documents.complaints import Complaints, from_validation
from engine.documents.fields import Reading
from engine.documents.header import Header
from engine.documents.model import Document
from engine.documents.taking_apart import Parts, Taking, currency_of_document
from engine.facts.kinds import Kind
from engine.facts.vocabulary import Fact
from engine.quoting import found, quoted, suggestion


def accept(
    raw: object,
    facts: Mapping[str, Fact],
    documents: frozenset[str],
    *,
    received_at: datetime,
    is_named: bool = True,
) -> Document:
    """The document that `raw` (plain JSON values) states.

    `facts` and `documents` are those of the policy set; the built-in types are always known.
    `is_named` false leaves its digest empty, for a document that nothing will be written about.
    Raises `InputErrors` with everything that is wrong, and `ValueError` for a `received_at` without
    a time zone.
    """
    if received_at.utcoffset() is None:
        raise ValueError("received_at needs a time zone")
    complaints = Complaints()
    if not isinstance(raw, Mapping):
        complaints.add("wrong_type", "", f"expected a document as an object, found {found(raw)}")
        raise complaints.as_error()
    sheet, is_known = _sheet(raw.get("type"), documents, complaints)
    complaints.sheet = sheet
    parts = Taking(sheet, facts, complaints, is_known).take(raw)
    reading = Reading(currency_of_document(parts.header, complaints))
    model = _read(sheet, parts, reading, complaints)
    if model is None:  # raised out here: the refusal does not carry pydantic's, with its inputs
        raise complaints.as_error(raw)
    _check_papers(model, parts.papers, facts, complaints)
    for field, code, message in model.complaints():
        complaints.add(code, "amount" if parts.is_short and field == "lines" else field, message)
    if complaints.found:
        raise complaints.as_error(raw)
    document = document_of(model, parts, received_at.astimezone(UTC))
    if is_named:
        # Before anybody sees it; `replace` would copy three dozen fields for the sake of this one.
        object.__setattr__(document, "digest", document_digest(document))
    return document


def _sheet(
    name: object, documents: frozenset[str], complaints: Complaints
) -> tuple[type[Header], bool]:
    """The model of a document type, and whether the type is known at all."""
    if isinstance(name, str):
        if name in SHEETS:
            return SHEETS[name], True
        if name in documents:
            return DECLARED, True
        if name:
            close = suggestion(name, [*SHEETS, *sorted(documents)])
            message = f"there is no document type {quoted(name)}{close}"
            complaints.add("unknown_document_type", "type", message)
    return DECLARED, False


def _read(
    sheet: type[Header], parts: Parts, reading: Reading, complaints: Complaints
) -> Header | None:
    """The fields read by the model of their type; `None` after complaints."""
    try:
        return sheet.model_validate(parts.header, context=reading)
    except ValidationError as error:
        for field, code, message in from_validation(error, parts.is_short):
            complaints.add(code, field, message)
        return None


def _check_papers(
    model: Header, stated: Mapping[str, bool], facts: Mapping[str, Fact], complaints: Complaints
) -> None:
    """Papers are declared, and none is both present and missing."""
    attached = [
        (f"attachments[{index}].paper", item.paper)
        for index, item in enumerate(model.attachments)
        if item.paper
    ]
    listed = [("papers", name) for name in model.papers]
    for path, name in (*listed, *attached):
        if name not in facts or facts[name].kind is not Kind.PAPER:
            known = [fact.name for fact in facts.values() if fact.kind is Kind.PAPER]
            message = f"there is no paper {quoted(name)}{suggestion(name, known)}"
            complaints.add("unknown_paper", path, message)
        elif stated.get(name) is False:
            message = f"{quoted(name)} is present here and stated as missing"
            complaints.add("contradiction", path, message)
