"""The files of a master data folder: their columns, and what leaving a row out may mean.

A table is the same whether it came from CSV, from YAML or from memory: rows of text by column.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction
from types import MappingProxyType
from typing import Final

from engine.facts.vocabulary import BUILT_IN, Fact, Of


class Loosens(StrEnum):
    """When leaving out a bad row of a table could loosen a control, and so refuses the load.

    `unreadable`: only where it cannot be told what the row is about; otherwise what it is about
    is left out with it.
    """

    NEVER = "never"
    UNREADABLE = "unreadable"
    ALWAYS = "always"


@dataclass(frozen=True, slots=True)
class TableSpec:
    """One file: its columns in the order people write them, and those a header must have.

    `facts_of`: the company's own facts about this are columns too. `may_shrink`: the number of
    rows goes up and down by nature, and fewer rows never loosen a control.
    """

    name: str
    columns: tuple[str, ...]
    required: frozenset[str]
    loosens: Loosens = Loosens.NEVER
    may_shrink: bool = False
    facts_of: Of | None = None


@dataclass(frozen=True, slots=True)
class Limits:
    """How much is read, how much may be wrong, and how much may vanish between two loads."""

    file_bytes: int = 512_000_000
    yaml_bytes: int = 1_000_000
    line_bytes: int = 1_000_000
    cell_length: int = 10_000
    rows_count: int = 2_000_000
    reports_count: int = 1_000
    bad_share: Fraction = Fraction(1, 5)
    remaining_share: Fraction = Fraction(1, 2)


DEFAULT_LIMITS: Final = Limits()


@dataclass(frozen=True, slots=True)
class Row:
    """One row: the line it begins on, and its cells by column; an absent cell was not written."""

    line: int
    cells: Mapping[str, str]


@dataclass(slots=True)
class Table:
    """The rows of one file. `broken_count` are those that could not even be taken apart."""

    spec: TableSpec
    file: str
    rows: list[Row] = field(default_factory=list)
    broken_count: int = 0

    @property
    def count(self) -> int:
        """All rows, readable or not."""
        return len(self.rows) + self.broken_count


def _spec(
    name: str,
    columns: str,
    loosens: Loosens = Loosens.NEVER,
    may_shrink: bool = False,
    facts_of: Of | None = None,
) -> TableSpec:
    """A spec from its columns in one line; a star marks those that a header must have."""
    names = columns.split()
    return TableSpec(
        name,
        tuple(column.rstrip("*") for column in names),
        frozenset(column.rstrip("*") for column in names if column.endswith("*")),
        loosens,
        may_shrink,
        facts_of,
    )


_SPECS: Final = (
    _spec(
        "people",
        "id* name* entity* manager* level* department email first_day last_day*"
        " bank_account tax_id address",
        facts_of=Of.PERSON,
    ),
    _spec("people_history", "id* field* value* from* to*", Loosens.UNREADABLE),
    _spec("logins", "login* person* from to"),
    _spec("roles", "role* person* for* from to acting"),
    _spec("acting", "position* by* from* to*", may_shrink=True),
    _spec("absences", "person* from* to*", may_shrink=True),
    _spec(
        "delegations",
        "id* delegator* delegate* from* to* documents* entities* categories* capex* cap*"
        " revoked_at* papers",
        may_shrink=True,
    ),
    _spec("interests", "person* supplier* from to", Loosens.ALWAYS),
    _spec("relations", "person* related_to* from to", Loosens.ALWAYS),
    _spec(
        "cost_centers",
        "id* entity* owner* budget_holder department tax_recovery from to",
        Loosens.UNREADABLE,
    ),
    _spec("cost_centers_history", "id* field* value* from* to*", Loosens.UNREADABLE),
    _spec("projects", "id* entity* manager* from to"),
    _spec("projects_history", "id* field* value* from* to*", Loosens.UNREADABLE),
    _spec(
        "suppliers",
        "id* name* group* status* country bank_account tax_id address payment_terms currency",
        facts_of=Of.SUPPLIER,
    ),
    _spec("contracts", "id* supplier* net* original"),
    _spec("rates", "id type* base* quote* day* rate*"),
    _spec("holidays", "calendar* day* name", Loosens.ALWAYS),
    _spec(
        "periods",
        "entity* kind* name* first_day* last_day* opens_at* closed_at* ledger",
        Loosens.UNREADABLE,
    ),
    _spec("accounts", "id* entity* name postable from to", Loosens.UNREADABLE),
    _spec("account_combinations", "entity* gl_account* cost_center* project* from to"),
    _spec("tax_codes", "id* entity* rate* name from to", Loosens.UNREADABLE),
    _spec("budgets", "entity* cost_center* gl_account amount* from* to*", Loosens.UNREADABLE),
    _spec("answers", "what* of* answer* answered_at", Loosens.ALWAYS),
    _spec("facts", "of* id* fact* value*", Loosens.UNREADABLE),
)
SPECS: Final[Mapping[str, TableSpec]] = MappingProxyType({spec.name: spec for spec in _SPECS})
_BUILT_IN: Final = frozenset(fact.name for fact in BUILT_IN)
REQUIRED_FILE: Final = "people"
SOURCE: Final = "source_system"  # a column of tables of which rows may be from several systems
OBJECTS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "people": "person",
        "suppliers": "supplier",
        "cost_centers": "cost_center",
        "projects": "project",
    }
)


def own_facts(facts: Mapping[str, Fact], of: Of | None) -> dict[str, Fact]:
    """The company's own facts about something, as far as master data may state them.

    Not what is built in or a column already, and no totals, which are counted and not stated.
    """
    taken = {column for spec in _SPECS if spec.facts_of is of for column in spec.columns}
    return {
        name: fact
        for name, fact in facts.items()
        if of is not None and fact.of is of and fact.total is None and name not in _BUILT_IN | taken
    }


def known_columns(spec: TableSpec, facts: Mapping[str, Fact]) -> frozenset[str]:
    """The columns a table may have: its own, and the company's own facts about its rows.

    `source_system` too, where rows of it may be from several systems.
    """
    own = own_facts(facts, spec.facts_of).keys()
    return frozenset(spec.columns) | own | ({SOURCE} if spec.name in OBJECTS else frozenset())
