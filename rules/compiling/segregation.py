"""Segregation of duties, bars on approvers, and related parties, as `controls` files write them."""

from __future__ import annotations

from datetime import date
from typing import Final

from engine.facts.conditions import facts_of
from engine.places import Place
from engine.policy import Barred, Conflict, Duty, Mitigation, RelatedParties
from rules.compiling.answers import read_steps
from rules.compiling.approvals import WHEN, take_name
from rules.compiling.context import Context
from rules.compiling.controls import DOCUMENTS, SEGREGATION, Controls, Layer
from rules.compiling.files import EFFECTIVE, GROUP
from rules.compiling.forms import (
    AMOUNT,
    DAY,
    DAYS,
    ROLE,
    TEXT,
    YES_NO,
    as_written,
    declared,
    list_of,
    word_of,
)
from rules.compiling.forms import DOCUMENTS as DOCUMENTS_FORM
from rules.compiling.shapes import Fields, Form, Key, Shape
from rules.compiling.who import WORD
from rules.diagnostics import shown
from rules.reading import values
from rules.reading.nodes import Mapping as MappingNode
from rules.reading.nodes import Node, Scalar, described

ACTS: Final = ("submit", "request", "buy", "receive", "approve")
ON: Final = ("same_document", "same_chain", "same_supplier", "same_object", "person")

DUTY_DOCUMENTS: Final = Key("documents", DOCUMENTS_FORM, "acts on these document types")
DUTY_ACTS: Final = Key("acts", list_of(word_of(*ACTS)), "what is done: " + ", ".join(ACTS))
DUTY_ROLES: Final = Key("roles", list_of(ROLE), "roles that carry this duty")
DUTY: Final = Shape("a duty", (DUTY_DOCUMENTS, DUTY_ACTS, DUTY_ROLES))

NAME: Final = Key("name", TEXT, "a name, once in the set", True)
DUTY_PAIR: Final[Key[Node]] = Key(
    "duties",
    Form("two duties", as_written),
    "the two duties; a duty may conflict with itself",
    True,
)
ON_KEY: Final = Key("on", word_of(*ON), "over what the two are compared", True)
WITHIN: Final = Key("within", DAYS, "how many days apart, the last one included")
OUTCOME: Final = Key("outcome", word_of("block", "warn", "mitigate"), "what follows", True)
BETWEEN: Final = Key("between", word_of("same_person", "related"), "one person, or related ones")
RISK: Final = Key("risk", TEXT, "what could happen")
CONFLICT: Final = Shape("a conflict", (NAME, DUTY_PAIR, ON_KEY, WITHIN, OUTCOME, BETWEEN, RISK))

OF_CONFLICT: Final[Key[Node]] = Key(
    "conflict", Form("conflict", as_written), "the conflict that is accepted", True
)
PERSON: Final = Key("person", TEXT, "whose", True)
CAP: Final = Key("cap", AMOUNT, "up to this amount")
UNTIL: Final[Key[date]] = Key("until", DAY, "the last local day", True)
MONITOR: Final = Key("monitor", TEXT, "who looks at each use", True)
REVIEW_EVERY: Final = Key("review_every", DAYS, "a use unreviewed for longer suspends it", True)
MITIGATION: Final = Shape(
    "a mitigation", (NAME, OF_CONFLICT, PERSON, CAP, UNTIL, MONITOR, REVIEW_EVERY)
)

BARRED_WHEN: Final = Key(WHEN.name, WHEN.form, "who may not approve", True)
BARRED: Final = Shape("a bar", (NAME, DOCUMENTS, BARRED_WHEN))

DETAILS: Final = ("bank_account", "tax_id", "address")
MATCH: Final = Key("match", list_of(word_of(*DETAILS)), "what is compared with the supplier", True)
ON_MATCH: Final = Key(
    "on_match",
    word_of("refuse", "exclude"),
    "the document is refused, or the person not asked",
    True,
)
EXCLUDE: Final = Key("exclude", YES_NO, "whether somebody with an interest is not asked")
ADD: Final = Key("add", Form("steps", read_steps, item=WORD, alone=True), "who is asked as well")
DECLARED_SHAPE: Final = Shape("`on_declared`", (EXCLUDE, ADD))
ON_DECLARED: Final[Key[Node]] = Key(
    "on_declared",
    Form("effects", as_written, shape=DECLARED_SHAPE),
    "what follows a declared interest",
    True,
)
RELATED: Final = Shape("`related_parties`", (MATCH, ON_MATCH, ON_DECLARED))

