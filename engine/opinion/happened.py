"""What has happened on a case that is about to be let through: the facts of the second opinion.

Everything is as it was recorded: the set and the people that the last decision rested on, the
document, who did what and when, and what the same people did elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import MappingProxyType
from typing import Final

from engine.decision import Held, Via
from engine.documents.model import Document
from engine.facts.kinds import FactValues
from engine.history import NO_HISTORY, History, PastAct
from engine.knowing import Situation, situate
from engine.master_data import MasterData, PersonId
from engine.policy import PolicySet
from engine.rates import Shortage
from engine.routing.authority import widest
from engine.routing.course import ActKind, Given
from engine.segregation.recorded import acts_of_named
from engine.selecting import choose_matrix, measured

APPROVE: Final = "approve"
APPROVING: Final = frozenset({ActKind.APPROVE, ActKind.VOTE_FOR})


class NotKnown(Exception):
    """What the document names is not known any more. The message is a code."""


@dataclass(frozen=True, slots=True)
class Happened:
    """`acts` are those on this case, in order; `at` is when it was let through, an aware instant.

    `as_requester` are the positions of acts that only the word `requester` of a row asked for: no
    control on approvers is about them. `history` is what was done on other documents, `None` where
    nobody looked: what compares documents is then not covered. `given` are the totals that it was
    decided with.
    """

    policy: PolicySet
    data: MasterData
    document: Document
    at: datetime
    acts: tuple[PastAct, ...] = ()
    as_requester: frozenset[int] = frozenset()
    history: History | None = None
    given: FactValues = field(default_factory=lambda: MappingProxyType({}))

    @property
    def past(self) -> History:
        """What was done on other documents, as far as anybody looked."""
        return NO_HISTORY if self.history is None else self.history

    def numbered(self) -> Iterator[tuple[int, PastAct]]:
        """Every act once, those on this document first, with its number from 1."""
        others = (act for act in self.past.acts if not self.is_own(act))
        yield from enumerate(dict.fromkeys((*self.acts, *others)), start=1)

    def is_own(self, act: PastAct) -> bool:
        """Whether it was done on this document."""
        return (act.document_type, act.document_id) == (self.document.type, self.document.id)

    def approvals(self) -> Iterator[tuple[int, PastAct, PersonId]]:
        """Every approval that controls are about, once for each person it was given by or for."""
        exempt = {self.acts[position] for position in self.as_requester}
        for number, act in self.numbered():
            if act.act == APPROVE and self.is_own(act) and act not in exempt:
                for person in persons_of(act):
                    yield number, act, person


def persons_of(act: PastAct) -> tuple[PersonId, ...]:
    """Who did it: the person, and for whom."""
    for_whom = act.on_behalf_of
    return (act.person,) if for_whom in (None, act.person) else (act.person, for_whom)


def situation_at(happened: Happened, moment: datetime) -> Situation:
    """What was known of the document at a moment. Raises `NotKnown`."""
    policy, data = happened.policy, happened.data
    found = situate(policy, data, happened.document, moment, happened.given)
    if isinstance(found, Shortage):
        raise NotKnown(found.code)
    if policy.lookup is not None and "requester.limit" in policy.lookup.reads:
        limit = widest(found, found.requester)
        found.known = found.known.also({"requester.limit": limit})
    matrix = choose_matrix(found)
    if not isinstance(matrix, Held):
        measured(found, matrix)
    return found


def acts_of_case(
    document: Document,
    data: MasterData,
    keys: frozenset[str],
    given: Iterable[tuple[Given, datetime]],
) -> tuple[tuple[PastAct, ...], frozenset[int]]:
    """Everything done on a case, and the positions of what only asked the requester."""
    acts = list(acts_of_named(data, document, document.submitted_at, keys))
    as_requester = set()
    for each, moment in given:
        if each.kind in APPROVING:
            if _is_asked_as_requester(each):
                as_requester.add(len(acts))
            acts.append(_approval(each, moment, document, keys))
    return tuple(acts), frozenset(as_requester)


def as_kept(act: PastAct, history: History) -> PastAct:
    """The act of the case as the history has it: with the mitigations that let it through, and when
    it was accepted, whatever its document states."""
    for each in history.acts:
        if (each.document_type, each.document_id, each.act, each.person) == (
            act.document_type,
            act.document_id,
            act.act,
            act.person,
        ) and (act.act != APPROVE or each.at == act.at):
            return replace(act, at=each.at, under=each.under)
    return act


def _approval(given: Given, moment: datetime, document: Document, keys: frozenset[str]) -> PastAct:
    """For whom a delegate acts approved, too; whom a stand-in replaces did nothing."""
    who = given.assignee
    other = who.on_behalf_of if who.via is Via.DELEGATE else None
    return PastAct(who.person, APPROVE, document.type, document.id, moment, keys, other)


def _is_asked_as_requester(given: Given) -> bool:
    """Whether only the word `requester` asked for it, which asks him on purpose."""
    return bool(given.keys) and all(word == "requester" for _, word, *_ in given.keys)
