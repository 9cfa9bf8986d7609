"""A document as somebody sends it, and what becomes of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from adapters.store.cases import Case
from engine.cases.identities import Identities

# The source of what people propose here: policy sets and delegations. No tool submits under it.
OURS: Final = "countersign"


@dataclass(frozen=True, slots=True)
class Submitted:
    """The case. `is_new` is false where this content was known already."""

    case: Case
    is_new: bool


@dataclass(frozen=True, slots=True)
class NotAccepted:
    """Why other content of a known document is not taken now."""

    code: str
    case: Case


Answering = Callable[[Connection, Submitted], None]


@dataclass(frozen=True, slots=True)
class Submission:
    """A document as it is sent.

    `raw` are plain JSON values, `source` the system that sends them, `now` when (aware).
    `answering` is called within the transaction, to keep with the case what is answered. A known
    document of an entity that is not within `reach` (`None`: every one) is not touched.
    """

    raw: object
    source: str
    who: Identities
    now: datetime
    answering: Answering | None = None
    reach: frozenset[str] | None = None
