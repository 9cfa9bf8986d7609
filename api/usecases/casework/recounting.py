"""What cases add to totals follows the master data: it is counted anew where they change.

A supplier that moves to another group takes its documents along. Most of the work is done before
the change is made, while others go on; what came or changed meanwhile is done with it, so that
whoever decides next finds every case where it belongs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from sqlalchemy import Connection

from adapters.store import cases, headroom
from adapters.store.cases import Case
from api.usecases.casework.adding_up import Sharing, sharing
from api.usecases.casework.resources import InForce, Resources
from api.usecases.casework.standing import count_both
from api.usecases.casework.written import DocumentUnreadable, document_of
from engine.cumulation.counting import Contribution

BATCH = 500

Progress = Callable[[int], None]


@dataclass(slots=True)
class Recount:
    """What every case adds under what will be in force. `prepare` first, `finish` with the change.

    `seen` are the versions that were looked at, `changed` what those add that add something else.
    """

    resources: Resources
    wanted: InForce
    seen: dict[int, int] = field(default_factory=dict)
    changed: dict[int, tuple[Case, tuple[Contribution, ...]]] = field(default_factory=dict)

    def prepare(self, connection: Connection, progress: Progress = lambda count: None) -> None:
        """Looks at every case that counts; `progress` is told how many more were looked at."""
        for found, kept in _batches(connection):
            for case in found:
                self._look_at(case, kept)
            progress(len(found))

    def finish(self, connection: Connection) -> int:
        """Keeps what has changed, in the transaction that changes what is in force.

        Returns how many cases add something else than before.
        """
        for found, kept in _batches(connection, self.seen):
            for case in found:
                self._look_at(case, kept)
        for case, added in self.changed.values():
            if case.standing_version:
                count_both(self.resources, connection, self.wanted, case, Sharing(added))
            else:
                headroom.count(connection, case, added)
        return len(self.changed)

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
