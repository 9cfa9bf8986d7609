"""What documents are charged to and bought from: cost centers, projects, suppliers, contracts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Final

from adapters.master_data.cells import Cells
from adapters.master_data.charts import validity_of
from adapters.master_data.hiding import judged_behind
from adapters.master_data.histories import (
    History,
    facts_in_columns,
    read_facts,
    read_history,
)
from adapters.master_data.loading_state import Loading, Stated, once, spread
from adapters.master_data.people import tokens
from adapters.master_data.reports import shown
from adapters.master_data.values import parse_money, parse_share, token
from engine.facts.kinds import FactValue
from engine.facts.vocabulary import Of
from engine.identifiers.judged import Judged
from engine.master_data import (
    SUPPLIER_TERMS,
    Contract,
    CostCenter,
    Dated,
    PersonId,
    Project,
    Supplier,
)

_OWNERS: Final = MappingProxyType({"owner": None, "budget_holder": None})
_MANAGERS: Final = MappingProxyType({"manager": None})


def read_cost_centers(loading: Loading) -> list[CostCenter]:
    """Cost centers with their owners over time.

    A center that states a share of recovered tax cannot be left out: the entity's share would be
    taken instead, and a smaller authority might do. A bad row of that kind refuses the load.
    """
    repeated = loading.repeated("cost_centers")
    found: dict[str, Cells] = {}
    lost: set[str] = set()
    for cells in loading.rows("cost_centers"):
        cells.loosens = not cells.is_blank("tax_recovery") or cells.is_blank("id")
        id = cells.id()
        cells.loosens = cells.loosens or id in repeated
        once(cells, id, repeated)
        loading.entity(cells)
        cells.text("department")
        cells.parsed("tax_recovery", parse_share)
        validity_of(cells)  # kept with the chart; a row with bad days is no cost center
        if cells.ok():
            found[id] = cells
        else:
            lost.add(id)
    zones = {id: loading.zone(cells.text("entity")) for id, cells in found.items()}
    history, spoilt = read_history(
        loading, "cost_centers_history", zones, lost, _OWNERS, "cost center"
    )
    for id, place in spoilt.items():
        _spoil(found.pop(id), id, place)
    return [_cost_center(loading, cells, id, history) for id, cells in sorted(found.items())]


def _cost_center(loading: Loading, cells: Cells, id: str, history: History) -> CostCenter:
    return CostCenter(
        id=id,
        entity=cells.text("entity"),
        owners=_people(loading, cells, "owner", history.get((id, "owner"), [])),
        budget_holders=_people(
            loading, cells, "budget_holder", history.get((id, "budget_holder"), [])
        ),
        department=cells.text("department"),
        tax_recovery=cells.parsed("tax_recovery", parse_share),
    )


def read_projects(loading: Loading) -> list[Project]:
    """Projects with their managers over time."""
    repeated = loading.repeated("projects")
    found: dict[str, tuple[Cells, Project]] = {}
    lost: set[str] = set()
    for cells in loading.rows("projects"):
        id = cells.id()
        once(cells, id, repeated)
        entity = loading.entity(cells)
        project = Project(id, entity, (), cells.span(loading.zone(entity)))
        if cells.ok():
            found[id] = cells, project
        else:
            lost.add(id)
    zones = {id: loading.zone(project.entity) for id, (_, project) in found.items()}
    history, spoilt = read_history(loading, "projects_history", zones, lost, _MANAGERS, "project")
    for id, place in spoilt.items():
        _spoil(found.pop(id)[0], id, place)
    return [
        Project(
            id,
            project.entity,
            _people(loading, cells, "manager", history.get((id, "manager"), [])),
            project.span,
        )
        for id, (cells, project) in sorted(found.items())
    ]


def read_suppliers(loading: Loading) -> Mapping[str, Supplier]:
    """Suppliers with the company's own facts; sets `loading.lost_suppliers`."""
    repeated = loading.repeated("suppliers")
    declared = loading.declared(Of.SUPPLIER)
    found: dict[str, tuple[Cells, Supplier]] = {}
    facts: Stated = {}
    for cells in loading.rows("suppliers"):
        id = cells.id()
        once(cells, id, repeated)
        supplier = _supplier(loading, cells, id)
        stated = facts_in_columns(cells, declared) | _terms(cells)
        if cells.ok():
            found[id] = cells, supplier
            if stated:
                facts[id] = dict(stated)
        elif id:
            loading.lost_suppliers.add(id)
    facts, spoilt = read_facts(loading, Of.SUPPLIER, found, loading.lost_suppliers, facts)
    for id, place in spoilt.items():
        _spoil(found.pop(id)[0], id, place)
        loading.lost_suppliers.add(id)
    return {
        id: _with_facts(supplier, facts.get(id, {})) for id, (_, supplier) in sorted(found.items())
    }


