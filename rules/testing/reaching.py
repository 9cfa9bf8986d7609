"""Facts with which a condition is true, or with which one of its bounds decides.

They are searched among the values that the condition names and their neighbours, and end where
too many would have to be tried: then nothing is found, which the caller has to say.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from itertools import islice, product
from types import MappingProxyType
from typing import Final

from engine.facts.conditions import Condition, facts_of
from engine.facts.kinds import FactValue, Kind
from engine.facts.truth import Known, holds
from engine.organization import Entity
from engine.policy import PolicySet
from engine.rates import Converter, RateTable
from rules.checks.space.examples import values_named
from rules.testing.bounds import Site, side_of

Facts = Mapping[str, FactValue]

MOST: Final = 500  # combinations of values that are tried for one condition
_NO_RATES: Final[RateTable] = MappingProxyType({})


def known_of(entity: Entity) -> dict[str, FactValue]:
    """What is known of every document of an entity."""
    own = {"entity": entity.id, "entity.country": entity.country}
    return {**own, "entity.region": entity.region, "entity.currency": entity.currency}


def met(policy: PolicySet, when: Condition, fixed: Facts, day: date) -> dict[str, FactValue] | None:
    """Facts that make a condition true, beside those that are fixed; `None` where none do."""
    return _found(policy, when, fixed, day, lambda known: holds(when, known) is True)


def deciding(
    policy: PolicySet, condition: Condition, site: Site, fixed: Facts, day: date
) -> dict[str, FactValue] | None:
    """Facts beside those that are fixed with which a bound of the condition decides."""
    return _found(
        policy, condition, fixed, day, lambda known: side_of(condition, site, known) is not None
    )


def _found(
    policy: PolicySet,
    condition: Condition,
    fixed: Facts,
    day: date,
    is_right: Callable[[Known], bool],
) -> dict[str, FactValue] | None:
    names = [name for name in dict.fromkeys(facts_of(condition)) if name not in fixed]
    choices = [tuple(_choices(policy, name, condition, day)) for name in names]
    for values in islice(product(*choices), MOST):
        chosen = {
            name: value for name, value in zip(names, values, strict=True) if value is not None
        }
        if is_right(Known({**fixed, **chosen}, Converter(_NO_RATES, None, None))):
            return chosen
    return None


def _choices(
    policy: PolicySet, name: str, condition: Condition, day: date
) -> Iterator[FactValue | None]:
    """Values worth trying for a fact; `None` is that it is not stated."""
    if name == "now":
        yield day
        yield from _of_kind(values_named(name, [condition]), date)
        return
    fact = policy.facts.get(name)
    match fact.kind if fact is not None else Kind.MONEY:
        case Kind.YES_NO | Kind.PAPER:
            yield from (True, False)
        case Kind.CHOICE | Kind.SCALE if fact is not None and fact.values:
            yield from fact.values
            yield None
        case Kind.CHOICE | Kind.SCALE | Kind.TEXT:
            yield from _of_kind(values_named(name, [condition]), str)
            yield None
        case _:
            named = values_named(name, [condition])
            yield from (value for value in named if not isinstance(value, str | bool))
            yield None


def _of_kind(values: Sequence[FactValue], kind: type) -> Iterator[FactValue]:
    yield from (value for value in values if isinstance(value, kind))
