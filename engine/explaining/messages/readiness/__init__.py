"""What findings of readiness say: a module for each family of checks, the languages side by side.

They stand together by family, because whoever adds a check writes and reads them together.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from engine.explaining.messages import Text
from engine.explaining.messages.readiness import (
    agreement,
    bank_change,
    coding,
    countries,
    duplicates,
    funds,
    general,
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

_FAMILIES: Final = (
    agreement,
    bank_change,
    coding,
    countries,
    duplicates,
    funds,
    general,
    matching,
    ordering,
    journals,
    onboarding,
    papers,
    payments,
    period,
    refunds,
    supplier,
    timing,
)
ENGLISH: Final[Mapping[str, Text]] = MappingProxyType(
    {code: text for family in _FAMILIES for code, text in family.ENGLISH.items()}
)
GERMAN: Final[Mapping[str, Text]] = MappingProxyType(
    {code: text for family in _FAMILIES for code, text in family.GERMAN.items()}
)
