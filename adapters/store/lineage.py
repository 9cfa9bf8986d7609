"""From a file that came with a document to the number that the ERP gave it: one question to the
store, answered by SQL in either database.

Digests of attachments come from the documents as they are kept, everything else from the trail and
from receipts. A row is one link of the chain.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import (
    JSON,
    ColumnElement,
    Connection,
    FromClause,
    Integer,
    Select,
    Text,
    case,
    cast,
    func,
    literal,
    null,
    or_,
    select,
    true,
    union,
    union_all,
)

from adapters.store.tables import cases, receipts, trail, versions

ATTACHMENT: Final = "attachment"
# What of a record is told, by its place in the body.
FIELDS: Final = {
    "document_digest": ("document_digest",),
    "decided": ("decision", "digest"),
    "decision_digest": ("decision_digest",),
    "action": ("action",),
    "decided_by": ("who", "decided_by"),
    "on_behalf_of": ("who", "on_behalf_of"),
    "opinion": ("opinion",),
    "code": ("code",),
    "key": ("key",),
    "connection": ("connection",),
    "payload_digest": ("payload_digest",),
    "mapping": ("mapping",),
    "mapping_digest": ("mapping_digest",),
    "number": ("number",),
    "erp_id": ("erp_id",),
}
KINDS: Final = (
    *("submission", "imported", "taken_over", "decided_again", "tasks_changed", "action"),
    *("readiness", "release", "posting_enqueued", "second_opinion", "exception", "posted"),
)


@dataclass(frozen=True, slots=True)
class Link:
    """One link: a record of the trail by its kind, or an attachment, which has no position.

    `digest` is that of the record or of the attachment; `stated` what is told of it, without what
    is empty. `receipt` is the ERP's number as it is kept beside the trail.
    """

    case_id: int
    version: int
    kind: str
    position: int
    at: datetime | None
    digest: str
    stated: dict[str, str]
    receipt: str


def of_case(connection: Connection, case_id: int) -> Sequence[Link]:
    """The chain of a case, version by version."""
    return _links(connection, select(cases.c.id.label("case_id")).where(cases.c.id == case_id))


def of_receipt(connection: Connection, number: str) -> Sequence[Link]:
    """The chains that end with this number of an ERP; several ERPs may have given it."""
    query = select(receipts.c.case_id.label("case_id")).where(receipts.c.number == number)
    return _links(connection, query)


def of_attachment(connection: Connection, digest: str) -> Sequence[Link]:
    """The chains of every case that ever had this file, in whichever version."""
    dialect = _Dialect(connection)
    holding = union(
        select(cases.c.id.label("case_id")).where(cases.c.document.contains(digest)),
        select(versions.c.case_id).where(versions.c.kept.contains(digest)),
    ).subquery()
    attached = _attached(dialect, select(holding.c.case_id)).subquery()
    query = select(attached.c.case_id).where(attached.c.digest == digest).distinct()
    return _links(connection, query)


class _Dialect:
    """How the database of a connection reads JSON."""

    def __init__(self, connection: Connection) -> None:
        self._is_sqlite = connection.dialect.name == "sqlite"

    def body(self, column: ColumnElement[Any]) -> ColumnElement[Any]:
        """Bytes of a record as JSON."""
        if self._is_sqlite:
            return cast(column, Text)
        return cast(func.convert_from(column, "UTF8"), JSON)

    def json(self, column: ColumnElement[Any]) -> ColumnElement[Any]:
        """A text as JSON."""
        return column if self._is_sqlite else cast(column, JSON)

    def text(self, json: ColumnElement[Any], *path: str) -> ColumnElement[str]:
        """The text at a place; null where there is none."""
        if self._is_sqlite:
            return func.json_extract(json, "$." + ".".join(path))
        return func.json_extract_path_text(json, *path)

    def attachments(self, document: ColumnElement[Any]) -> FromClause:
        """A row with `value` for each attachment of a document; what was erased is no list."""
        if self._is_sqlite:
            listed = func.json_extract(document, "$.attachments")
            is_list = func.json_type(document, "$.attachments") == "array"
            return func.json_each(case((is_list, listed), else_="[]")).table_valued("value")
        listed = func.json_extract_path(self.json(document), "attachments")
        held = case((func.json_typeof(listed) == "array", listed), else_=func.json_build_array())
        return func.json_array_elements(held).table_valued("value")


def _links(connection: Connection, chosen: Select[Any]) -> Sequence[Link]:
    """Everything of the chosen cases, by one statement."""
    dialect = _Dialect(connection)
    these = select(chosen.subquery().c.case_id)
    rows = union_all(_attached(dialect, these), _recorded(dialect, these)).subquery()
    query = select(rows).order_by(rows.c.case_id, rows.c.version, rows.c.position, rows.c.digest)
    return [_link(row) for row in connection.execute(query).mappings()]


def _attached(dialect: _Dialect, chosen: Select[Any]) -> Select[Any]:
    """The attachments of every version of the cases that is still kept."""
    kept = dialect.json(versions.c.kept)
    documents = union_all(
        select(cases.c.id.label("case_id"), cases.c.version, cases.c.document).where(
            cases.c.id.in_(chosen), cases.c.document.startswith("{")
        ),
        select(versions.c.case_id, versions.c.version, dialect.text(kept, "document")).where(
            versions.c.case_id.in_(chosen)
        ),
    ).subquery()
    each = dialect.attachments(documents.c.document)
    return (
        select(
            documents.c.case_id,
            documents.c.version,
            literal(ATTACHMENT).label("kind"),
            literal(0).label("position"),
            cast(null(), Text).label("at"),
            dialect.text(each.c.value, "digest").label("digest"),
            *(cast(null(), Text).label(name) for name in FIELDS),
            cast(null(), Text).label("receipt"),
        )
        .select_from(documents.join(each, true()))
        .distinct()
    )


def _recorded(dialect: _Dialect, chosen: Select[Any]) -> Select[Any]:
    """The records of the cases, a posting with its receipt."""
    body = dialect.body(trail.c.body)
    key = dialect.text(body, "key")
    is_posted = trail.c.kind == "posted"
    told = trail.outerjoin(receipts, (receipts.c.key == key) & is_posted)
    version = func.coalesce(cast(dialect.text(body, "version"), Text), "0")
    return (
        select(
            trail.c.case_id,
            cast(version, Integer).label("version"),
            trail.c.kind,
            trail.c.position,
            cast(trail.c.at, Text).label("at"),
            trail.c.digest,
            *(dialect.text(body, *path).label(name) for name, path in FIELDS.items()),
            receipts.c.number.label("receipt"),
        )
        .select_from(told)
        .where(trail.c.case_id.in_(chosen), or_(*(trail.c.kind == kind for kind in KINDS)))
    )


def _link(row: Any) -> Link:
    at = row["at"]
    return Link(
        case_id=row["case_id"],
        version=row["version"],
        kind=row["kind"],
        position=row["position"],
        at=None if at is None else datetime.fromisoformat(at),
        digest=row["digest"] or "",
        stated={name: row[name] for name in FIELDS if row[name]},
        receipt=row["receipt"] or "",
    )
