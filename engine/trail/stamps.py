"""What a time stamp states (RFC 3161): over which digest, and when. Who signed it is not looked at.

An authority answers a request with a reply: its status, and a token that is signed as CMS says
(RFC 5652). Read is as much of it as says what was stamped, in DER and no other form, so that
whoever verifies with plain Python knows whether a stamp is over a checkpoint. The signature needs
certificates and a library (`adapters/stamping.py`), or `openssl ts -verify`.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

MOST_BYTES: Final = 100_000  # a reply with a chain of certificates has some 10,000
# Object identifiers, as they stand in DER behind tag and length.
SHA256: Final = bytes.fromhex("608648016503040201")
SIGNED_DATA: Final = bytes.fromhex("2a864886f70d010702")
STAMP: Final = bytes.fromhex("2a864886f70d0109100104")
GRANTED: Final = b"\x00"

_INTEGER: Final = 0x02
_BYTES: Final = 0x04
_IDENTIFIER: Final = 0x06
_TIME: Final = 0x18
_SEQUENCE: Final = 0x30
_SET: Final = 0x31
_INNER: Final = 0xA0  # the explicit tag [0]
_MOMENT: Final = re.compile(r"([0-9]{14})(?:\.([0-9]{1,9}))?Z", re.ASCII)


class StampRefused(Exception):
    """It is no time stamp that was granted, or not in the known form. The message says why."""


@dataclass(frozen=True, slots=True)
class Stamp:
    """That something with this SHA-256 was there at the moment (aware, UTC)."""

    digest: bytes
    at: datetime


def digest_of_note(note: str) -> bytes:
    """What a time stamp over a checkpoint is over: the note as it was published."""
    return hashlib.sha256(note.encode()).digest()


def stamp_of(reply: bytes) -> Stamp:
    """What the reply of an authority states. Raises `StampRefused`."""
    if len(reply) > MOST_BYTES:
        raise StampRefused(f"expected a reply of at most {MOST_BYTES} bytes")
    whole = _one(reply, _SEQUENCE)
    if _first(_first(whole, _SEQUENCE), _INTEGER) != GRANTED:
        raise StampRefused("the authority did not grant it")
    _, token = _parts(whole, _SEQUENCE, _SEQUENCE)
    kind, wrapped = _parts(token, _IDENTIFIER, _INNER)
    _expect(kind, SIGNED_DATA)
    _, _, content = _parts(_one(wrapped, _SEQUENCE), _INTEGER, _SET, _SEQUENCE)
    kind, held = _parts(content, _IDENTIFIER, _INNER)
    _expect(kind, STAMP)
    info = _one(_one(held, _BYTES), _SEQUENCE)
    _, _, imprint, _, at = _parts(info, _INTEGER, _IDENTIFIER, _SEQUENCE, _INTEGER, _TIME)
    algorithm, digest = _parts(imprint, _SEQUENCE, _BYTES)
    _expect(_first(algorithm, _IDENTIFIER), SHA256)
    if len(digest) != hashlib.sha256().digest_size:
        raise StampRefused("expected a digest of 32 bytes")
    return Stamp(digest, _moment(at))


def _expect(found: bytes, wanted: bytes) -> None:
    if found != wanted:
        raise StampRefused("expected a time stamp over a SHA-256")


def _moment(text: bytes) -> datetime:
    match = _MOMENT.fullmatch(text.decode("ascii", "replace"))
    if match is None:
        raise StampRefused("expected a moment in UTC")
    micros = (match[2] or "").ljust(6, "0")[:6]
    try:
        return datetime.strptime(match[1] + micros, "%Y%m%d%H%M%S%f").replace(tzinfo=UTC)
    except ValueError:
        raise StampRefused("expected a moment in UTC") from None


def _one(data: bytes, tag: int) -> bytes:
    """What a single value of that tag holds; nothing may stand behind it."""
    found = [*values_of(data)]
    if len(found) != 1 or found[0][0] != tag:
        raise StampRefused("expected one value of another kind")
    return found[0][1]


def _first(data: bytes, tag: int) -> bytes:
    """What the first value holds, which is of that tag."""
    return _parts(data, tag)[0]


def _parts(data: bytes, *tags: int) -> tuple[bytes, ...]:
    """What the first values hold, which are of these tags; others may follow."""
    found = [*values_of(data)][: len(tags)]
    if tuple(tag for tag, _ in found) != tags:
        raise StampRefused("expected values of other kinds")
    return tuple(held for _, held in found)


def values_of(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Each value in DER, as its tag and what it holds. Raises `StampRefused`."""
    at = 0
    while at < len(data):
        if at + 2 > len(data):
            raise StampRefused("it is cut short")
        tag, size, at = data[at], data[at + 1], at + 2
        if size >= 0x80:
            width = size - 0x80
            size = int.from_bytes(data[at : at + width], "big")
            if not 1 <= width <= 4 or size < 0x80 or size < 1 << 8 * (width - 1):
                raise StampRefused("expected lengths in their shortest form")
            at += width
        if at + size > len(data):
            raise StampRefused("it is cut short")
        yield tag, data[at : at + size]
        at += size
