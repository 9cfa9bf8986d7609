"""Writes an export that later versions have to verify: `python -m tests.verifying.kept.make NAME`.

Run once for each format, or for what is written otherwise within one; what is there stays there.
"""

from __future__ import annotations

import sys
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from adapters.policy_folder import read_set
from api.usecases.casework.activating import bootstrap
from api.usecases.casework.resources import Resources
from api.usecases.trail.checkpointing import make_checkpoint
from api.usecases.trail.exporting.selecting import Selection
from api.usecases.trail.exporting.writing import export
from engine.trail.notes import checkpoint_of, key_text, note_of
from tests.casework.conftest import ACME, ADMIN, START, data_files
from tests.casework.documents import NOW
from tests.databases import opened
from tests.trail.test_checkpoints import KEYS
from tests.verifying.conftest import lived

HERE = Path(__file__).parent
LOG = "kept.countersign.example"


def main(name: str) -> None:
    """The export, the key of its log, and a checkpoint that was published before."""
    path = HERE / f"{name}.countersign.zip"
    if path.exists():
        raise SystemExit(f"{path} is kept and stays as it is")
    with TemporaryDirectory() as folder, opened("sqlite", Path(folder)) as store:
        resources = Resources(store)
        bootstrap(resources, read_set(ACME), data_files(), ADMIN, "installation", START)
        before = make_checkpoint(store, KEYS, LOG, START)
        lived(resources)
        export(resources, KEYS, LOG, Selection(), path, ADMIN, NOW + timedelta(days=1))
    origin = checkpoint_of(note_of(before.note).text).origin
    (HERE / f"{name}.note").write_text(before.note)
    keys = [key_text(key) for key in KEYS.public(origin)]
    (HERE / f"{name}.key").write_text("\n".join(keys) + "\n")


if __name__ == "__main__":
    main(sys.argv[1])
