"""Rows from several systems to one row for each object: the authoritative value stands.

A file says in `source_system` from which system each of its rows is. For every group of fields
the policy set names one system (`engine.authorities`). What another one says otherwise is reported,
with an owner, and changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from adapters.master_data.reports import (
    BadRow,
    Disagreement,
    Effect,
    Report,
    Suggestion,
    shown,
)
from adapters.master_data.tables import OBJECTS, SOURCE, Row, Table
from engine.authorities import Authorities, System, group_of
from engine.documents.masking import MASK, names_a_secret

_PERSONAL: Final = frozenset({"address", "email"})
_NEEDED: Final = "tax_recovery"  # without it the entity's would be taken, and less authority do

Sources = dict[str, Row]  # the rows of one object by their system


def settle(
    tables: Mapping[str, Table], authorities: Authorities, report: Report
) -> dict[str, Table]:
    """The tables with one row for each object; those that name no system as they are."""
    return {
        name: _settled(table, OBJECTS[name], authorities, report)
        if name in OBJECTS and any(SOURCE in row.cells for row in table.rows)
        else _unnamed(table, authorities, report)
        for name, table in tables.items()
    }


def _unnamed(table: Table, authorities: Authorities, report: Report) -> Table:
    """The table as it is; said once where the set declares systems for what it is about."""
    of = OBJECTS.get(table.spec.name)
    if table.rows and any(known == of for known, _ in authorities.by_group):
        message = "no row says from which system it is, so all are taken for authoritative"
        help = f"add the column `{SOURCE}`"
        report.add(BadRow(table.file, 0, SOURCE, "no-source", message, help, Effect.KEPT))
    return table


def _settled(table: Table, of: str, authorities: Authorities, report: Report) -> Table:
    by_id: dict[str, list[Row]] = {}
    for row in table.rows:
        system = row.cells.get(SOURCE, "")
        if system not in authorities.systems:
            message = f"no system named {shown(system)}" if system else f"`{SOURCE}` is empty"
            help = Suggestion(system, authorities.systems, "the policy set declares `systems`")
            report.refuse(table.file, row.line, SOURCE, "unknown-system", message, help)
        by_id.setdefault(row.cells.get("id", ""), []).append(row)
    found = Table(table.spec, table.file, broken_count=table.broken_count)
    if report.is_refused:
        return found
    for id, rows in by_id.items():
        sources = {row.cells[SOURCE]: row for row in rows}
        if not id or len(sources) < len(rows):
            found.rows += rows  # no object, or one that stands twice in a system: reported later
        else:
            found.rows.append(_Object(table, of, id, sources, authorities, report).row())
    return found


class _Object:
    """One object, as each system has it."""

    def __init__(
        self,
        table: Table,
        of: str,
        id: str,
        sources: Sources,
        authorities: Authorities,
        report: Report,
    ) -> None:
        self._table = table
        self._of = of
        self._id = id
        self._sources = sources
        self._authorities = authorities
        self._report = report

    def row(self) -> Row:
        """The row that counts: each cell from the system that has the last word on it."""
        columns = {column: None for row in self._sources.values() for column in row.cells}
        cells = {"id": self._id}
        for column in columns:
            if column not in ("id", SOURCE):
                text = self._cell(column)
                if text is not None:
                    cells[column] = text
        return Row(min(row.line for row in self._sources.values()), cells)

    def _cell(self, column: str) -> str | None:
        """What counts; `None` where the source that counts has no such cell."""
        system = self._authorities.of(self._of, column)
        if system is None:
            return self._undeclared(column)
        own = self._sources.get(system.name)
        known = None if own is None else own.cells.get(column)
        for name, row in sorted(self._sources.items()):
            stated = row.cells.get(column, "")
            if name != system.name and stated and not _are_same(stated, known or ""):
                self._disagree(column, self._authorities.systems[name], row, stated, system, known)
        if own is None:
            self._check_needed(column, system)
        return known

    def _undeclared(self, column: str) -> str | None:
        """What all systems say. Nobody has the last word: where two differ, nothing is loaded."""
        stated = [
            (row.line, row.cells[column])
            for _, row in sorted(self._sources.items())
            if row.cells.get(column)
        ]
        for line, text in stated[1:]:
            if not _are_same(text, stated[0][1]):
                group = group_of(self._of, column)
                message = f"systems differ about `{column}` of {shown(self._id)}"
                help = f"declare which is authoritative for `{group}` of `{self._of}`"
                self._report.refuse(self._table.file, line, column, "no-authority", message, help)
        if stated:
            return stated[0][1]
        return "" if any(column in row.cells for row in self._sources.values()) else None

    def _check_needed(self, column: str, system: System) -> None:
        for row in self._sources.values():
            if column == _NEEDED and row.cells.get(column):
                message = f"{shown(self._id)} states it, and `{system.name}` does not know it"
                self._report.refuse(self._table.file, row.line, column, "not-in-authority", message)

    def _disagree(
        self, column: str, other: System, row: Row, stated: str, system: System, known: str | None
    ) -> None:
        is_masked = names_a_secret(column) or column in _PERSONAL
        said = Disagreement(
            self._of,
            self._id,
            column,
            other.name,
            MASK if is_masked else stated,
            system.name,
            MASK if is_masked and known else known or "",
            system.owner,
        )
        knows = shown(said.known) if said.known else "nothing"
        message = (
            f"{shown(self._id)}: {other.called} says {shown(said.stated)}, {system.called} says"
            f" {knows}, which stands"
        )
        help = f"{system.owner} clears it: one of the two has to be put right"
        code, kept = "differs-from-authority", Effect.KEPT
        file, line = self._table.file, row.line
        self._report.add(BadRow(file, line, column, code, message, help, kept, disagreement=said))


def _are_same(one: str, other: str) -> bool:
    """Whether two cells say the same: words between `;` have no order."""
    return _words(one) == _words(other)


def _words(text: str) -> frozenset[str]:
    return frozenset(part.strip() for part in text.split(";"))
