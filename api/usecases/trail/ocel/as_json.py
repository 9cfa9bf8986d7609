"""The log as OCEL 2.0 JSON, piece by piece. Types come last: they are known then."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping

from api.usecases.trail.ocel.model import (
    EVENT_ATTRIBUTES,
    OBJECT_ATTRIBUTES,
    Event,
    Link,
    Object,
)
from api.usecases.trail.ocel.reading import Log


def json_chunks(log: Log) -> Iterator[bytes]:
    """The whole file, in pieces."""
    yield b'{"events":[\n'
    yield from _listed(map(_event, log.events()))
    yield b'],"objects":[\n'
    yield from _listed(map(_object, log.objects()))
    yield b'],"eventTypes":'
    yield _bytes([_type(name, EVENT_ATTRIBUTES) for name in sorted(log.event_types)])
    yield b',"objectTypes":'
    yield _bytes([_type(name, of) for name, of in OBJECT_ATTRIBUTES.items()])
    yield b"}\n"


def _listed(items: Iterable[object]) -> Iterator[bytes]:
    separator = b""
    for item in items:
        yield separator + _bytes(item)
        separator = b",\n"


def _event(event: Event) -> object:
    attributes = [{"name": name, "value": value} for name, value in event.attributes.items()]
    return {
        "id": event.id,
        "type": event.type,
        "time": event.at,
        "attributes": attributes,
        "relationships": _links(event.links),
    }


def _object(made: Object) -> object:
    attributes = [{"name": a.name, "time": a.at, "value": a.value} for a in made.attributes]
    return {
        "id": made.id,
        "type": made.type,
        "attributes": attributes,
        "relationships": _links(made.links),
    }


def _links(links: tuple[Link, ...]) -> list[dict[str, str]]:
    return [{"objectId": link.object_id, "qualifier": link.qualifier} for link in links]


def _type(name: str, attributes: Mapping[str, str]) -> object:
    found = [{"name": attribute, "type": kind} for attribute, kind in attributes.items()]
    return {"name": name, "attributes": found}


def _bytes(plain: object) -> bytes:
    return json.dumps(plain, ensure_ascii=False, separators=(",", ":")).encode()
