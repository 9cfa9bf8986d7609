"""An export, written: records with their proofs, what they rest on, and what all of it comes to."""

from __future__ import annotations

import base64
import csv
import io
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from importlib.metadata import version
from itertools import chain
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import Any, Final

from sqlalchemy import Connection, select

from adapters.signing import SigningKeys
from adapters.store.checkpoints import Signed
from adapters.store.erasing import erased_among
from adapters.store.in_force import files_of
from adapters.store.tables import trail
from adapters.store.time_stamps import TimeStamp, time_stamps_of
from adapters.store.trail import Entry, append
from api.usecases.casework.resources import Resources
from api.usecases.trail.checkpointing import make_checkpoint
from api.usecases.trail.disclosing import disclosures_of
from api.usecases.trail.exporting.packing import Packing, packing
from api.usecases.trail.exporting.population import Population
from api.usecases.trail.exporting.readme import TEXT
from api.usecases.trail.exporting.selecting import (
    BATCH,
    NothingSelected,
    Selection,
    period,
    population,
    positions_of,
    rested_on,
)
from api.usecases.trail.proving import Prover
from api.usecases.trail.rotating import rotations
from engine.canonical import canonical_bytes
from engine.cases.identities import Identities
from engine.documents.fields import RESTRICTED, FieldClass
from engine.money import fraction_text
from engine.recorded import SEMANTICS
from engine.recording import moment_text
from engine.sampling import drawn
from engine.trail.notes import Checkpoint, checkpoint_of, key_text, note_of
from engine.verifying.counting import COLUMNS
from engine.verifying.disclosing import with_disclosed
from engine.verifying.manifest import FORMAT
from engine.verifying.naming import contents_named
from engine.verifying.totals import Totals

READ_BY_AUDITORS: Final = frozenset({*FieldClass} - {RESTRICTED})
IN_MEMORY: Final = 4 * 2**20  # bytes of disclosures, from which on they wait in a file
CHUNK: Final = 2**20
CLOCK: Final = "of the server, in UTC"
Progress = Callable[[int, int], None]
Disclosing = Callable[..., list[dict[str, Any]]]


@dataclass(frozen=True, slots=True)
class Exported:
    """What was exported: the digest of its manifest, its records and cases, and over which
    checkpoint."""

    manifest_digest: str
    record_count: int
    case_count: int
    checkpoint: Signed


@dataclass(slots=True)
class _Seen:
    """What the selected records come to, and which contents all of them name."""

    first: int = 0
    last: int = 0
    count: int = 0
    by_kind: Counter[str] = field(default_factory=Counter)
    statuses: dict[str, str] = field(default_factory=dict)
    totals: Totals = field(default_factory=Totals)
    named: set[str] = field(default_factory=set)

    def add(self, position: int, body: dict[str, Any]) -> None:
        self.first = self.first or position
        self.last = position
        self.count += 1
        self.by_kind[str(body.get("kind"))] += 1
        case, status = body.get("case"), body.get("status")
        if isinstance(case, str) and isinstance(status, str):
            self.statuses[case] = status
        self.totals.add(body)


def export(
    resources: Resources,
    keys: SigningKeys,
    log_name: str,
    selection: Selection,
    path: Path,
    who: Identities,
    now: datetime,
    allowed: frozenset[FieldClass] = READ_BY_AUDITORS,
    published: Sequence[Checkpoint] = (),
    progress: Progress = lambda done, total: None,
) -> Exported:
    """Writes the export, as of one moment, and puts on record that it was made.

    Values of classes that are not `allowed` stay withheld. Others go on writing meanwhile. Raises
    `NotSigned`, `NothingSelected`, and `OSError` where the file cannot be written: then there is
    none, and no record of it.
    """
    signed = make_checkpoint(resources.store, keys, log_name, now, published)
    with resources.store.snapshot() as connection, packing(path) as archive:
        disclosing = partial(disclosures_of, resources, connection, allowed=allowed)
        writing = _Writing(connection, signed, selection, archive, disclosing, progress)
        with writing.disclosed:
            seen = writing.all()
        manifest = writing.manifest(seen, keys, who, now)
        manifest["withheld_classes"] = sorted(str(each) for each in {*FieldClass} - allowed)
        data = json.dumps(manifest, ensure_ascii=False, indent=1).encode()
        digest = archive.add("export.json", [data])
    done = Exported(digest, seen.count, len(seen.statuses), signed)
    with resources.store.transaction() as connection:
        append(connection, [Entry("exported", None, now, _body(done, manifest, who))])
    return done


