"""Whether the documents that are kept are still those that records committed to.

A record holds salted commitments; the document is kept beside it, for the service to work with.
Whoever changes it there is found by committing once more. Opening needs the keys of the service.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, cast

from sqlalchemy import Connection

from adapters.encryption import DecryptionError
from adapters.store.cases import Case
from adapters.store.seeds import seed_of
from adapters.store.versions import versions_of
from api.usecases.casework.resources import Plain, Resources
from api.usecases.casework.telling import Problem
from api.usecases.casework.written import place_of_case
from engine.cases.status import Status
from engine.documents.canonical_form import Plain as Value
from engine.documents.committing import commit
from engine.documents.reading_back import COMMITTED

MOST_NAMED: Final = 10
SEALED_FORM: Final = "v1."


class Unopened:
    """Stands for a document that was not looked at, since its key is not here."""


def document_problems(
    resources: Resources, connection: Connection, case: Case, told: Sequence[tuple[int, Plain]]
) -> Iterator[Problem | Unopened]:
    """Each document that the records of a case state against the one that is kept.

    What was erased is not there, as its own record says.
    """
    if case.status is Status.ERASED:
        return
    stated = [(position, body) for position, body in told if isinstance(body.get("document"), dict)]
    kept = {}
    if any(body.get("version") != case.version for _, body in stated):
        kept = {each.case.version: each.case for each in versions_of(connection, case.id)}
    kept[case.version] = case
    for position, body in stated:
        version = body.get("version")
        there = kept.get(version) if isinstance(version, int) else None
        if there is None:
            said = f"the document of version {version} is not kept any more"
            yield Problem("document_missing", said, position, case.number)
            continue
        document = cast(Mapping[str, Any], body["document"])
        found = _compared(resources, connection, there, document)
        if isinstance(found, Unopened):
            yield found
        elif found:
            yield Problem("document_differs", found, position, case.number)


def _compared(
    resources: Resources, connection: Connection, case: Case, stated: Mapping[str, Any]
) -> str | Unopened:
    """How the kept document differs from the record, without a value; empty for not at all."""
    sealed = seed_of(connection, case.id, case.version)
    if sealed is None:
        return "what opens its commitments is not kept" if _commits(stated) else ""
    place = place_of_case(case)
    try:
        seed = resources.reveal(sealed, place)
        plain = resources.unseal(json.loads(case.document_json), case.type, place)
        held = commit(cast(Mapping[str, Value], plain), case.type, seed).plain
    except DecryptionError:
        return "the kept document does not open: it was changed, or the keys are other ones"
    except ValueError:
        return Unopened() if sealed.startswith(SEALED_FORM) else "the kept document cannot be read"
    names = sorted(name for name in {*held, *stated} if held.get(name) != stated.get(name))
    shown = ", ".join(f"`{name}`" for name in names[:MOST_NAMED])
    return f"kept is something else than the record committed to: {shown}" if names else ""


def _commits(stated: Mapping[str, Any]) -> bool:
    """Whether the record holds commitments; those from before there were any do not."""
    return any(isinstance(value, dict) and COMMITTED in value for value in stated.values())
