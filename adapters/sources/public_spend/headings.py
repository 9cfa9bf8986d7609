"""The headings that are known, and what each column means.

Publishers name and order columns as they like, and change both between months. Every heading that
was seen stands here; one that does not is an error with a suggestion, and is told with `mapped`
what it means, or that it is ignored. Sources of the names: the Local Government Transparency Code
2015 with its guidance on expenditure over 500 GBP, HM Treasury's guidance on publishing spend over
25,000 GBP, and files of Leeds City Council and Transport for London.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from engine.quoting import quoted, suggestion


class Column(StrEnum):
    """What a column means. `transaction` is the publisher's own number, never the supplier's."""

    ENTITY = "entity"
    DEPARTMENT = "department"
    SERVICE = "service"
    SUPPLIER = "supplier"
    SUPPLIER_NUMBER = "supplier_number"
    ACCOUNT = "account"
    DESCRIPTION = "description"
    CATEGORY = "category"
    TRANSACTION = "transaction"
    DATE = "date"
    AMOUNT = "amount"
    VAT = "irrecoverable_vat"
    CAPITAL = "capital"
    EFFECTIVE = "effective_date"
    CARD = "card"
    PROJECT = "project"
    CONTRACT = "contract"
    IGNORED = "ignored"


NEEDED: Final = (Column.SUPPLIER, Column.AMOUNT, Column.DATE)

_HEADINGS: Final[Mapping[Column, tuple[str, ...]]] = MappingProxyType(
    {
        Column.ENTITY: ("entity", "body name", "body", "organisation name", "organisation"),
        Column.DEPARTMENT: (
            "organisational unit",
            "organisation unit",
            "department",
            "department family",
            "directorate",
            "directorate name",
        ),
        Column.SERVICE: (
            "service division label",
            "service label",
            "service area",
            "service",
            "service area categorisation",
            "expense area",
            "cost centre",
            "cost centre description",
        ),
        Column.SUPPLIER: (
            "supplier",
            "supplier name",
            "beneficiary name",
            "beneficiary",
            "vendor name",
            "vendor",
            "merchant name",
            "payee",
        ),
        Column.SUPPLIER_NUMBER: (
            "supplier id",
            "supplier number",
            "supplier no",
            "vendor number",
            "vendor id",
            "beneficiary id",
        ),
        Column.ACCOUNT: (
            "expenditure account",
            "detailed expenditure code",
            "expenditure code",
            "account code",
            "account",
            "nominal code",
            "subjective code",
        ),
        Column.DESCRIPTION: (
            "purpose",
            "purpose of expenditure",
            "purpose of spend",
            "description",
            "detailed expenditure type",
            "expense type",
            "subjective description",
            "narrative",
        ),
        Column.CATEGORY: (
            "category internal name",
            "expenditure category",
            "category",
            "procurement classification",
        ),
        Column.TRANSACTION: (
            "transaction number",
            "transaction no",
            "document number",
            "document no",
            "payment reference",
            "reference",
        ),
        Column.DATE: (
            "payment date",
            "date",
            "date paid",
            "date of payment",
            "clearing date",
            "transaction date",
            "posting date",
        ),
        Column.AMOUNT: ("amount", "net amount", "amount net", "amount gbp", "total amount"),
        Column.VAT: ("irrecoverable vat amount", "irrecoverable vat", "vat irrecoverable"),
        Column.CAPITAL: ("capital or revenue", "capital revenue", "revenue or capital"),
        Column.EFFECTIVE: ("effective date", "period end"),
        Column.CARD: ("procurement card", "purchase card", "card transaction"),
        Column.PROJECT: ("project code", "project"),
        Column.CONTRACT: ("contract number", "contract ref", "contract reference"),
        Column.IGNORED: (
            "merchant category",
            "supplier postcode",
            "supplier post code",
            "postcode",
            "supplier type",
            "supplier vat registration number",
            "vat registration number",
            "sme",
            "unique id",
        ),
    }
)
KNOWN: Final[Mapping[str, Column]] = MappingProxyType(
    {heading: column for column, headings in _HEADINGS.items() for heading in headings}
)
_WORDS: Final = re.compile(r"[^\W_]+")


class HeadingsRefused(Exception):
    """The columns of a file are not understood. Each line of the message is one heading."""


def columns_of(header: Sequence[str], mapped: Mapping[str, Column]) -> tuple[Column, ...]:
    """What each column means, in the order of the header.

    `mapped` says it for headings of the file, before the table does. Raises `HeadingsRefused` with
    every heading that is unknown or means the same as another, and every column that is needed and
    missing.
    """
    told = {bare(heading): column for heading, column in mapped.items()}
    wrong = [
        f"`--column` names {quoted(name)}, and there is no such column"
        f"{suggestion(name, filter(None, header))}"
        for name in mapped
        if bare(name) not in map(bare, header)
    ]
    found: list[Column] = []
    for place, heading in enumerate(header, start=1):
        column = told.get(bare(heading), KNOWN.get(bare(heading)))
        if column is None:
            wrong.append(f"column {place}: {_unknown(heading)}")
        elif column is not Column.IGNORED and column in found:
            wrong.append(f"column {place}: {quoted(heading)} is a second column for `{column}`")
        found.append(column or Column.IGNORED)
    if not wrong:
        wrong = [f"there is no column for `{need}`" for need in NEEDED if need not in found]
    if wrong:
        raise HeadingsRefused("\n".join(wrong))
    return tuple(found)


def bare(heading: str) -> str:
    """A heading without case and punctuation: `Capital Or Revenue?` is `capital or revenue`."""
    return " ".join(_WORDS.findall(heading.casefold()))


def _unknown(heading: str) -> str:
    if not heading.strip():
        return "the heading is empty"
    return f"no heading is called {quoted(heading)}{_meant(heading, KNOWN)}"


def _meant(heading: str, known: Iterable[str]) -> str:
    return suggestion(bare(heading), known)
