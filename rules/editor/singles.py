"""Single values as JSON Schema: what a text, an amount, a date or a name of the set may look like.

Editors read YAML their own way: `10_000.00` is a text for them and `10000.00` a number, `yes` is a
text and `true` is not. So each value is described for every way in which it may arrive.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, Final

from engine.facts.kinds import Kind
from engine.money import EXPONENTS
from rules.compiling.changes import nameable
from rules.compiling.context import Vocabulary
from rules.compiling.who import OWNERS
from rules.reading.country_codes import COUNTRIES

Schema = dict[str, Any]

_WHOLE: Final = re.compile(r"whole number(?: from (?P<least>\d+) to (?P<most>\d+))?")
_DIGITS: Final = r"(0|[1-9][0-9]*(_[0-9]+)*)(\.[0-9]+)?"
NAME_PATTERN: Final = "^[a-z][a-z0-9_]*$"
FACT_PATTERN: Final = r"^[a-z][a-z0-9_]*(\.[a-z0-9_]+)*$"
_LENGTH: Final = "^[0-9]+ +(business +)?(years?|months?|weeks?|days?|hours?)$"
_DAY: Final = "^[0-9]{4}-[0-9]{2}-[0-9]{2}"


def _text(pattern: str, *examples: str) -> Schema:
    return {"type": "string", "pattern": pattern, "examples": [*examples]}


def _number_or(pattern: str, *examples: str) -> Schema:
    return {"type": ["string", "number"], "pattern": pattern, "examples": [*examples]}


ANY_TEXT: Final[Mapping[str, Any]] = MappingProxyType({"type": ["string", "number", "boolean"]})
YES_NO: Final[Mapping[str, Any]] = MappingProxyType(
    {"enum": ["yes", "no", "true", "false", True, False]}
)
AMOUNT: Final = MappingProxyType(_number_or(f"^{_DIGITS}( +[A-Za-z]{{3}})?$", "10_000.00 EUR"))
SIGNED: Final = MappingProxyType(_number_or(f"^-?{_DIGITS}( +[A-Za-z]{{3}})?$", "10_000.00 EUR"))

# By the name of the form. Names of the set come on top, where a set is known.
_PLAIN: Final[Mapping[str, Mapping[str, Any]]] = MappingProxyType(
    {
        "text": ANY_TEXT,
        "word": ANY_TEXT,
        "value": MappingProxyType({}),
        "mapping": MappingProxyType({"type": "object"}),
        "name": MappingProxyType(_text(NAME_PATTERN)),
        "yes or no": YES_NO,
        "amount": AMOUNT,
        "currency": MappingProxyType({"enum": sorted(EXPONENTS)}),
        "country": MappingProxyType({"enum": sorted(COUNTRIES)}),
        "percentage": MappingProxyType(_number_or(f"^{_DIGITS} *%?$", "100%", "66.7%")),
        "number of days at most": MappingProxyType(_text(_LENGTH, "90 days", "12 months")),
        "length of time": MappingProxyType(_text(_LENGTH, "10 business days", "30 days")),
        "number of days": MappingProxyType(_text(_LENGTH, "7 days", "2 weeks")),
        "window": MappingProxyType(
            {
                "anyOf": [
                    {"enum": ["ever", "fiscal_year", "calendar_year"]},
                    _text(_LENGTH, "5 business days", "12 months"),
                ]
            }
        ),
        "date": MappingProxyType(_text(f"{_DAY}$", "2027-01-31")),
        "time of day": MappingProxyType(_text("^[0-2][0-9]:[0-5][0-9]$", "09:00", "22:30")),
        "moment or day": MappingProxyType(
            _text(f"{_DAY}(T.+)?$", "2027-03-15T09:00:00-04:00", "2027-03-15")
        ),
        "time zone": MappingProxyType(_text("/|^UTC$", "Europe/Berlin", "America/New_York")),
        "working week": MappingProxyType(_text("^[A-Z][a-z]{2}.* ", "Mon-Fri 09:00-17:00")),
        "document type": MappingProxyType(_text(NAME_PATTERN)),
        "role": MappingProxyType(_text(NAME_PATTERN)),
        "level": MappingProxyType(_text(NAME_PATTERN)),
        "role or level": MappingProxyType(_text(NAME_PATTERN)),
        "entity": ANY_TEXT,
        "region": ANY_TEXT,
        "fact": MappingProxyType(_text(FACT_PATTERN)),
        "fact of a document": MappingProxyType(_text(FACT_PATTERN)),
        "money fact": MappingProxyType(_text(FACT_PATTERN, "commitment.net", "document.net")),
        "total": MappingProxyType(_text(NAME_PATTERN)),
        "paper": MappingProxyType(_text(NAME_PATTERN)),
        "system": MappingProxyType(_text(NAME_PATTERN)),
        "plain approver": MappingProxyType(_text(r"^[a-z][a-z0-9_]*(\.manager)?$", *OWNERS)),
    }
)


def single(name: str, words: Vocabulary | None) -> Schema | None:
    """The schema of a single value by the name of its form; `None` where it is no single value."""
    whole = _WHOLE.fullmatch(name)
    if whole is not None:
        least, most = int(whole["least"] or 1), int(whole["most"] or 1_000)
        pattern = "^(0|[1-9][0-9]*(_[0-9]+)*)$"
        bounds = {"minimum": least, "maximum": most}
        return {"type": ["integer", "string"], "pattern": pattern, **bounds}
    own = () if words is None else _names(name, words)
    if own:
        return {"enum": [*own]}
    plain = _PLAIN.get(name)
    return None if plain is None else dict(plain)


def _names(form: str, words: Vocabulary) -> Iterable[str]:
    """The names that a set knows for a form; empty where they are not listed."""
    facts = words.facts.values()
    match form:
        case "document type":
            return sorted(words.documents)
        case "role":
            return sorted(words.roles)
        case "level":
            return words.levels
        case "role or level":
            return [*sorted(words.roles), *words.levels]
        case "plain approver":
            return [*sorted(words.roles), *OWNERS, "requester"]
        case "entity":
            return sorted(words.entities)
        case "region":
            return sorted({e.region for e in words.entities.values() if e.region})
        case "fact":
            return sorted(words.facts)
        case "fact of a document":
            return sorted(nameable(words))
        case "money fact":
            return sorted(fact.name for fact in facts if fact.kind is Kind.MONEY)
        case "paper":
            return sorted(fact.name for fact in facts if fact.kind is Kind.PAPER)
        case "total":
            return sorted(words.totals)
    return ()
