"""What changed over time (`*_history`) and the company's own facts (`facts`).

Both say something about rows of other files. A row here that cannot be used takes with it what it
is about: leaving out only the row could keep a manager, a level or a fact that no longer holds.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from adapters.master_data.cells import Cells
from adapters.master_data.loading_state import Loading, Stated, overlapping
from adapters.master_data.reports import CellError, Suggestion, shown
from adapters.master_data.values import parse_fact
from engine.facts.kinds import FactValue
from engine.facts.vocabulary import Fact, Of
from engine.master_data import Dated

History = dict[tuple[str, str], list[Dated[str]]]  # by id and field


def read_history(
    loading: Loading,
    table: str,
    zones: Mapping[str, str],
    lost: Collection[str],
    fields: Mapping[str, Collection[str] | None],
    what: str,
) -> tuple[History, dict[str, str]]:
    """The history of each id and field, and for each id that it spoils the place of the bad row.

    `fields` are the words of the column `field`, with the values allowed (`None`: any).
    """
    found: dict[tuple[str, str], list[tuple[Dated[str], Cells]]] = {}
    spoilt: dict[str, str] = {}
    for cells in loading.rows(table):
        cells.loosens = True
        id = cells.id()
        if not cells.ok():
            continue
        if id not in zones:
            _unknown(cells, id, zones, lost, what)
            continue
        cells.loosens = False
        field = cells.one_of("field", fields, "field", required=True)
        allowed = fields.get(field)
        if allowed is None:
            value = cells.text("value", required=True)
        else:
            value = cells.one_of("value", allowed, field, required=True)
        span = cells.span(zones[id])
        if cells.ok():
            found.setdefault((id, field), []).append((Dated(value, span), cells))
        else:
            spoilt.setdefault(id, cells.place)
    for (id, field), dated in found.items():
        for position in overlapping([one.span for one, _ in dated]):
            cells = dated[position][1]
            cells.fail("from", "overlap", f"two values of `{field}` of {shown(id)} at one time")
            spoilt.setdefault(id, cells.place)
    return {key: [dated for dated, _ in rows] for key, rows in found.items()}, spoilt


def read_facts(
    loading: Loading, of: Of, known: Collection[str], lost: Collection[str], columns: Stated
) -> tuple[Stated, dict[str, str]]:
    """The facts about entities, people or suppliers, added to those stated in columns.

    Also: for each id that a bad row spoils, the place of that row. A bad fact of an entity
    refuses the load, since an entity cannot be left out.
    """
    declared = loading.declared(of)
    stated: Stated = {id: dict(values) for id, values in columns.items()}
    spoilt: dict[str, str] = {}
    for cells in loading.rows("facts"):
        if cells.text("of") != of:
            continue
        cells.loosens = True
        id, name = cells.id(), cells.text("fact", required=True)
        if not cells.ok():
            continue
        if id not in known:
            _unknown(cells, id, known, lost, str(of))
        elif name not in declared:
            cells.loosens = False  # no rule can ask for it
            message = f"the policy set declares no fact {shown(name)} of a {of}"
            cells.fail("fact", "unknown-fact", message, Suggestion(name, declared))
        else:
            cells.loosens = of is Of.ENTITY
            value = fact_of(cells, "value", declared[name])
            if name in stated.setdefault(id, {}):
                cells.fail("fact", "duplicate-fact", f"`{name}` of {shown(id)} is stated twice")
            if cells.ok() and value is not None:
                stated[id][name] = value
            else:
                spoilt.setdefault(id, cells.place)
    return stated, spoilt


def check_subjects(loading: Loading) -> None:
    """Refuses rows of `facts` that do not say what they are about."""
    subjects = (Of.ENTITY, Of.PERSON, Of.SUPPLIER)
    for cells in loading.rows("facts"):
        cells.loosens = True
        cells.one_of("of", subjects, "kind of thing", required=True)


def facts_in_columns(cells: Cells, declared: Mapping[str, Fact]) -> dict[str, FactValue]:
    """The facts that a row states in columns of their own."""
    found: dict[str, FactValue] = {}
    for name, fact in declared.items():
        if not cells.is_blank(name):
            value = fact_of(cells, name, fact)
            if value is not None:
                found[name] = value
    return found


def fact_of(cells: Cells, column: str, fact: Fact) -> FactValue | None:
    """One fact's value; `None` where the cell is empty or bad, which is reported."""
    text = cells.text(column, required=True)
    if not text:
        return None
    try:
        return parse_fact(fact, text)
    except CellError as error:
        cells.fail(column, error.code, error.message, error.help)
        return None


def _unknown(
    cells: Cells, id: str, known: Collection[str], lost: Collection[str], what: str
) -> None:
    """A row about something that is not there: nothing is loosened by leaving it out."""
    cells.loosens = False
    cells.refers_to("id", known, lost, what)
