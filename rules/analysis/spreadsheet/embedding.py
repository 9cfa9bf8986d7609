"""What a spreadsheet carries of its export, in a sheet that is not shown: the base of the merge.

Texts of files go in as they were, packed, with a digest over everything. The digest finds mistakes;
it is no proof against somebody who means to deceive: what comes back is checked and reviewed like
any other change of policy.
"""

from __future__ import annotations

import base64
import hashlib
import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from rules.analysis.spreadsheet.fields import Kind

FORMAT: Final = 1
TAB: Final = "countersign"
HEADING: Final = "what was exported; do not change this sheet"
_CHUNK: Final = 30_000
_UNPACKED_MAX: Final = 64_000_000


@dataclass(frozen=True, slots=True)
class Shown:
    """One sheet: the table it shows, and the lines around it, which are not read back."""

    tab: str
    kind: Kind
    file: str
    currency: str
    texts: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Base:
    """The export: name of the set, the sheets, and the files they show."""

    set: str
    sheets: tuple[Shown, ...]
    files: Mapping[str, bytes]


class NoBase(ValueError):
    """The sheet that is not shown is missing, changed, or of another version."""


def pack(base: Base) -> list[str]:
    """The base as the cells of one column."""
    plain = {
        "format": FORMAT,
        "set": base.set,
        "sheets": [
            [sheet.tab, str(sheet.kind), sheet.file, sheet.currency, sheet.texts]
            for sheet in base.sheets
        ],
        "files": {
            name: base64.b64encode(data).decode("ascii") for name, data in base.files.items()
        },
    }
    data = json.dumps(plain, sort_keys=True, ensure_ascii=False).encode()
    text = base64.b64encode(zlib.compress(data, 9)).decode("ascii")
    chunks = [text[start : start + _CHUNK] for start in range(0, len(text), _CHUNK)]
    return [HEADING, f"sha256:{hashlib.sha256(data).hexdigest()}", *chunks]


def unpack(column: Sequence[str]) -> Base:
    """The base that `pack` gave. Raises `NoBase`."""
    if len(column) < 3 or column[0] != HEADING:
        raise NoBase("the sheet `countersign`, which holds what was exported, is changed")
    try:
        packed = base64.b64decode("".join(column[2:]), validate=True)
        reader = zlib.decompressobj()
        data = reader.decompress(packed, _UNPACKED_MAX)
        if not reader.eof or column[1] != f"sha256:{hashlib.sha256(data).hexdigest()}":
            raise NoBase("the sheet `countersign`, which holds what was exported, is changed")
        plain = json.loads(data)
        if plain["format"] != FORMAT:
            raise NoBase("this spreadsheet was exported by another version: export it again")
        sheets = tuple(
            Shown(tab, Kind(kind), file, currency, tuple(map(tuple, texts)))
            for tab, kind, file, currency, texts in plain["sheets"]
        )
        files = {
            name: base64.b64decode(text, validate=True) for name, text in plain["files"].items()
        }
        if any(sheet.file not in files for sheet in sheets):
            raise NoBase("the sheet `countersign` lacks a file that it shows")
        return Base(plain["set"], sheets, files)
    except NoBase:
        raise
    except (ValueError, KeyError, TypeError, zlib.error, RecursionError):
        raise NoBase("the sheet `countersign`, which holds what was exported, is changed") from None
