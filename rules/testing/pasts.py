"""What people did before the document of a test, as its earlier documents say.

Whoever an earlier document names did his part of it, and who is named under `approved_by` approved
it, at the moment of that document unless another is written.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from engine.cumulation import STATUSES
from engine.documents.model import Document
from engine.history import History, PastAct
from engine.master_data import MasterData, PersonId
from engine.places import Place
from engine.segregation.ground import ACTS
from engine.segregation.keys import about, chain_of
from rules.compiling.context import Context
from rules.compiling.forms import TEXT, list_of, word_of
from rules.compiling.shapes import Form, Key, Shape
from rules.diagnostics import Diagnostics, did_you_mean, shown
from rules.reading import values
from rules.reading.nodes import Mapping as MappingNode
from rules.reading.nodes import Node
from rules.testing.forms import MOMENT
from rules.testing.written import Moment

_BY: Final[Key[str]] = Key("by", TEXT, "who approved it: a person or a login", required=True)
_FOR: Final[Key[str]] = Key("for", TEXT, "on whose behalf")
_AT: Final[Key[Moment]] = Key("at", MOMENT, "when; with the document if unsaid")
APPROVAL: Final = Shape("an approval", (_BY, _FOR, _AT))


@dataclass(frozen=True, slots=True)
class WrittenApproval:
    """Who approved an earlier document, as written."""

    by: str
    place: Place
    on_behalf_of: str = ""
    at: Moment | None = None


@dataclass(frozen=True, slots=True)
class Before:
    """An earlier document, accepted, and who approved it when."""

    document: Document
    at: datetime
    approvals: tuple[tuple[WrittenApproval, datetime], ...] = ()


def _read_approval(node: Node, context: Context) -> WrittenApproval | None:
    if not isinstance(node, MappingNode):
        text = values.text(node, context.diagnostics, "a person")
        return None if text is None else WrittenApproval(text, node.place)
    fields = APPROVAL.open(node, context)
    by = None if fields is None else fields.read(_BY, context)
    if fields is None or by is None:
        return None
    return WrittenApproval(
        by, fields.place, fields.read(_FOR, context) or "", fields.read(_AT, context)
    )


APPROVAL_FORM: Final[Form[WrittenApproval]] = Form("person or approval", _read_approval)
APPROVED_BY: Final = Key("approved_by", list_of(APPROVAL_FORM), "who approved it")
OUTCOME: Final = Key(
    "outcome", word_of(*STATUSES, "posted"), "what became of it; `approved` if unsaid"
)
AT: Final[Key[Moment]] = Key("at", MOMENT, "when; the test's moment if unsaid")
EARLIER: Final = Shape("an earlier document", (OUTCOME, AT, APPROVED_BY))  # and its own fields


def history_of_test(
    document: Document,
    data: MasterData,
    earlier: Sequence[Before],
    unreviewed: dict[str, datetime],
    now: datetime,
    diagnostics: Diagnostics,
) -> History:
    """What was done on the earlier documents, and which of them lead to this one."""
    acts = [act for before in earlier for act in _acts(before, data, diagnostics)]
    kept = [
        ((each.document.type, each.document.id), about(data, each.document, each.at))
        for each in earlier
    ]

    def look_up(keys: frozenset[str]) -> list[tuple[tuple[str, str], frozenset[str]]]:
        return [(name, theirs) for name, theirs in kept if not keys.isdisjoint(theirs)]

    return History(tuple(acts), chain_of(about(data, document, now), look_up), unreviewed)


def _acts(before: Before, data: MasterData, diagnostics: Diagnostics) -> Iterable[PastAct]:
    document = before.document
    for part, word in ACTS:
        name = getattr(document, part)
        person = data.person_of(name, before.at) if name else None
        if person is not None:
            yield _act(before, data, person, word, before.at)
    for approval, at in before.approvals:
        person = _person(approval.by, approval.place, data, at, diagnostics)
        other = _person(approval.on_behalf_of, approval.place, data, at, diagnostics)
        if person is not None:
            yield _act(before, data, person, "approve", at, other)


def _act(
    before: Before,
    data: MasterData,
    person: PersonId,
    word: str,
    at: datetime,
    on_behalf_of: PersonId | None = None,
) -> PastAct:
    document = before.document
    keys = about(data, document, at)
    return PastAct(person, word, document.type, document.id, at, keys, on_behalf_of)


def _person(
    name: str, place: Place, data: MasterData, at: datetime, diagnostics: Diagnostics
) -> PersonId | None:
    found = data.person_of(name, at) if name else None
    if name and found is None:
        help = did_you_mean(name, {*data.people, *data.logins})
        diagnostics.error("unknown-person", place, f"no person named {shown(name)}", help)
    return found
