"""What the organization, its limits, facts, delegation and stand-ins say, and how they differ."""

from __future__ import annotations

from typing import Any, Final

from engine.facts.vocabulary import Fact
from engine.money import Money
from engine.organization import Body, Entity, Limit, Role
from engine.policy import DelegationRule, StandInRule
from rules.analysis.differences import phrases as say
from rules.analysis.differences import strictness as strict
from rules.analysis.differences.aspects import Aspect, Kind, phrase
from rules.analysis.differences.judging import (
    by_amount,
    by_number,
    by_reach,
    condition_text,
    names_text,
    where_text,
)
from rules.analysis.differences.model import Area, Direction
from rules.analysis.differences.pairing import same

LOOSER, STRICTER, DIFFERENT = Direction.LOOSER, Direction.STRICTER, Direction.DIFFERENT


def _limit_name(limit: Limit) -> str:
    return f"{say.and_of(list(limit.who))} jointly" if limit.jointly else limit.who[0]


def _limit_reach(limit: Limit) -> str:
    return phrase(
        (
            ("for ", say.documents(limit.documents) if limit.documents else ""),
            ("in ", say.listed(limit.entities) if limit.entities else ""),
            ("where ", say.when(limit.when)),
        )
    )


def limit_label(limit: Limit) -> str:
    """A limit without its amount: `manager, for payment, in US01`."""
    reach = _limit_reach(limit)
    return f"{_limit_name(limit)}, {reach}" if reach else _limit_name(limit)


def _limit_who(limit: Limit) -> tuple[object, ...]:
    return limit.jointly, frozenset(limit.who)


def _reach_text(amount: Money | None) -> str:
    return "any amount" if amount is None else f"up to {say.money(amount)}"


LIMITS: Final[Kind[Limit]] = Kind(
    Area.LIMITS,
    limit_label,
    lambda limit: f"may approve {_reach_text(limit.up_to)}",
    (
        Aspect("may now approve", lambda limit: limit.up_to, _reach_text, by_amount(LOOSER)),
        Aspect("now in", lambda limit: limit.entities, names_text, by_reach(LOOSER)),
        Aspect("now for", lambda limit: limit.documents, say.documents, by_reach(LOOSER)),
        Aspect("now where", lambda limit: limit.when, condition_text),
    ),
    (
        same(lambda limit: (_limit_who(limit), limit.entities, limit.documents, limit.when)),
        same(lambda limit: (_limit_who(limit), limit.entities, limit.documents, limit.up_to)),
        same(lambda limit: (_limit_who(limit), limit.documents, limit.when, limit.up_to)),
        same(lambda limit: (_limit_who(limit), limit.entities, limit.when, limit.up_to)),
    ),
    adding=LOOSER,
)


def _to(rule: DelegationRule) -> str:
    level = f"a {rule.to_level} or higher" if rule.to_level else ""
    return " and ".join(filter(None, (level, names_text(rule.to_roles) if rule.to_roles else "")))


_WHOSE: Final = {"delegator": 0, "delegate": 0, "lesser": 1}


def _whose(old: str, new: str) -> Direction:
    """`lesser` asks for the authority of both."""
    gap = _WHOSE.get(new, 0) - _WHOSE.get(old, 0)
    return STRICTER if gap > 0 else LOOSER if gap < 0 else DIFFERENT


DELEGATION: Final[Kind[DelegationRule]] = Kind(
    Area.DELEGATION,
    lambda rule: f"delegation for {say.documents(rule.documents)}",
    lambda rule: phrase(
        (
            ("by the limit of the ", rule.limit),
            ("up to ", say.money(rule.cap) if rule.cap else ""),
            ("in ", say.listed(rule.entities) if rule.entities else ""),
            ("to ", _to(rule)),
            ("where ", say.when(rule.when)),
        )
    ),
    (
        Aspect("whose limit counts is", lambda rule: rule.limit, str, _whose),
        Aspect("now for", lambda rule: rule.documents, say.documents, by_reach(LOOSER)),
        Aspect("now in", lambda rule: rule.entities, names_text, by_reach(LOOSER)),
        Aspect("now up to", lambda rule: rule.cap, say.up_to, by_amount(LOOSER)),
        Aspect(
            "now for at most",
            lambda rule: rule.longest,
            lambda days: f"{days} days" if days else "any time",
            by_number(LOOSER, without_end=0),
        ),
        Aspect(
            "levels below the delegator now at most",
            lambda rule: rule.level_gap,
            lambda gap: "any" if gap < 0 else str(gap),
            by_number(LOOSER, without_end=-1),
        ),
        Aspect("now passed on at most", lambda rule: rule.depth, str, by_number(LOOSER)),
        Aspect(
            "open tasks now",
            lambda rule: rule.pending_stay,
            lambda stay: "stay" if stay else "move",
            lambda old, new: STRICTER if new else LOOSER,
        ),
        Aspect("now to", lambda rule: (rule.to_level, rule.to_roles), str),
        Aspect(
            "papers needed are",
            lambda rule: rule.require,
            lambda names: say.listed(names) if names else "none",
            lambda old, new: strict.of_sets(old, new, more_is=STRICTER),
        ),
        Aspect("now where", lambda rule: rule.when, condition_text),
    ),
    (
        same(lambda rule: (rule.documents, rule.entities, rule.when)),
        same(lambda rule: rule.documents),
        same(lambda rule: (rule.limit, rule.entities, rule.when, rule.cap)),
    ),
    adding=LOOSER,
)

