"""What stands beside the records of an export, for whoever opens it without knowing it."""

from __future__ import annotations

from typing import Final

TEXT: Final = """This is an export of the decision trail of Countersign.

records.jsonl      a line for each record: its position in the log, its bytes as they are signed,
                   and the proof (RFC 6962) that they are in the tree of the checkpoint
consistency.jsonl  earlier checkpoints, each with the proof that this one continues it
rotations.jsonl    changes of the key, where there were any, each with what both keys signed
timestamps.jsonl   what authorities answered to checkpoints (RFC 3161), where any was asked
contents/          policy sets, people and delegations that the records name, as files
population.csv     every case that these were selected from (not for a period of the trail)
sample.json        how a sample was drawn, so that it can be drawn again
export.json        what was asked for, counts, control totals, the signed checkpoint, and the
                   SHA-256 of every file

To verify it you need Python 3.11 or newer and countersign-verify.pyz, and nothing of whoever made
this export:

    python countersign-verify.pyz EXPORT --key KEY --earlier CHECKPOINT --report report.html

Take the key, and if you can an earlier checkpoint, from somewhere else than this file: from your
own papers, from where the company publishes them, or from a time stamp. Without a key from outside
the export can only be said to be consistent with itself.

A period has the record before it and the one after it beside it, so that it shows that nothing
between them was left out. Days are in UTC.
"""
