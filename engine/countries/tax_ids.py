"""Whether the tax identifiers of a party are what its country asks for.

Form, check digit and existence are three questions with an answer each: the first two are answered
by the number, the third by a register that somebody looked it up in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from engine.countries.country import Country, Party, TaxIdRule
from engine.identifiers.catalogue import IDENTIFIERS
from engine.identifiers.judged import Judged

Register = Callable[[str], bool | None]


class TaxIdVerdict(StrEnum):
    """What is to be said of a tax identifier. `UNSURE_CHECK_DIGIT` is said and does not block."""

    RIGHT = "right"
    NOT_REQUIRED = "not_required"
    MISSING = "missing"
    FORMAT = "format"
    CHECK_DIGIT = "check_digit"
    UNSURE_CHECK_DIGIT = "unsure_check_digit"
    DOES_NOT_EXIST = "does_not_exist"
    NOT_LOOKED_UP = "not_looked_up"


@dataclass(frozen=True, slots=True)
class JudgedRule:
    """One rule of the country and what follows from the numbers."""

    rule: TaxIdRule
    verdict: TaxIdVerdict


def tax_id_verdicts(
    country: Country, party: Party, numbers: Iterable[Judged], exists: Register
) -> Iterator[JudgedRule]:
    """The verdict on each rule that the country has for the party; none where it has no rule.

    `exists` says what a register answered about a token, `None` where none was asked.
    """
    rules = [rule for rule in country.tax_ids if party in rule.of]
    stated = tuple(numbers)
    named = frozenset(name for rule in rules for name in rule.any_of)
    unexplained = any(not named & (one.right | one.misspelt) for one in stated)
    for rule in rules:
        yield JudgedRule(rule, _verdict(rule, stated, exists, unexplained))


def tax_id_verdict(
    country: Country, party: Party, number: Judged | None, existence: bool | None
) -> TaxIdVerdict:
    """What is wrong with one number (`None`: none is stated), by the first rule that it fails.

    A country without a rule for the party requires nothing.
    """
    numbers = () if number is None else (number,)
    judged = tax_id_verdicts(country, party, numbers, lambda _: existence)
    found = [one.verdict for one in judged]
    good = (TaxIdVerdict.RIGHT, TaxIdVerdict.NOT_REQUIRED)
    bad = [verdict for verdict in found if verdict not in good]
    return (bad or sorted(found, key=good.index) or [TaxIdVerdict.NOT_REQUIRED])[0]


def _verdict(
    rule: TaxIdRule, stated: tuple[Judged, ...], exists: Register, unexplained: bool
) -> TaxIdVerdict:
    wanted = frozenset(rule.any_of)
    answers = {exists(one.token) for one in stated if wanted & one.right}
    if False in answers:
        return TaxIdVerdict.DOES_NOT_EXIST
    if answers:
        return TaxIdVerdict.RIGHT if True in answers else TaxIdVerdict.NOT_LOOKED_UP
    misspelt = frozenset(name for one in stated for name in wanted & one.misspelt)
    if misspelt:
        if all(IDENTIFIERS[name].is_check_sure for name in misspelt):
            return TaxIdVerdict.CHECK_DIGIT
        return TaxIdVerdict.UNSURE_CHECK_DIGIT
    if unexplained:
        return TaxIdVerdict.FORMAT
    return TaxIdVerdict.MISSING if rule.is_required else TaxIdVerdict.NOT_REQUIRED
