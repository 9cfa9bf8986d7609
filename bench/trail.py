"""What one record costs, by part, in CPU time of this process.

    python -m bench.trail

Records of real submissions are made again: the commitments of the document, canonical bytes (with
the decision as it was written when it was made), digest, the row (32 in one transaction, as they
are written), and the leaf with its way up the tree. A loop of plain additions stands beside it, by
which machines can be compared.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from adapters.policy_folder import read_set
from adapters.store.opening import Store, migrate, open_store
from adapters.store.trail import Entry, append, digest_of, every_record
from api.usecases.casework.activating import bootstrap
from api.usecases.casework.resources import Resources
from api.usecases.casework.submission import Submission
from api.usecases.casework.submitting import submit_all
from api.usecases.casework.written import text
from bench.service import ROOT, many_people
from bench.verify import NOW, TOGETHER, WHO, order
from engine.canonical import Written, canonical_object
from engine.documents.committing import commit
from engine.trail.tree import leaf_hash, root_of

ADDITIONS = 5_000_000
SEED = bytes(range(32))
WRITTEN = frozenset({"document", "decision", "in_force", "given"})


def main() -> None:
    """A line for each part, and all of them together."""
    with TemporaryDirectory() as name:
        store = _store(Path(name))
        with store.reading() as connection:
            records = [r for r in every_record(connection) if r.kind == "submission"]
        bodies = [_as_written(json.loads(record.body)) for record in records]
        texts = [canonical_object(body) for body in bodies]
        documents = [order(n) for n in range(len(bodies))]
        entries = [Entry("note", None, NOW, _bare(body)) for body in bodies]
        parts = {
            "commitments": _spent(lambda: [_committed(document) for document in documents]),
            "canonical bytes": _spent(lambda: [canonical_object(body) for body in bodies]),
            "digest": _spent(lambda: [digest_of(text) for text in texts]),
            "row": _spent(lambda: _appended(store, entries)),
            "tree": _spent(lambda: root_of(map(leaf_hash, texts))),
        }
        store.close()
    parts["row"] -= parts["canonical bytes"] + parts["digest"]
    for part, spent in parts.items():
        print(f"{part:<16} {spent / len(bodies) * 1e6:>7.1f} us")
    print(f"{'one record':<16} {sum(parts.values()) / len(bodies) * 1e6:>7.1f} us")
    print(f"{ADDITIONS:,} additions take {_spent(_additions):.2f} s here")


def _spent(action: Callable[[], object]) -> float:
    """Seconds of CPU, the least of three."""
    found = []
    for _ in range(3):
        began = time.process_time()
        action()
        found.append(time.process_time() - began)
    return min(found)


def _appended(store: Store, entries: list[Entry]) -> None:
    for first in range(0, len(entries), TOGETHER):
        with store.transaction() as connection:
            append(connection, entries[first : first + TOGETHER])


def _committed(document: dict[str, Any]) -> Written:
    return text(commit(document, "purchase_order", SEED).plain)


def _as_written(body: dict[str, Any]) -> dict[str, object]:
    """As a submission hands it over: what is text already stays so."""
    return {name: text(value) if name in WRITTEN else value for name, value in body.items()}


def _bare(body: dict[str, object]) -> dict[str, object]:
    """Without what `append` adds itself."""
    return {name: value for name, value in body.items() if name not in ("kind", "at")}


def _additions() -> None:
    total = 0
    for n in range(ADDITIONS):
        total += n


def _store(folder: Path) -> Store:
    url = f"sqlite:///{folder / 'countersign.db'}"
    migrate(url)
    store = open_store(url)
    resources = Resources(store)
    data = {file.name: file.read_bytes() for file in many_people(folder).glob("*.csv")}
    acme = read_set(ROOT / "policies" / "acme")
    bootstrap(resources, acme, data, WHO, "measuring", NOW - timedelta(days=1))
    for first in range(0, 960, TOGETHER):
        numbers = range(first, first + TOGETHER)
        submit_all(resources, [Submission(order(n), "bench", WHO, NOW) for n in numbers])
    return store


if __name__ == "__main__":
    main()