DUTIES: Final[Key[Node]] = Key("duties", Form("duties", as_written), "duties by name")
CONFLICTS: Final[Key[Node]] = Key("conflicts", Form("conflicts", as_written), "which conflict")
MITIGATIONS: Final[Key[Node]] = Key(
    "mitigations", Form("mitigations", as_written), "conflicts accepted for a person"
)
BARS: Final[Key[Node]] = Key("barred", Form("bars", as_written), "who may not approve what")
RELATED_PARTIES: Final[Key[Node]] = Key(
    "related_parties", Form("related parties", as_written, shape=RELATED), "who is too near"
)
SHAPE: Final = Shape("`segregation`", (DUTIES, CONFLICTS, MITIGATIONS, BARS, RELATED_PARTIES))


def open_segregation(layer: Layer) -> Fields | None:
    """The `segregation` of one file; `None` where it has none."""
    node = layer.fields.node(SEGREGATION)
    return None if node is None else SHAPE.open(node, layer.context)


def read_duties(layer: Layer, fields: Fields, controls: Controls) -> None:
    """The duties of one file: first, since conflicts of every file name them."""
    context = layer.context
    node = fields.node(DUTIES)
    if node is None:
        return
    if not isinstance(node, MappingNode) or not node.entries:
        message = f"expected duties by name, found {described(node)}"
        context.error("expected-mapping", node.place, message)
        return
    for key, value in node.entries:
        take_name(controls.names.setdefault("duty", {}), key.text, key.place, context)
        duty = DUTY.open(value, context)
        found = None if duty is None else _duty(key, duty, context)
        if found is not None:
            controls.duties.setdefault(key.text, found)


def _duty(key: Scalar, fields: Fields, context: Context) -> Duty | None:
    documents = fields.read(DUTY_DOCUMENTS, context)
    acts = fields.read(DUTY_ACTS, context)
    roles = fields.read(DUTY_ROLES, context)
    if not fields.written(DUTY_ACTS, DUTY_ROLES):
        if fields.is_whole:
            message = "a duty needs `acts` on documents, or `roles`"
            context.error("missing-key", fields.place, message)
        return None
    if fields.has(DUTY_DOCUMENTS) and not fields.has(DUTY_ACTS):
        message = "`documents` says what is acted on, and there are no `acts`"
        context.error("missing-key", fields.at(DUTY_DOCUMENTS), message)
    if any(fields.has(one) for one in (DUTY_ACTS, DUTY_ROLES)) and acts is roles is None:
        return None
    return Duty(
        key.text,
        key.place,
        frozenset(documents or ()),
        frozenset(acts or ()),
        frozenset(roles or ()),
    )


def read_segregation(layer: Layer, fields: Fields, controls: Controls) -> None:
    """Conflicts, bars and related parties of one file, once every duty is known."""
    context = layer.context
    for item in _items(fields, CONFLICTS, context):
        conflict = CONFLICT.open(item, context)
        if conflict is not None:
            _conflict(conflict, layer, controls)
    for item in _items(fields, BARS, context):
        bar = BARRED.open(item, context)
        if bar is not None:
            _bar(bar, layer, controls)
    node = fields.node(RELATED_PARTIES)
    related = None if node is None else RELATED.open(node, context)
    if related is not None:
        _related(related, layer, fields.at(RELATED_PARTIES), controls)


def read_mitigations(layer: Layer, fields: Fields, controls: Controls) -> None:
    """The mitigations of one file, once every conflict is known."""
    for item in _items(fields, MITIGATIONS, layer.context):
        mitigation = MITIGATION.open(item, layer.context)
        if mitigation is not None:
            _mitigation(mitigation, controls, layer.context)


def _items(fields: Fields, key: Key[Node], context: Context) -> tuple[Node, ...]:
    node = fields.node(key)
    if node is None:
        return ()
    found = values.items(node, context.diagnostics, "a list")
    if found is not None and not found:
        context.error("empty-list", node.place, "expected at least one item, found none")
    return found or ()


def _conflict(fields: Fields, layer: Layer, controls: Controls) -> None:
    context = layer.context
    name = controls.take("conflict", NAME, fields, context)
    duties = _pair(fields.node(DUTY_PAIR), controls, context)
    on, outcome = fields.read(ON_KEY, context), fields.read(OUTCOME, context)
    between = fields.read(BETWEEN, context) or "same_person"
    within, risk = fields.read(WITHIN, context), fields.read(RISK, context) or ""
    if within is not None and on in ("same_document", "person"):
        message = f"`within` counts days between documents, and `{on}` has only one"
        context.error("unknown-key", fields.at(WITHIN), message)
    if duties is None or on is None or outcome is None:
        return
    _check_duties(fields, duties, on, controls, context)
    controls.conflicts.append(
        Conflict(
            name=name,
            place=fields.place,
            scope=layer.header.scope,
            effective=layer.header.effective,
            duties=duties,
            on=on,
            within=within,
            outcome=outcome,
            related=between == "related",
            risk=risk,
        )
    )


