"""Restricted cells of master data, exchanged for tokens before anything is kept.

Accounts, tax numbers and addresses are compared and never shown: the store holds tokens made with a
key, and so does every export. What is known of a tax number while it can be read (whose form it
has, whether its check digit agrees) is written behind its token.

A file more says with which key: `token_key` holds the token of a fixed text.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final

import yaml

from adapters.master_data.answers import BY_TOKEN
from adapters.master_data.cells import clean
from adapters.master_data.reports import CellError
from adapters.master_data.values import token
from engine.identifiers.judged import Judged, judge
from engine.tokens import Tokens, bare, is_keyed

MARK: Final = "token_key"
UNREADABLE: Final = "?"  # instead of what has no letter and no digit: the row is left out for it
_COLUMNS: Final = ("bank_account", "tax_id", "address")
_BETWEEN: Final = ";"  # values of one cell
_JUDGED: Final = "|"  # behind the token of a tax number: right and misspelt identifiers

Files = Mapping[str, bytes]
Row = dict[str, str]


def hidden(files: Files, tokens: Tokens, mark: str) -> dict[str, bytes]:
    """The files with tokens in restricted cells, and the mark of their key.

    They were loaded before as they are: what cannot be read in them was refused then. What is a
    token already stays.
    """
    found = {name: _hidden_file(name, data, tokens) for name, data in files.items()}
    return {**found, MARK: mark.encode()}


def without_mark(files: Files) -> tuple[dict[str, bytes], str]:
    """The files, and the mark of the key that their tokens were made with; empty for none."""
    left = dict(files)
    return left, left.pop(MARK, b"").decode()


def judged_behind(text: str) -> Judged | None:
    """What is written behind the token of a tax number; `None` for a number that can be read."""
    token, *behind = text.split(_JUDGED)
    if len(behind) != 2 or not is_keyed("tax_id", token):
        return None
    right, misspelt = (frozenset(names.split()) for names in behind)
    return Judged(token, right, misspelt)


def _hidden_file(name: str, data: bytes, tokens: Tokens) -> bytes:
    table, _, ending = name.rpartition(".")
    hidden_row = _HIDDEN_ROW.get(table)
    if hidden_row is None:
        return data
    hide = partial(hidden_row, tokens)
    return _in_yaml(data, hide) if ending == "yaml" else _in_csv(data, hide)


def _in_csv(data: bytes, hide: Callable[[Row], Row]) -> bytes:
    rows = csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), strict=True)
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    columns: list[str] = []
    for cells in rows:
        if not cells:
            text.write("\n")  # lines keep their numbers as far as they can
        elif not columns:
            columns = [clean(cell) for cell in cells]
            writer.writerow(cells)
        elif len(cells) != len(columns):
            writer.writerow([UNREADABLE] * len(cells))  # left out, and so it stays
        else:
            row = hide(dict(zip(columns, map(clean, cells), strict=True)))
            writer.writerow(row[name] for name in columns)
    return text.getvalue().encode()


def _in_yaml(data: bytes, hide: Callable[[Row], Row]) -> bytes:
    rows: Any = yaml.load(data, Loader=yaml.BaseLoader)  # noqa: S506 (texts and nothing else)
    if not isinstance(rows, list):
        return data
    shown = [_hidden_mapping(row, hide) if isinstance(row, dict) else row for row in rows]
    return yaml.safe_dump(
        shown, allow_unicode=True, sort_keys=False, default_style='"', width=10**6
    ).encode()


def _hidden_mapping(row: dict[str, Any], hide: Callable[[Row], Row]) -> dict[str, Any]:
    """A row of YAML: a cell with several values is a list, or one text with `;` between them."""
    flat = {
        name: _BETWEEN.join(value) if isinstance(value, list) else value
        for name, value in row.items()
        if isinstance(value, str) or (isinstance(value, list) and all(map(_is_text, value)))
    }
    shown = hide({name: clean(value) for name, value in flat.items()})
    hidden_cells = {name: text for name, text in shown.items() if text != clean(flat[name])}
    unreadable: Row = {name: UNREADABLE for name in _COLUMNS if name in row and name not in shown}
    return {**row, **hidden_cells, **unreadable}


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _hidden_row(tokens: Tokens, row: Row) -> Row:
    country = row.get("country", "")
    return {
        name: _hidden_cell(name, text, tokens, country) if name in _COLUMNS else text
        for name, text in row.items()
    }


def _hidden_cell(column: str, text: str, tokens: Tokens, country: str) -> str:
    words = (clean(word) for word in text.split(_BETWEEN))
    return _BETWEEN.join(_token(column, word, tokens, country) if word else "" for word in words)


def _token(column: str, word: str, tokens: Tokens, country: str) -> str:
    if is_keyed(column, word.partition(_JUDGED)[0]):
        return word
    try:
        made = token(column, word, tokens)
    except CellError:
        return UNREADABLE
    if column != "tax_id":
        return made
    found = judge(made, word, country)
    behind = (" ".join(sorted(names)) for names in (found.right, found.misspelt))
    return _JUDGED.join((made, *behind))


def _hidden_answer(tokens: Tokens, row: Row) -> Row:
    what, of = row.get("what", ""), row.get("of", "")
    if what not in BY_TOKEN or not bare(of) or is_keyed(what, of):
        return row
    return {**row, "of": tokens(what, of)}


_HIDDEN_ROW: Final = {"people": _hidden_row, "suppliers": _hidden_row, "answers": _hidden_answer}
