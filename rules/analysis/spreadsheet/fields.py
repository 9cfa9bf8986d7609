"""What a row of a sheet may hold: each field with its columns, and its keys in a file.

A field is one thing that a row says. It has one key in the file, chosen from several where only one
of them can stand (`above` or `from`), and one to three columns in the sheet.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Form(StrEnum):
    """How the value of a field is written in its cells."""

    TEXT = "text"  # any text, as it is
    ANSWER = "answer"  # approvers, or the reason of a hold or refusal
    AMOUNT = "amount"  # which bound, and its amount
    LIMIT = "limit"  # `up_to` with amount and currency, or `any_amount`
    YES_NO = "yes_no"
    TEST = "test"  # what is asked of one fact
    IN_FILE = "in_file"  # as it stands in the file
    PARTS = "parts"  # papers, or conditions
    LIST = "list"  # words, always a list
    WHO = "who"  # words, a list where there are several
    ENTITIES = "entities"  # the same, under another key


class Kind(StrEnum):
    """What a sheet shows."""

    MATRIX = "matrix"
    LIMITS = "limits"


@dataclass(frozen=True, slots=True)
class Field:
    """One thing that a row says. `inside` is the key it stands under, where it is nested."""

    name: str
    columns: tuple[str, ...]
    keys: tuple[str, ...]
    form: Form
    inside: str = ""


NUMBER: Final = "No."
OTHERWISE: Final = "otherwise"  # in the place of a number
WHEN: Final = "when"
WHERE: Final = "Where "
_COMBINING: Final = ("any", "all", "not", "any_line", "every_line")

NAME: Final = Field("name", ("Name",), ("name",), Form.TEXT)
EXCEPTION: Final = Field("exception", ("Exception",), ("exception",), Form.YES_NO)
LOWER: Final = Field("lower", ("Lower", "Lower amount"), ("above", "from"), Form.AMOUNT)
UPPER: Final = Field("upper", ("Upper", "Upper amount"), ("up_to", "below"), Form.AMOUNT)
ANSWER: Final = Field(
    "answer", ("Answer", "Who, or why"), ("approve", "hold", "refuse"), Form.ANSWER
)
CODE: Final = Field("code", ("Code",), ("code",), Form.TEXT)
REQUIRE: Final = Field("require", ("Requires",), ("require",), Form.PARTS)
WAIVES: Final = Field("waives", ("Waives",), ("waives",), Form.PARTS)

WHO: Final = Field("who", ("Who",), ("who",), Form.WHO)
JOINTLY: Final = Field("jointly", ("Jointly",), ("jointly",), Form.YES_NO)
ENTITIES: Final = Field("entities", ("Entities",), ("entity", "entities"), Form.ENTITIES)
DOCUMENTS: Final = Field("documents", ("Documents",), ("documents",), Form.LIST)
LIMIT: Final = Field("limit", ("Limit", "Amount", "Currency"), ("up_to", "any_amount"), Form.LIMIT)

# The order of columns; conditions stand where `None` does.
_ORDER: Final[dict[Kind, tuple[Field | None, ...]]] = {
    Kind.MATRIX: (NAME, EXCEPTION, LOWER, UPPER, None, ANSWER, CODE, REQUIRE, WAIVES),
    Kind.LIMITS: (WHO, JOINTLY, ENTITIES, DOCUMENTS, None, LIMIT),
}
_ALWAYS: Final = frozenset({NAME, LOWER, UPPER, ANSWER, WHO, LIMIT})
# The order of keys in a new row that has no example.
ROW_KEYS: Final = (
    *("name", "exception", "who", "jointly", "entity", "entities", "documents", "when", "above"),
    *("from", "up_to", "below", "any_amount", "approve", "hold", "refuse", "code", "require"),
    "waives",
)


def known_fields(kind: Kind) -> tuple[Field, ...]:
    """Every field of a kind of sheet but its conditions."""
    return tuple(field for field in _ORDER[kind] if field is not None)


def condition_field(key: str) -> Field:
    """The column of one key of `when`: a fact, or several conditions together."""
    form = Form.IN_FILE if key in _COMBINING else Form.TEST
    return Field(f"{WHEN} {key}", (f"{WHERE}{key}",), (key,), form, WHEN)


def shown_fields(kind: Kind, used: set[Field], *, has_amount: bool) -> tuple[Field, ...]:
    """The fields that a sheet shows, in the order of its columns: what is used, and what is usual.

    Conditions come in the order of their names.
    """
    conditions = sorted((field for field in used if field.inside), key=lambda field: field.name)
    found: list[Field] = []
    for field in _ORDER[kind]:
        if field is None:
            found += conditions
        elif field in used or (field in _ALWAYS and (has_amount or field.form is not Form.AMOUNT)):
            found.append(field)
    return tuple(found)
