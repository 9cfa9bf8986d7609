"""Chains: upwards over supervisors or roles, to the first whose authority covers.

A vacant or barred place climbs; the needed authority is never lowered. Where nobody covers, the
document is held and every limit is listed. A joint limit ends a chain at the first of its parties:
all of them are asked, together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Final

from engine.decision import Assignee, Assignment, Part, Via
from engine.knowing import Situation, as_compared
from engine.master_data import PersonId
from engine.money import AMOUNTS
from engine.organization import Limit
from engine.routing.authority import Amount, covering, holders, joint_covering, level_of, limit_text
from engine.routing.building import Resolved, Routing, Unfilled
from engine.routing.delegation import Need
from engine.routing.owners import charged
from engine.routing.seating import each_once, seat, supervisor, upwards
from engine.routing.words import (
    LevelWord,
    OwnerWord,
    RoleChain,
    RoleWord,
    SupervisorChain,
    Together,
    Word,
)

Steps = tuple[tuple[Part, ...], ...]
THEMSELVES: Final = (Via.HOLDER, Via.ACTING, Via.CLIMB)  # who acts on his own authority


@dataclass(slots=True)
class Walk:
    """One walk up a chain: who was asked on the way, whose limit was too low, how it ended.

    `passed` counts the filled places before the end, `asked` are theirs where the word asks all.
    """

    word: SupervisorChain | RoleChain
    amount: Amount | None
    resolve: Callable[[Routing, Word], Resolved]
    passed: int = 0
    asked: list[Assignment] = field(default_factory=list)
    limits: list[str] = field(default_factory=list)
    climbed: bool = False
    end: tuple[Part, ...] = ()


def chain(
    routing: Routing,
    word: SupervisorChain | RoleChain,
    resolve: Callable[[Routing, Word], Resolved],
) -> Steps | Unfilled:
    """The steps that the chain asks for, in order; everyone on the way where it asks all.

    `resolve` resolves the parties of a joint limit.
    """
    by_authority = isinstance(word, RoleChain) or word.until_authority
    amount = _amount(routing.situation, word)
    if by_authority and amount is None:
        fact = word.covers or "amount"
        shortage = routing.situation.known.why_missing.get(fact)
        code = shortage.code if shortage is not None else "fact_missing"
        return Unfilled(code, word.place, (("detail", fact),))
    if by_authority and amount is not None and not word.chain_only and not word.asks_all:
        earlier = _satisfied(routing, amount)
        if earlier is not None:
            made = routing.assignment(
                "chain", earlier.assignees, word.place, already=earlier.id, amount=str(amount)
            )
            return ((made,),)
    starts = _starts(routing.situation, word)
    if isinstance(starts, Unfilled):
        return starts
    chains: list[list[tuple[Part, ...]]] = []
    for positions in starts:
        walk = Walk(word, amount, resolve)
        for people in positions:
            if _visit(routing, walk, people):
                break
        if not walk.end:
            return _unended(walk)
        chains.append(_steps_of(walk))
    side_by_side = zip_longest(*chains, fillvalue=())
    return tuple(_met(part for parts in step for part in parts) for step in side_by_side)


def _met(parts: Iterable[Part]) -> tuple[Part, ...]:
    """The parts of one step; where chains have met, their place is one."""
    found: dict[object, Part] = {}
    for part in parts:
        same = (part.assignees, part.amount, part.notes) if isinstance(part, Assignment) else part
        found.setdefault(same, part)
    return tuple(found.values())


def _amount(situation: Situation, word: SupervisorChain | RoleChain) -> Amount | None:
    """What authority is compared with: the matrix's amount, or the total that `covers` names."""
    if not word.covers:
        return situation.amount
    value = situation.known.values.get(word.covers)
    return as_compared(situation.policy, value) if isinstance(value, AMOUNTS) else None


def _satisfied(routing: Routing, amount: Amount) -> Assignment | None:
    """An approval of an earlier step that only persons whose own authority covers can give.

    Controls only add: whom they ask does not stand for a chain of the matrix.
    """
    for earlier in routing.earlier:
        if routing.of_matrix and earlier.id in routing.of_controls:
            continue
        if earlier.word == "requester" or earlier.body is not None or not earlier.assignees:
            continue
        for assignee in earlier.assignees:
            if assignee.via not in THEMSELVES:
                break
            if covering(routing.situation, assignee.person, amount) is None:
                break
        else:
            return earlier
    return None


Positions = list[tuple[PersonId, ...]]


