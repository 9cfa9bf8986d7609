"""The rows of several files of published spend, with what of them is compared.

A row is read, accepted as a canonical document, and kept as the two things that reports need: the
row and its claim. The document itself is let go. Rows, claims and
what is found take about 2 KB a row.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Final

import engine.documents as canonical
from adapters.sources.public_spend.documents import is_hidden, raw_document
from adapters.sources.public_spend.reading import Spend, SpendFile, Unread, rows
from engine.duplicates.claims import Claim, claims_of
from engine.duplicates.names import normalised_name
from engine.errors import InputErrors
from engine.facts.vocabulary import BUILT_IN_DOCUMENTS
from engine.master_data import snapshot

_NOBODY: Final = snapshot("no master data")
_TYPES: Final = frozenset(BUILT_IN_DOCUMENTS)


@dataclass(slots=True)
class Gathered:
    """Rows with their claims, side by side, and what could not be read.

    `types` counts the documents by type.
    """

    rows: list[Spend] = field(default_factory=list)
    claims: list[Claim] = field(default_factory=list)
    unread: list[Unread] = field(default_factory=list)
    types: Counter[str] = field(default_factory=Counter)

    def is_telling(self, index: int) -> bool:
        """Whether a row says who was paid and how much: others are compared with none."""
        row = self.rows[index]
        return bool(row.supplier and row.amount.minor) and not is_hidden(row.supplier)

    @property
    def telling(self) -> Sequence[int]:
        """The rows that can be compared with others, in order."""
        return [index for index in range(len(self.rows)) if self.is_telling(index)]


def gather(files: Sequence[SpendFile], advance: Callable[[int], None]) -> Gathered:
    """Every row of the files. `advance` is told the lines read so far since it was told last.

    Raises `SpendRefused` where a file turns out to be none.
    """
    gathered = Gathered()
    received_at = datetime.now(UTC)
    for file in files:
        told = 0
        for found in rows(file):
            _keep(gathered, found, received_at)
            if found.line - told >= 500:
                advance(found.line - told)
                told = found.line
        advance(file.lines_count - told)
    return gathered


def _keep(gathered: Gathered, found: Spend | Unread, received_at: datetime) -> None:
    if isinstance(found, Unread):
        gathered.unread.append(found)
        return
    try:
        document = canonical.accept(
            raw_document(found), {}, _TYPES, received_at=received_at, is_named=False
        )
    except InputErrors as problem:
        why = f"{problem.field}: {problem.message}"
        gathered.unread.append(Unread(found.file, found.line, "", why))
        return
    gathered.types[document.type] += 1
    (claim,) = claims_of(_NOBODY, document)
    if found.supplier_number:  # the name is published beside it
        claim = replace(claim, names=tuple(filter(None, [normalised_name(found.supplier)])))
    gathered.rows.append(found)
    gathered.claims.append(claim)
