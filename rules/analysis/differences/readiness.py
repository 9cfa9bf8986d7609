"""What the checks before posting say, and which way they differ: every check only adds."""

from __future__ import annotations

from typing import Final, assert_never

from engine.policy import ReadinessCheck
from engine.readiness.checks import Check, PeriodOpen, SupplierActive
from rules.analysis.differences import phrases as say
from rules.analysis.differences import strictness as strict
from rules.analysis.differences.aspects import Aspect, Kind, phrase
from rules.analysis.differences.judging import by_reach, layer, where_text
from rules.analysis.differences.model import Area, Direction
from rules.analysis.differences.pairing import same

LOOSER, STRICTER, DIFFERENT = Direction.LOOSER, Direction.STRICTER, Direction.DIFFERENT


def _word(rule: ReadinessCheck) -> str:
    match rule.check:
        case PeriodOpen():
            return "period_open"
        case SupplierActive():
            return "supplier_active"
        case never:
            assert_never(never)


def _asks(check: Check) -> str:
    match check:
        case PeriodOpen(day, kind, role):
            parts = (
                ("of the ", day.value.replace("_", " ")),
                ("in the periods ", kind),
                ("unless released by ", role),
            )
            return phrase(parts)
        case SupplierActive(statuses):
            return f"active is {say.listed(statuses)}"
        case never:
            assert_never(never)


def _direction(old: Check, new: Check) -> Direction:
    """Fewer active statuses are stricter, and so is a closed period that nobody releases."""
    match old, new:
        case SupplierActive(before), SupplierActive(after):
            return strict.of_sets(before, after, more_is=LOOSER) or DIFFERENT
        case PeriodOpen(day, kind, before), PeriodOpen(other, same_kind, after):
            if (day, kind) == (other, same_kind) and not (before and after):
                return STRICTER if before else LOOSER
    return DIFFERENT


READINESS: Final[Kind[ReadinessCheck]] = Kind(
    Area.READINESS,
    lambda rule: f"check {_word(rule)}",
    lambda rule: phrase((("", _asks(rule.check)), ("", where_text(rule)))),
    (
        Aspect("now asks", lambda rule: rule.check, _asks, _direction),
        Aspect("now for", lambda rule: rule.documents, say.documents, by_reach(STRICTER)),
        Aspect("its owner is", lambda rule: rule.owner),
        *layer(),
    ),
    (
        same(lambda rule: (rule.check, rule.documents, rule.scope, rule.effective)),
        same(lambda rule: (_word(rule), rule.documents, rule.scope)),
        same(lambda rule: (_word(rule), rule.scope)),
    ),
    adding=STRICTER,
)
