"""Everything that is wrong with what came in, gathered and put into words.

A complaint has a stable code, the field as the sender knows it (`lines[2].net`), and one line in
lower case: what was expected and what was found. What was found in a restricted field is not said:
messages go to logs, tickets and screens.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final, cast

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from engine.documents.classes import may_be_quoted
from engine.documents.header import (
    AttachmentSheet,
    BankSheet,
    CommentSheet,
    Complaint,
    Header,
    PartySheet,
    Sheet,
)
from engine.documents.masking import MASK
from engine.errors import InputError, InputErrors
from engine.quoting import found, quoted, suggestion

MOST_SHOWN: Final = 1_000

_FOUND: Final = ", found "
_TELLS_NOTHING: Final = re.compile(r"nothing|a list|an object|an empty text|\d+")
_NAME: Final = re.compile(r"[A-Za-z_]{1,40}")

_NESTED: Final[Mapping[str, type[Sheet]]] = {
    "attachments": AttachmentSheet,
    "comments": CommentSheet,
    "bank_details": BankSheet,
    "pay_to": BankSheet,
    "pay_from": BankSheet,
    "seller": PartySheet,
    "billed_to": PartySheet,
    "payable_to": PartySheet,
    "tax_representative": PartySheet,
    "paid_from": BankSheet,
}
_RESTRICTED_INSIDE: Final = (BankSheet, PartySheet)


class Complaints:
    """Collects complaints; at the end there are none, or one `InputErrors` with all of them.

    `sheet` is the model of the document's type, once it is known: it says which fields are
    restricted. Until then nothing restricted is read.

    After `MOST_SHOWN` (`is_full`) nothing is kept but that there are more.
    """

    __slots__ = ("found", "is_full", "sheet")

    def __init__(self) -> None:
        self.found: list[Complaint] = []
        self.is_full = False
        self.sheet: type[Header] = Header

    def add(self, code: str, field: str, message: str) -> None:
        """One thing that is wrong."""
        if len(self.found) < MOST_SHOWN:
            if not may_be_quoted(field, self.sheet):
                message = _without_value(message)
            self.found.append((field, code, message))
        else:
            self.is_full = True

    def as_error(self, order: Iterable[object] = ()) -> InputErrors:
        """All of it, in the order in which the sender wrote the fields; at most `MOST_SHOWN`."""
        positions = {key_text(name): position for position, name in enumerate(order)}

        def position(complaint: Complaint) -> tuple[int, int]:
            field = complaint[0]
            if field in positions:
                return positions[field], 0
            top, _, rest = field.partition("[")
            index = rest.partition("]")[0]
            top = top.partition(".")[0]
            return positions.get(top, len(positions)), int(index) if index.isdigit() else 0

        ordered = sorted(self.found, key=position)
        errors = [InputError(code, field, text) for field, code, text in ordered]
        if self.is_full:
            message = f"{MOST_SHOWN} faults are listed, and there are more"
            errors.append(InputError("too_many_errors", "", message))
        return InputErrors(tuple(errors))


def _without_value(message: str) -> str:
    """`expected a, found b` without `b`, unless that says no more than what kind of thing it is."""
    expected, found_here, rest = message.partition(_FOUND)
    if not found_here or _TELLS_NOTHING.fullmatch(rest):
        return message
    return expected + _FOUND + "something else, which is not shown"


def key_text(name: object) -> str:
    """A key of the sender as it stands in a path: short, and on one line."""
    return quoted(name)[1:-1] if isinstance(name, str) else found(name)


def from_validation(error: ValidationError, is_short: bool) -> Iterator[Complaint]:
    """What pydantic found, in our words. `is_short`: the one line was stated as `amount`."""
    for detail in error.errors(include_url=False):
        yield path_text(detail["loc"], is_short), *_in_words(detail)


def path_text(places: tuple[int | str, ...], is_short: bool = False) -> str:
    """`("lines", 2, "net")` as `lines[2].net`; as `amount` where that is how it was stated."""
    if is_short and places[:2] == ("lines", 0):
        places = ("amount",) if places[2:] in ((), ("net",)) else places[2:]
    elif is_short and places == ("lines",):
        places = ("amount",)
    path = ""
    for place in _without_content(places):
        if isinstance(place, int):
            path += f"[{place}]"
        elif place != "[key]":  # pydantic's mark for a key that is wrong itself
            path += f".{key_text(place)}" if path else key_text(place)
    return path


def _without_content(places: tuple[int | str, ...]) -> tuple[int | str, ...]:
    """The places, with `MASK` for a key inside of a restricted field that looks like no name.

    Whoever writes `{"DE02...": true}` has made the content of the field a key.
    """
    on_line = places[:1] == ("lines",) and len(places) > 2  # `lines[2].pay_to`
    field = places[2] if on_line else places[0] if places else ""
    if _NESTED.get(str(field)) not in _RESTRICTED_INSIDE:
        return places
    return tuple(
        place if isinstance(place, int) or place == "[key]" or _NAME.fullmatch(place) else MASK
        for place in places
    )


def _in_words(detail: ErrorDetails) -> tuple[str, str]:
    """Code and message."""
    value = detail["input"]
    context = detail.get("ctx", {})
    match detail["type"]:
        case "missing":
            return "missing_field", f"expected {quoted(str(detail['loc'][-1]))}, found nothing"
        case "extra_forbidden":
            return "unknown_field", _unknown_nested(detail["loc"])
        case "string_type" | "invalid_key":
            return "wrong_type", f"expected text, found {found(value)}"
        case "bool_type":
            return "wrong_type", f"expected `true` or `false`, found {found(value)}"
        case "int_type":
            return "wrong_type", f"expected a whole number, found {found(value)}"
        case "tuple_type":
            return "wrong_type", f"expected a list, found {found(value)}"
        case "dict_type" | "model_type":
            return "wrong_type", f"expected an object, found {found(value)}"
        case "string_too_short":
            return "missing_field", "expected some text, found an empty text"
        case "string_too_long":
            length, most = len(cast(str, value)), context["max_length"]
            return "too_long", f"expected at most {most} characters, found {length}"
        case "too_long":
            length, most = len(cast(list[object], value)), context["max_length"]
            return "too_many", f"expected at most {most} entries, found {length}"
        case "string_unicode":
            text = quoted(cast(str, value))
            return "invalid_text", f"expected only visible characters, found {text}"
        case "greater_than_equal":
            return "out_of_range", f"expected at least {context['ge']}, found {found(value)}"
        case "less_than_equal":
            return "out_of_range", f"expected at most {context['le']}, found {found(value)}"
        case code:
            if "message" in context:  # our own, raised in `engine/documents/fields.py`
                return code, str(context["message"])
            return "invalid_value", f"expected another value, found {found(value)}"


def _unknown_nested(places: tuple[int | str, ...]) -> str:
    name = str(_without_content(places)[-1])
    sheet = _NESTED.get(str(places[0]))
    return unknown_field(name, sheet.model_fields if sheet is not None else ())


def unknown_field(name: str, known: Iterable[str]) -> str:
    """The message for a field that does not exist here."""
    return f"there is no field {quoted(name)} here{suggestion(name, known)}"
