"""Proofs out of the tree that is kept, for whoever verifies without us."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection

from adapters.store.checkpoints import Signed, all_of
from adapters.store.tree import reader
from engine.trail.tree import Hash, consistency_proof, inclusion_proof


class Prover:
    """Proofs for one checkpoint, by the tiles that were read once."""

    def __init__(self, connection: Connection, checkpoint: Signed) -> None:
        self._connection = connection
        self._checkpoint = checkpoint
        self._node_at = reader(connection)

    def of_record(self, position: int) -> list[Hash]:
        """What shows that the record is in the tree of the checkpoint.

        Raises `ValueError` for a record that came later.
        """
        return inclusion_proof(position - 1, self._checkpoint.size, self._node_at)

    def of_earlier(self) -> Iterator[tuple[Signed, list[Hash]]]:
        """Each earlier checkpoint of the log, and what shows that this one continues it."""
        for before in all_of(self._connection, self._checkpoint.log):
            if before.size < self._checkpoint.size:
                size = self._checkpoint.size
                yield before, consistency_proof(before.size, size, self._node_at)
