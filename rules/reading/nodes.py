"""The positioned tree of a policy file: scalars, sequences and mappings, each with its place.

The module exists so that everything after reading speaks of words and places only: nothing here is
coerced (`NO` is two letters, `10_000.00` nine characters), and every later error can point home.
It also recognises the commonest slip of a finance author, a comma inside an unquoted value, which
YAML silently turns into a second key.
"""

import re
from dataclasses import dataclass
from typing import Final

from engine.places import Place
from rules.diagnostics import shown

_DIGITS: Final = re.compile(r"-?[0-9][0-9_]*")
# Groups of three, and of two as in 1,00,000.
_DIGITS_MORE: Final = re.compile(r"[0-9]{2,3}")
_DIGITS_LAST: Final = re.compile(r"[0-9]{2,3}(?:\.[0-9]+)?(?:%| [A-Z]{3})?")
_POINTED: Final = re.compile(r"-?[0-9]{1,3}(?:\.[0-9]{3})+")  # 200.000, before `,00`
_DECIMALS: Final = re.compile(r"[0-9]{2}(?: [A-Z]{3})?")
_NAME: Final = re.compile(r"[a-z][a-z0-9_.]*")
_LISTS: Final = frozenset({"documents", "entities", "countries", "regions", "who", "all", "any"})


@dataclass(frozen=True, slots=True)
class Scalar:
    """One text as written. `quoted` is true for quotes and for the block styles `|` and `>`."""

    text: str
    quoted: bool
    place: Place

    @property
    def empty(self) -> bool:
        """Whether nothing was written, as after `key:`; an empty pair of quotes is not empty."""
        return not self.text and not self.quoted


@dataclass(frozen=True, slots=True)
class Sequence:
    """A list. Its place is its bracket, or its first dash."""

    items: "tuple[Node, ...]"
    place: Place


@dataclass(frozen=True, slots=True)
class Mapping:
    """Keys with values in the order written; no key occurs twice. Its place is where it starts."""

    entries: "tuple[tuple[Scalar, Node], ...]"
    place: Place

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys as text, in the order written."""
        return tuple(key.text for key, _ in self.entries)

    def get(self, key: str) -> "Node | None":
        """The value of a key, or None. It looks through the entries: for a few keys, not many."""
        for name, value in self.entries:
            if name.text == key:
                return value
        return None

    def place_of(self, key: str) -> Place:
        """Where a key is written; the mapping's own place if it is not."""
        for name, _ in self.entries:
            if name.text == key:
                return name.place
        return self.place


Node = Scalar | Sequence | Mapping
Entries = list[tuple[Scalar, Node]]


def described(node: Node) -> str:
    """What was found, for the second half of `expected ..., found ...`."""
    match node:
        case Scalar():
            return "nothing" if node.empty else shown(node.text)
        case Sequence():
            return "a list"
        case Mapping():
            return "a mapping"


def cut_amount(entries: Entries, index: int) -> tuple[str, int] | None:
    """The whole amount of an entry that commas cut in pieces, and the number of pieces after it.

    `{up_to: 5,000.00}` is YAML for `up_to: 5` and a key `000.00` without a value. No key of the
    language is a number without a value, so the pieces can only be meant as one amount.
    """
    value = entries[index][1]
    if not isinstance(value, Scalar) or value.quoted:
        return None
    if not (_DIGITS.fullmatch(value.text) or _POINTED.fullmatch(value.text)):
        return None
    pieces: list[str] = []
    for position in range(index + 1, len(entries)):
        key, nothing = entries[position]
        is_piece = isinstance(nothing, Scalar) and nothing.empty and not key.quoted
        if not is_piece or not _DIGITS_LAST.fullmatch(key.text):
            break
        pieces.append(key.text)
        if not _DIGITS_MORE.fullmatch(key.text):
            break
    amount = _joined_amount(value.text, pieces)
    return None if amount is None else (amount, len(pieces))


def comma_amount_hint(mapping: Mapping, index: int) -> str | None:
    """Help for the entry at `index`, if it is the rest of a sentence that a comma cut in two.

    `{hold: not here, ask first}` is YAML for `hold: not here` and a key `ask first` without a
    value. Amounts with commas are put together and reported when a file is read.
    """
    first = _start_of_cut(mapping, index)
    if first is None:
        return None
    key, value = mapping.entries[first]
    if not isinstance(value, Scalar) or value.quoted:
        return None
    pieces = [value.text]
    for more, nothing in mapping.entries[first + 1 :]:
        if not (isinstance(nothing, Scalar) and nothing.empty):
            break
        pieces.append(more.text)
    names = words_hint(key.text, pieces)
    if names is not None:
        return names
    whole = ", ".join(pieces).replace("\\", "\\\\").replace('"', '\\"')
    sentence = f'{key.text}: "{whole}"'
    return f"quote a text that contains a comma: {shown(sentence)}"


def words_hint(key: str, pieces: list[str]) -> str | None:
    """What to write for several names after one key; `None` where they are no names."""
    if len(pieces) < 2 or not all(_NAME.fullmatch(piece) for piece in pieces):
        return None
    listed = f"[{', '.join(pieces)}]"
    if key == "approve":
        return (
            f"write `approve: {listed}` for one step after the other, "
            f"or `approve: {{all: {listed}}}` for one step of all"
        )
    return f"write `{key}: {listed}`" if key in _LISTS else None


def comma_list_hint(sequence: Sequence, index: int) -> str | None:
    """The same help for a list item: `[10%, 100,000.00]` has three items, the last one `000.00`.

    Only pieces with nothing but the comma between them are taken for one amount, so `[100, 200]`
    is two, and `[100,200]` is not believed.
    """
    items = sequence.items
    first = index
    while first > 0 and _is_glued(items[first - 1], items[first]):
        first -= 1
    pieces = [item.text for item in items[first : index + 1] if isinstance(item, Scalar)]
    amount = _joined_amount(pieces[0], pieces[1:]) if pieces else None
    return None if amount is None else f"amounts are written without commas: {shown(amount)}"


def _is_glued(left: Node, right: Node) -> bool:
    """Whether two items are digits with a comma and nothing else between them."""
    return (
        isinstance(left, Scalar)
        and isinstance(right, Scalar)
        and not left.quoted
        and not right.quoted
        and _DIGITS.fullmatch(left.text) is not None
        and right.place == left.place._replace(column=left.place.column + len(left.text) + 1)
    )


def _start_of_cut(mapping: Mapping, index: int) -> int | None:
    """The entry whose value the valueless entries up to `index` belong to."""
    first = index
    while first >= 0:
        value = mapping.entries[first][1]
        if not isinstance(value, Scalar):
            return None
        if not value.empty:
            return first if first < index else None
        first -= 1
    return None


def _joined_amount(start: str, rest: list[str]) -> str | None:
    """`5` and `000.00` as `5_000.00`; None if the pieces are not those of one number.

    `200.000` and `00 USD` are `200_000.00 USD`.
    """
    if _POINTED.fullmatch(start):
        is_one = len(rest) == 1 and _DECIMALS.fullmatch(rest[0])
        return f"{start.replace('.', '_')}.{rest[0]}" if is_one else None
    if not rest or not _DIGITS.fullmatch(start) or not _DIGITS_LAST.fullmatch(rest[-1]):
        return None
    if not all(_DIGITS_MORE.fullmatch(piece) for piece in rest[:-1]):
        return None
    return "_".join([start, *rest])
