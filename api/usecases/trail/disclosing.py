"""What opens the commitments in a record, for a reader of certain classes."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, cast

from sqlalchemy import Connection

from adapters.encryption import DecryptionError
from adapters.store import cases
from adapters.store.cases import Case, id_of
from adapters.store.seeds import seed_of
from adapters.store.texts import texts_of
from adapters.store.versions import versions_of
from api.usecases.casework.resources import Resources
from api.usecases.casework.written import place_of_case
from engine.documents.canonical_form import Plain as Value
from engine.documents.committing import Opening, commit, opens
from engine.documents.fields import FieldClass


def disclosures_of(
    resources: Resources,
    connection: Connection,
    position: int,
    body: Mapping[str, Any],
    allowed: frozenset[FieldClass],
) -> list[dict[str, Any]]:
    """The disclosures of the record at a position, outer places first.

    None of what was erased, does not open with the keys of this process, or is no longer what the
    record committed to: it stays withheld then.
    """
    openings = [
        *_of_document(resources, connection, body),
        *(each for each in texts_of(connection, position) if opens(each, body)),
    ]
    return [each.plain(position) for each in openings if each.field_class in allowed]


def _of_document(
    resources: Resources, connection: Connection, body: Mapping[str, Any]
) -> Sequence[Opening]:
    """What opens the commitments of the document in a record; nothing for one without."""
    if not isinstance(body.get("document"), dict):
        return []
    case = _version(connection, id_of(str(body.get("case"))) or 0, body.get("version"))
    if case is None:
        return []
    kept = seed_of(connection, case.id, case.version)
    if kept is None:
        return []
    place = place_of_case(case)
    try:
        seed = resources.reveal(kept, place)
        plain = resources.unseal(json.loads(case.document_json), case.type, place)
    except (DecryptionError, ValueError):
        return []
    held = commit(cast(Mapping[str, Value], plain), case.type, seed)
    if held.plain != body["document"]:
        return []
    return held.openings


def _version(connection: Connection, case_id: int, version: object) -> Case | None:
    """The case as it was with that version of its document."""
    case = cases.by_id(connection, case_id)
    if case is None or case.version == version:
        return case
    found = [each.case for each in versions_of(connection, case_id)]
    return next((each for each in found if each.version == version), None)
