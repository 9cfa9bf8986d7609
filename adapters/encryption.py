"""Restricted fields at rest: sealed under keys that rotate, and compared by tokens.

    EncryptionError
    ├── BadKeys            keys that cannot be used: says which entry, never what it holds
    └── DecryptionError    something sealed that does not open here; carries the id of its key

A sealed value is `v1.<key id>.<base64 of nonce and ciphertext>`: AES-256-GCM with a fresh random
nonce of 96 bits. Format, key, document type, place and path are bound to it as associated data, so
that it opens nowhere but where it was sealed. Keys come in as text; nothing here reads settings.

With random nonces one key seals at most 2**32 values (NIST SP 800-38D, section 8.3): rotate long
before that.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import json
import re
import secrets
from collections.abc import Callable, Iterator, Mapping
from hashlib import sha256
from types import MappingProxyType
from typing import Final, NoReturn, cast

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from engine.canonical import canonical_bytes
from engine.documents.canonical_form import Plain
from engine.documents.classes import replaced
from engine.documents.fields import RESTRICTED
from engine.tokens import bare

KEY_BYTES: Final = 32
SEALED: Final = "sealed"

_NONCE_BYTES: Final = 12
_FORMAT: Final = "v1"
_KEY_ID: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,30}", re.ASCII)
_SEALED_TEXT: Final = re.compile(r"v1\.(?P<key_id>[a-z0-9][a-z0-9_-]{0,30})\.(?P<sealed>[\w=-]+)")
# Of 32 random bytes about 30 differ; fewer than this many are typed, repeated or zero.
_LEAST_DIFFERENT: Final = 16


class EncryptionError(Exception):
    """Root of what is raised here."""


class BadKeys(EncryptionError):
    """Keys that cannot be used. The message names entries by number, and holds nothing of them."""


class DecryptionError(EncryptionError):
    """Something that does not open: another key, another place, or it was changed.

    `key_id` is the key that it names, empty where it names none.
    """

    def __init__(self, message: str, key_id: str = "") -> None:
        super().__init__(message)
        self.key_id = key_id


class _Unshown:
    """Holds secrets: neither shown nor written by `repr`, `pickle` or `copy`."""

    __slots__ = ()

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError(f"{type(self).__name__} holds secrets and is neither pickled nor copied")


class KeyRing(_Unshown):
    """The keys for sealing: one that seals, and older ones that still open.

    The keys themselves are not kept, only ciphers made of them.
    """

    __slots__ = ("_ciphers", "current_id", "names")

    def __init__(self, text: str) -> None:
        """The ring of `id:base64,id:base64`: the first key seals, each has 32 random bytes.

        Raises `BadKeys`.
        """
        keys = dict(_keys(text))
        self.current_id: Final = next(iter(keys))
        # By id and a digest that says nothing of the key: another one under the same id shows.
        self.names: Final = tuple(
            f"{key_id} {_derived(key, 'name').hex()[:16]}" for key_id, key in keys.items()
        )
        self._ciphers: Final[Mapping[str, AESGCM]] = MappingProxyType(
            {key_id: AESGCM(_derived(key, "encryption")) for key_id, key in keys.items()}
        )

    def __repr__(self) -> str:
        older = [key_id for key_id in self._ciphers if key_id != self.current_id]
        return f"<KeyRing sealing with {self.current_id}, opening {older} too>"

    def encrypt(self, content: bytes, where: tuple[str, ...]) -> str:
        """The content as text that opens only with the same `where`."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        key_id = self.current_id
        sealed = nonce + self._ciphers[key_id].encrypt(nonce, content, _bound(key_id, where))
        return f"{_FORMAT}.{key_id}.{base64.urlsafe_b64encode(sealed).decode()}"

    def decrypt(self, text: str, where: tuple[str, ...]) -> bytes:
        """The content of what `encrypt` made. Raises `DecryptionError`."""
        match = _SEALED_TEXT.fullmatch(text)
        if match is None:
            raise DecryptionError(f"expected `{_FORMAT}.<key id>.<base64>`, found another form")
        key_id = match["key_id"]
        cipher = self._ciphers.get(key_id)
        if cipher is None:
            raise DecryptionError(f"sealed with key `{key_id}`, which is not on the ring", key_id)
        content = None
        try:
            sealed = base64.b64decode(match["sealed"], altchars=b"-_", validate=True)
            nonce, ciphertext = sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:]
            content = cipher.decrypt(nonce, ciphertext, _bound(key_id, where))
        except (InvalidTag, ValueError):
            pass  # raised below, where neither exception is carried along
        if content is None:
            raise DecryptionError(
                f"sealed with key `{key_id}`, and does not open: it was changed, "
                "it was sealed for another place, or the key is another one",
                key_id,
            )
        return content