STAND_INS: Final[Kind[StandInRule]] = Kind(
    Area.DELEGATION,
    lambda rule: f"stand-in for {rule.for_role}",
    lambda rule: phrase(
        (
            ("", say.word(rule.by)),
            ("because ", " or ".join(sorted(rule.because))),
            ("up to ", say.money(rule.up_to) if rule.up_to else ""),
            ("requires ", say.requirements(rule.require) if rule.require else ""),
            ("", where_text(rule)),
        )
    ),
    (
        Aspect(
            "who stands in is",
            lambda rule: rule.by,
            say.word,
            lambda old, new: strict.of_steps((old,), (new,)),
        ),
        Aspect(
            "now because",
            lambda rule: rule.because,
            names_text,
            lambda old, new: strict.of_sets(old, new, more_is=LOOSER),
        ),
        Aspect("now up to", lambda rule: rule.up_to, say.up_to, by_amount(LOOSER)),
        Aspect("now requires", lambda rule: rule.require, say.requirements, strict.of_requirements),
        Aspect("now for", lambda rule: rule.documents, say.documents, by_reach(LOOSER)),
        Aspect("now where", lambda rule: rule.when, condition_text),
    ),
    (
        same(lambda rule: (rule.for_role, rule.by)),
        same(lambda rule: (rule.for_role, rule.documents, rule.because)),
        same(lambda rule: rule.for_role),
    ),
    adding=LOOSER,
)


def _body(body: Body | None) -> str:
    if body is None:
        return "nobody's vote: it has holders of its own"
    if body.recorded_by:
        return f"a resolution recorded by {body.recorded_by}"
    sign = "more than" if body.above else "at least"
    votes = ", ".join(f"{role} has {count} votes" for role, count in sorted(body.votes))
    text = f"{body.present} of {body.of}, {sign} {say.share(body.in_favour)} in favour"
    return f"{text}, {votes}" if votes else text


ROLES: Final[Kind[Role]] = Kind(
    Area.ORGANIZATION,
    lambda role: f"role {role.name}",
    lambda role: "",
    (
        Aspect("is now held per", lambda role: role.per),
        Aspect("its seats are", lambda role: role.seats, lambda n: str(n) if n else "any number"),
        Aspect("now approves by", lambda role: role.body, _body),
    ),
    (same(lambda role: role.name),),
)

ENTITIES: Final[Kind[Entity]] = Kind(
    Area.ORGANIZATION,
    lambda entity: f"entity {entity.id}",
    lambda entity: f"{entity.country}, {entity.currency}, {entity.zone}",
    (
        Aspect("its country is", lambda entity: entity.country),
        Aspect("its region is", lambda entity: entity.region or "none"),
        Aspect("its currency is", lambda entity: entity.currency),
        Aspect("its zone is", lambda entity: entity.zone),
        Aspect("its holidays are", lambda entity: entity.holidays or "none"),
        Aspect("now recovers tax:", lambda entity: entity.tax_recovery, say.share),
        Aspect(
            "its week is",
            lambda entity: (sorted(entity.workdays), entity.opens, entity.closes),
            lambda week: f"{len(week[0])} days, {_clock(week[1])} to {_clock(week[2])}",
        ),
        Aspect("its fiscal year starts in month", lambda entity: entity.fiscal_year_starts),
    ),
    (same(lambda entity: entity.id),),
)


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


def _total(total: Any) -> str:
    if total is None:
        return "nothing"
    length = total.window.unit.replace("_", " ")
    window = f"{total.window.count} {length}" if total.window.count else length
    left_out = f", without {say.when(total.leaves_out)}" if total.leaves_out is not None else ""
    counts = f"counts {say.listed(total.counts)}"
    return f"{total.of} with the same {say.listed(total.same)} in {window}, {counts}{left_out}"


FACTS: Final[Kind[Fact]] = Kind(
    Area.VOCABULARY,
    lambda fact: f"fact `{fact.name}`",
    lambda fact: f"{fact.kind} of {fact.of}",
    (
        Aspect("is now", lambda fact: fact.kind),
        Aspect("its words are", lambda fact: fact.values, lambda v: ", ".join(v) or "any"),
        Aspect("is now about", lambda fact: fact.of),
        Aspect("now sums", lambda fact: fact.total, _total),
        Aspect("now comes from", lambda fact: fact.source or "the document"),
        Aspect("is now vouched for by", lambda fact: fact.vouched_by or "nobody"),
    ),
    (same(lambda fact: fact.name),),
)
