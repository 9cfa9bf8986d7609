"""What people have done on documents, as far as it matters to the one that is decided.

Whoever asks for a decision hands it over, complete: every act within the windows of the set's
conflicts on documents that share a key, or the chain, with this one. What of it counts is decided
in `engine/segregation`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from engine.master_data import PersonId


@dataclass(frozen=True, slots=True)
class PastAct:
    """One act of one person on one document, at an aware instant.

    `act` is a word that a duty uses (`submit`, `approve` ...). `document_type` and `document_id`
    name the document. `keys` say what it was about when the act was done, canonical text such as
    `supplier:G-1` (`engine/segregation/keys.py`). `at` is when it was recorded, whatever date a
    sender states. `on_behalf_of` did it, too, as far as segregation goes. `case` is its number,
    empty where it is known from elsewhere. `under` are the mitigations that let it through.
    """

    person: PersonId
    act: str
    document_type: str
    document_id: str
    at: datetime
    keys: frozenset[str] = frozenset()
    on_behalf_of: PersonId | None = None
    case: str = ""
    under: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class History:
    """The past of one document.

    `chain` are the documents, each as type and id, that lead to this one or follow from it, over
    any number of references. `unreviewed` is, by mitigation, when the oldest use was that its
    monitor has not reviewed.
    """

    acts: tuple[PastAct, ...] = ()
    chain: frozenset[tuple[str, str]] = frozenset()
    unreviewed: Mapping[str, datetime] = field(default_factory=dict)


NO_HISTORY: Final = History()
