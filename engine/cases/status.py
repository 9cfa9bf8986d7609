"""Where a case can stand, and what moves it on. The table is the whole truth; nothing else moves.

A commitment that was approved is changed by a change order. Where the change comes to nothing (it
is refused, rejected or withdrawn) the approved content stands as before: `stand_approved`,
`stand_posted`.

`corrected` is not a place to stay in: whoever corrects the cause of an exception sends the posting
off again, and the record says so.

`imported` is what another system did before this one decided anything. Nothing leads there but a
load of history: it counts, and can neither be acted on nor posted.

`cancelled` is an order that was approved, or posted, and is wanted no more.

`erased` is what is left where a document was kept as long as it had to be: the case, its number and
its records, without what the document said. Nothing leads away.
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
    CANCELLED = "cancelled"
    ERASED = "erased"


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
    CANCEL = "cancel"
    ENQUEUE = "enqueue"
    POST = "post"
    FAIL = "fail"
    REPLAY = "replay"
    STAND_APPROVED = "stand_approved"
    STAND_POSTED = "stand_posted"
    ERASE = "erase"


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
    returned   complete          approved
    returned   reject            rejected
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
    approved   reject            rejected
    approved   withdraw          withdrawn
    approved   enqueue           posting
    refused    stand_approved    approved
    rejected   stand_approved    approved
    withdrawn  stand_approved    approved
    refused    stand_posted      posted
    rejected   stand_posted      posted
    withdrawn  stand_posted      posted
    posted     route             pending
    posted     straight_through  approved
    posted     hold              held
    posted     refuse            refused
    approved   cancel            cancelled
    posted     cancel            cancelled
    posting    post              posted
    posting    fail              exception
    exception  replay            posting
    exception  withdraw          withdrawn
    approved   erase             erased
    posted     erase             erased
    rejected   erase             erased
    refused    erase             erased
    withdrawn  erase             erased
    imported   erase             erased
    cancelled  erase             erased
"""


def _read(table: str) -> Mapping[tuple[Status, Event], Status]:
    rows = (line.split() for line in table.splitlines() if line.strip())
    return MappingProxyType({(Status(a), Event(b)): Status(c) for a, b, c in rows})


MOVES: Final = _read(_TABLE)
# Documents that commit to spend: an approved one is changed by a change order, and what was
# approved counts until the change is.
COMMITMENTS: Final = frozenset({"requisition", "contract", "purchase_order"})
FINAL: Final = frozenset(status for status, event in MOVES if event is Event.ERASE)
_OPEN: Final = frozenset(status for status, event in MOVES if event is Event.ROUTE)


def takes_new_version(status: Status, type: str) -> bool:
    """Whether other content of a document of this type is decided.

    What is being posted changes no more, and what is posted only where it is a commitment.
    """
    return status in _OPEN and (status is not Status.POSTED or type in COMMITMENTS)


def stands_meanwhile(status: Status, type: str) -> bool:
    """Whether the content counts on while other content of it is on its way."""
    return status in (Status.APPROVED, Status.POSTED) and type in COMMITMENTS


def moved(status: Status, event: Event) -> Status | None:
    """Where the event takes a case; `None` where it cannot happen there."""
    return MOVES.get((status, event))
