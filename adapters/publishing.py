"""Checkpoints leave the operator's control: into a folder that others keep, or to an address of
somebody else's.

What was published is what a restored or changed trail is found out by. A folder can be read back;
who receives a checkpoint at an address keeps it himself.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import httpx

from adapters.transport import Timeouts, Transport, TransportError
from engine.trail.notes import Checkpoint, NoteRefused, checkpoint_of, note_of

ENDING: Final = ".checkpoint"
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

    def publish(self, note: str) -> None:
        """One more file; one of the same checkpoint that is there stays. Raises `NotPublished`."""
        head = checkpoint_of(note_of(note).text)
        path = self.path / f"{_UNSAFE.sub('-', head.origin)}-{head.size:012d}{ENDING}"
        beside = path.with_name(f"{path.name}.part")  # half a file would be no checkpoint
        try:
            if path.exists():
                if path.read_text(encoding="utf-8") != note:
                    raise NotPublished(f"`{path.name}` is there, and says something else")
                return
            with beside.open("w", encoding="utf-8", newline="") as opened:
                opened.write(note)
                opened.flush()
                os.fsync(opened.fileno())
            beside.replace(path)
        except OSError as problem:
            raise NotPublished(f"`{path.name}`: {problem.strerror}") from None

    def latest(self, origin: str) -> Checkpoint | None:
        """The largest checkpoint of a log that was published here. Raises `NotPublished` where the
        folder cannot be read, or a file in it is none: nobody knows then what was published."""
        found: Checkpoint | None = None
        try:
            for path in sorted(self.path.glob(f"*{ENDING}")):
                head = checkpoint_of(note_of(path.read_text(encoding="utf-8")).text)
                if head.origin == origin and (found is None or head.size > found.size):
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
        """What a record calls it: host and path, and nothing that could be a secret."""
        parsed = httpx.URL(self.url)
        return f"{parsed.host}{parsed.path}"

    def publish(self, note: str) -> None:
        """Sends it. Raises `NotPublished`; asking again later does no harm."""
        headers = {"content-type": "text/plain; charset=utf-8"}
        try:
            with Transport(self.url, _TIMEOUTS) as transport:
                answer = transport.send("POST", "", note.encode(), headers)
        except (TransportError, ValueError) as problem:
            raise NotPublished(str(problem)) from None
        if answer.status not in _TAKEN:
            raise NotPublished(f"`{self.name}` answers {answer.status}")

    def latest(self, origin: str) -> Checkpoint | None:
        """Nothing: what was received is not asked back."""
        return None


Place = Folder | Address
