"""What people hold and declare: roles, acting positions, absences, delegations, relations."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import Final

from adapters.master_data.cells import Cells
from adapters.master_data.loading_state import Loading, end_of, once, start_of
from adapters.master_data.reports import shown
from adapters.master_data.values import parse_moment, parse_money
from engine.master_data import (
    Absence,
    Acting,
    Delegation,
    Holding,
    Interest,
    PersonId,
    Relation,
    Span,
)
from engine.organization import Role

_COUNTED_MAX: Final = 100  # of those who hold a role for everything, beside each other scope


def read_holdings(loading: Loading) -> list[Holding]:
    """Who holds which role for what."""
    roles = loading.organization.roles
    found: set[Holding] = set()
    first: dict[str, Cells] = {}
    for cells in loading.rows("roles"):
        name = cells.one_of("role", roles, "role", required=True)
        person = loading.person(cells, "person")
        role = roles.get(name)
        if role is not None and role.body is not None:
            cells.fail("role", "role-is-body", f"{shown(name)} is a body and has no holders")
        scopes = _scopes(loading, cells, role)
        span = cells.span(loading.zones.get(person, "UTC"))
        acting = bool(cells.yes_no("acting"))
        if cells.ok():
            first.setdefault(name, cells)
            found |= {Holding(name, PersonId(person), one, span, acting) for one in scopes}
    holdings = sorted(found, key=_holding_order)
    _report_seats(roles, holdings, first)
    return holdings


def _scopes(loading: Loading, cells: Cells, role: Role | None) -> tuple[str, ...]:
    """What a role is held for. `*` is written out: an empty cell must not mean everything."""
    per = role.per if role is not None else "group"
    if cells.is_absent("for") or (per == "group" and cells.is_blank("for")):
        return ("*",)
    if cells.is_blank("for"):
        cells.fail("for", "missing-value", "`for` is empty", f"write the {per}, or `*` for all")
    scopes = cells.words("for")
    entities = loading.organization.entities
    unknown = [word for word in scopes if word != "*" and word not in entities]
    if per == "entity" and unknown:
        cells.fail("for", *cells.unknown(unknown[0], entities, "entity"))
    return scopes


def _report_seats(
    roles: Mapping[str, Role], holdings: list[Holding], first: Mapping[str, Cells]
) -> None:
    """Notes roles that more people hold at one moment than they have seats; all are kept."""
    held: dict[tuple[str, str], list[Holding]] = {}
    for one in holdings:
        if roles[one.role].seats and not one.acting:
            held.setdefault((one.role, one.scope), []).append(one)
    for (name, scope), those in held.items():
        everywhere = held.get((name, "*"), [])[:_COUNTED_MAX] if scope != "*" else []
        most, seats = _most_at_once(those + everywhere), roles[name].seats
        if most > seats:
            message = f"{most} people hold `{name}` for {shown(scope)} at one time"
            first[name].note("role", "too-many-holders", f"{message}, seats: {seats}; kept")


def _most_at_once(held: list[Holding]) -> int:
    """The largest number of different people holding at one moment."""
    changes = sorted(
        [(start_of(one.span), 1, one.person) for one in held]
        + [(end_of(one.span), 0, one.person) for one in held]
    )
    now: Counter[PersonId] = Counter()
    most = 0
    for _, is_start, person in changes:
        now[person] += 1 if is_start else -1
        if now[person] == 0:
            del now[person]
        most = max(most, len(now))
    return most


def read_acting(loading: Loading) -> list[Acting]:
    """Who acts in whose vacant position."""
    found: set[Acting] = set()
    for cells in loading.rows("acting"):
        position, by = loading.person(cells, "position"), loading.person(cells, "by")
        span = cells.span(loading.zones.get(position, "UTC"))
        if cells.ok() and position == by:
            cells.fail("by", "own-position", f"{shown(by)} would act in his own position")
        if cells.ok():
            found.add(Acting(PersonId(position), PersonId(by), span))
    return sorted(found, key=lambda one: (one.position, *_order(one.span), one.by))


def read_absences(loading: Loading) -> list[Absence]:
    """Who is away when. An absence has a beginning."""
    found: set[Absence] = set()
    for cells in loading.rows("absences"):
        person = loading.person(cells, "person")
        cells.text("from", required=True)
        span = cells.span(loading.zones.get(person, "UTC"))
        if cells.ok():
            found.add(Absence(PersonId(person), span))
    return sorted(found, key=lambda one: (one.person, *_order(one.span)))


def read_delegations(loading: Loading) -> list[Delegation]:
    """Who lets whom act for him. A delegation has a beginning and an end."""
    repeated = loading.repeated("delegations")
    found: set[Delegation] = set()
    for cells in loading.rows("delegations"):
        id = cells.id()
        once(cells, id, repeated)
        delegation = _delegation(loading, cells, id)
        if cells.ok() and delegation.delegator == delegation.delegate:
            cells.fail("delegate", "own-delegate", "delegator and delegate are one person")
        if cells.ok():
            found.add(delegation)
    return sorted(found, key=lambda one: one.id)


def _delegation(loading: Loading, cells: Cells, id: str) -> Delegation:
    delegator = loading.person(cells, "delegator")
    delegate = loading.person(cells, "delegate")
    for column in ("from", "to"):
        cells.text(column, required=True)
    entities = cells.words("entities")
    for word in entities:
        if word not in loading.organization.entities:
            known = loading.organization.entities
            cells.fail("entities", *cells.unknown(word, known, "entity"))
    return Delegation(
        id=id,
        delegator=PersonId(delegator),
        delegate=PersonId(delegate),
        span=cells.span(loading.zones.get(delegator, "UTC")),
        documents=frozenset(cells.words("documents")),
        entities=frozenset(entities),
        categories=frozenset(cells.words("categories")),
        capex=cells.yes_no("capex"),
        cap=cells.parsed("cap", parse_money),
        revoked_at=cells.parsed("revoked_at", parse_moment),
        papers=frozenset(cells.words("papers")),
    )


def read_interests(loading: Loading, suppliers: frozenset[str]) -> list[Interest]:
    """Who declared an interest in which supplier or group.

    Leaving one out would let somebody decide about his own interest, so a bad row refuses the
    load; only a person who was left out himself takes his interests with him. An interest in a
    supplier that was left out is kept, by name. Without a list of suppliers no name is checked.
    """
    found: set[Interest] = set()
    for cells in loading.rows("interests"):
        person = loading.person(cells, "person")
        supplier = cells.id("supplier")
        is_listed = not loading.has("suppliers") or supplier in suppliers
        if supplier and not is_listed and supplier not in loading.lost_suppliers:
            cells.fail("supplier", *cells.unknown(supplier, suppliers, "supplier or group"))
        span = cells.span(loading.zones.get(person, "UTC"))
        if cells.ok():
            found.add(Interest(PersonId(person), supplier, span))
    return sorted(found, key=lambda one: (one.person, one.supplier, *_order(one.span)))


def read_relations(loading: Loading) -> list[Relation]:
    """Who is related to whom, stated once for the two.

    Leaving one out would let somebody approve what his relative did, so a bad row refuses the load.
    A relation to somebody who was left out is kept: what he did counts all the same.
    """
    found: set[Relation] = set()
    for cells in loading.rows("relations"):
        person = _related(loading, cells, "person")
        other = _related(loading, cells, "related_to")
        if person and person == other:
            cells.fail("related_to", "same-person", f"{shown(person)} is not related to himself")
        span = cells.span(loading.zones.get(person, "UTC"))
        if cells.ok():
            found.add(Relation(PersonId(person), PersonId(other), span))
    return sorted(found, key=lambda one: (one.person, one.related_to, *_order(one.span)))


def _related(loading: Loading, cells: Cells, column: str) -> str:
    """One of the two; also somebody whose own row was left out."""
    name = cells.id(column)
    return name if name in loading.lost_people else loading.person(cells, column)


def _order(span: Span) -> tuple[datetime, datetime]:
    return start_of(span), end_of(span)


def _holding_order(one: Holding) -> tuple[str, str, str, datetime, datetime, bool]:
    return one.role, one.scope, one.person, *_order(one.span), one.acting
