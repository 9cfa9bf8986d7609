"""Signing checkpoints: Ed25519 keys that come in from outside and are never shown.

The first key signs; the others are older ones, by which what was signed before is still checked.
A key is 32 random bytes in base64 with an id (`openssl rand -base64 32`), as for encryption.
"""

from __future__ import annotations

import base64
import binascii
import re
from typing import Final, NoReturn

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from engine.trail.notes import Key, Signature

KEY_BYTES: Final = 32
_LEAST_DIFFERENT: Final = 16  # of 32 random bytes about 30 differ
_ID: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,30}", re.ASCII)


class BadSigningKeys(Exception):
    """Keys that cannot be used. The message names entries by number, and holds nothing of them."""


class SigningKeys:
    """Keys under which the logs of this installation are signed; neither shown nor copied."""

    __slots__ = ("_keys",)

    def __init__(self, text: str) -> None:
        """The keys of `id:base64,id:base64`. Raises `BadSigningKeys`."""
        self._keys: Final = _keys(text)

    def __repr__(self) -> str:
        return f"<SigningKeys {[id for id, _ in self._keys]}>"

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError("SigningKeys holds secrets and is neither pickled nor copied")

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids of the keys, the signing one first."""
        return tuple(id for id, _ in self._keys)

    @property
    def names(self) -> tuple[str, ...]:
        """Each key by its id and the public half, which anybody may know."""
        return tuple(f"{id} {key.public_key().public_bytes_raw().hex()}" for id, key in self._keys)

    def sign(self, origin: str, text: str, by: Key | None = None) -> Signature:
        """The signature under a text of the log of that name: of the first key, or of another.

        Raises `ValueError` for a key that is not among these.
        """
        known = self.public(origin)
        number = 0 if by is None else known.index(by)
        key = known[number]
        return Signature(key.name, key.id, self._keys[number][1].sign(text.encode()))

    def public(self, origin: str) -> tuple[Key, ...]:
        """What is handed to whoever verifies the log of that name; the signing key first."""
        return tuple(Key(origin, each.public_key().public_bytes_raw()) for _, each in self._keys)


def _keys(text: str) -> tuple[tuple[str, Ed25519PrivateKey], ...]:
    found: dict[str, Ed25519PrivateKey] = {}
    for number, entry in enumerate(text.split(","), start=1):
        id, separator, encoded = entry.strip().partition(":")
        if not separator or not _ID.fullmatch(id) or id in found:
            raise BadSigningKeys(f"key {number}: expected `id:base64`, each id once")
        try:
            key = base64.b64decode(encoded, validate=True)
        except (binascii.Error, ValueError):
            key = b""
        if len(key) != KEY_BYTES or len(set(key)) < _LEAST_DIFFERENT:
            raise BadSigningKeys(f"key {number}: expected {KEY_BYTES} random bytes in base64")
        found[id] = Ed25519PrivateKey.from_private_bytes(key)
    return tuple(found.items())
