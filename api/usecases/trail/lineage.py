"""The way of a document: its files, what was decided and by whom, and what the ERP made of it.

Told version by version, from what one question to the store answers.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby

from sqlalchemy import Connection

from adapters.store.cases import id_of, number_of
from adapters.store.lineage import ATTACHMENT, Link, of_attachment, of_case, of_receipt
from engine.recording import moment_text

Plain = dict[str, object]


def lineage(
    connection: Connection, *, case: str = "", attachment: str = "", receipt: str = ""
) -> list[Plain]:
    """Every version of the cases that are meant, as plain values; empty where none is known.

    Raises `ValueError` for a number that is none, and where not exactly one is asked for.
    """
    if sum(map(bool, (case, attachment, receipt))) != 1:
        raise ValueError("say a case, the digest of an attachment, or the number of a receipt")
    if attachment:
        return _told(of_attachment(connection, attachment))
    if receipt:
        return _told(of_receipt(connection, receipt))
    id = id_of(case)
    if id is None:
        raise ValueError(f"expected a case like `C-000123`, found `{case}`")
    return _told(of_case(connection, id))


def _told(links: Sequence[Link]) -> list[Plain]:
    by_version = groupby(links, key=lambda each: (each.case_id, each.version))
    return [_version(number_of(case), version, [*found]) for (case, version), found in by_version]


def _version(case: str, version: int, links: Sequence[Link]) -> Plain:
    """One version: what belongs to each stage, in the order of the trail."""
    return {
        "case": case,
        "version": version,
        "attachments": [each.digest for each in links if each.kind == ATTACHMENT],
        "document_digest": _first(links, "document_digest"),
        "decisions": _records(each for each in links if "decided" in each.stated),
        "acts": _records(each for each in links if each.kind in ("action", "release")),
        "second_opinions": _records(each for each in links if each.kind == "second_opinion"),
        "deliveries": _records(
            each for each in links if each.kind in ("posting_enqueued", "exception", "posted")
        ),
    }


def _first(links: Iterable[Link], name: str) -> str:
    return next((each.stated[name] for each in links if name in each.stated), "")


def _records(links: Iterable[Link]) -> list[Plain]:
    return [
        {
            "position": each.position,
            "record": each.digest,
            "kind": each.kind,
            "at": "" if each.at is None else moment_text(each.at),
            **{name: value for name, value in each.stated.items() if name != "document_digest"},
            **({"receipt": each.receipt} if each.receipt else {}),
        }
        for each in links
    ]
