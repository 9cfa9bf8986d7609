"""From the value of a field to its cells, and back; amounts exactly.

An amount is a number in the sheet only where a spreadsheet can hold it: 15 digits at most, which a
64-bit float keeps and every program shows. Otherwise it is text. Coming back, a number is the
shortest decimal that stands for it, and is refused where it has more decimals than its currency:
such a number was computed or rounded, and what was meant is for a person to say.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from engine.money import EXPONENTS
from engine.places import NOWHERE
from rules.analysis.spreadsheet.approvers import NoApprovers, steps_node, steps_text
from rules.analysis.spreadsheet.fields import Field, Form
from rules.analysis.spreadsheet.wording import (
    NotWords,
    condition_node,
    condition_text,
    in_file,
    list_node,
    list_text,
    parts_node,
    parts_text,
)
from rules.diagnostics import shown
from rules.editing.flow import flow, is_plain, word
from rules.reading.nodes import Node, Scalar, Sequence

Cell = str | Decimal  # empty text for nothing
Cells = tuple[Cell, ...]

DIGITS_MAX: Final = 15
_PLAIN_AMOUNT: Final = re.compile(r"(?:0|[1-9][0-9_]*)(?:\.[0-9]+)?", re.ASCII)
_WITH_CURRENCY: Final = re.compile(rf"({_PLAIN_AMOUNT.pattern}) ([A-Z]{{3}})", re.ASCII)
_YES: Final = {"yes": "yes", "true": "yes", "no": "no", "false": "no"}


@dataclass(frozen=True, slots=True)
class Entry:
    """What a row of a file says of one field: the key, and its value."""

    key: str
    node: Node


class NotACell(ValueError):
    """Cells that say no value; `column` is the one at fault, among those of the field."""

    def __init__(self, column: int, message: str, help: str | None = None) -> None:
        super().__init__(message)
        self.column, self.message, self.help = column, message, help


def cells_of(field: Field, entry: Entry | None, currency: str) -> Cells:
    """How an entry of a file stands in the sheet; empty cells where there is none."""
    if entry is None:
        return ("",) * len(field.columns)
    node = entry.node
    match field.form:
        case Form.AMOUNT:
            return (entry.key, _amount_cell(node, currency))
        case Form.LIMIT:
            return _limit_cells(entry)
        case Form.ANSWER:
            return (entry.key, steps_text(node) if entry.key == "approve" else _text(node))
        case Form.TEXT:
            return (_text(node),)
        case Form.YES_NO:
            return (_YES.get(_text(node), _text(node)),)
        case Form.TEST:
            return (condition_text(node),)
        case Form.PARTS:
            return (parts_text(node),)
        case Form.IN_FILE:
            return (flow(node),)
        case Form.LIST | Form.WHO | Form.ENTITIES:
            return (list_text(node),)


def same_cells(field: Field, one: Cells, other: Cells) -> bool:
    """Whether cells say the same, spaces and ways to write a number aside."""
    return normal_cells(field, one) == normal_cells(field, other)


def normal_cells(field: Field, cells: Cells) -> Cells:
    """Cells in one form for everything that says the same."""
    if field.form is Form.TEXT or (field.form is Form.ANSWER and cells[0] != "approve"):
        return tuple(map(_stripped, cells))
    return tuple(map(_normal, cells))


def entry_of(field: Field, cells: Cells, currency: str, like: str = "") -> Entry | None:
    """What cells say, in the words of a file; `None` where they are empty. Raises `NotACell`.

    `like` is an amount in whose style a new one is written.
    """
    texts = tuple(map(_stripped, cells))
    if not any(texts):
        return None
    match field.form:
        case Form.AMOUNT:
            key = _key(field, texts[0])
            help = f"write an amount such as `10_000.00`, or empty `{field.columns[0]}` as well"
            _needs(texts[1], 1, "an amount", help)
            return Entry(key, _amount_node(cells[1], 1, currency, like))
        case Form.LIMIT:
            return _limit_entry(field, cells, texts, like)
        case Form.ANSWER:
            key = _key(field, texts[0])
            _needs(texts[1], 1, "who approves" if key == "approve" else "a reason")
            return Entry(key, _worded(1, texts[1], field if key == "approve" else None))
        case Form.YES_NO:
            if texts[0].lower() not in _YES:
                raise NotACell(0, f"expected `yes` or `no`, found {shown(texts[0])}")
            return Entry(field.keys[0], word(_YES[texts[0].lower()]))
        case Form.ENTITIES:
            node = _worded(0, texts[0], field)
            several = isinstance(node, Sequence)
            return Entry("entities" if several else "entity", node)
        case _:
            return Entry(field.keys[0], _worded(0, texts[0], field))


def _worded(column: int, text: str, field: Field | None) -> Node:
    """The value that a text says; without a field, any text."""
    try:
        match None if field is None else field.form:
            case Form.ANSWER:
                return steps_node(text)
            case Form.TEST:
                return condition_node(text)
            case Form.PARTS:
                return parts_node(text)
            case Form.IN_FILE:
                return in_file(text)
            case Form.LIST:
                return list_node(text)
            case Form.WHO | Form.ENTITIES:
                node = list_node(text)
                is_one = isinstance(node, Sequence) and len(node.items) == 1
                return node.items[0] if isinstance(node, Sequence) and is_one else node
            case _:
                return Scalar(text, not is_plain(text), NOWHERE)
    except NoApprovers as problem:
        raise NotACell(column, str(problem), problem.help) from None
    except NotWords as problem:
        raise NotACell(column, str(problem)) from None


def _key(field: Field, text: str) -> str:
    found = text.lower().replace(" ", "_")
    if found in field.keys:
        return found
    words = " or ".join(f"`{key}`" for key in field.keys)
    raise NotACell(0, f"expected {words}, found {shown(text) if text else 'nothing'}")


def _needs(text: str, column: int, what: str, help: str | None = None) -> None:
    if not text:
        raise NotACell(column, f"expected {what}, found nothing", help)


# --- amounts -------------------------------------------------------------------------------------


def _amount_cell(node: Node, currency: str) -> Cell:
    if isinstance(node, Scalar) and not node.quoted and _PLAIN_AMOUNT.fullmatch(node.text):
        number = _number(node.text, currency)
        return node.text if number is None else number
    return node.text if isinstance(node, Scalar) and not node.quoted else flow(node)


def _number(text: str, currency: str) -> Decimal | None:
    """An amount that a spreadsheet can hold as a number."""
    found = Decimal(text.replace("_", ""))
    digits = EXPONENTS.get(currency, 2)
    minor = found.scaleb(digits)
    if minor != int(minor) or len(str(int(minor))) > DIGITS_MAX:
        return None
    return found.quantize(Decimal(1).scaleb(-digits))


def _limit_cells(entry: Entry) -> Cells:
    text = _text(entry.node)
    if entry.key == "any_amount":
        return (entry.key, _YES.get(text, text), "")
    match = _WITH_CURRENCY.fullmatch(text)
    if match is None:
        return (entry.key, text, "")
    return (entry.key, _amount_cell(word(match[1]), match[2]), match[2])


def _limit_entry(field: Field, cells: Cells, texts: tuple[str, ...], like: str) -> Entry:
    key = _key(field, texts[0])
    if key == "any_amount":
        answer = texts[1].lower() or "yes"
        if answer not in _YES:
            raise NotACell(1, f"expected nothing beside `any_amount`, found {shown(texts[1])}")
        if texts[2]:
            raise NotACell(2, f"expected nothing beside `any_amount`, found {shown(texts[2])}")
        return Entry(key, word(_YES[answer]))
    help = (
        "write an amount such as `10_000.00`, or `any_amount` in `Limit`; to end it, delete the row"
    )
    _needs(texts[1], 1, "an amount", help)
    _needs(texts[2], 2, "a currency like `EUR`")
    if texts[2] not in EXPONENTS:
        raise NotACell(2, f"expected a currency like `EUR`, found {shown(texts[2])}")
    amount = _amount_node(cells[1], 1, texts[2], like, only_plain=True)
    return Entry(key, word(f"{_text(amount)} {texts[2]}"))


def _amount_node(
    cell: Cell, column: int, currency: str, like: str, *, only_plain: bool = False
) -> Node:
    if isinstance(cell, Decimal):
        return word(_amount_text(cell, column, currency, like))
    text = _stripped(cell)
    if _PLAIN_AMOUNT.fullmatch(text):
        _check_decimals(Decimal(text.replace("_", "")), text, column, currency)
        return word(text)
    if only_plain or re.fullmatch(r"[-+0-9][-+0-9.,'_ ]*", text):
        help = "write it as a number, or with underscores: `10_000.00`"
        raise NotACell(column, f"expected an amount, found {shown(text)}", help)
    return _worded(column, text, None) if not text.startswith("{") else _in_braces(column, text)


def _in_braces(column: int, text: str) -> Node:
    try:
        return in_file(text)
    except NotWords as problem:
        raise NotACell(column, str(problem)) from None


def _amount_text(number: Decimal, column: int, currency: str, like: str) -> str:
    """A number of a cell as it is written in a file: `12_000.00`."""
    plain = format(number.normalize(), "f")
    if number < 0:
        raise NotACell(column, f"expected an amount without sign, found {shown(plain)}")
    _check_decimals(number, plain, column, currency)
    digits = EXPONENTS.get(currency, 2)
    minor = int(number.scaleb(digits))
    if len(str(minor)) > DIGITS_MAX:
        help = "write it as text, all digits with underscores"
        message = f"expected at most {DIGITS_MAX} digits in a number, found {shown(plain)}"
        raise NotACell(column, message, help)
    whole, rest = divmod(minor, 10**digits)
    has_underscores = "_" in like or not re.search(r"[0-9]{4}", like)
    written = f"{whole:_}" if has_underscores else str(whole)
    is_bare = bool(like) and "." not in like and rest == 0
    return written if is_bare or not digits else f"{written}.{rest:0{digits}}"


def _check_decimals(number: Decimal, text: str, column: int, currency: str) -> None:
    digits = EXPONENTS.get(currency, 2)
    minor = number.scaleb(digits)
    if minor != minor.to_integral_value():
        most = f"at most {digits}" if digits else "no"
        message = f"expected {most} decimals for {currency}, found {shown(text)}"
        raise NotACell(column, message, "a computed or rounded number: write what is meant")


# --- comparing -----------------------------------------------------------------------------------


def _text(node: Node) -> str:
    return node.text if isinstance(node, Scalar) else flow(node)


def _stripped(cell: Cell) -> str:
    return cell.strip() if isinstance(cell, str) else format(cell, "f")


def _normal(cell: Cell) -> str | Decimal:
    if isinstance(cell, Decimal):
        return cell.normalize()
    text = " ".join(cell.split())
    is_amount = _PLAIN_AMOUNT.fullmatch(text) and len(text.replace("_", "")) <= DIGITS_MAX
    return Decimal(text.replace("_", "")).normalize() if is_amount else text
