"""Writes an export that later versions have to verify: `python -m tests.verifying.kept.make NAME`.

Run once for each format, or for what is written otherwise within one; what is there stays there.
"""

from __future__ import annotations

import sys
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from adapters.policy_folder import read_set
from adapters.publishing import Authority
from adapters.signing import SigningKeys
from adapters.stamping import roots_in
from adapters.store.checkpoints import Signed
from adapters.store.opening import Store
from api.usecases.casework.activating import bootstrap
from api.usecases.casework.resources import Resources
from api.usecases.trail.checkpointing import make_checkpoint
from api.usecases.trail.exporting.selecting import Selection
from api.usecases.trail.exporting.writing import export
from api.usecases.trail.publishing import publish
from api.usecases.trail.rotating import rotate
from engine.trail.notes import checkpoint_of, key_text, note_of
from tests.casework.conftest import ACME, ADMIN, START, data_files
from tests.casework.documents import NOW
from tests.databases import opened
from tests.trail.authority import certified, serving
from tests.trail.test_checkpoints import KEYS, OLDER, SECRET
from tests.verifying.conftest import lived

HERE = Path(__file__).parent
LOG = "kept.countersign.example"
ROTATED = SigningKeys(f"s2:{OLDER},s1:{SECRET}")  # the key that is kept beside has been replaced


def main(name: str) -> None:
    """The export, the key of its log, and a checkpoint that was published before."""
    path = HERE / f"{name}.countersign.zip"
    if path.exists():
        raise SystemExit(f"{path} is kept and stays as it is")
    with TemporaryDirectory() as folder, opened("sqlite", Path(folder)) as store:
        resources = Resources(store)
        bootstrap(resources, read_set(ACME), data_files(), ADMIN, "installation", START)
        before = make_checkpoint(store, KEYS, LOG, START)
        _stamp(store, before, name, Path(folder) / "authority")
        lived(resources)
        rotate(store, ROTATED, "once a year", ADMIN, NOW + timedelta(hours=3))
        export(resources, ROTATED, LOG, Selection(), path, ADMIN, NOW + timedelta(days=1))
    origin = checkpoint_of(note_of(before.note).text).origin
    (HERE / f"{name}.note").write_text(before.note)
    keys = [key_text(key) for key in KEYS.public(origin)]
    (HERE / f"{name}.key").write_text("\n".join(keys) + "\n")


def _stamp(store: Store, signed: Signed, name: str, folder: Path) -> None:
    """The checkpoint with the time of an authority, whose root certificate is kept beside."""
    with serving(certified(folder)) as server:
        root = folder / "root.pem"
        assert publish(store, signed, [Authority(server.url, roots_in(root))], NOW) == {}
    (HERE / f"{name}.pem").write_bytes(root.read_bytes())


if __name__ == "__main__":
    main(sys.argv[1])
