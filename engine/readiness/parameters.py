"""What a policy states of a check: its parameters, said once where the check is defined.

A parameter is a field of the check's dataclass; what is said of it here is what the compiler
reads, the editor offers, and the difference of two sets is told by. A parameter without a default
must be written.
"""

from __future__ import annotations

from dataclasses import MISSING, Field, dataclass, field, fields
from enum import StrEnum
from typing import Any, Final


class Kind(StrEnum):
    """What may be written, and as what it arrives in the field."""

    WORD = "word"  # one of `words`: a member of them where they are an enum, else text
    WORDS = "words"  # a list of such: a frozenset
    TEXT = "text"
    TEXTS = "texts"  # a list: a frozenset of text
    ROLE = "role"  # a role that somebody holds: its name
    FACT = "fact"  # a fact that the set knows: its name
    PAPERS = "papers"  # papers that the set declares: a frozenset of their names
    AMOUNT = "amount"  # with its currency: `Money`
    PERCENT = "percent"  # a share of one: `Fraction`
    WHOLE = "whole"  # a whole number from 0 on: `int`
    CLOCK = "clock"  # a time of day: minutes since midnight, `int`
    WINDOW = "window"  # `24 months`: `engine.facts.vocabulary.Window`
    YES_NO = "yes_no"
    GROUP = "group"  # a mapping with parameters of its own: an instance of `group`


class Stricter(StrEnum):
    """Which of two values of a parameter asks for more."""

    FEWER = "fewer"  # of what a list allows
    MORE = "more"  # of what a list asks for
    SMALLER = "smaller"
    LARGER = "larger"
    UNSTATED = "unstated"  # whoever is named may let something through
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter: `name` as it is written, `says` as an editor explains it.

    `words` are those that may be written; `same_as` are other words, each with the one it means.
    """

    name: str
    kind: Kind
    says: str
    words: tuple[str, ...] = ()
    same_as: tuple[tuple[str, str], ...] = ()
    stricter: Stricter = Stricter.UNKNOWN
    group: type | None = None


_KEY: Final = "parameter"


def stated(
    kind: Kind,
    says: str,
    *,
    name: str = "",
    words: type[StrEnum] | tuple[str, ...] = (),
    same_as: tuple[tuple[str, str], ...] = (),
    stricter: Stricter = Stricter.UNKNOWN,
    group: type | None = None,
    default: Any = MISSING,
) -> Any:
    """A field that a policy states. `name` where it is written otherwise than the field."""
    listed = words if isinstance(words, tuple) else tuple(word.value for word in words)
    parameter = Parameter(name, kind, says, listed, same_as, stricter, group)
    metadata = {_KEY: parameter, "words": words}
    return field(default=default, metadata=metadata)


@dataclass(frozen=True, slots=True)
class Stated:
    """A field of a check with what is said of it."""

    attribute: str
    name: str
    parameter: Parameter
    is_required: bool

    def default(self, of: type) -> Any:
        """What the field has where the policy says nothing."""
        return next(each.default for each in fields(of) if each.name == self.attribute)


def parameters_of(check: type) -> tuple[Stated, ...]:
    """The parameters of a check (or of a group), in the order in which they are defined."""
    return tuple(_stated(each) for each in fields(check))


def _stated(each: Field[Any]) -> Stated:
    parameter: Parameter = each.metadata[_KEY]
    name = parameter.name or each.name
    return Stated(each.name, name, parameter, each.default is MISSING)


def as_field(check: type, attribute: str, value: object) -> object:
    """What was read for a parameter, as the field holds it: other words and enums resolved."""
    found = next(each for each in fields(check) if each.name == attribute)
    parameter: Parameter = found.metadata[_KEY]
    words = found.metadata["words"]
    match parameter.kind:
        case Kind.WORD:
            return _word(parameter, words, value)
        case Kind.WORDS:
            return frozenset(_word(parameter, words, each) for each in _items(value))
        case Kind.TEXTS | Kind.PAPERS:
            return frozenset(_items(value))
        case _:
            return value


def _items(value: object) -> tuple[Any, ...]:
    return value if isinstance(value, tuple) else (value,)


def _word(parameter: Parameter, words: object, value: object) -> object:
    text = str(value)
    text = dict(parameter.same_as).get(text, text)
    return words(text) if isinstance(words, type) else text
