"""The people, suppliers and rates of a test, as tables of master data.

A test names a folder (`given: {data: ...}`), states people inline, or both: inline rows change or
add to those of the folder. Without a folder, whoever the policy needs and the test does not state
is invented: one person a role, named like it, so that small tests stay small.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from engine.facts.vocabulary import Of
from engine.organization import Role
from engine.policy import PolicySet
from rules.compiling.context import Context
from rules.compiling.forms import TEXT, as_written, list_of
from rules.compiling.shapes import Form, Key, Shape
from rules.diagnostics import shown
from rules.reading.nodes import Mapping as MappingNode
from rules.reading.nodes import Node, Scalar, described
from rules.reading.nodes import Sequence as SequenceNode
from rules.testing.documents import COST_CENTER, REQUESTER, mentioned, text_of

Row = dict[str, str]
Tables = dict[str, list[Row]]

LONG_AGO: Final = "1900-01-01"
OWNERS: Final = ("cost_center_owner", "budget_holder", "project_manager")
REQUESTER_MANAGER: Final = "requester_manager"

_NODE: Final[Form[Node]] = Form("value", as_written)


def _keys(names: str, form: Form[Any] = _NODE) -> tuple[Key[Any], ...]:
    return tuple(Key(name, form, "") for name in names.split())


DATA: Final[Key[str]] = Key("data", TEXT, "a folder of master data")
VACANT: Final[Key[tuple[str, ...]]] = Key("vacant", list_of(TEXT), "roles that nobody holds")
_BY_NAME: Final = "people suppliers cost_centers projects contracts entities holidays"
_LISTED: Final = "delegations rates acting periods relations"
GIVEN: Final = Shape("`given`", (DATA, VACANT, *_keys(_BY_NAME), *_keys(_LISTED)))
PERSON: Final = (
    "name entity manager level department email first_day last_day bank_account tax_id address"
    " holds absent logins interests"
)
COLUMNS: Final[Mapping[str, str]] = {
    "suppliers": "name group status country bank_account tax_id address payment_terms currency",
    "cost_centers": "entity owner budget_holder department tax_recovery",
    "projects": "entity manager from to",
    "contracts": "supplier net original",
}
DELEGATION: Final = Shape(
    "a delegation",
    _keys("id from to first last documents entities categories capex cap revoked_at papers"),
)
RATE: Final = Shape("a rate", _keys("id type base quote day rate"))
ACTING: Final = Shape("somebody acting", _keys("position by from to"))
PERIOD: Final = Shape(
    "a period", _keys("entity kind name first_day last_day opens_at closed_at ledger")
)
RELATION: Final = Shape("a relation", _keys("person related_to from to"))
_LISTS: Final = (
    ("delegations", DELEGATION),
    ("rates", RATE),
    ("acting", ACTING),
    ("periods", PERIOD),
    ("relations", RELATION),
)


@dataclass(slots=True)
class Given:
    """What the tests state about the world, while the tables are made."""

    policy: PolicySet
    context: Context
    entity: str
    tables: Tables = field(default_factory=dict)
    vacant: set[str] = field(default_factory=set)

    def rows(self, name: str) -> list[Row]:
        """The rows of a table."""
        return self.tables.setdefault(name, [])

    def row(self, name: str, id: str) -> Row:
        """The row with that id, a new one where there is none."""
        for row in self.rows(name):
            if row.get("id") == id:
                return row
        new = {"id": id}
        self.rows(name).append(new)
        return new


def folder_of(given: Sequence[MappingNode]) -> Scalar | None:
    """Where the folder is named that a test takes its data from; the last one counts."""
    found = [node for mapping in given if (node := mapping.get("data")) is not None]
    return found[-1] if found and isinstance(found[-1], Scalar) else None


def tables_of(
    given: Sequence[MappingNode],
    folder: Tables | None,
    policy: PolicySet,
    raws: Sequence[Mapping[str, object]],
    holds: Iterable[tuple[str, str]],
    context: Context,
) -> Tables:
    """All master data of one test. `raws` are its documents, `holds` (person, role) of its acts."""
    entity = text_of(raws[0], "entity") or next(iter(policy.organization.entities), "")
    start = {name: [dict(row) for row in rows] for name, rows in (folder or {}).items()}
    state = Given(policy, context, entity, start)
    for mapping in given:
        _add(mapping, state)
    if state.vacant:
        kept = [row for row in state.rows("roles") if row.get("role") not in state.vacant]
        state.tables["roles"] = kept
    if folder is None:
        _invent(state, raws)
    state.rows("roles").extend({"role": role, "person": person} for person, role in holds)
    return state.tables


def _add(mapping: MappingNode, state: Given) -> None:
    fields = GIVEN.open(mapping, state.context)
    if fields is None:
        return
    for role in fields.read(VACANT, state.context) or ():
        if role not in state.policy.organization.roles:
            roles = state.policy.organization.roles
            state.context.unknown("unknown-role", fields.at(VACANT), "role", role, roles)
        state.vacant.add(role)
    for name in ("entities", "holidays", "people", *COLUMNS):
        node = fields.node(GIVEN.by_name[name])
        if node is not None:
            _add_named(name, node, state)
    for name, shape in _LISTS:
        node = fields.node(GIVEN.by_name[name])
        if node is not None:
            _add_listed(name, shape, node, state)


def _add_named(name: str, node: Node, state: Given) -> None:
    """A mapping from ids to what is stated of each."""
    if not isinstance(node, MappingNode):
        message = f"expected {name} by their names, found {described(node)}"
        state.context.error("expected-mapping", node.place, message)
        return
    for key, value in node.entries:
        match name:
            case "people":
                _add_person(key.text, value, state)
            case "holidays":
                days = texts(value, state.context)
                state.rows(name).extend({"calendar": key.text, "day": day} for day in days)
            case "entities":
                for fact, text in _cells(value, _own(state, Of.ENTITY), "an entity", state).items():
                    row = {"of": "entity", "id": key.text, "fact": fact, "value": text}
                    state.rows("facts").append(row)
            case _:
                own = _own(state, Of.SUPPLIER) if name == "suppliers" else ()
                columns = (*COLUMNS[name].split(), *own)
                row = state.row(name, key.text)
                row |= _cells(value, columns, f"one of the {name}", state)
                if name == "suppliers":
                    row.setdefault("name", key.text)
                elif name != "contracts":
                    row.setdefault("entity", state.entity)


def _add_person(id: str, node: Node, state: Given) -> None:
    shape = Shape(f"the person `{id}`", _keys(" ".join((PERSON, *_own(state, Of.PERSON)))))
    fields = shape.open(node, state.context)
    if fields is None:
        return
    row = state.row("people", id)
    row.setdefault("name", id)
    row.setdefault("entity", state.entity)
    for name, (_, value) in fields.found.items():
        match name:
            case "holds":
                _add_holds(id, value, state)
            case "absent":
                _add_absence(id, value, state)
            case "logins":
                logins = texts(value, state.context)
                state.rows("logins").extend({"login": login, "person": id} for login in logins)
            case "interests":
                parties = texts(value, state.context)
                rows = [{"person": id, "supplier": party} for party in parties]
                state.rows("interests").extend(rows)
            case _:
                row[name] = ";".join(texts(value, state.context))


def _add_holds(person: str, node: Node, state: Given) -> None:
    roles = state.policy.organization.roles
    for item in node.items if isinstance(node, SequenceNode) else (node,):
        row = {"role": item.text} if isinstance(item, Scalar) else {}
        if isinstance(item, MappingNode):
            row = _cells(item, ("role", "for", "from", "to", "acting"), "a role held", state)
        name = row.get("role", "")
        if name not in roles:
            state.context.unknown("unknown-role", item.place, "role", name, roles)
        elif roles[name].body is not None:
            message = f"{shown(name)} is a body, and nobody holds it"
            state.context.error("unknown-role", item.place, message)
        elif {**row, "person": person} not in state.rows("roles"):
            state.rows("roles").append({**row, "person": person})


def _add_absence(person: str, node: Node, state: Given) -> None:
    row = {"person": person, "from": LONG_AGO}
    if isinstance(node, SequenceNode):
        days = texts(node, state.context)
        row |= dict(zip(("from", "to"), days, strict=False))
    elif isinstance(node, Scalar) and node.text == "no":
        kept = [row for row in state.rows("absences") if row.get("person") != person]
        state.tables["absences"] = kept
        return
    state.rows("absences").append(row)


def _add_listed(name: str, shape: Shape, node: Node, state: Given) -> None:
    if not isinstance(node, SequenceNode):
        message = f"expected a list of {name}, found {described(node)}"
        state.context.error("expected-list", node.place, message)
        return
    for item in node.items:
        fields = shape.open(item, state.context)
        if fields is None:
            continue
        row = {
            key: ";".join(texts(value, state.context)) for key, (_, value) in fields.found.items()
        }
        if name == "delegations":
            row = {_DELEGATION_COLUMNS.get(key, key): text for key, text in row.items()}
            row.setdefault("id", f"T-{len(state.rows(name)) + 1}")
        if name == "rates" and state.policy.fx is not None:
            row.setdefault("type", state.policy.fx.rate_type)
        if name == "periods":
            row.setdefault("entity", state.entity)
        state.rows(name).append(row)


_DELEGATION_COLUMNS: Final[Mapping[str, str]] = {
    "from": "delegator",
    "to": "delegate",
    "first": "from",
    "last": "to",
}


def _cells(node: Node, columns: Iterable[str], what: str, state: Given) -> Row:
    """The cells of a mapping whose keys are columns."""
    fields = Shape(what, _keys(" ".join(columns))).open(node, state.context)
    if fields is None:
        return {}
    return {key: ";".join(texts(value, state.context)) for key, (_, value) in fields.found.items()}


def texts(node: Node, context: Context) -> tuple[str, ...]:
    """One text, or the texts of a list."""
    match node:
        case Scalar():
            return (node.text,)
        case SequenceNode(items):
            return tuple(text for item in items for text in texts(item, context))
        case MappingNode():
            message = f"expected a text or a list of texts, found {described(node)}"
            context.error("expected-text", node.place, message)
            return ()


def _own(state: Given, of: Of) -> tuple[str, ...]:
    """The company's own facts about people, suppliers or entities."""
    facts = state.policy.facts.values()
    return tuple(f.name for f in facts if f.of is of and f.total is None and "." not in f.name)


