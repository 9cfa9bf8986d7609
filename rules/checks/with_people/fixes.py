"""The smallest single change after which a document finds its approvers: tried, not guessed.

Candidates go from the least to the most: a supervisor for somebody, one more person in a role or
of a level, a stand-in, a higher limit, one more step. Each is made on a copy of the people or of
the set, and the document is decided again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import islice
from types import MappingProxyType
from typing import Final

from engine.decision import Outcome
from engine.errors import MoneyError
from engine.master_data import Dated, Holding, MasterData, Person, PersonId, current
from engine.matching import build
from engine.money import HIGHEST, Money, parse_amount
from engine.organization import Limit, Role
from engine.policy import Approve, PolicySet, StandInRule
from engine.routing.words import BodyWord, OwnerWord, RoleWord, SupervisorChain, Word, nested
from rules.checks.answers import levels_named, roles_named
from rules.checks.with_people.settings import FIXED, document_in
from rules.checks.with_people.trying import Tried
from rules.checks.with_people.world import World
from rules.checks.wording import grouped

NOBODY: Final = PersonId("\0somebody")  # no person of a directory has such an id
MOST_TRIED: Final = 200  # changes tried for one document
MOST_SUPERVISORS: Final = 20
MOST_MORE: Final = 6  # people more of one kind
CAUSES: Final = (
    frozenset({"barred"}),
    frozenset({"absent"}),
    frozenset({"vacant"}),
    frozenset({"absent", "barred", "vacant"}),
)


@dataclass(frozen=True, slots=True)
class Change:
    """A change, in the words of a help line, with the people and the set as they are after it."""

    text: str
    data: MasterData | None = None
    policy: PolicySet | None = None
    is_single: bool = True


def smallest_fix(world: World, tried: Tried, data: MasterData | None = None) -> str:
    """The help: the first change that makes the document route; `data` where others are there."""
    people = data or world.data
    for change in islice(_changes(world, tried, people), MOST_TRIED):
        world.changes -= 1
        if world.changes < 0:
            return "no fix was looked for: there are too many reports"
        if _routes(world, tried, change, people):
            if change.is_single:
                return f"smallest fix: {change.text}"
            return f"no single change helps; {change.text} would"
    return "no single change helps"


def _routes(world: World, tried: Tried, change: Change, data: MasterData) -> bool:
    document, given = document_in(world, tried.trial, tried.setting, tried.alike.first)
    policy = build(change.policy) if change.policy is not None else world.policy
    world.left += 1  # what a report costs is bounded by itself
    decision = world.decided(document, given, change.data or data, policy)
    row = tried.trial.subject.row
    return (
        decision is not None
        and decision.outcome is Outcome.ROUTE
        and decision.row_place == row.place
    )


def _changes(world: World, tried: Tried, data: MasterData) -> Iterator[Change]:
    words = tuple(_words(world, tried))
    roles = list(_roles(world, words))
    held = tried.decision.held
    code = held.code if held is not None else ""
    if code == "guarantee_broken":
        yield from _steps(world, tried)
    yield from _supervisors(world, tried, data, words)
    if code == "authority_exceeded":
        yield from _limits(world, tried)
    yield from _people(world, tried, data, words, roles, 1)
    yield from _stand_ins(world, tried, data, roles)
    detail = "" if held is None else dict(held.words).get("detail", "")
    if detail.endswith("different persons"):
        yield from _instead(world, tried, data, roles)
    yield from _second_seats(world, tried, data, roles)
    for more in range(2, MOST_MORE + 1):
        yield from _people(world, tried, data, words, roles, more)


def _words(world: World, tried: Tried) -> Iterator[Word]:
    """The words of the rule, those at the place that is held first."""
    held = tried.decision.held
    every = [inner for word in tried.trial.subject.words for inner in nested(word)]
    yield from sorted(every, key=lambda word: held is None or word.place != held.place)


def _roles(world: World, words: Iterable[Word]) -> Iterator[Role]:
    """The roles that are asked, of a body those of its members; each once."""
    roles = world.policy.organization.roles
    seen: set[str] = set()
    names = [name for word in words for name in sorted(roles_named(word))]
    names += [
        name for limit in world.policy.organization.limits for name in limit.who if limit.jointly
    ]
    for name in names:
        role = roles.get(name)
        if role is None or name in seen:
            continue
        seen.add(name)
        if role.body is None:
            yield role
            continue
        yield from (roles[n] for n in (role.body.of, role.body.recorded_by) if n)


def _supervisors(
    world: World, tried: Tried, data: MasterData, words: Iterable[Word]
) -> Iterator[Change]:
    """A supervisor for the last person above whoever asks, or above an owner."""
    climbs = any(isinstance(word, SupervisorChain | OwnerWord) for word in words)
    starts = [tried.alike.first]
    center = data.cost_centers.get(tried.setting.of("cost_center"))
    project = data.projects.get(tried.setting.of("project"))
    starts += [
        p
        for p in (
            current(center.owners, world.now) if center else None,
            current(project.managers, world.now) if project else None,
        )
        if p
    ]
    for top in dict.fromkeys(_top(world, data, start) for start in starts) if climbs else ():
        for person in _able(world, data, top):
            who = replace(data.people[top], managers=(Dated(person),))
            people = MappingProxyType({**data.people, top: who})
            text = f"make `{person}` the manager of `{top}` in people.csv"
            yield Change(text, replace(data, people=people))


def _top(world: World, data: MasterData, start: PersonId) -> PersonId:
    seen = [start]
    while (above := current(data.people[seen[-1]].managers, world.now)) is not None:
        if above in seen or above not in data.people:
            break
        seen.append(above)
    return seen[-1]


def _able(world: World, data: MasterData, top: PersonId) -> list[PersonId]:
    """Who could be above: active, not below; of the same entity first, then of the lowest level."""
    organization, highest = world.policy.organization, data.people[top]
    least = organization.rank(current(highest.levels, world.now) or "")

    def order(person: Person) -> tuple[bool, bool, int, str]:
        rank = _rank(person)
        return person.entity != highest.entity, rank < 0, rank, person.id

    def _rank(person: Person) -> int:
        return organization.rank(current(person.levels, world.now) or "")

    people = [
        person
        for person in data.people.values()
        if person.is_active(world.now)
        and _rank(person) >= least
        and _top(world, data, person.id) != top
    ]
    return [person.id for person in sorted(people, key=order)[:MOST_SUPERVISORS]]


def _people(
    world: World,
    tried: Tried,
    data: MasterData,
    words: Iterable[Word],
    roles: Iterable[Role],
    more: int,
) -> Iterator[Change]:
    """So many more people of a level, or in a role that has seats for them."""
    entity = tried.trial.subject.entity.id
    count = "one more person" if more == 1 else f"{more} more people"
    for level in dict.fromkeys(n for word in words for n in sorted(levels_named(word))):
        added = _with_people(world, data, entity, more, level=level)
        text = f"{count} of level `{level}` or higher for {entity} in people.csv"
        yield Change(text, added, is_single=more == 1)
    for role in roles:
        scope = _scope(tried, role)
        held = [
            h
            for s in (scope, "*")
            for h in data.holdings.get((role.name, s), ())
            if h.span.holds(world.now)
        ]
        if role.seats and len(held) + more > role.seats:
            continue
        added = _with_people(world, data, entity, more, role=role.name, scope=scope)
        where = "" if scope == "*" else f" for {scope}"
        holders = "a holder" if more == 1 else f"{more} holders"
        more_text = f"{holders} more" if held and more > 1 else holders
        more_text = "one more holder" if held and more == 1 else more_text
        text = f"add {more_text} of `{role.name}`{where} in roles.csv"
        yield Change(text, added, is_single=more == 1)


def _instead(
    world: World, tried: Tried, data: MasterData, roles: Iterable[Role]
) -> Iterator[Change]:
    """Somebody else in a role whose seats are taken."""
    for role in roles:
        for scope in dict.fromkeys((_scope(tried, role), "*")):
            held = [h for h in data.holdings.get((role.name, scope), ()) if h.span.holds(world.now)]
            if not role.seats or not held:
                continue
            entity = tried.trial.subject.entity.id
            holdings = MappingProxyType({**data.holdings, (role.name, scope): ()})
            emptied = replace(data, holdings=holdings)
            added = _with_people(world, emptied, entity, 1, role=role.name, scope=scope)
            text = f"let somebody else than `{held[0].person}` hold `{role.name}` in roles.csv"
            yield Change(text, added)


def _second_seats(
    world: World, tried: Tried, data: MasterData, roles: Iterable[Role]
) -> Iterator[Change]:
    """One more seat of a role, and who takes it: two changes, where no single one helps."""
    for role in roles:
        if role.seats:
            entity, scope = tried.trial.subject.entity.id, _scope(tried, role)
            added = _with_people(world, data, entity, 1, role=role.name, scope=scope)
            text = f"one more seat of `{role.name}` in the organization file, and its holder"
            yield Change(text, added, is_single=False)


def _scope(tried: Tried, role: Role) -> str:
    entity = tried.trial.subject.entity
    match role.per:
        case "group":
            return "*"
        case "entity":
            return entity.id
        case "country":
            return entity.country
        case "region":
            return entity.region
        case fact:
            return tried.setting.of(fact) or "*"


def _with_people(
    world: World,
    data: MasterData,
    entity: str,
    count: int,
    level: str = "",
    role: str = "",
    scope: str = "",
) -> MasterData:
    """The same with so many new people, of this level or in this role."""
    ids = [PersonId(f"{NOBODY}{number}") for number in range(count)]
    levels = (Dated(level),) if level else ()
    new = {each: Person(each, "somebody", entity, levels=levels) for each in ids}
    ranked = {**data.ranked}
    holdings: Mapping[tuple[str, str], tuple[Holding, ...]] = data.holdings
    if level:
        ranked[entity] = (*ranked.get(entity, ()), *ids)
    if role:
        held = data.holdings.get((role, scope), ())
        added = (*held, *(Holding(role, each, scope) for each in ids))
        holdings = MappingProxyType({**data.holdings, (role, scope): added})
    people = MappingProxyType({**data.people, **new})
    return replace(data, people=people, ranked=MappingProxyType(ranked), holdings=holdings)


def _stand_ins(
    world: World, tried: Tried, data: MasterData, roles: Iterable[Role]
) -> Iterator[Change]:
    """Each role that somebody holds as a stand-in for each role that is asked."""
    organization = world.policy.organization
    signing = {name for limit in organization.limits for name in limit.who}
    able = [r for r in organization.roles.values() if r.body is None and _is_held(world, data, r)]
    able.sort(key=lambda role: (role.per not in FIXED, role.name not in signing))
    for causes in CAUSES:
        for role in roles:
            for other in able:
                if other.name == role.name:
                    continue
                rule = StandInRule(role.place, role.name, RoleWord(other.name), causes)
                policy = replace(world.policy, stand_ins=(*world.policy.stand_ins, rule))
                because = ", ".join(sorted(causes))
                text = (
                    f"`- {{for: {role.name}, by: {other.name}, because: [{because}]}}` under "
                    "`stand_ins` of the handling file"
                )
                yield Change(text, policy=policy)


def _is_held(world: World, data: MasterData, role: Role) -> bool:
    return any(
        name == role.name and any(h.span.holds(world.now) for h in held)
        for (name, _), held in data.holdings.items()
    )


def _limits(world: World, tried: Tried) -> Iterator[Change]:
    """A limit that is high enough, for the level or a role of somebody whose own was too low."""
    trial = tried.trial
    on, entity = trial.subject.field.on, trial.subject.entity
    if not on.has_amount:
        return
    currency = on.space.currency or entity.currency
    high = trial.span[1] if trial.span[1] < HIGHEST else trial.key
    up_to = Money(max([high // 2, *_needed(tried, currency)]), currency)
    organization = world.policy.organization
    low = [p.person for p in tried.decision.passed_over if p.code == "over_limit"]
    names: dict[str, None] = {}
    for person in reversed(low):
        level = current(world.data.people[person].levels, world.now)
        names |= dict.fromkeys(_roles_of(world, person))
        names |= {level: None} if level else {}
    for name in names:
        limit = Limit((name,), up_to, frozenset({entity.id}))
        limits = replace(organization, limits=(*organization.limits, limit))
        amount = f"{grouped(up_to.minor, currency)} {currency}"
        text = (
            f"`- {{who: {name}, entity: {entity.id}, up_to: {amount}}}` under `limits` of the "
            "organization file"
        )
        yield Change(text, policy=replace(world.policy, organization=limits))


def _needed(tried: Tried, currency: str) -> Iterator[int]:
    """The amounts that authority was asked for: a chain may compare another one than the row."""
    for passed in tried.decision.passed_over:
        amount, _, of = dict(passed.words).get("amount", "").partition(" ")
        with suppress(MoneyError):
            if of == currency:
                yield parse_amount(amount, currency).minor


def _roles_of(world: World, person: PersonId) -> Iterator[str]:
    for (role, _), held in sorted(world.data.holdings.items()):
        if any(h.person == person and h.span.holds(world.now) for h in held):
            yield role


def _steps(world: World, tried: Tried) -> Iterator[Change]:
    """One more step of the row, where a guarantee is broken."""
    held, row = tried.decision.held, tried.trial.subject.row
    if held is None or held.code != "guarantee_broken" or not isinstance(row.answer, Approve):
        return
    rules = [rule for rule in world.policy.guarantees if rule.place == held.place]
    roles = world.policy.organization.roles
    wanted = [name for rule in rules for name in rule.by if name in roles]
    for name in wanted or sorted(roles):
        word = BodyWord(name) if roles[name].body is not None else RoleWord(name)
        answer = Approve((*row.answer.steps, word))
        matrices = tuple(
            replace(
                matrix,
                rows=tuple(
                    replace(each, answer=answer) if each.place == row.place else each
                    for each in matrix.rows
                ),
            )
            for matrix in world.policy.matrices
        )
        text = f"ask `{name}` as one more step of the row"
        yield Change(text, policy=replace(world.policy, matrices=matrices))
