"""What every reader of the language is handed: where to report, and the words that are known.

The module exists so that a reader needs no more than a node and a context, and so that one mistake
is reported once: a word that was declared but could not be understood is `broken`, and words of a
file that could not be read at all are `unsure`; neither is reported again where it is used.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Final

from engine.facts.vocabulary import Fact
from engine.organization import Entity, Role
from engine.places import Place
from rules.diagnostics import Diagnostics, did_you_mean, shown

SUGGESTIONS_MAX: Final = 300  # each costs a comparison with every known word
NESTING_MAX: Final = 32  # conditions within conditions, approver words within approver words
ITEMS_MAX: Final = 20_000  # values in one list
_NAMED: Final = re.compile(r"[a-z][a-z0-9_.]*")
_DECLARE: Final = MappingProxyType(
    {
        "unknown-fact": "declare it under `facts` in a file of `kind: vocabulary`",
        "unknown-role": "declare it under `roles` in a file of `kind: organization`",
        "unknown-system": "declare it under `systems` in a file of `kind: organization`",
    }
)
PARTS_MAX: Final = 500  # tests in one condition, places in one approver word


class Suggester:
    """Looks for the word that was meant; gives up after many, so that no input is slow."""

    def __init__(self) -> None:
        self._left = SUGGESTIONS_MAX
        self._found: dict[tuple[str, str], str | None] = {}

    def near(self, what: str, word: str, known: Iterable[str]) -> str | None:
        """The help line for an unknown word of a kind of words, or `None`."""
        if (what, word) not in self._found:
            if self._left <= 0:
                return None
            self._left -= 1
            self._found[what, word] = did_you_mean(word, known)
        return self._found[what, word]


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Every word that a set knows.

    `facts` holds the built-in and declared facts, and those qualified by `requester.` and
    `approver.`. `broken` are facts whose declaration has an error, `totals` those declared as a
    sum; `unsure` is true when a file that may declare words could not be read. `refused` are names
    of roles and levels as they should have been declared, `misspelt` as they were.
    """

    facts: Mapping[str, Fact]
    documents: frozenset[str]
    roles: Mapping[str, Role]
    levels: tuple[str, ...]
    entities: Mapping[str, Entity]
    broken: frozenset[str] = frozenset()
    totals: frozenset[str] = frozenset()
    unsure: bool = False
    refused: frozenset[str] = frozenset()
    misspelt: frozenset[str] = frozenset()


NO_WORDS: Final = Vocabulary(
    MappingProxyType({}), frozenset(), MappingProxyType({}), (), MappingProxyType({})
)


@dataclass(frozen=True, slots=True)
class Context:
    """What is known at one point of a file.

    `currency` is the file's, empty for none; `usual` is the one that is probably meant where an
    amount lacks it, empty for unknown. `on_line` is true inside `any_line` and `every_line`,
    `on_approver` where a rule is about the person who would approve. `depth` counts approver
    words within approver words.
    """

    diagnostics: Diagnostics
    words: Vocabulary = NO_WORDS
    currency: str = ""
    usual: str = ""
    on_line: bool = False
    on_approver: bool = False
    depth: int = 1
    suggester: Suggester = field(default_factory=Suggester)

    def error(self, code: str, place: Place, message: str, help: str | None = None) -> None:
        """Add what keeps the set from loading."""
        self.diagnostics.error(code, place, message, help)

    def unknown(self, code: str, place: Place, what: str, word: str, known: Iterable[str]) -> None:
        """Report a word that nobody declared, with the one that was probably meant."""
        if self.words.unsure or word in self.words.refused:
            return
        misspelt = self.words.misspelt
        help = self.suggester.near(what, word, [one for one in known if one not in misspelt])
        if help is None and _NAMED.fullmatch(word):
            help = _DECLARE.get(code)
        self.error(code, place, f"no {what} named {shown(word)}", help)

    def knowing(self, words: Vocabulary) -> Context:
        """The same with other words."""
        return replace(self, words=words)

    def deeper(self) -> Context:
        """The same inside an approver word."""
        return replace(self, depth=self.depth + 1)

    def about_approver(self) -> Context:
        """The same where a rule is about the person who would approve."""
        return replace(self, on_approver=True)

    def in_currency(self, currency: str) -> Context:
        """The same inside a file of that currency."""
        return replace(self, currency=currency)