def _invent(state: Given, raws: Sequence[Mapping[str, object]]) -> None:
    """Whoever the policy needs and the test does not state; invented people have plain names."""
    entity = state.entity
    levels = state.policy.organization.levels
    known = {row["id"] for row in state.rows("people")}

    def person(id: str, **cells: str) -> None:
        if id not in known:
            known.add(id)
            state.rows("people").append({"id": id, "name": id, "entity": entity, **cells})

    for level, above in zip(levels, (*levels[1:], ""), strict=False):
        person(level, level=level, manager=above)
    upwards = levels[0] if levels else ""
    person(REQUESTER_MANAGER, manager=upwards)
    person(REQUESTER, manager=REQUESTER_MANAGER)
    for owner in OWNERS:
        person(owner, manager=upwards)
    held = {row.get("role") for row in state.rows("roles")}
    for role in state.policy.organization.roles.values():
        if role.name in held or role.name in state.vacant or role.body is not None:
            continue
        for holder in _holders(role, state.policy):
            person(holder, manager=upwards)
            state.rows("roles").append({"role": role.name, "person": holder})
    for center in dict.fromkeys((COST_CENTER, *mentioned(raws, "cost_center"))):
        row = state.row("cost_centers", center)
        row.setdefault("entity", entity)
        row.setdefault("owner", "cost_center_owner")
        row.setdefault("budget_holder", "budget_holder")
    for project in mentioned(raws, "project"):
        row = state.row("projects", project)
        row.setdefault("entity", entity)
        row.setdefault("manager", "project_manager")
    for supplier in mentioned(raws, "supplier"):
        state.row("suppliers", supplier).setdefault("name", supplier)


def _holders(role: Role, policy: PolicySet) -> list[str]:
    """The invented holders of a role: one, or as many as a body of its holders must have."""
    roles = policy.organization.roles.values()
    most = max((r.body.present for r in roles if r.body and r.body.of == role.name), default=1)
    return [role.name] if most == 1 else [f"{role.name}_{n}" for n in range(1, most + 1)]
