"""Somebody says something about a case, perhaps with files that are kept elsewhere.

Comments are only ever added to, and decide nothing. Of a file the name, the digest of its bytes and
their number are kept: what was attached can be proved, and where it lies is another system's.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Final

from adapters.store import arrangements, cases
from adapters.store.arrangements import Attachment, Remark
from adapters.store.trail import Entry, append
from api.usecases.casework.resources import Plain, Resources
from engine.cases.identities import Identities
from engine.cases.status import Status
from engine.reviewing import is_active

MOST_TEXT: Final = 4_000  # characters
MOST_ATTACHMENTS: Final = 20
MOST_REMARKS: Final = 1_000  # on one case


def remark(
    resources: Resources,
    case_id: int,
    text: str,
    attachments: tuple[Attachment, ...],
    who: Identities,
    now: datetime,
) -> Remark | str:
    """Keeps a comment, or the code of why not: `not_found`, `case_erased`, `person_unknown`,
    `too_many_comments`, `comment_too_long`.

    Raises `NothingInForce` and `ContentsUnusable`.
    """
    if len(text) > MOST_TEXT or len(attachments) > MOST_ATTACHMENTS:
        return "comment_too_long"
    with resources.store.transaction() as connection:
        current = resources.loaded.current(connection, lock=True)
        case = cases.by_id(connection, case_id, lock=True)
        if case is None:
            return "not_found"
        if case.status is Status.ERASED:
            return "case_erased"
        person = current.data.person_of(who.decided_by, now)
        if person is None or not is_active(current.data, person, now):
            return "person_unknown"
        if arrangements.how_many_remarks(connection, case.id) >= MOST_REMARKS:
            return "too_many_comments"
        said = Remark(0, case.version, person, who.acted_through, text, attachments, now)
        said = replace(said, number=arrangements.add_remark(connection, case.id, said))
        body: Plain = {
            "case": case.number,
            "version": case.version,
            "document_digest": case.document_digest,
            "number": said.number,
            "text": text,
            "attachments": [
                {
                    "name": each.name,
                    "digest": each.digest,
                    "media_type": each.media_type,
                    "size_bytes": each.size_bytes,
                }
                for each in attachments
            ],
            "who": replace(who, decided_by=person).plain(),
            "status": str(case.status),
        }
        names = {f"attachments/{n}/name": each.name for n, each in enumerate(attachments)}
        append(connection, [Entry("comment", case.id, now, body, {"text": text, **names})])
        return said
