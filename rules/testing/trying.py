"""One document to be tried, and the words for what is tried with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from engine.facts.conditions import Compare, Constant
from engine.facts.kinds import FactValue
from engine.money import Money
from engine.scopes import Effective
from rules.checks.wording import value_text
from rules.testing.spelling import spoken


@dataclass(frozen=True, slots=True)
class Try:
    """One document to be tested: the facts and the amount, and what its test is called."""

    facts: Mapping[str, FactValue]
    amount: Money | None
    said: str
    on: date | None = None  # the day of the tests where `None`


def said(test: Compare, value: FactValue) -> str:
    """What is tried in the words of a name: `exactly 8,000.00 EUR`, `term 13 months`."""
    at = isinstance(test.bound, Constant) and test.bound.value == value
    word = "exactly " if at else ""
    text = spoken(value) if isinstance(value, Money) else value_text(value)
    fact = "" if test.fact == "amount" else f"{plain(test.fact)} "
    return f"{fact}{word}{text}"


def plain(name: str) -> str:
    """The name of a fact in a sentence."""
    return name.replace("_", " ").replace(".", " ")


def day_in(effective: Effective, wanted: date) -> date | None:
    """A day on which a file is in force; `None` where the wanted day is one."""
    if effective.covers(wanted):
        return None
    if effective.start is not None and wanted < effective.start:
        return effective.start
    return effective.to - timedelta(days=1) if effective.to is not None else None