class TokenKey(_Unshown):
    """The key for tokens: it has an id of its own and outlives the rotation of sealing keys.

    Another token key makes other tokens; what was compared by them has to be made anew.
    """

    __slots__ = ("_primed", "key_id")

    def __init__(self, text: str) -> None:
        """The key of `id:base64`, 32 random bytes. Raises `BadKeys`."""
        entries = list(_keys(text))
        if len(entries) != 1:
            raise BadKeys(f"expected one token key, found {len(entries)}")
        [(self.key_id, key)] = entries
        self._primed: Final = hmac.new(_derived(key, "tokens"), digestmod=sha256)

    def __repr__(self) -> str:
        return f"<TokenKey {self.key_id}>"

    def token(self, value: str) -> str:
        """What stands for a restricted value where values are compared: `<key id>:<64 digits>`.

        Equal exactly for equal values: what does not matter (spaces, case) has to be taken away
        before. HMAC-SHA-256: without the key nobody can try values out.
        """
        digest = self._primed.copy()
        digest.update(value.encode("utf-8"))
        return f"{self.key_id}:{digest.hexdigest()}"

    def of(self, kind: str, text: str) -> str:
        """The token of a value of a kind, as `engine.tokens.Tokens`: how it is written does not
        matter."""
        return f"{kind}:{self.token(f'{kind}:{bare(text)}')}"

    @property
    def mark(self) -> str:
        """What says that tokens were made with this key and no other one of its id."""
        return self.token("mark")


def seal(plain: Mapping[str, object], kind: str, place: str, ring: KeyRing) -> dict[str, object]:
    """The canonical document of type `kind` with `{"sealed": ...}` for each restricted value.

    `place` names the row for ever (case number and version): what is sealed opens only there.
    Raises `ValueError` for a document that is sealed already.
    """

    def sealed(path: str, value: Plain) -> Plain:
        if _sealed_text(value) is not None:
            raise ValueError(f"`{path}` is sealed already")
        return {SEALED: ring.encrypt(canonical_bytes(value), (kind, place, path))}

    return _restricted(plain, kind, sealed)


def unseal(sealed: Mapping[str, object], kind: str, place: str, ring: KeyRing) -> dict[str, object]:
    """The document that `seal` was given. Raises `DecryptionError`, with path and place.

    A restricted value that is not sealed is refused, too: whoever can write to the database could
    put another account there.
    """

    def opened(path: str, value: Plain) -> Plain:
        text = _sealed_text(value)
        if text is None:
            raise DecryptionError(f"`{path}` of {place}: expected a sealed value, found another")
        try:
            content = ring.decrypt(text, (kind, place, path))
        except DecryptionError as error:
            raise DecryptionError(f"`{path}` of {place}: {error}", error.key_id) from None
        opened_value: Plain = json.loads(content)
        return opened_value

    return _restricted(sealed, kind, opened)


def needs_rotation(sealed: Mapping[str, object], kind: str, ring: KeyRing) -> bool:
    """Whether anything in the document is sealed with another key than the ring's current one."""
    current = f"{_FORMAT}.{ring.current_id}."
    older: list[str] = []

    def look(path: str, value: Plain) -> Plain:
        if not (_sealed_text(value) or "").startswith(current):
            older.append(path)
        return value

    _restricted(sealed, kind, look)
    return bool(older)


def rotate(sealed: Mapping[str, object], kind: str, place: str, ring: KeyRing) -> dict[str, object]:
    """The same document, sealed with the current key. Raises `DecryptionError`."""
    return seal(unseal(sealed, kind, place, ring), kind, place, ring)


def _restricted(
    document: Mapping[str, object], kind: str, by: Callable[[str, Plain], Plain]
) -> dict[str, object]:
    """The document with `by(path, value)` for each restricted value; what it holds is plain."""
    plain = cast(Mapping[str, Plain], document)
    return {**replaced(plain, kind, lambda one: one is RESTRICTED, by)}


def _sealed_text(value: Plain) -> str | None:
    match value:
        case {"sealed": str(text), **rest} if not rest:
            return text
        case _:
            return None


def _bound(key_id: str, where: tuple[str, ...]) -> bytes:
    """Associated data: a list, so that no two places are written alike."""
    return canonical_bytes(["countersign", _FORMAT, key_id, *where])


def _derived(key: bytes, purpose: str) -> bytes:
    """A key for one purpose: the same bytes given for two purposes make two unrelated keys."""
    info = f"countersign {purpose} {_FORMAT}".encode()
    return HKDF(SHA256(), length=KEY_BYTES, salt=None, info=info).derive(key)


def _keys(text: str) -> Iterator[tuple[str, bytes]]:
    """Ids and keys. Messages hold nothing of an entry: what looks like an id may be the key."""
    seen: dict[str, bytes] = {}
    for number, entry in enumerate(text.split(","), start=1):
        key_id, colon, encoded = entry.strip().partition(":")
        if not colon or _KEY_ID.fullmatch(key_id) is None:
            raise BadKeys(
                f"key {number}: expected `id:base64` with an id of at most 31 lower-case letters, "
                "digits, `-` and `_`"
            )
        key = _decoded(encoded)
        if key is None:
            raise BadKeys(f"key {number}: expected base64, found something else")
        if len(key) != KEY_BYTES:
            raise BadKeys(f"key {number}: expected {KEY_BYTES} bytes, found {len(key)}")
        if len(set(key)) < _LEAST_DIFFERENT:
            raise BadKeys(f"key {number}: expected random bytes, found a pattern")
        if key_id in seen:
            raise BadKeys(f"key {number}: expected an id of its own, found it twice")
        if key in seen.values():
            raise BadKeys(f"key {number}: expected a key of its own, found one twice")
        seen[key_id] = key
        yield key_id, key


def _decoded(text: str) -> bytes | None:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
