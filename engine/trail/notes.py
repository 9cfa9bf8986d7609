"""Signed heads of a trail: checkpoints, in the form of C2SP `tlog-checkpoint` and `signed-note`.

A checkpoint is three lines: the name of the log (its origin), how many records the tree has, and
the root in base64. A note is that text, an empty line, and a line for each signature. Whoever holds
a checkpoint can show for ever that the first records were these.

Source: https://c2sp.org/tlog-checkpoint and https://c2sp.org/signed-note.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from engine.trail import ed25519

ED25519: Final = b"\x01"  # the type of a key and of its signatures
ID_SIZE: Final = 4
ROOT_SIZE: Final = 32
MOST_BYTES: Final = 10_000  # a note is read before anybody is known to have signed it
MOST_SIGNATURES: Final = 100
_MARK: Final = "\u2014 "
_NAME: Final = re.compile(r"[^\s+\x00-\x1f\x7f]{1,200}")
_SIZE: Final = re.compile(r"0|[1-9][0-9]{0,17}")
_HEX: Final = re.compile(r"[0-9a-f]{8}")


class NoteRefused(Exception):
    """A text is no note, no checkpoint or no key. The message says what was expected."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The head of a tree: `size` records of the log `origin` have this root (32 bytes)."""

    origin: str
    size: int
    root: bytes


@dataclass(frozen=True, slots=True)
class Key:
    """A public key by name; `id` is how a signature says whose it is."""

    name: str
    public: bytes

    @property
    def id(self) -> bytes:
        """Four bytes that name and key have in common with no other, most likely."""
        named = self.name.encode() + b"\n" + ED25519 + self.public
        return hashlib.sha256(named).digest()[:ID_SIZE]


@dataclass(frozen=True, slots=True)
class Signature:
    """A line below a note: who says that he signed, by which key, and the 64 bytes."""

    name: str
    id: bytes
    signature: bytes


@dataclass(frozen=True, slots=True)
class Note:
    """A text with its signatures, of which none was checked yet."""

    text: str
    signatures: tuple[Signature, ...]

    def signed_by(self, keys: Iterable[Key]) -> tuple[Key, ...]:
        """Those of the keys that signed the text. A signature of a key that is not among them says
        nothing; one that claims such a key and does not fit it makes the note signed by nobody."""
        known = {(key.name, key.id): key for key in keys}
        found: list[Key] = []
        for each in self.signatures:
            key = known.get((each.name, each.id))
            if key is None:
                continue
            if not ed25519.verify(key.public, self.text.encode(), each.signature):
                return ()
            if key not in found:
                found.append(key)
        return tuple(found)


def text_of(checkpoint: Checkpoint) -> str:
    """What is signed. Raises `NoteRefused` for a checkpoint that cannot be written so."""
    _expect_name(checkpoint.origin)
    if checkpoint.size < 0 or len(checkpoint.root) != ROOT_SIZE:
        raise NoteRefused(f"expected a size and a root of {ROOT_SIZE} bytes")
    root = base64.b64encode(checkpoint.root).decode()
    return f"{checkpoint.origin}\n{checkpoint.size}\n{root}\n"


def checkpoint_of(text: str) -> Checkpoint:
    """The checkpoint that a text states. Raises `NoteRefused`; extension lines are refused, too."""
    lines = text.split("\n")
    if len(lines) != 4 or lines[3]:
        raise NoteRefused("expected a checkpoint of three lines: origin, size, root")
    _expect_name(lines[0])
    if not _SIZE.fullmatch(lines[1]):
        raise NoteRefused("expected the size of the tree as a decimal number")
    root = _decoded(lines[2], "the root")
    if len(root) != ROOT_SIZE:
        raise NoteRefused(f"expected a root of {ROOT_SIZE} bytes, found {len(root)}")
    return Checkpoint(lines[0], int(lines[1]), root)


def note_text(text: str, signatures: Sequence[Signature]) -> str:
    """The text with its signatures below."""
    lines = [
        f"{_MARK}{each.name} {base64.b64encode(each.id + each.signature).decode()}\n"
        for each in signatures
    ]
    return f"{text}\n{''.join(lines)}"


def note_of(data: str) -> Note:
    """The note that was written. Raises `NoteRefused`."""
    if len(data.encode()) > MOST_BYTES:
        raise NoteRefused(f"expected a note of at most {MOST_BYTES} bytes")
    text, separator, below = data.rpartition("\n\n")
    if not separator or not below.endswith("\n"):
        raise NoteRefused("expected a text, an empty line, and a line for each signature")
    lines = below[:-1].split("\n")
    if len(lines) > MOST_SIGNATURES:
        raise NoteRefused(f"expected at most {MOST_SIGNATURES} signatures")
    return Note(text + "\n", tuple(map(_signature, lines)))


def _signature(line: str) -> Signature:
    name, _, encoded = line.removeprefix(_MARK).partition(" ")
    if not line.startswith(_MARK) or not encoded:
        raise NoteRefused("expected `\u2014 name signature` on each line below the text")
    _expect_name(name)
    signed = _decoded(encoded, "a signature")
    if len(signed) <= ID_SIZE:
        raise NoteRefused("expected a key's id and its signature")
    return Signature(name, signed[:ID_SIZE], signed[ID_SIZE:])


def key_text(key: Key) -> str:
    """The key as it is handed over: `name+id+key`, the form that other verifiers read, too."""
    _expect_name(key.name)
    return f"{key.name}+{key.id.hex()}+{base64.b64encode(ED25519 + key.public).decode()}"


def key_of(text: str) -> Key:
    """The key that was handed over. Raises `NoteRefused`, also where its id is that of another."""
    name, _, rest = text.strip().partition("+")
    id, _, encoded = rest.partition("+")
    _expect_name(name)
    if not _HEX.fullmatch(id):
        raise NoteRefused("expected a key as `name+id+key`, the id of eight hexadecimal digits")
    typed = _decoded(encoded, "the key")
    if typed[:1] != ED25519 or len(typed) != 1 + ed25519.KEY_SIZE:
        raise NoteRefused("expected an Ed25519 key")
    key = Key(name, typed[1:])
    if key.id.hex() != id:
        raise NoteRefused(f"expected the id `{key.id.hex()}` for this name and key, found `{id}`")
    return key


def _expect_name(name: str) -> None:
    if not _NAME.fullmatch(name):
        raise NoteRefused("expected a name of up to 200 signs without spaces and `+`")


def _decoded(text: str, what: str) -> bytes:
    """Standard base64, written in the one way that it is written."""
    try:
        data = base64.b64decode(text.encode("ascii"), validate=True)
    except (binascii.Error, ValueError):
        data = b""
    if not data or base64.b64encode(data).decode() != text:
        raise NoteRefused(f"expected {what} in base64")
    return data
