"""Whether the records are those that checkpoints were signed over, and the tree is theirs."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection

from adapters.store.checkpoints import all_of, every_log
from adapters.store.trail import Record
from adapters.store.tree import root_at, size_of
from api.usecases.casework.telling import Problem
from engine.trail.notes import Checkpoint, NoteRefused, note_of, text_of
from engine.trail.tree import Frontier, leaf_hash
from engine.verifying.rotating import ROTATED


class SignedTree:
    """The tree over records as they are read, beside what was signed. Told of each in order."""

    def __init__(self, connection: Connection) -> None:
        self._logs = every_log(connection)
        signed = [each for log in self._logs for each in all_of(connection, log.number)]
        self._signed = sorted(signed, key=lambda each: each.size)
        self._signed_twice = {each.size for each in signed if _signatures(each.note) > 1}
        self._kept_size = size_of(connection)
        try:
            self._kept_root = root_at(connection, self._kept_size)
        except LookupError:  # a tile is missing
            self._kept_root = b""
        self._tree = Frontier()

    def problems(self, record: Record) -> Iterator[Problem]:
        """What is wrong once this record is in the tree."""
        self._tree.add(leaf_hash(record.body))
        if record.kind == ROTATED and record.position not in self._signed_twice:
            said = "the key was changed, and no checkpoint that ends here is signed by both"
            yield Problem("rotation_unsigned", said, record.position)
        while self._signed and self._signed[0].size == self._tree.size:
            signed = self._signed.pop(0)
            if signed.root != self._tree.root():
                said = f"a checkpoint was signed over {signed.size} other records"
                yield Problem("checkpoint_differs", said, record.position)
            origin = next(log.origin for log in self._logs if log.number == signed.log)
            text = text_of(Checkpoint(origin, signed.size, signed.root))
            if not _says(signed.note, text):
                said = "the note of a checkpoint says something else than its row"
                yield Problem("checkpoint_differs", said, record.position)
        if self._kept_size == self._tree.size and self._kept_root != self._tree.root():
            said = f"the hashes kept of the tree are not those of its {self._kept_size} records"
            yield Problem("tree_differs", said, record.position)

    def left(self) -> Iterator[Problem]:
        """What is wrong after the last record: more was signed than there is."""
        for signed in self._signed:
            said = f"a checkpoint was signed over {signed.size} records, found {self._tree.size}"
            yield Problem("checkpoint_differs", said, signed.size)
        if self._kept_size > self._tree.size:
            said = f"hashes are kept of {self._kept_size} records, found {self._tree.size}"
            yield Problem("tree_differs", said, self._kept_size)


def _signatures(note: str) -> int:
    try:
        return len(note_of(note).signatures)
    except NoteRefused:
        return 0


def _says(note: str, text: str) -> bool:
    try:
        return note_of(note).text == text
    except NoteRefused:
        return False
