"""Answers that were given under an idempotency key: the same request gets the same answer.

The answer is kept in the transaction that it reports, so that it exists exactly when what it says
has happened.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select

from adapters.store.tables import answers


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """An answer as it was sent: HTTP status and body, and the digest of the request."""

    request_digest: str
    status: int
    body: str


def kept_answer(connection: Connection, caller: str, key: str) -> KeptAnswer | None:
    """What this caller was answered under the key."""
    row = connection.execute(
        select(answers).where(answers.c.caller == caller, answers.c.key == key)
    ).one_or_none()
    return None if row is None else KeptAnswer(row.request_digest, row.status, row.body)


def keep_answer(
    connection: Connection, caller: str, key: str, answer: KeptAnswer, now: datetime
) -> None:
    """Keeps an answer. Raises `IntegrityError` where the key was used meanwhile."""
    connection.execute(
        insert(answers).values(
            caller=caller,
            key=key,
            request_digest=answer.request_digest,
            status=answer.status,
            body=answer.body,
            at=now,
        )
    )
