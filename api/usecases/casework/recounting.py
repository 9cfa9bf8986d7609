"""What cases add to totals, and what they are found by, follows the set and the master data.

A supplier that moves to another group takes its documents along. Most of the work is done before
the change is made, while others go on; what came or changed meanwhile is done with it, so that
whoever decides next finds every case where it belongs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from sqlalchemy import Connection

from adapters.store import beside, cases, headroom
from adapters.store.cases import Case
from adapters.store.many import insert_rows
from api.usecases.casework.adding_up import Sharing, sharing
from api.usecases.casework.resources import InForce, Resources
from api.usecases.casework.standing import count_both, expected
from api.usecases.casework.written import DocumentUnreadable, document_of
from engine.cumulation.counting import Contribution
from engine.readiness.asking import compares, found_by

BATCH = 500

Progress = Callable[[int], None]


@dataclass(slots=True)
class Recount:
    """What every case adds under what will be in force. `prepare` first, `finish` with the change.

    `seen` are the versions that were looked at, `changed` what those add that add something else,
    `found` the keys of those that others find by other keys.
    """

    resources: Resources
    wanted: InForce
    seen: dict[int, int] = field(default_factory=dict)
    changed: dict[int, tuple[Case, tuple[Contribution, ...]]] = field(default_factory=dict)
    found: dict[int, frozenset[str]] = field(default_factory=dict)

    def prepare(self, connection: Connection, progress: Progress = lambda count: None) -> None:
        """Looks at every case that counts; `progress` is told how many more were looked at."""
        for found, kept in _batches(connection):
            self._look_at_all(connection, found, kept)
            progress(len(found))

    def finish(self, connection: Connection) -> int:
        """Keeps what has changed, in the transaction that changes what is in force.

        Returns how many cases add something else than before.
        """
        for found, kept in _batches(connection, self.seen):
            self._look_at_all(connection, found, kept)
        for id in self.found:
            beside.forget_keys(connection, id)
        insert_rows(connection, beside.key_rows(self.found.items()))
        for case, added in self.changed.values():
            if case.standing_version:
                count_both(self.resources, connection, self.wanted, case, Sharing(added))
            else:
                headroom.count(connection, case, added)
        return len(self.changed)

    def _look_at_all(
        self, connection: Connection, found: list[Case], kept: Mapping[int, frozenset[object]]
    ) -> None:
        for case in found:
            self._look_at(case, kept)
        if not compares(self.wanted.policy):
            return
        known = beside.keys_of(connection, [case.id for case in found])
        for case in found:
            self.found.pop(case.id, None)
            keys = self._keys(connection, case)
            if keys is not None and keys != known.get(case.id, frozenset()):
                self.found[case.id] = keys

    def _keys(self, connection: Connection, case: Case) -> frozenset[str] | None:
        """What the case is found by: by its approved version, while that is being changed."""
        standing = expected(connection, case).case if case.standing_version else case
        try:
            document = document_of(self.resources, self.wanted.policy, standing)
        except DocumentUnreadable:
            return None  # it is found as before
        return found_by(self.wanted.data, document)

    def _look_at(self, case: Case, kept: Mapping[int, frozenset[object]]) -> None:
        self.seen[case.id] = case.version
        self.changed.pop(case.id, None)
        try:
            document = document_of(self.resources, self.wanted.policy, case)
        except DocumentUnreadable:
            return  # it goes on counting where it did
        added = sharing(self.wanted, document, case.received_at).contributions
        if case.standing_version or headroom.as_kept(case, added) != kept.get(case.id, frozenset()):
            self.changed[case.id] = (case, added)


def _batches(
    connection: Connection, seen: Mapping[int, int] | None = None
) -> Iterator[tuple[list[Case], Mapping[int, frozenset[object]]]]:
    """Cases that count, but for the versions in `seen`, with what is kept of what they add."""
    after = 0
    while versions := cases.versions(connection, headroom.COUNTS_AS, after, BATCH):
        after = max(versions)
        wanted = [id for id, version in versions.items() if (seen or {}).get(id) != version]
        yield cases.by_ids(connection, wanted), headroom.kept(connection, wanted)
