"""What stands around the document of a test when it is asked whether it may post.

Earlier documents have an outcome and who approved them; of the acts of the test itself those count
that were accepted.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from engine.cases.status import Status
from engine.cumulation import APPROVED
from engine.documents.model import Document
from engine.history import History
from engine.master_data import MasterData, PersonId
from engine.readiness.persons import persons_of
from engine.readiness.surroundings import Beside
from engine.routing.acting import Refusal
from engine.routing.course import Act
from rules.testing.pasts import Before

POSTED: Final = Status.POSTED.value  # in the books; totals count it as approved


def counted_as(outcome: str) -> str:
    """The outcome of an earlier document as totals know it."""
    return APPROVED if outcome == POSTED else outcome


def beside_of(
    document: Document, earlier: Iterable[tuple[Before, str]], history: History
) -> Iterator[Beside]:
    """The earlier documents of the test; one with the id of the tested document is that one."""
    for before, outcome in earlier:
        other = before.document
        if (other.type, other.id) != (document.type, document.id):
            approvers = frozenset(_approved(other, history))
            yield Beside(other, Status(outcome), before.at, before.at, approvers=approvers)


def approvers_of(
    data: MasterData, acts: Sequence[Act], refusals: Iterable[Refusal]
) -> frozenset[PersonId]:
    """Who acted on the route of the tested document, and for whom."""
    refused = {refusal.position for refusal in refusals}
    return frozenset(
        person
        for position, act in enumerate(acts)
        if position not in refused
        for person in persons_of(data, (act.by, act.on_behalf_of), act.at)
    )


def _approved(document: Document, history: History) -> Iterator[PersonId]:
    for act in history.acts:
        is_of_it = (act.document_type, act.document_id) == (document.type, document.id)
        if is_of_it and act.act == "approve":
            yield act.person
            if act.on_behalf_of is not None:
                yield act.on_behalf_of