class _Writing:
    """One export while it is written."""

    def __init__(
        self,
        connection: Connection,
        signed: Signed,
        selection: Selection,
        archive: Packing,
        disclosing: Disclosing,
        progress: Progress,
    ) -> None:
        self._connection = connection
        self._signed = signed
        self._selection = selection
        self._archive = archive
        self._disclosing = disclosing
        self.disclosed = SpooledTemporaryFile(max_size=IN_MEMORY)
        self._progress = progress
        self._prover = Prover(connection, signed)
        self._population = Population()
        self.erased: frozenset[str] = frozenset()

    def all(self) -> _Seen:
        """Every entry but the manifest."""
        seen = _Seen()
        if self._selection.is_period:
            first, last = period(self._connection, self._selection, self._signed.size)
            beside = range(max(1, first - 1), min(self._signed.size, last + 1) + 1)
            positions = [*rested_on(self._connection, first, last), *beside]
            lines = self._records(positions, seen, first, last)
            self._archive.add("records.jsonl", lines)
            seen.first, seen.last = first, last
        else:
            chosen = self._chosen()
            positions = [*positions_of(self._connection, chosen, self._signed.size)]
            lines = self._records(positions, seen, 1, self._signed.size)
            self._archive.add("records.jsonl", lines)
        self.disclosed.seek(0)
        self._archive.add("disclosures.jsonl", iter(partial(self.disclosed.read, CHUNK), b""))
        self._archive.add("consistency.jsonl", self._earlier())
        self._rotations()
        self._stamps()
        self.erased = erased_among(self._connection, seen.named)
        for digest in sorted(seen.named - self.erased):
            for name, data in sorted(files_of(self._connection, digest).items()):
                self._archive.add(f"contents/{digest.removeprefix('sha256:')}/{name}", [data])
        self._archive.add("readme.txt", [TEXT.encode()])
        return seen

    def _chosen(self) -> frozenset[int]:
        """The cases that are exported; the population stands beside them, and how they were
        drawn."""
        conditions = population(self._selection)
        rows = self._population.rows(self._connection, conditions, self._signed.size)
        self._archive.add("population.csv", _csv(rows))
        ids = self._population.ids
        if not ids:
            raise NothingSelected("no case is selected by this")
        sample = self._selection.sample
        if sample is None:
            return frozenset(ids.values())
        names = drawn(self._population.items, sample.method, sample.size, sample.seed)
        stated = {
            "seed": sample.seed,
            "size": sample.size,
            "method": str(sample.method),
            "drawn": names,
        }
        self._archive.add("sample.json", [json.dumps(stated, indent=1).encode()])
        return frozenset(ids[name] for name in names)

    def _records(
        self, positions: Sequence[int], seen: _Seen, first: int, last: int
    ) -> Iterator[bytes]:
        """A line for each record; those within the selection are counted."""
        for at in range(0, len(positions), BATCH):
            query = select(trail.c.position, trail.c.body).order_by(trail.c.position)
            wanted = query.where(trail.c.position.in_(positions[at : at + BATCH]))
            for position, body in self._connection.execute(wanted):
                plain = json.loads(body)
                seen.named |= contents_named(plain)
                found = self._disclosing(position=position, body=plain)
                self.disclosed.writelines(map(_json_line, found))
                if first <= position <= last:
                    seen.add(position, with_disclosed(plain, found) if found else plain)
                yield self._line(position, bytes(body))
            self._progress(min(at + BATCH, len(positions)), len(positions))

    def _line(self, position: int, body: bytes) -> bytes:
        return _json_line(_record_plain(position, body, self._prover.of_record(position)))

    def _earlier(self) -> Iterator[bytes]:
        for before, proof in self._prover.of_earlier():
            yield _json_line({"note": before.note, "proof": [*map(_base64, proof)]})

    def _rotations(self) -> None:
        """Changes of the key, where there were any, each with what both keys signed."""
        lines = []
        for each in rotations(self._connection, self._signed):
            record = each.record
            proof = Prover(self._connection, each.signed).of_record(record.position)
            line = _record_plain(record.position, record.body, proof)
            lines.append(_json_line({"record": line, "note": each.signed.note}))
        if lines:
            self._archive.add("rotations.jsonl", lines)

    def _stamps(self) -> None:
        """The time stamps of checkpoints, where there are any."""
        size = self._signed.size
        stamps = time_stamps_of(self._connection, self._signed.log, size)
        first = next(stamps, None)
        if first is not None:
            self._archive.add("timestamps.jsonl", map(_stamp_line, chain([first], stamps)))

    def manifest(
        self, seen: _Seen, keys: SigningKeys, who: Identities, now: datetime
    ) -> dict[str, Any]:
        """What the export says of itself."""
        log = checkpoint_of(note_of(self._signed.note).text).origin
        is_period = self._selection.is_period
        by_status = Counter(seen.statuses.values()) if is_period else self._population.by_status
        totals = seen.totals.by_currency if is_period else self._population.totals
        return {
            "format": FORMAT,
            "log": log,
            "made_at": moment_text(now),
            "made_by": who.decided_by,
            "clock": CLOCK,
            "product": version("countersign"),
            "semantics": SEMANTICS,
            "selection": self._selection.plain(),
            "positions": {
                "first": seen.first,
                "last": seen.last,
                "count": seen.count,
                "is_contiguous": is_period,
            },
            "counts": {
                "by_kind": dict(sorted(seen.by_kind.items())),
                "by_status": dict(sorted(by_status.items())),
            },
            "control_totals": {name: fraction_text(of) for name, of in sorted(totals.items())},
            "checkpoint": self._signed.note,
            "keys": [key_text(key) for key in keys.public(log)],
            "erased": sorted(self.erased),
            "files": dict(sorted(self._archive.digests.items())),
        }


def _body(done: Exported, manifest: dict[str, Any], who: Identities) -> dict[str, object]:
    return {
        "manifest_digest": done.manifest_digest,
        "selection": manifest["selection"],
        "positions": manifest["positions"],
        "counts": manifest["counts"],
        "checkpoint": {"log": manifest["log"], "size": done.checkpoint.size},
        "who": who.plain(),
    }


def _record_plain(position: int, body: bytes, proof: Iterable[bytes]) -> dict[str, object]:
    shown = [*map(_base64, proof)]
    return {"position": position, "body": body.decode(), "proof": shown}


def _stamp_line(stamp: TimeStamp) -> bytes:
    reply = _base64(stamp.reply)
    return _json_line({"size": stamp.size, "authority": stamp.authority, "reply": reply})


def _csv(rows: Iterable[dict[str, str]]) -> Iterator[bytes]:
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    for row in rows:
        writer.writerow(row)
        yield text.getvalue().encode()
        text.seek(0)
        text.truncate()
    yield text.getvalue().encode()


def _json_line(plain: object) -> bytes:
    return canonical_bytes(plain) + b"\n"


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()