def _supplier(loading: Loading, cells: Cells, id: str) -> Supplier:
    country = cells.text("country")
    numbers = _judged(loading, cells, country)
    return Supplier(
        id=id,
        name=cells.free("name") or id,
        group=cells.text("group"),
        status=cells.text("status"),
        country=country,
        accounts=tokens(loading, cells, "bank_account"),
        tax_ids=frozenset(one.token for one in numbers),
        addresses=tokens(loading, cells, "address"),
        tax_numbers=numbers,
    )


def _terms(cells: Cells) -> dict[str, FactValue]:
    """What documents of the supplier are compared with: kept as facts of its own."""
    stated = {fact: cells.text(name) for name, fact in SUPPLIER_TERMS.items()}
    return {name: text for name, text in stated.items() if text}


def _judged(loading: Loading, cells: Cells, country: str) -> tuple[Judged, ...]:
    """The tax numbers, judged while they can be read: a token has no check digit."""

    def judged(text: str) -> Judged:
        before = judged_behind(text)
        if before is not None:
            return before
        return loading.judging(token("tax_id", text, loading.tokens), text, country)

    numbers = cells.parsed_words("tax_id", judged)
    return tuple(sorted(numbers, key=lambda one: one.token))


def _with_facts(supplier: Supplier, facts: Mapping[str, FactValue]) -> Supplier:
    return replace(supplier, facts=MappingProxyType(dict(facts)))


def read_contracts(loading: Loading, suppliers: Mapping[str, Supplier]) -> list[Contract]:
    """Contracts that orders are called off from. Without `original`, it is the present value."""
    repeated = loading.repeated("contracts")
    found: dict[str, Contract] = {}
    for cells in loading.rows("contracts"):
        id = cells.id()
        once(cells, id, repeated)
        supplier = cells.id("supplier")
        if loading.has("suppliers"):
            supplier = cells.refers_to("supplier", suppliers, loading.lost_suppliers, "supplier")
        net = cells.parsed("net", parse_money, required=True)
        original = cells.parsed("original", parse_money) or net
        if net is not None and original is not None and net.currency != original.currency:
            cells.fail("original", "other-currency", f"`net` is in {net.currency}")
        if cells.ok() and net is not None and original is not None:
            found[id] = Contract(id, supplier, net, original)
    return [found[id] for id in sorted(found)]


def read_entity_facts(loading: Loading) -> dict[str, Mapping[str, FactValue]]:
    """The company's own facts about its entities."""
    stated, _ = read_facts(loading, Of.ENTITY, loading.organization.entities, (), {})
    return {id: MappingProxyType(values) for id, values in sorted(stated.items())}


def _people(
    loading: Loading, cells: Cells, column: str, history: list[Dated[str]]
) -> tuple[Dated[PersonId], ...]:
    """Who it is over time; whoever is not there is nobody, which is reported."""
    known = []
    for dated in history:
        if dated.value not in loading.zones:
            message = f"the history names {shown(dated.value)}, who is not there"
            cells.note(column, "unknown-person", f"{message}; nobody is, at that time")
        known.append(dated if dated.value in loading.zones else Dated("", dated.span))
    base = loading.perhaps_person(cells, column)
    return tuple(Dated(PersonId(one.value), one.span) for one in spread(base, known) if one.value)


def _spoil(cells: Cells, id: str, place: str) -> None:
    """Leaves out what a bad row of another file is about; refuses where that may not be."""
    message = f"{shown(id)} has a row that cannot be used at {place}"
    cells.fail("", "spoilt", message, dragged=not cells.loosens)
