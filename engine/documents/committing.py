"""What a record holds instead of sensitive values: commitments, and what opens them.

A commitment is the digest of a value with a salt: it says nothing of the value, and whoever is
shown both sees that it was this one. Restricted values are committed where they stand, then every
confidential field as a whole, with the restricted ones in it already committed. So a reader may be
shown the lines of an invoice without the account that it is paid to. The form is that of nested
disclosures (RFC 9901, section 4.2.6) in our canonical JSON.

Each version of a document has one secret seed, and each place a salt that is worked out from it.
Without the seed nobody can find a value by trying: erasing it erases the values, and no record
changes.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from engine.canonical import digest
from engine.documents.canonical_form import Plain
from engine.documents.classes import class_of, replaced_at
from engine.documents.fields import CONFIDENTIAL, RESTRICTED, FieldClass
from engine.documents.reading_back import COMMITTED

SEED_BYTES: Final = 32
WITHIN: Final = "document"  # where a document stands in its record


@dataclass(frozen=True, slots=True)
class Opening:
    """What opens one commitment: the place (`document/lines`), its class, the salt in hexadecimal,
    and the value, in which others may be committed."""

    path: str
    field_class: FieldClass
    salt: str
    value: Plain

    def plain(self, position: int) -> dict[str, Plain]:
        """As an export discloses it, of the record at that position."""
        return {"position": position, "path": self.path, "salt": self.salt, "value": self.value}


@dataclass(frozen=True, slots=True)
class Committed:
    """A canonical document with commitments in it, and what opens them: outer places first."""

    plain: Mapping[str, Plain]
    openings: tuple[Opening, ...]


def commit(plain: Mapping[str, Plain], kind: str, seed: bytes) -> Committed:
    """A canonical document as a record holds it. Raises `ValueError` for a seed of another size."""
    if len(seed) != SEED_BYTES:
        raise ValueError(f"expected a seed of {SEED_BYTES} bytes")
    inner: list[Opening] = []

    def restricted(place: tuple[str | int, ...], value: Plain) -> Plain:
        inner.append(_opening(place, RESTRICTED, value, seed))
        return _commitment(inner[-1])

    held = replaced_at(plain, kind, lambda one: one is RESTRICTED, restricted)
    outer: list[Opening] = []
    for name, value in held.items():
        if class_of(name, kind) is CONFIDENTIAL:
            outer.append(_opening((name,), CONFIDENTIAL, value, seed))
            held[name] = _commitment(outer[-1])
    return Committed(held, (*outer, *inner))


def _opening(
    place: tuple[str | int, ...], field_class: FieldClass, value: Plain, seed: bytes
) -> Opening:
    path = "/".join((WITHIN, *(str(part).replace("~", "~0").replace("/", "~1") for part in place)))
    salt = hmac.digest(seed, path.encode(), "sha256").hex()
    return Opening(path, field_class, salt, value)


def erased_form(plain: Mapping[str, Plain], kind: str) -> dict[str, Plain]:
    """What is left of a canonical document, restricted values sealed or not, when it is erased:
    fields of neither class, with nothing restricted in them."""
    held = replaced_at(plain, kind, lambda one: one is RESTRICTED, lambda place, value: None)
    return {
        name: value
        for name, value in held.items()
        if value is not None and class_of(name, kind) not in (CONFIDENTIAL, RESTRICTED)
    }


def commitment(salt: str, value: Plain) -> Plain:
    """What stands in a record instead of a value that the salt (hexadecimal) opens."""
    return {COMMITTED: digest({"salt": salt, "value": value})}


def opens(opening: Opening, body: Mapping[str, Any]) -> bool:
    """Whether the body of a record commits to this value in this place."""
    held: Any = body
    for name in opening.path.split("/"):
        try:
            held = held[int(name)] if isinstance(held, list) else held[name]
        except (LookupError, TypeError, ValueError):
            return False
    return bool(held == _commitment(opening))


def _commitment(opening: Opening) -> Plain:
    return commitment(opening.salt, opening.value)
