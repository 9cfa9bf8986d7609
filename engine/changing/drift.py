"""Whether a rate has moved so far since a decision that it is decided again by the new one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from fractions import Fraction
from typing import Final

from engine.business_time import local_day
from engine.decision import Decision
from engine.documents.model import Document
from engine.knowing import rate_day
from engine.master_data import MasterData
from engine.money import Exact
from engine.policy import PolicySet
from engine.rates import Converter, Shortage

_PAIR: Final = re.compile(r"\S+ ([A-Z]{3})/([A-Z]{3}) ")


def by_rates_of_today(
    policy: PolicySet, data: MasterData, document: Document, decision: Decision, now: datetime
) -> PolicySet | None:
    """The set with the rates of the day, where one that was used has moved by more than it says.

    `None` where the rates of the decision stand. A rate that is not known today has moved: it is
    decided again, and held for want of it.
    """
    fx = policy.fx
    entity = policy.organization.entities.get(document.entity)
    if fx is None or fx.recheck_drift_above is None or fx.on == "decision" or entity is None:
        return None
    today = local_day(now, entity.zone)
    then = Converter(data.rates, fx, rate_day(fx, document, entity, today))
    current = Converter(data.rates, fx, today)
    for base, quote in _pairs(decision):
        one, other = _rate(then, base, quote), _rate(current, base, quote)
        if one is None or other is None or abs(other - one) > one * fx.recheck_drift_above:
            return replace(policy, fx=replace(fx, on="decision"))
    return None


def _pairs(decision: Decision) -> Iterator[tuple[str, str]]:
    for text in decision.rates:
        found = _PAIR.match(text)
        if found is not None:
            base, quote = found.groups()
            yield (quote, base) if "(inverse)" in text else (base, quote)


def _rate(converter: Converter, base: str, quote: str) -> Fraction | None:
    found = converter.convert(Exact(Fraction(1), base), quote)
    return None if isinstance(found, Shortage) else Fraction(found.minor)
