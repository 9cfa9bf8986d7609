"""Rules in the words of the people who read a comparison."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import assert_never

from engine.facts.conditions import ALWAYS, Condition
from engine.money import HIGHEST, LOWEST, Money, decimal_text, fraction_text
from engine.policy import Answer, Approve, Hold, NotNeeded, Refuse, Requirement
from engine.routing.words import (
    BodyWord,
    Consult,
    Distinct,
    First,
    LevelWord,
    Notify,
    OwnerWord,
    Ratify,
    RequesterWord,
    RoleChain,
    RoleWord,
    Signed,
    SupervisorChain,
    Together,
    Word,
)
from engine.scopes import Effective, Scope
from rules.checks.wording import condition_text


def money(amount: Money) -> str:
    """`12,000.00 USD`."""
    return f"{grouped(amount.minor, amount.currency)} {amount.currency}"


def up_to(amount: Money | None) -> str:
    """What a limit without an amount is."""
    return "any amount" if amount is None else money(amount)


def grouped(minor: int, currency: str) -> str:
    """An amount with commas between its thousands, without its currency."""
    whole, dot, decimals = decimal_text(minor, currency).partition(".")
    return f"{int(whole):,}{dot}{decimals}" if whole != "-0" else f"-0{dot}{decimals}"


def listed(names: Iterable[str]) -> str:
    """`cfo, ceo and coo`, sorted."""
    return and_of(sorted(names))


def and_of(names: list[str], last: str = "and") -> str:
    """The names in their order."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} {last} {names[-1]}"


def bounds(low: int, high: int, currency: str) -> str:
    """The amounts of a row: `above 1,000.00 up to 5,000.00 USD`, `any amount`."""
    parts = []
    if low > LOWEST:
        minor = low // 2
        parts.append(f"{'above' if low % 2 else 'from'} {grouped(minor, currency)}")
    if high < HIGHEST:
        minor = (high + 1) // 2
        parts.append(f"{'below' if high % 2 else 'up to'} {grouped(minor, currency)}")
    return f"{' '.join(parts)} {currency}".strip() if parts else "any amount"


def upper(high: int, currency: str) -> str:
    """The upper bound alone."""
    return "any amount" if high >= HIGHEST else bounds(LOWEST, high, currency)


def span(low: int, high: int, currency: str, lowest: int) -> str:
    """Amounts that exist: `10,000.01 to 12,000.00 USD`, `above 12,000.00 USD`."""
    if low <= lowest and high >= HIGHEST:
        return "any amount"
    if low <= lowest or high >= HIGHEST:
        return bounds(LOWEST if low <= lowest else low, high, currency)
    first, last = (low + low % 2) // 2, (high - high % 2) // 2
    if first > last:
        return f"between {grouped(last, currency)} and {grouped(first, currency)} {currency}"
    if first == last:
        return f"{grouped(first, currency)} {currency}"
    return f"{grouped(first, currency)} to {grouped(last, currency)} {currency}"


def scope(where: Scope) -> str:
    """Where a file applies."""
    for kind, names in (
        ("entities", where.entities),
        ("countries", where.countries),
        ("regions", where.regions),
    ):
        if names:
            return f"{kind} {listed(names)}"
    return "the whole group"


def days(effective: Effective) -> str:
    """When a file is in force; `to` is the first day on which it is not."""
    start = f"from {effective.start}" if effective.start else ""
    end = f"until before {effective.to}" if effective.to else ""
    return " ".join(filter(None, (start, end))) or "always"


def when(condition: Condition) -> str:
    """A condition as it is written; empty where there is none."""
    return "" if condition == ALWAYS else condition_text(condition)


def documents(names: Iterable[str]) -> str:
    """Types of documents; no names mean all."""
    found = [name.replace("_", " ") for name in sorted(names)]
    return and_of(found) if found else "all documents"


def requirements(parts: Iterable[Requirement]) -> str:
    """What is required, sorted."""
    return "; ".join(sorted(part.text for part in parts)) or "nothing"


def answer(given: Answer | None, nothing: str = "no approval") -> str:
    """An answer: steps in order, or what else follows."""
    match given:
        case Approve(steps):
            return ", then ".join(word(step) for step in steps)
        case NotNeeded():
            return "nobody (straight through)"
        case Hold(reason):
            return f"held ({reason})"
        case Refuse(reason):
            return f"refused ({reason})"
        case None:
            return nothing
        case _:
            assert_never(given)


def word(asked: Word) -> str:
    """Whom an approver word asks."""
    match asked:
        case RoleWord(role=name) | BodyWord(role=name) | OwnerWord(kind=name):
            return name
        case RequesterWord():
            return "requester"
        case LevelWord(level=level):
            return f"a {level} or higher"
        case Together(need=need, parts=parts):
            names = [word(part) for part in parts]
            if need == len(parts):
                return and_of(names)
            return and_of(names, "or") if need == 1 else f"{need} of {and_of(names)}"
        case Distinct(need=need, of=of, among=among):
            text = f"{need} different of {word(of)}"
            held = [f"{count} of them {and_of(list(roles), 'or')}" for count, roles in among]
            return f"{text} ({', '.join(held)})" if held else text
        case First(parts=parts):
            return f"the first that can of {and_of([word(part) for part in parts])}"
        case SupervisorChain() | RoleChain():
            return _chain(asked)
        case Signed(who=who, as_=as_):
            return f"{word(who)} (who {as_})"
        case Consult(who=who):
            return f"{word(who)} (consulted)"
        case Notify(who=who, may_object_in=time):
            return f"{word(who)} (told{f', may object in {time}' if time else ''})"
        case Ratify(by=by, within=time):
            return f"{word(by)} (ratifies{f' within {time}' if time else ''})"
        case _:
            assert_never(asked)


def _chain(chain: SupervisorChain | RoleChain) -> str:
    everyone = "everyone of " if chain.asks_all else ""
    amount = f" {chain.covers}" if chain.covers else ""
    alone = ", also if an earlier approver's limit covers" if chain.chain_only else ""
    covering = f"up to the first whose limit covers{amount}{alone}"
    if isinstance(chain, RoleChain):
        return f"{everyone}{', '.join(chain.roles)} {covering}"
    of = f" of {word(chain.of)}" if chain.of is not None else ""
    end = covering
    if chain.to:
        end = f"up to a {chain.to}"
    elif chain.steps:
        end = f"{chain.steps} up"
    return f"{everyone}the supervisors{of} {end}"


def share(value: Fraction | None) -> str:
    """A percentage; `unsaid` for none."""
    return "unsaid" if value is None else f"{fraction_text(value * 100)}%"
