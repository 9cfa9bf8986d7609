"""Tables to a snapshot: everything is checked, bad rows are left out, or the load is refused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from types import MappingProxyType
from typing import Final
from zoneinfo import ZoneInfo

from adapters.master_data.answers import read_answers
from adapters.master_data.calendars import read_holidays, read_rates
from adapters.master_data.cells import clean
from adapters.master_data.charts import read_chart
from adapters.master_data.content_digest import digest_of
from adapters.master_data.histories import check_subjects
from adapters.master_data.holdings import (
    read_absences,
    read_acting,
    read_delegations,
    read_holdings,
    read_interests,
    read_relations,
)
from adapters.master_data.loading_state import Loading
from adapters.master_data.objects import (
    read_contracts,
    read_cost_centers,
    read_entity_facts,
    read_projects,
    read_suppliers,
)
from adapters.master_data.people import read_logins, read_people
from adapters.master_data.periods import read_periods
from adapters.master_data.reports import BadRow, Help, Report, Suggestion, shown
from adapters.master_data.sources import settle
from adapters.master_data.tables import (
    DEFAULT_LIMITS,
    SPECS,
    Limits,
    Loosens,
    Row,
    Table,
    TableSpec,
    known_columns,
)
from engine.chart import NO_CHART, Chart
from engine.facts.vocabulary import Fact
from engine.identifiers.judged import Judging, judge
from engine.master_data import Answer, MasterData, Question, Relation, snapshot
from engine.organization import Organization
from engine.tokens import Tokens, token

NO_ROWS: Final[Mapping[str, int]] = MappingProxyType({})
_WATCHED: Final = ("bank_account", "tax_id", "address", "tax_recovery", "ledger")


@dataclass(frozen=True, slots=True)
class Load:
    """The outcome of one load: `data`, or the text of why it is refused.

    `quarantined` are all reports, sorted by place: rows left out, rows kept with a note, and what
    refused the load. `row_counts` are rows by table, and filled cells by `table.column` for
    columns whose emptying would loosen a control; the next load is compared with them.
    """

    data: MasterData | None
    quarantined: tuple[BadRow, ...] = ()
    refused: str | None = None
    row_counts: Mapping[str, int] = field(default_factory=lambda: NO_ROWS)


def build(
    tables: Mapping[str, list[dict[str, str]]],
    organization: Organization,
    facts: Mapping[str, Fact],
    limits: Limits = DEFAULT_LIMITS,
) -> Load:
    """A snapshot from tables in memory, by the names and columns of the files.

    No table and no column is required, only cells that say what a row is. In reports a row's line
    is its number, from 1. A role without the key `for` is held for everything.
    """
    report = Report(limits.reports_count)
    found: dict[str, Table] = {}
    for name, rows in tables.items():
        spec = SPECS.get(name)
        if spec is None:
            message = f"no table named {shown(name)}"
            report.refuse(name, 0, "", "unknown-table", message, Suggestion(name, SPECS))
            continue
        found[name] = _table_of(spec, rows, facts, report)
    return assemble(found, organization, facts, report, limits)


def _table_of(
    spec: TableSpec, rows: list[dict[str, str]], facts: Mapping[str, Fact], report: Report
) -> Table:
    table = Table(spec, spec.name)
    columns = known_columns(spec, facts)
    for line, row in enumerate(rows, start=1):
        cells: dict[str, str] = {}
        for column, cell in row.items():
            text: object = cell  # a caller's types are not checked at run time
            if column not in columns:
                unknown_column(report, spec, line, str(column), columns)
            elif isinstance(text, str):
                cells[column] = clean(text)
            else:
                message = f"expected text, found {type(text).__name__}"
                report.refuse(spec.name, line, column, "not-text", message)
        table.rows.append(Row(line, cells))
    return table


def unknown_column(
    report: Report, spec: TableSpec, line: int, column: str, columns: frozenset[str], file: str = ""
) -> None:
    """Refuses a load for a column that nobody would read."""
    help: Help = Suggestion(column, columns)
    if ";" in column or "\t" in column:
        help = "separate cells with `,`"
    message = f"{spec.name} have no column {shown(column)}"
    report.refuse(file or spec.name, line, column[:60], "unknown-column", message, help)


def assemble(
    tables: Mapping[str, Table],
    organization: Organization,
    facts: Mapping[str, Fact],
    report: Report,
    limits: Limits,
    before: Mapping[str, int] = NO_ROWS,
    accept_fewer: frozenset[str] = frozenset(),
    judging: Judging = judge,
    tokens: Tokens = token,
) -> Load:
    """A snapshot from tables that were read. `before` are the counts of the last good load.

    `accept_fewer` names tables (or `table.column`) that may hold less than before, this time.
    `judging` says what is known of tax numbers while they can be read, `tokens` by what restricted
    values are compared.
    """
    tables = settle(tables, organization.authorities, report)
    counts = _counts(tables)
    _compare(counts, before, accept_fewer, tables, report, limits)
    data = None
    if not report.is_refused and _zones_exist(organization, report):
        data = _snapshot(Loading(organization, facts, tables, report, judging, tokens))
        _judge(tables, report, limits)
    refused = report.refused()
    return Load(None if refused else data, report.rows(), refused, counts)


def _snapshot(loading: Loading) -> MasterData:
    """Everything in the order in which it depends on each other; named at the end."""
    people = read_people(loading)
    suppliers = read_suppliers(loading)
    names = frozenset(suppliers) | frozenset(one.group for one in suppliers.values() if one.group)
    check_subjects(loading)
    logins = read_logins(loading, people)
    holdings = read_holdings(loading)
    acting = read_acting(loading)
    absences = read_absences(loading)
    delegations = read_delegations(loading)
    interests = read_interests(loading, names)
    cost_centers = read_cost_centers(loading)
    projects = read_projects(loading)
    contracts = read_contracts(loading, suppliers)
    rates = read_rates(loading)
    holidays = MappingProxyType(read_holidays(loading))
    entity_facts = MappingProxyType(read_entity_facts(loading))
    periods = read_periods(loading)
    relations = read_relations(loading)
    chart = read_chart(loading, {center.id: center for center in cost_centers})
    answers = read_answers(loading.rows("answers"), loading.tokens)
    content = (
        *(list(people.values()), logins, holdings, acting, absences, delegations, interests),
        *(cost_centers, projects, list(suppliers.values()), contracts, rates),
        *(holidays, entity_facts, periods),
        *_stated_last(relations, chart, answers),
    )
    made = snapshot(
        digest_of(content),
        people.values(),
        logins,
        holdings,
        acting,
        absences,
        delegations,
        interests,
        cost_centers,
        projects,
        suppliers.values(),
        contracts,
        rates,
        holidays,
        entity_facts,
        periods,
        relations,
        chart,
        answers,
    )
    return replace(made, token=loading.tokens)


def _stated_last(
    relations: list[Relation], chart: Chart, answers: Mapping[Question, Answer]
) -> list[object]:
    """Where there are none of these, data have the name that they had before there could be any."""
    found = [relations, None if chart == NO_CHART else chart, [*answers.items()]]
    while found and not found[-1]:
        found.pop()
    return [NO_CHART if each is None else each for each in found]


def _counts(tables: Mapping[str, Table]) -> Mapping[str, int]:
    counts = {name: table.count for name, table in tables.items()}
    for name, table in tables.items():
        for column in _WATCHED:
            if column in table.spec.columns:
                filled = sum(1 for row in table.rows if row.cells.get(column))
                counts[f"{name}.{column}"] = filled
    return MappingProxyType(dict(sorted(counts.items())))


def _compare(
    counts: Mapping[str, int],
    before: Mapping[str, int],
    accept_fewer: frozenset[str],
    tables: Mapping[str, Table],
    report: Report,
    limits: Limits,
) -> None:
    """Refuses what vanished since the last good load: half a file has hardly left the company."""
    for name, earlier in before.items():
        now = counts.get(name, 0)
        table, _, column = name.partition(".")
        share = 0 if SPECS[table].may_shrink or column else limits.remaining_share
        if name in accept_fewer or (now > 0 and now >= earlier * share) or not earlier:
            continue
        file = tables[table].file if table in tables else table
        what = f"cells of `{column}`" if column else "rows"
        message = f"{now} {what}, the last good load had {earlier}"
        help = f"if that is right, load once with `{name}` accepted to be fewer"
        report.refuse(file, 0, column, "fewer-rows", message, help)


def _judge(tables: Mapping[str, Table], report: Report, limits: Limits) -> None:
    """Refuses files of which too many rows are bad: something is wrong with the export."""
    for table in tables.values():
        bad = report.faulty_count(table.file)
        if bad > table.count * limits.bad_share:
            message = f"{bad} of {table.count} rows cannot be used"
            help = f"at most {limits.bad_share} of the rows of a file may be left out"
            report.refuse(table.file, 0, "", "too-many-bad-rows", message, help)


def _zones_exist(organization: Organization, report: Report) -> bool:
    """Whether the zone of every entity is known here; refuses otherwise."""
    unknown = [entity for entity in organization.entities.values() if not _is_zone(entity.zone)]
    for entity in unknown:
        message = f"{shown(entity.zone)} of entity {shown(entity.id)} is no time zone"
        report.refuse("people", 0, "entity", "unknown-zone", message)
    return not unknown


@lru_cache(maxsize=1000)
def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (OSError, ValueError, KeyError):  # ZoneInfoNotFoundError is a KeyError
        return False
    return True


def broken_row(report: Report, table: Table, line: int, code: str, message: str) -> None:
    """A row that could not be taken apart; where nobody knows what it was about, it refuses."""
    table.broken_count += 1
    if table.spec.loosens is Loosens.NEVER:
        report.add(BadRow(table.file, line, "", code, message))
    else:
        report.refuse(table.file, line, "", code, message)
