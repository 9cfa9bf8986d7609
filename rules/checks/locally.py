"""What a file of narrower scope says more loosely than a wider one.

Local matrices replace wider ones, so there a looser answer counts. Controls of every layer apply,
and any delegation row is enough: a looser local control never counts beside the stricter wider one,
and a looser local delegation row lets through what the wider one is there to stop.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from engine.facts.conditions import ALWAYS
from engine.money import LOWEST, Money
from engine.policy import Additional, DelegationRule, Guarantee, PolicySet, Refuse
from engine.scopes import Effective, Scope
from rules.checks.answers import shape
from rules.checks.space.ground import scope_entities
from rules.checks.wording import value_text
from rules.diagnostics import Diagnostics

CODE: Final = "looser-locally"


def check_locally(policy: PolicySet, diagnostics: Diagnostics) -> None:
    """Controls, guarantees and delegation rows; matrices are compared in `local_matrices`."""
    layers = _Layers(policy)
    _check_controls(policy, layers, diagnostics)
    for local in policy.guarantees:
        for wider in policy.guarantees:
            if not local.order and not wider.order and layers.is_inside(local, wider):
                _check_guarantee(local, wider, diagnostics)
    for rule in policy.delegation:
        for other in policy.delegation:
            if rule.entities and (not other.entities or rule.entities < other.entities):
                _check_delegation(policy, rule, other, diagnostics)


class _Layers:
    """Which entities a scope covers, looked up once."""

    def __init__(self, policy: PolicySet) -> None:
        self._policy = policy
        self._entities: dict[Scope, frozenset[str]] = {}

    def is_inside(self, local: Additional | Guarantee, wider: Additional | Guarantee) -> bool:
        """Whether the wider rule counts wherever and whenever the local one does, and further."""
        if wider.scope.width <= local.scope.width or not self._of(local) <= self._of(wider):
            return False
        types = not wider.documents or bool(local.documents and local.documents <= wider.documents)
        return types and _always_with(local.effective, wider.effective) and _holds_too(local, wider)

    def _of(self, rule: Additional | Guarantee) -> frozenset[str]:
        if rule.scope not in self._entities:
            inside = scope_entities(self._policy, rule.scope)
            self._entities[rule.scope] = frozenset(entity.id for entity in inside)
        return self._entities[rule.scope]


def _always_with(local: Effective, wider: Effective) -> bool:
    starts = wider.start is None or (local.start is not None and wider.start <= local.start)
    return starts and (wider.to is None or (local.to is not None and local.to <= wider.to))


def _holds_too(local: Additional | Guarantee, wider: Additional | Guarantee) -> bool:
    return wider.when in (ALWAYS, local.when)


def _check_controls(policy: PolicySet, layers: _Layers, diagnostics: Diagnostics) -> None:
    """Lower bounds beyond which the same follows, or beyond which the wider one refuses anyway."""
    alike: dict[object, list[Additional]] = {}
    for row in policy.additional:
        if row.low > LOWEST:
            alike.setdefault((row.amount, row.currency), []).append(row)
    for rows in alike.values():
        wide = [row for row in rows if row.scope.width > 0]
        for local in rows:
            for wider in wide:
                if wider.low >= local.low or wider.high < local.high:
                    continue
                if not layers.is_inside(local, wider):
                    continue
                is_same = _effect(local) == _effect(wider)
                if is_same or isinstance(wider.answer, Refuse):
                    _report_control(local, wider, is_same, diagnostics)


def _effect(row: Additional) -> object:
    """What follows, comparable; reasons and codes are not part of it."""
    if isinstance(row.answer, Refuse) and not row.require and row.review is None:
        return "refuse"
    return shape(row.answer), frozenset(map(shape, row.require)), shape(row.review)


def _report_control(
    local: Additional, wider: Additional, is_same: bool, diagnostics: Diagnostics
) -> None:
    follows = "the same follows" if is_same else "a refusal follows"
    message = f"this bound of `{local.amount}` never counts: {follows} {_from(wider)} already, at "
    message += f"{wider.place}, of wider scope"
    help = f"write a bound below {_written(wider)} here, or take the row out: every layer applies"
    diagnostics.warning(CODE, local.place, message, help)


def _from(row: Additional) -> str:
    return f"{'above' if row.low % 2 else 'from'} {_written(row)}"


def _written(row: Additional) -> str:
    return value_text(Money(row.low // 2, row.currency))


def _check_guarantee(local: Guarantee, wider: Guarantee, diagnostics: Diagnostics) -> None:
    """A guarantee that the wider one always keeps as well, with a number that is weaker."""
    weaker = []
    if local.at_least < wider.at_least:
        weaker.append(f"`at_least: {local.at_least}` instead of {wider.at_least}")
    for currency, bound in sorted(local.above.items()):
        known = wider.above.get(currency)
        if known is not None and known.minor < bound.minor:
            weaker.append(f"`above: {value_text(bound)}` instead of {value_text(known)}")
    if weaker and _is_kept(local, wider):
        message = f"this guarantee wants less than `{wider.name}` ({wider.place}), of wider scope: "
        message += f"{' and '.join(weaker)}; both must be kept, so this one never counts"
        help = "ask for more than the wider one, or take this one out"
        diagnostics.warning(CODE, local.place, message, help)


def _is_kept(local: Guarantee, wider: Guarantee) -> bool:
    """Whether every route that keeps the wider one keeps the local one."""
    if local.at_least > wider.at_least or not {*local.by} <= {*wider.by}:
        return False
    return not wider.above or (
        local.amount == wider.amount
        and local.above.keys() == wider.above.keys()
        and all(wider.above[currency].minor <= b.minor for currency, b in local.above.items())
    )


def _check_delegation(
    policy: PolicySet, local: DelegationRule, wider: DelegationRule, diagnostics: Diagnostics
) -> None:
    """A row for some entities that asks for nothing more than the wider one, and allows more."""
    rank = policy.organization.rank
    is_comparable = (
        not local.documents.isdisjoint(wider.documents)
        and local.when in (ALWAYS, wider.when)
        and local.require <= wider.require
        and (not local.to_level or rank(local.to_level) <= rank(wider.to_level))
        and (not local.to_roles or (bool(wider.to_roles) and wider.to_roles <= local.to_roles))
    )
    looser = list(_looser(local, wider)) if is_comparable else []
    if looser:
        message = f"this row is looser than the one at {wider.place}, which is for more entities: "
        message += ", ".join(looser)
        help = "a number that limits is only made stricter for some entities: write it as there, "
        help += "or name in the other row the entities it is for"
        diagnostics.warning(CODE, local.place, message, help)


def _looser(local: DelegationRule, wider: DelegationRule) -> Iterator[str]:
    """Each number of the local row that limits less."""
    if wider.cap is not None and (local.cap is None or _is_more(local.cap, wider.cap)):
        written = "no `cap`" if local.cap is None else f"`cap: {value_text(local.cap)}`"
        yield f"{written} instead of {value_text(wider.cap)}"
    if wider.longest and not 0 < local.longest <= wider.longest:
        written = f"`longest: {local.longest} days`" if local.longest else "no `longest`"
        yield f"{written} instead of {wider.longest} days"
    if wider.level_gap >= 0 and not 0 <= local.level_gap <= wider.level_gap:
        written = "no `level_gap`" if local.level_gap < 0 else f"`level_gap: {local.level_gap}`"
        yield f"{written} instead of {wider.level_gap}"
    if local.depth > wider.depth:
        yield f"`depth: {local.depth}` instead of {wider.depth}"
    if wider.pending_stay and not local.pending_stay:
        yield "open tasks move instead of staying"


def _is_more(cap: Money, than: Money) -> bool:
    """Whether a cap is certainly higher; two currencies are not compared."""
    return cap.currency == than.currency and cap.minor > than.minor