def _starts(situation: Situation, word: SupervisorChain | RoleChain) -> list[Positions] | Unfilled:
    """One list of positions to visit for each chain: supervisors upwards, or the roles' holders."""
    if isinstance(word, RoleChain):
        roles = situation.policy.organization.roles
        return [[tuple(h.person for h in holders(situation, roles[name])) for name in word.roles]]
    if word.of is None:
        first = supervisor(situation, situation.requester)
        begins: tuple[PersonId, ...] = () if first is None else (first,)
    else:
        found = _named(situation, word.of)
        if isinstance(found, Unfilled):
            return found
        begins = found
    if not begins:
        return Unfilled("no_eligible_approver", word.place, (("detail", "chain"),))
    return [[(person,) for person in upwards(situation, begin)] for begin in begins]


def _named(situation: Situation, word: Word) -> tuple[PersonId, ...] | Unfilled:
    """The persons that `of` names, before anybody is passed over."""
    match word:
        case OwnerWord(kind, place) if kind != "requester.manager":
            owners = charged(situation, kind)
            if isinstance(owners, tuple):
                return Unfilled(owners[0], place, (("detail", owners[1]),))
            return tuple(owners)
        case OwnerWord():
            manager = supervisor(situation, situation.requester)
            return () if manager is None else (manager,)
        case RoleWord(name):
            role = situation.policy.organization.roles[name]
            return tuple(holding.person for holding in holders(situation, role))[:1]
        case _:
            return ()


def _visit(routing: Routing, walk: Walk, people: tuple[PersonId, ...]) -> bool:
    """Asks one place of the chain; whether the chain ends here."""
    situation, word = routing.situation, walk.word
    need = Need("chain", walk.amount, authority=True, ask=routing.ask, rule=word.place)
    seats = {person: seat(situation, person, need) for person in people}
    present = each_once(a for assignees in seats.values() for a in assignees)
    if not present:
        walk.climbed = True
        return False
    if isinstance(word, RoleChain) or word.until_authority:
        ended = _by_authority(routing, walk, people, seats)
    elif word.to:
        organization = situation.policy.organization
        least = organization.rank(word.to)
        ended = any(organization.rank(level_of(situation, person)) >= least for person in people)
    else:
        ended = walk.passed + 1 >= max(1, word.steps)
    if ended and not walk.end:
        walk.end = (_asked(routing, walk, present),)
    elif not ended:
        walk.passed += 1
        if word.asks_all:
            walk.asked.append(_asked(routing, walk, present, "on_the_way"))
    return ended


def _asked(routing: Routing, walk: Walk, assignees: tuple[Assignee, ...], *more: str) -> Assignment:
    notes = ("vacant_climb", *more) if walk.climbed else more
    return routing.assignment(
        "chain", assignees, walk.word.place, notes=notes, amount=_amount_text(walk)
    )


def _amount_text(walk: Walk) -> str:
    """The amount that the authority was asked for; an approval is for this amount and no other."""
    by_authority = isinstance(walk.word, RoleChain) or walk.word.until_authority
    return str(walk.amount) if by_authority else ""


def _by_authority(
    routing: Routing,
    walk: Walk,
    people: tuple[PersonId, ...],
    seats: dict[PersonId, tuple[Assignee, ...]],
) -> bool:
    situation, amount = routing.situation, walk.amount
    if amount is None:
        return False
    able = [
        assignee
        for person in people
        for assignee in seats[person]
        if covering(situation, assignee.person if assignee.via is Via.ACTING else person, amount)
    ]
    if able:
        walk.end = (_asked(routing, walk, each_once(able)),)
        return True
    for person in people:
        for limit in joint_covering(situation, person, amount) if seats[person] else ():
            parties = _jointly(routing, walk, limit)
            if parties:
                walk.end = parties
                return True
    for person in people:
        if seats[person]:
            text = limit_text(situation, person)
            situation.pass_over(person, "over_limit", "chain", limit=text, amount=str(amount))
            walk.limits.append(f"{person}: {text}")
    return False


def _jointly(routing: Routing, walk: Walk, limit: Limit) -> tuple[Part, ...]:
    """All parties of a joint limit, each a different person; empty where one cannot be asked."""
    roles = routing.situation.policy.organization.roles
    words: tuple[Word, ...] = tuple(
        RoleWord(name, limit.place) if name in roles else LevelWord(name, limit.place)
        for name in limit.who
    )
    found = walk.resolve(routing, Together(len(words), words, limit.place))
    return () if isinstance(found, Unfilled) else found


def _steps_of(walk: Walk) -> list[tuple[Part, ...]]:
    if not walk.word.asks_all:
        return [walk.end]
    return [*((asked,) for asked in walk.asked), walk.end]


def _unended(walk: Walk) -> Unfilled:
    if walk.limits:
        detail = f"{walk.amount}; {'; '.join(walk.limits)}"
        return Unfilled("authority_exceeded", walk.word.place, (("detail", detail),))
    return Unfilled("no_eligible_approver", walk.word.place, (("detail", "chain"),))
