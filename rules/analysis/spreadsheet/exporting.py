"""From a set to a spreadsheet: a sheet for each matrix, and for the limits of each organization."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Mapping
from datetime import date

from engine.policy import Matrix, PolicySet
from rules.analysis.spreadsheet import embedding
from rules.analysis.spreadsheet.comments import comments_of
from rules.analysis.spreadsheet.drawing import draw
from rules.analysis.spreadsheet.problems import refused
from rules.analysis.spreadsheet.sheets import (
    Pair,
    Sheet,
    about_file,
    about_matrix,
    sheet_of,
    tabs_of,
)
from rules.analysis.spreadsheet.tables import (
    Table,
    limits_table,
    list_key,
    matrix_table,
    tree_of,
)
from rules.diagnostics import Diagnostics, did_you_mean, shown
from rules.editing.pieces import pieces_of
from rules.reading.nodes import Mapping as MappingNode
from rules.reading.source_text import text_of


def export(
    policy: PolicySet, files: Mapping[str, bytes], day: date, matrices: Collection[str] = ()
) -> bytes:
    """The spreadsheet of a set that loads; of some matrices only, where they are named.

    Raises `SheetRefused`.
    """
    _expect_known(policy, matrices)
    sheets = list(_sheets(policy, files, day, matrices))
    if not sheets:
        raise refused(policy.name, "the set has neither matrices nor limits to show")
    return draw(sheets, embedding.pack(base_of(policy.name, sheets, files)), day)


def base_of(name: str, sheets: Collection[Sheet], files: Mapping[str, bytes]) -> embedding.Base:
    """What the spreadsheet carries of its export."""
    shown_sheets = tuple(
        embedding.Shown(
            sheet.tab, sheet.table.kind, sheet.table.file, sheet.table.currency, sheet.texts()
        )
        for sheet in sheets
    )
    names = {sheet.table.file for sheet in sheets}
    return embedding.Base(name, shown_sheets, {file: files[file] for file in sorted(names)})


def _expect_known(policy: PolicySet, names: Collection[str]) -> None:
    known = [matrix.name for matrix in policy.matrices]
    for name in names:
        if name not in known:
            help = did_you_mean(name, known) or f"it has {', '.join(map(shown, known))}"
            raise refused(policy.name, f"the set has no matrix named {shown(name)}", help)


def _sheets(
    policy: PolicySet, files: Mapping[str, bytes], day: date, names: Collection[str]
) -> Iterator[Sheet]:
    found: list[tuple[Table, str, list[Pair]]] = []
    by_file = {matrix.file: matrix for matrix in policy.matrices}
    for file, data in files.items():
        root = tree_of(file, data)
        if root is None:
            continue
        matrix = by_file.get(file)
        if matrix is not None and (not names or matrix.name in names):
            found.append(_matrix(matrix, root, policy, data))
        elif matrix is None and not names and (table := limits_table(file, root)) is not None:
            about = about_file(table.name, file, policy, digest_of(data))
            found.append((table, f"Limits of authority, {policy.name}", about))
    tabs = tabs_of([table.name for table, _, _ in found])
    for tab, (table, title, about) in zip(tabs, found, strict=True):
        pairs = [*about, ("Printed", day.isoformat())]
        yield sheet_of(table, title, pairs, _comments(table, files[table.file]), tab)


def _matrix(
    matrix: Matrix, root: MappingNode, policy: PolicySet, data: bytes
) -> tuple[Table, str, list[Pair]]:
    table = matrix_table(matrix.file, root, matrix.currency)
    about = about_matrix(matrix, root, policy, digest_of(data))
    return table, matrix.title or matrix.name, about


def _comments(table: Table, data: bytes) -> tuple[tuple[int, str], ...]:
    text = text_of(table.file, data, Diagnostics())
    if text is None:
        return ()
    return comments_of(text, pieces_of(table.file, text), list_key(table.kind))


def digest_of(data: bytes) -> str:
    """The digest that names one version of a file."""
    return f"sha256:{hashlib.sha256(data).hexdigest()}"
