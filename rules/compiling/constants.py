"""Constants in conditions: the value of a fact's own kind, from the text as written."""

from __future__ import annotations

from typing import Final, assert_never

from engine.facts.kinds import Duration, FactValue, Kind
from engine.facts.vocabulary import Fact
from rules.compiling.context import Context
from rules.diagnostics import shown
from rules.reading import time_values, values
from rules.reading.nodes import Scalar, described

_MONTHS: Final = (("years", 12), ("months", 1))
_WORDS_SHOWN: Final = 8
_DAYS: Final = (("weeks", 7), ("days", 1))


def constant(node: Scalar, fact: Fact, context: Context) -> FactValue | None:
    """The value that a text means for a fact; `None` after an error."""
    found = context.diagnostics
    match fact.kind:
        case Kind.YES_NO:
            return values.yes_no(node, found)
        case Kind.CHOICE | Kind.SCALE:
            return _word(node, fact, context)
        case Kind.TEXT:
            return values.text(node, found)
        case Kind.MONEY:
            currency, usual = context.currency or None, context.usual
            return values.money(node, found, currency=currency, usual=usual, signed=True)
        case Kind.NUMBER:
            return values.number(node, found, signed=True)
        case Kind.DURATION:
            return read_duration(node, context)
        case Kind.DATE:
            return time_values.day(node, found)
        case Kind.PAPER:
            message = f"{shown(fact.name)} is a paper: expected `present` or `missing`, found "
            context.error("not-one-of", node.place, message + described(node))
            return None
        case _:
            assert_never(fact.kind)


def _word(node: Scalar, fact: Fact, context: Context) -> str | None:
    text = values.text(node, context.diagnostics, "a word")
    if text is None or not fact.values or text in fact.values:
        return text
    if not context.words.unsure:
        help = context.suggester.near(fact.name, text, fact.values)
        message = f"{shown(fact.name)} is never {shown(text)}"
        context.error("unknown-word", node.place, message, help or _listed(fact.values))
    return None


def _listed(words: tuple[str, ...]) -> str:
    more = f" and {len(words) - _WORDS_SHOWN} more" if len(words) > _WORDS_SHOWN else ""
    return "it is " + ", ".join(shown(word) for word in words[:_WORDS_SHOWN]) + more


def read_duration(node: Scalar, context: Context) -> Duration | None:
    """A length of time in months or days; years are 12 months, weeks 7 days."""
    length = time_values.duration(node, context.diagnostics, open_ended=False, minimum=0)
    if length is None:
        return None
    for unit, months in _MONTHS:
        if length.unit == unit:
            return Duration(length.count * months, 0)
    for unit, days in _DAYS:
        if length.unit == unit:
            return Duration(0, length.count * days)
    message = f"expected years, months, weeks or days, found {described(node)}"
    context.error("not-a-duration", node.place, message)
    return None
