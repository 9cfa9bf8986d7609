"""What codes mean, said to people: one catalogue per language, as data.

A template names its fields in braces: `{person} is away`. What stands in brackets is said only
where every field in it is known: `no row covers it[: {amount}]`. Values are filled in once and
never read as templates. A code without a text is shown as the code itself; nothing here raises.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

UNKNOWN_VALUE: Final = "–"  # noqa: RUF001 - a dash, as in a table
_OPTIONAL: Final = re.compile(r"\[([^\[\]]*)\]")
_FIELD: Final = re.compile(r"\{([a-z_]+)\}")


class Family(StrEnum):
    """What a code is about; one code may stand in several families with texts of its own."""

    HELD = "held"
    REFUSED = "refused"
    PASSED = "passed"
    FINDING = "finding"
    REVIEW = "review"
    NOTE = "note"
    REASON = "reason"
    ACT = "act"
    READINESS = "readiness"
    CHANGE = "change"


@dataclass(frozen=True, slots=True)
class Text:
    """One message: `short` for who asks for or gives an approval, `full` for the auditor."""

    short: str
    full: str


@dataclass(frozen=True, slots=True)
class Catalogue:
    """One language. `phrases` are the fixed words and sentences around the messages.

    `moment` is the format of dates with time; `grouping` and `decimal` are the separators of
    amounts in sentences (comparisons and digests are never re-written).
    """

    language: str
    texts: Mapping[Family, Mapping[str, Text]]
    phrases: Mapping[str, str]
    moment: str
    grouping: str
    decimal: str

    def text(self, family: Family, code: str) -> Text | None:
        """The message of a code: of its own family, otherwise of the first that has one."""
        found = self.texts.get(family, {}).get(code)
        if found is not None:
            return found
        others = (texts[code] for texts in self.texts.values() if code in texts)
        return next(others, None)

    def phrase(self, name: str, words: Mapping[str, str] | None = None) -> str:
        """A fixed phrase, filled in; its name where it is not in the catalogue."""
        template = self.phrases.get(name)
        return name if template is None else fill(template, words or {})

    def amount(self, text: str) -> str:
        """`10000.00 USD` with the separators of the language; anything else as it is."""
        match = _AMOUNT.fullmatch(text)
        if match is None:
            return text
        sign, whole, decimals, currency = match.groups()
        groups: list[str] = []
        while whole:
            whole, group = whole[:-3], whole[-3:]
            groups.insert(0, group)
        number = sign + self.grouping.join(groups)
        return number + (self.decimal + decimals if decimals else "") + currency


_AMOUNT: Final = re.compile(r"(-?)(\d+)(?:\.(\d+))?( [A-Z]{3})", re.ASCII)


def fill(template: str, words: Mapping[str, str]) -> str:
    """The template with its fields filled in; a field nobody knows becomes a dash."""
    parts: list[str] = []
    rest = 0
    for optional in _OPTIONAL.finditer(template):
        parts.append(_filled(template[rest : optional.start()], words))
        inner = optional.group(1)
        if all(words.get(name) for name in _FIELD.findall(inner)):
            parts.append(_filled(inner, words))
        rest = optional.end()
    parts.append(_filled(template[rest:], words))
    return "".join(parts)


def _filled(text: str, words: Mapping[str, str]) -> str:
    return _FIELD.sub(lambda match: words.get(match.group(1)) or UNKNOWN_VALUE, text)


def fields(template: str) -> frozenset[str]:
    """The names of the fields that a template speaks of."""
    return frozenset(_FIELD.findall(template))


def optional_fields(template: str) -> frozenset[str]:
    """Those of them that may be left out."""
    inside = (name for part in _OPTIONAL.findall(template) for name in _FIELD.findall(part))
    return frozenset(inside)
