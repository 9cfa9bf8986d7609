"""Readiness: what is asked of a document before it posts. Every layer's checks apply.

A check that this version does not apply is refused by its name, so that none can look as if it
were applied.
"""

from __future__ import annotations

from typing import Final

from engine.master_data import PERIOD_KINDS
from engine.policy import ReadinessCheck
from engine.readiness.checks import (
    ACTIVE_STATUSES,
    KIND_OF_TYPE,
    Check,
    PeriodOpen,
    PostingDate,
    SupplierActive,
)
from rules.compiling.context import Context
from rules.compiling.files import EFFECTIVE, KIND, OWNER, SCOPE, File, Header, read_header
from rules.compiling.forms import DOCUMENTS as DOCUMENTS_FORM
from rules.compiling.forms import ROLE, TEXT, as_written, list_of, word_of
from rules.compiling.shapes import Fields, Form, Key, Shape, shaped
from rules.diagnostics import shown
from rules.reading import values
from rules.reading.nodes import Node, Scalar

INVOICE_DATE: Final = "invoice_date"  # what people call the document date of an invoice


def _read_special(node: Node, context: Context) -> str | None:
    name = ROLE.read(node, context)
    if name is not None and context.words.roles[name].body is not None:
        message = f"{shown(name)} is a body, and nobody holds it"
        context.error("unknown-role", node.place, message)
        return None
    return name


POSTING_DATE: Final = Key(
    "posting_date",
    word_of(INVOICE_DATE, *(day.value for day in PostingDate)),
    "the day it posts on: `posting_date: document_date`, `posting_date` or `submission`",
    True,
)
PERIOD_KIND: Final = Key(
    "kind", word_of(*PERIOD_KINDS), "whose periods: what the document type has if unsaid"
)
SPECIAL_ROLE: Final[Key[str]] = Key(
    "special_role",
    Form("role", _read_special),
    "whose holder may let a document into a closed period, with a reason",
)
PERIOD_OPEN_SHAPE: Final = Shape("`period_open`", (POSTING_DATE, PERIOD_KIND, SPECIAL_ROLE))
STATUS: Final = Key("status", list_of(TEXT), "the statuses that count as active", True)
SUPPLIER_ACTIVE_SHAPE: Final = Shape("`supplier_active`", (STATUS,))


def _period_open(fields: Fields, context: Context) -> Check | None:
    day, kind = fields.read(POSTING_DATE, context), fields.read(PERIOD_KIND, context)
    role = fields.read(SPECIAL_ROLE, context)
    if day is None or (kind is None and fields.has(PERIOD_KIND)):
        return None
    stated = PostingDate.DOCUMENT_DATE if day == INVOICE_DATE else PostingDate(day)
    return PeriodOpen(stated, kind or "", role or "")


def _supplier_active(fields: Fields, context: Context) -> Check | None:
    statuses = fields.read(STATUS, context)
    return None if statuses is None else SupplierActive(frozenset(statuses))


PERIOD_OPEN: Final[Key[Check]] = Key(
    "period_open", shaped(PERIOD_OPEN_SHAPE, _period_open), "the period of its posting date is open"
)
SUPPLIER_ACTIVE: Final[Key[Check]] = Key(
    "supplier_active", shaped(SUPPLIER_ACTIVE_SHAPE, _supplier_active), "its supplier is active"
)
APPLIED: Final = (PERIOD_OPEN, SUPPLIER_ACTIVE)
NOT_YET: Final = tuple(
    Key(name, Form("value", as_written), f"{says} (not applied yet)")
    for name, says in (
        ("match", "it matches its order and receipt"),
        ("duplicate", "it was not there before"),
        ("tax_id", "the tax number is right"),
        ("e_invoice_clearance", "the country cleared it"),
    )
)
CHECK_SHAPE: Final = Shape("a check", (*APPLIED, *NOT_YET))


def _read_check(node: Node, context: Context) -> Check | None:
    """One check: its word alone, or its word with what it is to ask."""
    if isinstance(node, Scalar):
        name = values.one_of(node, tuple(CHECK_SHAPE.by_name), context.diagnostics)
        key = None if name is None else CHECK_SHAPE.by_name[name]
        if key is SUPPLIER_ACTIVE:
            return SupplierActive(frozenset(ACTIVE_STATUSES))
        if key is PERIOD_OPEN:
            message = "`period_open` needs `posting_date`"
            context.error("missing-key", node.place, message, POSTING_DATE.doc)
        elif key is not None:
            _refuse(node, key, context)
        return None
    fields = CHECK_SHAPE.open(node, context)
    found = None if fields is None else fields.exactly_one(CHECK_SHAPE.keys, context)
    if fields is None or found is None:
        return None
    if found in NOT_YET:
        _refuse(node, found, context)
        return None
    check: Check | None = fields.read(found, context)
    return check


def _refuse(node: Node, key: Key[Node], context: Context) -> None:
    message = f"this version does not apply the check `{key.name}` yet"
    help = "take it out: a check that is not applied must not look as if it were"
    context.error("not-yet-enforced", node.place, message, help)


CHECK: Final[Form[Check]] = Form(
    "check", _read_check, words=(SUPPLIER_ACTIVE.name,), shape=CHECK_SHAPE
)
DOCUMENTS: Final = Key("documents", DOCUMENTS_FORM, "for these document types", True)
CHECKS: Final[Key[Node]] = Key(
    "checks", Form("checks", as_written, item=CHECK), "what is asked before it posts", True
)
TITLE: Final = Key("title", TEXT, "how reports call it")
SHAPE: Final = Shape("a readiness file", (KIND, TITLE, SCOPE, EFFECTIVE, OWNER, DOCUMENTS, CHECKS))


def read_readiness(file: File, default: Header, context: Context) -> list[ReadinessCheck]:
    """The checks of one file, each with where and when it applies."""
    fields = SHAPE.open(file.root, context)
    if fields is None:
        return []
    header = read_header(fields, default, context)
    fields.read(TITLE, context)
    is_sure = fields.is_whole and not context.words.unsure  # `policy.yaml` may name one for all
    if not header.owner and not fields.has(OWNER) and is_sure:
        message = "a readiness file needs `owner`: somebody answers for what it finds"
        context.error("missing-key", fields.place, message, OWNER.doc)
    documents = fields.read(DOCUMENTS, context) or ()
    found: dict[Check, ReadinessCheck] = {}
    for node in _items(fields, context):
        check = CHECK.read(node, context)
        if check in found:
            context.error("twice", node.place, "this check stands twice in the file")
        elif check is not None:
            _check_kind(check, documents, node, context)
            found[check] = ReadinessCheck(
                node.place,
                header.scope,
                header.effective,
                frozenset(documents),
                header.owner,
                check,
            )
    return list(found.values())


def _items(fields: Fields, context: Context) -> tuple[Node, ...]:
    node = fields.node(CHECKS)
    found = () if node is None else values.items(node, context.diagnostics, "a list of checks")
    if node is not None and found is not None and not found:
        context.error("empty-list", node.place, "expected at least one check, found none")
    return found or ()


def _check_kind(check: Check, documents: tuple[str, ...], node: Node, context: Context) -> None:
    """Reports a type for which nobody says whose periods are asked."""
    if not isinstance(check, PeriodOpen) or check.kind:
        return
    for name in documents:
        if name not in KIND_OF_TYPE:
            kinds = ", ".join(f"`{kind}`" for kind in PERIOD_KINDS)
            message = f"`period_open` needs `kind` for {shown(name)}: whose periods are asked"
            context.error("missing-key", node.place, message, f"write one of {kinds}")
