"""Where a case can stand, and what moves it on. The table is the whole truth; nothing else moves.

`corrected` is not a place to stay in: whoever corrects the cause of an exception sends the posting
off again, and the record says so.

`imported` is what another system did before this one decided anything. Nothing leads there but a
load of history, and nothing leads away: it counts, and can neither be acted on nor posted.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class Status(StrEnum):
    """The status of a business object, whatever interfaces it passes."""

    PENDING = "pending"
    HELD = "held"
    REFUSED = "refused"
    APPROVED = "approved"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    RETURNED = "returned"
    POSTING = "posting"
    POSTED = "posted"
    EXCEPTION = "exception"
    IMPORTED = "imported"


class Event(StrEnum):
    """What happens to a case. The four answers of a decision, what people do, what the ERP says."""

    ROUTE = "route"
    STRAIGHT_THROUGH = "straight_through"
    HOLD = "hold"
    REFUSE = "refuse"
    COMPLETE = "complete"
    REJECT = "reject"
    RETURN = "return"
    WITHDRAW = "withdraw"
    ENQUEUE = "enqueue"
    POST = "post"
    FAIL = "fail"
    REPLAY = "replay"


_TABLE: Final = """
    pending    route             pending
    pending    straight_through  approved
    pending    hold              held
    pending    refuse            refused
    pending    complete          approved
    pending    reject            rejected
    pending    return            returned
    pending    withdraw          withdrawn
    returned   route             pending
    returned   straight_through  approved
    returned   hold              held
    returned   refuse            refused
    returned   withdraw          withdrawn
    held       route             pending
    held       straight_through  approved
    held       hold              held
    held       refuse            refused
    held       withdraw          withdrawn
    refused    route             pending
    refused    straight_through  approved
    refused    hold              held
    refused    refuse            refused
    rejected   route             pending
    rejected   straight_through  approved
    rejected   hold              held
    rejected   refuse            refused
    withdrawn  route             pending
    withdrawn  straight_through  approved
    withdrawn  hold              held
    withdrawn  refuse            refused
    approved   route             pending
    approved   straight_through  approved
    approved   hold              held
    approved   refuse            refused
    approved   withdraw          withdrawn
    approved   enqueue           posting
    posting    post              posted
    posting    fail              exception
    exception  replay            posting
    exception  withdraw          withdrawn
"""


def _read(table: str) -> Mapping[tuple[Status, Event], Status]:
    rows = (line.split() for line in table.splitlines() if line.strip())
    return MappingProxyType({(Status(a), Event(b)): Status(c) for a, b, c in rows})


MOVES: Final = _read(_TABLE)
# A new version of the document may be decided; what is being posted may not change any more.
OPEN_FOR_NEW_VERSIONS: Final = frozenset(status for status, event in MOVES if event is Event.ROUTE)


def moved(status: Status, event: Event) -> Status | None:
    """Where the event takes a case; `None` where it cannot happen there."""
    return MOVES.get((status, event))
