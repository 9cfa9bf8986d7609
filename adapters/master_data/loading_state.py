"""What one load knows while it goes on: the policy's words, the tables, and who was left out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from adapters.master_data.cells import Cells, Days
from adapters.master_data.reports import Report, shown
from adapters.master_data.tables import Row, Table, own_facts
from engine.facts.kinds import FactValue
from engine.facts.vocabulary import Fact, Of
from engine.identifiers.judged import Judging, judge
from engine.master_data import Dated, Span
from engine.organization import Organization
from engine.tokens import Tokens, token

_BEGINNING: Final = datetime.min.replace(tzinfo=UTC)
_END: Final = datetime.max.replace(tzinfo=UTC)

Stated = dict[str, dict[str, FactValue]]  # facts by what they are about


@dataclass(slots=True)
class Loading:
    """One load. `lost_*` are ids that rows name but that were left out.

    `judging` says what is known of tax numbers while they can be read, `tokens` by what restricted
    values are compared.
    """

    organization: Organization
    facts: Mapping[str, Fact]
    tables: Mapping[str, Table]
    report: Report
    judging: Judging = judge
    tokens: Tokens = token
    days: Days = field(default_factory=Days)
    zones: dict[str, str] = field(default_factory=dict)  # of each person that was kept
    lost_people: set[str] = field(default_factory=set)
    lost_suppliers: set[str] = field(default_factory=set)

    def rows(self, name: str) -> Iterator[Cells]:
        """The rows of a table, none where there is no such file."""
        table = self.tables.get(name)
        for row in table.rows if table else ():
            yield self.cells(name, row)

    def cells(self, name: str, row: Row) -> Cells:
        """A reader of one row."""
        return Cells(self.tables[name], row, self.report, self.days)

    def has(self, name: str) -> bool:
        """Whether the source has this table."""
        return name in self.tables

    def repeated(self, name: str, column: str = "id") -> frozenset[str]:
        """What stands more than once in a column that names the row."""
        table = self.tables.get(name)
        counted = Counter(row.cells.get(column, "") for row in table.rows) if table else Counter()
        return frozenset(word for word, count in counted.items() if count > 1 and word)

    def zone(self, entity: str) -> str:
        """The zone of an entity; UTC for one that the set does not know (reported elsewhere)."""
        known = self.organization.entities.get(entity)
        return known.zone if known else "UTC"

    def person(self, cells: Cells, column: str) -> str:
        """A required reference to a person."""
        return cells.refers_to(column, self.zones, self.lost_people, "person")

    def perhaps_person(self, cells: Cells, column: str) -> str:
        """A reference to a person without which the row is kept."""
        return cells.may_refer_to(column, self.zones, self.lost_people, "person")

    def entity(self, cells: Cells, column: str = "entity") -> str:
        """A required entity of the policy set."""
        return cells.one_of(column, self.organization.entities, "entity", required=True)

    def declared(self, of: Of) -> dict[str, Fact]:
        """The company's own facts about something, by name."""
        return own_facts(self.facts, of)


def once(cells: Cells, id: str, repeated: frozenset[str], column: str = "id") -> None:
    """Fails a row whose id stands in several: nobody can say which of them is meant."""
    if id in repeated:
        cells.fail(column, "duplicate-id", f"{shown(id)} stands in several rows")


def overlapping(spans: Sequence[Span]) -> frozenset[int]:
    """The positions of spans that share a moment with another one."""
    found: set[int] = set()
    latest = -1  # of those seen so far, the one that ends last
    for position in sorted(range(len(spans)), key=lambda at: start_of(spans[at])):
        if latest >= 0 and start_of(spans[position]) < end_of(spans[latest]):
            found |= {latest, position}
        if latest < 0 or end_of(spans[position]) > end_of(spans[latest]):
            latest = position
    return frozenset(found)


def start_of(span: Span) -> datetime:
    """The first moment, or one before all others."""
    return span.start or _BEGINNING


def end_of(span: Span) -> datetime:
    """The first moment after, or one after all others."""
    return span.end or _END


def spread(base: str, history: list[Dated[str]]) -> tuple[Dated[str], ...]:
    """The history, and between its spans what holds otherwise; ordered and without overlap."""
    known = sorted(history, key=lambda dated: start_of(dated.span))
    if not base:
        return tuple(known)
    found: list[Dated[str]] = []
    start = None
    for position, dated in enumerate(known):
        if dated.span.start is not None and dated.span.start != start:
            found.append(Dated(base, Span(start, dated.span.start)))
        found.append(dated)
        start = dated.span.end
        if start is None:
            return (*found, *known[position + 1 :])
    return (*found, Dated(base, Span(start, None)))