def _pair(node: Node | None, controls: Controls, context: Context) -> tuple[str, str] | None:
    items = None if node is None else values.items(node, context.diagnostics, "two duties")
    if items is None or node is None:
        return None
    if len(items) != 2:
        message = f"expected two duties, found {len(items)}"
        context.error("list-length", node.place, message)
        return None
    taken = controls.names.get("duty", {})
    first, second = (declared("duty", "unknown-duty", item, taken, context) for item in items)
    return None if first is None or second is None else (first, second)


def _check_duties(
    fields: Fields, names: tuple[str, str], on: str, controls: Controls, context: Context
) -> None:
    """Report duties that could never meet in the way that `on` compares them."""
    duties = [controls.duties[name] for name in names if name in controls.duties]
    place = fields.at(DUTY_PAIR)
    if on == "person":
        if duties and not any(duty.roles for duty in duties):
            message = "`on: person` compares roles held, and neither duty names `roles`"
            context.error("not-comparable", place, message)
        return
    for duty in duties:
        if not duty.acts:
            message = f"`on: {on}` compares acts, and {shown(duty.name)} names no `acts`"
            context.error("not-comparable", place, message)
    documents = [duty.documents for duty in duties if duty.documents]
    if on == "same_document" and len(documents) == 2 and documents[0].isdisjoint(documents[1]):
        message = "`on: same_document` compares acts on one document, and the duties share no type"
        help = "acts on documents that follow from one another are compared `on: same_chain`"
        context.error("not-comparable", place, message, help)


def _mitigation(fields: Fields, controls: Controls, context: Context) -> None:
    name = controls.take("mitigation", NAME, fields, context)
    node = fields.node(OF_CONFLICT)
    taken = controls.names.get("conflict", {})
    conflict = (
        None if node is None else declared("conflict", "unknown-conflict", node, taken, context)
    )
    person, monitor = fields.read(PERSON, context), fields.read(MONITOR, context)
    cap, until = fields.read(CAP, context), fields.read(UNTIL, context)
    review_every = fields.read(REVIEW_EVERY, context)
    if person is not None and person == monitor:
        message = f"{shown(person)} cannot be the one who looks at his own acts"
        context.error("self-monitored", fields.at(MONITOR), message)
    if conflict is None or person is None or monitor is None or until is None:
        return
    if review_every is None or (cap is None and fields.has(CAP)):
        return
    controls.mitigations.append(
        Mitigation(name, fields.place, conflict, person, cap, until, monitor, review_every)
    )


def _bar(fields: Fields, layer: Layer, controls: Controls) -> None:
    context = layer.context
    name = controls.take("barred", NAME, fields, context)
    documents = fields.read(DOCUMENTS, context)
    when = fields.read(BARRED_WHEN, context.about_approver())
    if when is None or (documents is None and fields.has(DOCUMENTS)):
        return
    if not any(fact.startswith("approver.") for fact in facts_of(when)):
        message = "a bar speaks about the approver, and this asks for no `approver.` fact"
        help = "a document that nobody may approve is refused by an additional row"
        context.error("approver-fact", fields.at(BARRED_WHEN), message, help)
    controls.barred.append(
        Barred(
            name,
            fields.place,
            layer.header.scope,
            layer.header.effective,
            frozenset(documents or ()),
            when,
        )
    )


def _related(fields: Fields, layer: Layer, place: Place, controls: Controls) -> None:
    context = layer.context
    if layer.header.scope != GROUP or layer.fields.has(EFFECTIVE):
        message = "`related_parties` holds for the whole group, always, and this file does not"
        help = "write it in a controls file of `scope: group` without `effective`"
        context.error("not-group", place, message, help)
    match, on_match = fields.read(MATCH, context), fields.read(ON_MATCH, context)
    node = fields.node(ON_DECLARED)
    inner = None if node is None else DECLARED_SHAPE.open(node, context)
    exclude = None if inner is None else inner.read(EXCLUDE, context)
    add = None if inner is None else inner.read(ADD, context)
    if inner is not None and not inner.written(EXCLUDE, ADD) and inner.is_whole:
        message = "`on_declared` needs `exclude`, `add` or both"
        context.error("missing-key", inner.place, message)
    if match is None or on_match is None or inner is None:
        return
    controls.related_parties.append(
        RelatedParties(
            fields.place, frozenset(match), on_match == "refuse", exclude or False, add or ()
        )
    )
