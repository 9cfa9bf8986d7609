"""Step 5 for one record: whether it is in the tree of a checkpoint."""

from __future__ import annotations

from engine.trail.notes import Checkpoint
from engine.trail.tree import ProofRefused, leaf_hash, root_from_inclusion
from engine.verifying.records import Line


def is_in_tree(line: Line, head: Checkpoint) -> bool:
    """Whether its bytes, at its position, are in the tree."""
    try:
        leaf = leaf_hash(line.data)
        root = root_from_inclusion(leaf, line.position - 1, head.size, line.proof)
    except ProofRefused:
        return False
    return root == head.root
