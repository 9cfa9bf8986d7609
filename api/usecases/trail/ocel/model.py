"""Events and objects of a log, and how records become events."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

# Attributes of every event and of each type of object, with their OCEL types.
EVENT_ATTRIBUTES: Final = {
    "position": "integer",
    "status": "string",
    "code": "string",
    "through": "string",
    "version": "integer",
}
OBJECT_ATTRIBUTES: Final[Mapping[str, Mapping[str, str]]] = {
    "case": {
        "document_type": "string",
        "document_id": "string",
        "entity": "string",
        "currency": "string",
        "amount": "string",  # exact: a float is none
        "status": "string",
    },
    "person": {},
    "supplier": {},
    "entity": {},
    "order": {},
    "policy_set": {},
}
# What a document is about: the type of object, the field that names it, and as what.
ABOUT: Final = (
    ("entity", "entity", "of entity"),
    ("person", "requester", "requested by"),
    ("supplier", "supplier", "from supplier"),
    ("order", "purchase_order", "bills order"),
)
STATIC: Final = "1970-01-01T00:00:00Z"  # the moment of what never changes, by the standard


@dataclass(frozen=True, slots=True)
class Link:
    """That an event or an object has to do with an object, and as what."""

    object_id: str
    qualifier: str


@dataclass(frozen=True, slots=True)
class Event:
    """One record. `at` is UTC as records write it."""

    id: str
    type: str
    at: str
    attributes: Mapping[str, str | int]
    links: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class Attribute:
    """What an object is from a moment on."""

    name: str
    at: str
    value: str


@dataclass(frozen=True, slots=True)
class Object:
    """A case, or whoever and whatever it is about."""

    id: str
    type: str
    attributes: tuple[Attribute, ...] = ()
    links: tuple[Link, ...] = ()


def event_of(position: int, body: Mapping[str, Any]) -> Event:
    """The event of a record."""
    kind = str(body.get("kind"))
    stated = {
        "position": position,
        "status": str(body.get("status", "")),
        "code": str(body.get("code", "")),
        "through": str(_who(body).get("acted_through", "")),
        "version": _number(body.get("version")),
    }
    attributes = {name: value for name, value in stated.items() if value not in ("", None)}
    return Event(f"r{position}", _activity(kind, body), str(body["at"]), attributes, _links(body))  # type: ignore[arg-type]


def _activity(kind: str, body: Mapping[str, Any]) -> str:
    """What happened: the action itself, `refused approve`, or the kind of the record."""
    action = str(body.get("action", ""))
    if kind == "action" and action:
        return action
    return f"refused {action}".strip() if kind == "refusal" else kind


def _links(body: Mapping[str, Any]) -> tuple[Link, ...]:
    who = _who(body)
    document = body.get("document")
    stated = document if isinstance(document, dict) else {}
    in_force = body.get("in_force")
    policy = in_force.get("policy") if isinstance(in_force, dict) else ""
    found = (
        ("case", body.get("case"), "case"),
        ("person", who.get("decided_by"), "decided by"),
        ("person", who.get("on_behalf_of"), "on behalf of"),
        ("policy_set", policy, "decided under"),
        *((kind, stated.get(name), what) for kind, name, what in ABOUT),
    )
    return tuple(
        Link(object_id(kind, name), what)
        for kind, name, what in found
        if isinstance(name, str) and name
    )


def object_id(kind: str, name: str) -> str:
    """What an object is called: no two types share a name."""
    return f"{kind}:{name}"


def _who(body: Mapping[str, Any]) -> Mapping[str, Any]:
    who = body.get("who")
    return who if isinstance(who, dict) else {}


def _number(value: object) -> int | None:
    return value if type(value) is int else None
