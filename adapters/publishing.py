"""Checkpoints leave the operator's control: into a folder that others keep, to an address of
somebody else's, by mail, or to an authority that stamps them with the time.

What was published is what a restored or changed trail is found out by. A folder can be read back;
who receives a checkpoint at an address keeps it himself. What an authority answers is kept by us,
and shows to anybody that the checkpoint was there by then.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import httpx

from adapters.mailing import Mailbox, NotMailed
from adapters.stamping import QUERY, REPLY, Roots, request_for
from adapters.transport import Answer, Timeouts, Transport, TransportError
from engine.trail.notes import Checkpoint, NoteRefused, checkpoint_of, note_of
from engine.trail.stamps import StampRefused

ENDING: Final = ".checkpoint"
NOTHING: Final = b""  # what comes back from those who stamp nothing
_TIMEOUTS: Final = Timeouts(piece=10, whole=15)
_TAKEN: Final = range(200, 300)
_UNSAFE: Final = re.compile(r"[^A-Za-z0-9_-]+")


class NotPublished(Exception):
    """A checkpoint did not get where it was to be. The message says why, without secrets."""


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder that is kept by somebody else: a share, a bucket that only takes new files."""

    path: Path

    @property
    def name(self) -> str:
        """What a record calls it."""
        return "folder"

    def publish(self, note: str) -> bytes:
        """One more file; one of the same checkpoint that is there stays. Raises `NotPublished`."""
        head = checkpoint_of(note_of(note).text)
        path = self.path / f"{_UNSAFE.sub('-', head.origin)}-{head.size:012d}{ENDING}"
        beside = path.with_name(f"{path.name}.part")  # half a file would be no checkpoint
        try:
            if path.exists():
                if path.read_text(encoding="utf-8") != note:
                    raise NotPublished(f"`{path.name}` is there, and says something else")
                return NOTHING
            with beside.open("w", encoding="utf-8", newline="") as opened:
                opened.write(note)
                opened.flush()
                os.fsync(opened.fileno())
            beside.replace(path)
        except OSError as problem:
            raise NotPublished(f"`{path.name}`: {problem.strerror}") from None
        return NOTHING

    def latest(self, origin: str) -> Checkpoint | None:
        """The largest checkpoint that was published here of a log, or of any log of a configured
        name (`acme` of `acme/9f86d081`). Raises `NotPublished` where the folder cannot be read, or
        a file in it is none: nobody knows then what was published."""
        found: Checkpoint | None = None
        try:
            for path in sorted(self.path.glob(f"*{ENDING}")):
                head = checkpoint_of(note_of(path.read_text(encoding="utf-8")).text)
                is_meant = head.origin == origin or head.origin.startswith(f"{origin}/")
                if is_meant and (found is None or head.size > found.size):
                    found = head
            if not self.path.is_dir():
                raise NotPublished(f"there is no folder `{self.path.name}`")
        except (OSError, ValueError, NoteRefused) as problem:
            raise NotPublished(f"what was published cannot be read: {problem}") from None
        return found


@dataclass(frozen=True, slots=True)
class Address:
    """An address that takes each checkpoint as text by POST: a witness, the auditor."""

    url: str

    @property
    def name(self) -> str:
        """What a record calls it."""
        return _name_of(self.url)

    def publish(self, note: str) -> bytes:
        """Sends it. Raises `NotPublished`; asking again later does no harm."""
        _sent(self.url, self.name, note.encode(), {"content-type": "text/plain; charset=utf-8"})
        return NOTHING

    def latest(self, origin: str) -> Checkpoint | None:
        """Nothing: what was received is not asked back."""
        return None


@dataclass(frozen=True, slots=True)
class Authority:
    """A time stamp authority, and the root certificates that its stamps are checked against."""

    url: str
    roots: Roots

    @property
    def name(self) -> str:
        """What a record calls it."""
        return _name_of(self.url)

    def publish(self, note: str) -> bytes:
        """Its reply, checked. Raises `NotPublished`, also for a stamp that does not hold."""
        asked = request_for(note)
        answer = _sent(self.url, self.name, asked.as_bytes(), {"content-type": QUERY})
        if answer.headers.get("content-type", "").partition(";")[0].strip() != REPLY:
            raise NotPublished(f"`{self.name}` answers with something else than a time stamp")
        try:
            self.roots.expect(answer.body, note, asked)
        except StampRefused as problem:
            raise NotPublished(f"`{self.name}`: {problem}") from None
        return answer.body

    def latest(self, origin: str) -> Checkpoint | None:
        """Nothing: an authority keeps no checkpoints."""
        return None


@dataclass(frozen=True, slots=True)
class Mail:
    """A mailbox of somebody else's."""

    mailbox: Mailbox

    @property
    def name(self) -> str:
        """What a record calls it."""
        return self.mailbox.name

    def publish(self, note: str) -> bytes:
        """Sends it. Raises `NotPublished`; the same again is known by its message id."""
        try:
            self.mailbox.send(note)
        except NotMailed as problem:
            raise NotPublished(str(problem)) from None
        return NOTHING

    def latest(self, origin: str) -> Checkpoint | None:
        """Nothing: what was sent is not asked back."""
        return None


Place = Folder | Address | Mail | Authority


def _name_of(url: str) -> str:
    """Host and path, and nothing that could be a secret."""
    parsed = httpx.URL(url)
    return f"{parsed.host}{parsed.path}"


def _sent(url: str, name: str, content: bytes, headers: Mapping[str, str]) -> Answer:
    try:
        with Transport(url, _TIMEOUTS) as transport:
            answer = transport.send("POST", "", content, headers)
    except (TransportError, ValueError) as problem:
        raise NotPublished(str(problem)) from None
    if answer.status not in _TAKEN:
        raise NotPublished(f"`{name}` answers {answer.status}")
    return answer
