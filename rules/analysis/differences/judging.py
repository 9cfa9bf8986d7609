"""How fields that several kinds of rules have are compared, and said."""

from __future__ import annotations

from typing import Any

from engine.scopes import Effective, Scope
from rules.analysis.differences import phrases as say
from rules.analysis.differences import strictness as strict
from rules.analysis.differences.aspects import Aspect, Judge, phrase
from rules.analysis.differences.model import Direction

LOOSER, STRICTER, DIFFERENT = Direction.LOOSER, Direction.STRICTER, Direction.DIFFERENT


def by_reach(wider_is: Direction) -> Judge:
    """Names of which none means all."""
    return lambda old, new: strict.of_reaches(old, new, wider_is=wider_is)


def by_number(more_is: Direction, without_end: int | None = None) -> Judge:
    """A number; `without_end` is the one that means no bound."""

    def judge(old: int, new: int) -> Direction | None:
        is_more = old != without_end and (new == without_end or new > old)
        return more_is if is_more else strict.turned(more_is)

    return judge


def by_amount(more_is: Direction) -> Judge:
    """An amount; none is without end."""
    return lambda old, new: strict.of_amounts(old, new, more_is=more_is)


def names_text(value: Any) -> str:
    """Names; none mean all."""
    return say.listed(value) if value else "all"


def condition_text(value: Any) -> str:
    """A condition; `always` for none."""
    return say.when(value) or "always"


def by_scope(old: Scope, new: Scope) -> Direction:
    """A control of a wider scope is stricter; scopes of two kinds are not compared."""
    if new.width == 3:
        return STRICTER
    if old.width == 3:
        return LOOSER
    if old.width != new.width:
        return DIFFERENT
    before = old.entities | old.countries | old.regions
    after = new.entities | new.countries | new.regions
    return strict.of_sets(before, after, more_is=STRICTER) or DIFFERENT


def by_days(old: Effective, new: Effective) -> Direction:
    """A control that is in force on more days is stricter."""
    starts_earlier = new.start is None or (old.start is not None and new.start <= old.start)
    starts_later = old.start is None or (new.start is not None and new.start >= old.start)
    ends_later = new.to is None or (old.to is not None and new.to >= old.to)
    ends_earlier = old.to is None or (new.to is not None and new.to <= old.to)
    if starts_earlier and ends_later:
        return STRICTER
    return LOOSER if starts_later and ends_earlier else DIFFERENT


def layer() -> tuple[Aspect[Any], ...]:
    """What every rule of a controls file has."""
    return (
        Aspect("now holds for", lambda rule: rule.scope, say.scope, by_scope),
        Aspect("is now in force", lambda rule: rule.effective, say.days, by_days),
    )


def where_text(rule: Any) -> str:
    """For which documents, when and where a rule holds."""
    when = say.when(rule.when) if hasattr(rule, "when") else ""
    scope = getattr(rule, "scope", None)
    effective = getattr(rule, "effective", None)
    return phrase(
        (
            ("for ", say.documents(rule.documents) if rule.documents else ""),
            ("in ", say.scope(scope) if scope is not None and scope.width < 3 else ""),
            ("where ", when),
            ("", say.days(effective) if effective not in (None, Effective()) else ""),
        )
    )
