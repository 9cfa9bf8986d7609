"""What deciding answers with: outcome, route, findings, reasons, and the digests it rests on.

Everything is a value that can be written down and compared. Texts are not here: a reason is a code
with the words to fill in, and `engine/explaining/explanation.py` says it in a language.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from engine.master_data import PersonId
from engine.places import NOWHERE, Place
from engine.values import value


class Outcome(StrEnum):
    """The four answers to a document."""

    ROUTE = "route"
    STRAIGHT_THROUGH = "straight_through"
    HELD = "held"
    REFUSED = "refused"


class Ask(StrEnum):
    """What a person is asked for. Only `approve` counts as an approval."""

    APPROVE = "approve"
    CONSULT = "consult"
    NOTIFY = "notify"
    RATIFY = "ratify"


class Via(StrEnum):
    """How an assignee comes to be asked."""

    HOLDER = "holder"
    ACTING = "acting"
    DELEGATE = "delegate"
    STAND_IN = "stand_in"
    CLIMB = "climb"
    ESCALATED = "escalated"
    REASSIGNED = "reassigned"


@value
class Reason:
    """One thing that was found: a code of the message catalogue, a place, and words to fill in."""

    code: str
    place: Place = NOWHERE
    words: tuple[tuple[str, str], ...] = ()


@value
class Comparison:
    """One test as it was made: `10000.00 <= 10000.00` is true. `result` `None` is undecided."""

    fact: str
    left: str
    sign: str
    right: str
    result: bool | None


@value
class Passed:
    """Somebody who was looked at and not asked, and why."""

    person: PersonId
    code: str
    word: str
    words: tuple[tuple[str, str], ...] = ()


@value
class Assignee:
    """One person who may act on an assignment; `on_behalf_of` is the person he acts for."""

    person: PersonId
    via: Via = Via.HOLDER
    on_behalf_of: PersonId | None = None
    delegation: str = ""


@value
class Ballot:
    """How a body decides: see `engine.organization.Body`. Shares as text (`1/2`).

    `votes` are the members who have another number of votes than one.
    """

    members: tuple[PersonId, ...]
    present: int
    in_favour: str
    above: bool
    recorders: tuple[PersonId, ...]
    votes: tuple[tuple[PersonId, int], ...] = ()


@value
class Assignment:
    """One place to fill: any one of the assignees fills it (a body: by its ballot).

    `id` is unique on the route, in reading order. `word` is the approver word (`cfo`,
    `cost_center_owner`, `chain`), `object` what it is about (`cc100`), `amount` what it is asked
    for, as text with its currency: what is allocated to an owner, what authority must cover.
    `already` is the id of an earlier assignment whose approver fills this one too, -1 for none.
    `notes` are codes such as `vacant_climb`.
    """

    id: int
    word: str
    assignees: tuple[Assignee, ...]
    place: Place
    ask: Ask = Ask.APPROVE
    object: str = ""
    amount: str = ""
    as_: str = ""
    within: str = ""
    body: Ballot | None = None
    already: int = -1
    notes: tuple[str, ...] = ()


@value
class Group:
    """`need` of the parts, each filled by a different person."""

    need: int
    parts: tuple[Part, ...]


Part = Assignment | Group


@value
class Step:
    """Parts asked in parallel; the step is done when each is."""

    number: int
    parts: tuple[Part, ...]


@value
class Finding:
    """Something the document lacks before it can complete."""

    code: str
    text: str
    place: Place


@value
class ReviewTask:
    """A review that a control opened, of this document or of those counted."""

    documents: str
    code: str
    parts: tuple[Part, ...]
    place: Place


@value
class Held:
    """Why there is no automatic answer: `code`, what it concerns, who owns it."""

    code: str
    words: tuple[tuple[str, str], ...]
    place: Place
    owner: str


@value
class Decision:
    """The answer for one document at one moment, and everything it rests on.

    `rates` are the rates used, as text; `compared` the tests of the winning row and the controls.
    `digest` is over the canonical bytes of all of it except texts (`engine/recording.py`).
    """

    outcome: Outcome
    now: datetime
    document: str
    document_digest: str
    policy: str
    policy_digest: str
    data_digest: str
    matrix: str = ""
    row: str = ""
    row_place: Place = NOWHERE
    amount: str = ""
    steps: tuple[Step, ...] = ()
    findings: tuple[Finding, ...] = ()
    reviews: tuple[ReviewTask, ...] = ()
    held: Held | None = None
    refused: Reason | None = None
    reasons: tuple[Reason, ...] = ()
    compared: tuple[tuple[Place, Comparison], ...] = ()
    passed_over: tuple[Passed, ...] = ()
    rates: tuple[str, ...] = ()
    digest: str = ""


@value
class Considered:
    """What deciding would answer, to be compared with another answer and never kept.

    It has no digest and says nothing of what was compared: nothing can be proved by it, and it
    cannot be taken for a decision.
    """

    outcome: Outcome
    matrix: str
    row: str
    steps: tuple[Step, ...]
    findings: tuple[Finding, ...]
    reviews: tuple[ReviewTask, ...]
    held: Held | None
    refused: Reason | None
