"""Amounts at which who may approve can change: limits, bounds of controls, guarantees, caps."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from fractions import Fraction

from engine.master_data import MasterData
from engine.money import HIGHEST, LOWEST, Money
from engine.organization import Entity
from engine.policy import Additional, Matrix, PolicySet
from engine.rates import Converter, Shortage

SAMPLE = 10**9  # minor units converted to learn a rate; exact, since rates are


def splits(
    policy: PolicySet,
    data: MasterData,
    matrix: Matrix,
    entity: Entity,
    controls: tuple[Additional, ...],
    day: date,
) -> tuple[int, ...]:
    """Ascending keys of the matrix's amount: what holds up to each may not hold above it."""
    if not matrix.amount:
        return ()
    currency = matrix.currency or entity.currency
    converter = Converter(data.rates, policy.fx, day)
    found: set[int] = set()
    for amount in _bounds(policy, data, entity):
        key = _key(amount, currency, converter)
        if key is not None:
            found.add(key)
    for control in controls:
        if control.amount == matrix.amount:
            found |= set(_of_control(control, currency, converter))
    return tuple(sorted(found))


def _bounds(policy: PolicySet, data: MasterData, entity: Entity) -> Iterator[Money]:
    for limit in policy.organization.limits:
        if limit.up_to is not None and (not limit.entities or entity.id in limit.entities):
            yield limit.up_to
    yield from (rule.up_to for rule in policy.stand_ins if rule.up_to is not None)
    yield from (rule.cap for rule in policy.mitigations if rule.cap is not None)
    yield from (rule.cap for rule in policy.delegation if rule.cap is not None)
    for delegations in data.delegations.values():
        yield from (each.cap for each in delegations if each.cap is not None)
    for guarantee in policy.guarantees:
        yield from guarantee.above.values()


def _of_control(control: Additional, currency: str, converter: Converter) -> Iterator[int]:
    for bound in (control.low - 1, control.high):
        if not LOWEST < bound < HIGHEST - 1:
            continue
        if control.currency in ("", currency):
            yield bound
            continue
        key = _key(Money(bound // 2, control.currency), currency, converter)
        if key is not None:
            yield key


def _key(amount: Money, currency: str, converter: Converter) -> int | None:
    """The last key of an amount in `currency` that is not above the bound; `None` for no rate."""
    if amount.currency == currency:
        return 2 * amount.minor
    sample = converter.convert(Money(SAMPLE, currency), amount.currency)
    if isinstance(sample, Shortage) or not sample.minor:
        return None
    return 2 * int(Fraction(amount.minor * SAMPLE) / Fraction(sample.minor))
