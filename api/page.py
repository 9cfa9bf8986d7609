"""One decision as one page of HTML: to read, to print and to file.

The page stands alone: no scripts, no addresses, nothing to load. Everything that comes from
documents, master data or policy is escaped, and what cannot be seen is written out.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import tzinfo
from fractions import Fraction
from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from api.excerpts import excerpt
from api.texts import plain
from engine.decision import Decision
from engine.documents.model import Document, Line
from engine.explaining.explained import Explained
from engine.explaining.explanation import NO_NAMES, explained
from engine.explaining.messages.catalogues import catalogue
from engine.money import Money, fraction_text

TEMPLATES: Final = Path(__file__).parent / "templates"
MOST_LINES: Final = 200


def page(
    decision: Decision,
    document: Document | None = None,
    files: Mapping[str, bytes] | None = None,
    language: str = "en",
    names: Mapping[str, str] = NO_NAMES,
    is_activated: bool = False,
) -> str:
    """The page. `files` are those of the policy set, for the text of the row that decided."""
    said = explained(decision, language, names)
    template = _environment().get_template("decision.html")
    return template.render(
        said=said,
        label=said.labels,
        facts=_facts(said, document, decision.now.tzinfo, names) if document is not None else (),
        lines=_lines(said, document) if document is not None else (),
        hidden_count=max(0, len(document.lines) - MOST_LINES) if document is not None else 0,
        rule=excerpt(files or {}, decision.row_place),
        is_activated=is_activated,
    )


def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_final,
    )


def _final(value: object) -> object:
    """Runs on everything the template puts into the page, before it is escaped."""
    return plain(value) if type(value) is str else value


def _facts(
    said: Explained, document: Document, zone: tzinfo | None, names: Mapping[str, str]
) -> tuple[tuple[str, str], ...]:
    """What the document states, by label; what it does not state is left out."""

    def person(name: str) -> str:
        known = names.get(name, "")
        return f"{known} ({name})" if known and known != name else name

    submitted = document.submitted_at.astimezone(zone)
    dated = "" if document.document_date is None else str(document.document_date)
    found = (
        ("document_type", document.type),
        ("document", document.number if document.number != document.id else ""),
        ("description", document.title),
        ("entity", document.entity),
        ("requester", person(document.requester)),
        ("buyer", person(document.buyer)),
        ("supplier", document.supplier),
        ("category", document.category),
        ("cost_center", document.cost_center),
        ("project", document.project),
        ("net", _total(said, document)),
        ("document_date", dated),
        ("submitted", submitted.isoformat(" ", "minutes")),
    )
    return tuple((said.labels[f"label.{name}"], value) for name, value in found if value)


def _total(said: Explained, document: Document) -> str:
    if not document.lines:
        return ""
    total = Money(sum(line.net.minor for line in document.lines), document.currency)
    return catalogue(said.language).amount(str(total))


def _lines(said: Explained, document: Document) -> tuple[dict[str, str], ...]:
    return tuple(_line(said, line) for line in document.lines[:MOST_LINES])


def _line(said: Explained, line: Line) -> dict[str, str]:
    amount = catalogue(said.language).amount
    return {
        "number": str(line.number),
        "description": line.description or line.item,
        "category": line.category,
        "cost_center": " / ".join(filter(None, (line.cost_center, line.project))),
        "gl_account": line.gl_account,
        "quantity": _quantity(line.quantity),
        "net": amount(str(line.net)),
        "tax": amount(str(line.tax)) if line.tax is not None else "",
    }


def _quantity(quantity: Fraction | None) -> str:
    return "" if quantity is None else fraction_text(quantity)
