"""`countersign trail lineage`: from a file to the number in the ERP, and back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Final

import typer

from api.commands.options import Json, Out
from api.commands.serving import DEFAULT, Database, store_at
from api.commands.terminal import Code, Output, stop
from api.commands.trail import app as app
from api.texts import plain
from api.usecases.trail.lineage import lineage

Case = Annotated[str, typer.Argument(metavar="CASE", help="A case: C-000123.")]
Attachment = Annotated[
    str, typer.Option("--attachment", metavar="DIGEST", help="A file, by its sha256:... digest.")
]
Receipt = Annotated[
    str, typer.Option("--receipt", metavar="NUMBER", help="A document in an ERP, by its number.")
]
# What is said of a record, and how.
SAID: Final = {
    "decided": "decision",
    "action": "",
    "decided_by": "by",
    "on_behalf_of": "on behalf of",
    "opinion": "",
    "code": "",
    "key": "key",
    "connection": "to",
    "payload_digest": "payload",
    "mapping": "mapping",
    "mapping_digest": "its words",
    "number": "number",
    "erp_id": "erp id",
    "receipt": "receipt",
}


def show_lineage(
    case: Case = "",
    attachment: Attachment = "",
    receipt: Receipt = "",
    database: Database = DEFAULT,
    as_json: Json = False,
    out: Out = None,
) -> None:
    """Follow a document from its files to the number that an ERP gave it, by one question.

    Each version: its files and its own digest, the decisions, who acted, second opinions, what was
    delivered by which mapping, and the receipt. Ends with 1 where nothing is known.
    """
    with store_at(database) as store, store.reading() as connection:
        try:
            found = lineage(connection, case=case, attachment=attachment, receipt=receipt)
        except ValueError as problem:
            raise typer.BadParameter(str(problem), param_hint="CASE") from None
    with Output(out) as output:
        if as_json:
            output.json(found)
        else:
            for each in found:
                _show(output, each)
    if not found:
        raise stop(Code.FOUND, "error: nothing is known of it")


def _show(output: Output, version: Mapping[str, Any]) -> None:
    output.say(f"{version['case']} version {version['version']}", "bold")
    for digest in version["attachments"]:
        output.say(f"  file {digest}")
    output.say(f"  document {version['document_digest']}")
    for stage in ("decisions", "acts", "second_opinions", "deliveries"):
        for record in version[stage]:
            output.say(f"  {record['position']} {record['kind']} {record['at']}{_said(record)}")


def _said(record: Mapping[str, Any]) -> str:
    parts = [f"{word} {record[name]}".strip() for name, word in SAID.items() if name in record]
    return "".join(f", {plain(part)}" for part in parts)
