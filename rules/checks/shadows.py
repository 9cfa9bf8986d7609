"""Limits and delegation rows that change nothing, since another one always gives as much.

Any limit that matches is enough, and so is any delegation row. So a smaller one beside a larger one
that is no narrower looks like a restriction and restricts nobody.
"""

from __future__ import annotations

from collections.abc import Sequence

from engine.facts.conditions import ALWAYS, All, Condition, OneOf
from engine.money import Money
from engine.organization import Limit
from engine.policy import DelegationRule, PolicySet
from rules.checks.space.cells import Space, TooManyBoxes
from rules.checks.space.covering import hidden_by
from rules.checks.space.ground import WORK, domains, entity_facts
from rules.checks.space.possible import Amount, Possible
from rules.checks.space.regions import Budget, Search
from rules.checks.wording import NOT_PROVED_HELP
from rules.diagnostics import Diagnostics


def check_shadows(policy: PolicySet, diagnostics: Diagnostics) -> None:
    """Every limit beside those of the same holders, and every delegation row beside the others."""
    same: dict[tuple[frozenset[str], bool], list[Limit]] = {}
    for limit in policy.organization.limits:
        same.setdefault((frozenset(limit.who), limit.jointly), []).append(limit)
    for limits in same.values():
        if len(limits) > 1:
            _check_limits(policy, limits, diagnostics)
    if len(policy.delegation) > 1:
        _check_delegation(policy, diagnostics)


def _check_limits(policy: PolicySet, limits: list[Limit], diagnostics: Diagnostics) -> None:
    where = [_where(policy, each.documents, each.entities, each.when) for each in limits]
    order = sorted(range(len(limits)), key=lambda n: (*_size(limits[n]), -n))
    left = set(order)
    for position in order:
        limit = limits[position]
        larger = [n for n in sorted(left) if n != position and _is_enough(limits[n], limit)]
        hiding = _hiding(policy, where, position, larger, limit, diagnostics)
        if hiding:
            left.remove(position)
            places = _places([limits[other].place for other in hiding])
            message = f"this limit of {_named(limit.who)} changes nothing: {places} "
            message += f"{_verb(hiding)} as much or more, wherever this one counts"
            help = "take it out, or narrow the other with `entity`, `documents` or `when`: any "
            diagnostics.warning(
                "limit-shadowed", limit.place, message, f"{help}limit that matches is enough"
            )


def _size(limit: Limit) -> tuple[bool, int]:
    return limit.up_to is None, 0 if limit.up_to is None else limit.up_to.minor


def _is_enough(larger: Limit, limit: Limit) -> bool:
    """Whether a limit covers every amount that the other does; two currencies are not compared."""
    if larger.up_to is None or limit.up_to is None:
        return larger.up_to is None
    return larger.up_to.currency == limit.up_to.currency and larger.up_to.minor >= limit.up_to.minor


def _check_delegation(policy: PolicySet, diagnostics: Diagnostics) -> None:
    rows = policy.delegation
    where = [_where(policy, each.documents, each.entities, each.when) for each in rows]
    left = set(range(len(rows)))
    for position in reversed(range(len(rows))):
        row = rows[position]
        wider = [n for n in sorted(left) if n != position and allows_as_much(policy, rows[n], row)]
        hiding = _hiding(policy, where, position, wider, row, diagnostics)
        if hiding:
            left.remove(position)
            places = _places([rows[other].place for other in hiding])
            message = f"this row allows nothing of its own: {places} {_allows(hiding)} as much or "
            message += "more, wherever this one counts"
            help = "take it out, or narrow the other with `entities`, `documents` or `when`: any "
            diagnostics.warning(
                "delegation-shadowed", row.place, message, f"{help}row that matches is enough"
            )


def allows_as_much(policy: PolicySet, wider: DelegationRule, row: DelegationRule) -> bool:
    """Whether a row allows each delegation that the other does, for documents of both."""
    rank = policy.organization.rank
    return (
        wider.limit in (row.limit, *(("delegator", "delegate") if row.limit == "lesser" else ()))
        and not is_less(wider.cap, row.cap)
        and (wider.longest == 0 or 0 < row.longest <= wider.longest)
        and (wider.level_gap < 0 or 0 <= row.level_gap <= wider.level_gap)
        and wider.depth >= row.depth
        and wider.pending_stay <= row.pending_stay
        and (not wider.to_level or rank(wider.to_level) <= rank(row.to_level))
        and (not wider.to_roles or (bool(row.to_roles) and row.to_roles <= wider.to_roles))
        and wider.require <= row.require
    )


def is_less(cap: Money | None, than: Money | None) -> bool:
    """Whether a cap lets less through than another; so it is taken where currencies differ."""
    if cap is None:
        return False
    return than is None or cap.currency != than.currency or cap.minor < than.minor


def _where(
    policy: PolicySet, documents: frozenset[str], entities: frozenset[str], when: Condition
) -> Condition:
    """Types, entities and condition as one condition."""
    parts: list[Condition] = [] if when == ALWAYS else [when]
    if documents:
        parts.append(OneOf("document.type", documents, tuple(sorted(policy.documents))))
    if entities:
        parts.append(OneOf("entity", entities, tuple(policy.organization.entities)))
    return All(tuple(parts))


def _hiding(
    policy: PolicySet,
    where: Sequence[Condition],
    position: int,
    others: Sequence[int],
    rule: Limit | DelegationRule,
    diagnostics: Diagnostics,
) -> tuple[int, ...]:
    """Those of the others that together count wherever this one does; empty where not."""
    if not others:
        return ()
    entities = tuple(policy.organization.entities.values())
    conditions = (where[position], *(where[other] for other in others))
    try:
        space = Space(conditions, "", domains(policy.documents, entities, policy.facts))
        possible = Possible(space, Amount(), [entity_facts(entity) for entity in entities])
        boxes = space.boxes(where[position], certain=True)
        covers = {other: space.boxes(where[other], certain=True) for other in others}
    except TooManyBoxes as error:
        message = f"it was not compared with the others of its kind: it has {error}"
        diagnostics.note("not-proved", rule.place, message, NOT_PROVED_HELP)
        return ()
    return hidden_by(Search(space, Budget(WORK), possible), boxes, covers) or ()


def _named(names: Sequence[str]) -> str:
    return " and ".join(f"`{name}`" for name in names)


def _places(places: Sequence[object]) -> str:
    return f"the one at {places[0]}" if len(places) == 1 else _joined(places)


def _joined(places: Sequence[object]) -> str:
    first, last = ", ".join(map(str, places[:-1])), places[-1]
    return f"those at {first} and {last} together"


def _verb(hiding: Sequence[int]) -> str:
    return "covers" if len(hiding) == 1 else "cover"


def _allows(hiding: Sequence[int]) -> str:
    return "allows" if len(hiding) == 1 else "allow"
