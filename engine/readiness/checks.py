"""Every check that a policy may ask for, by its word. A family adds itself to the list here."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import chain
from types import MappingProxyType
from typing import Final

from engine.readiness import (
    agreement,
    bank_change,
    coding,
    countries,
    duplicates,
    funds,
    journals,
    matching,
    onboarding,
    ordering,
    papers,
    payments,
    period,
    refunds,
    supplier,
    timing,
)
from engine.readiness.check import Check

FAMILIES: Final = (
    period,
    supplier,
    coding,
    papers,
    timing,
    funds,
    agreement,
    countries,
    ordering,
    matching,
    duplicates,
    onboarding,
    bank_change,
    payments,
    journals,
    refunds,
)
CHECKS: Final[Mapping[str, type[Check]]] = MappingProxyType(
    {check.word: check for check in chain.from_iterable(family.CHECKS for family in FAMILIES)}
)
