"""Exports made for tests: a plain writer of the format, and ways to spoil what it wrote."""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import json
import zipfile
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from sqlalchemy import Connection

from adapters.store.in_force import files_of
from adapters.store.trail import every_record
from api.usecases.casework.resources import Resources
from api.usecases.trail.disclosing import disclosures_of
from engine.canonical import canonical_bytes, digest
from engine.documents.fields import FieldClass
from engine.money import fraction_text
from engine.trail.notes import Checkpoint, Key, Signature, key_text, note_text, text_of
from engine.trail.tree import (
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    node_hash,
    root_of,
)
from engine.verifying.disclosing import with_disclosed
from engine.verifying.totals import Totals

LOG: Final = "countersign.example/trail"
KEY: Final = Ed25519PrivateKey.from_private_bytes(hashlib.sha256(b"the log").digest())
OTHER_KEY: Final = Ed25519PrivateKey.from_private_bytes(hashlib.sha256(b"somebody else").digest())


def public(key: Ed25519PrivateKey = KEY, name: str = LOG) -> Key:
    """The public key as a verifier knows it."""
    return Key(name, key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw))


def vkey(key: Ed25519PrivateKey = KEY) -> str:
    """The public key as it is handed over."""
    return key_text(public(key))


def signed(head: Checkpoint, key: Ed25519PrivateKey = KEY) -> str:
    """The checkpoint as a note."""
    text = text_of(head)
    return note_text(text, [Signature(LOG, public(key).id, key.sign(text.encode()))])


class Tree:
    """A whole tree in memory."""

    def __init__(self, bodies: Sequence[bytes]) -> None:
        self.leaves = [leaf_hash(body) for body in bodies]
        self._levels: dict[int, list[bytes]] = {0: self.leaves}

    def node(self, level: int, index: int) -> bytes:
        """As proofs ask for nodes."""
        if level not in self._levels:
            count = len(self.leaves) >> level
            self._levels[level] = [
                node_hash(self.node(level - 1, 2 * n), self.node(level - 1, 2 * n + 1))
                for n in range(count)
            ]
        return self._levels[level][index]

    def head(self, size: int | None = None) -> Checkpoint:
        """The checkpoint of the first records."""
        size = len(self.leaves) if size is None else size
        return Checkpoint(LOG, size, root_of(self.leaves[:size]))


@dataclass
class Export:
    """An export before it is written. `bodies` is the whole log; a test changes what it likes."""

    bodies: list[bytes]
    contents: dict[str, dict[str, bytes]]
    first: int = 1
    last: int = 0
    positions: list[int] | None = None  # single records instead of a range
    key: Ed25519PrivateKey = field(default_factory=lambda: KEY)
    earlier: list[int] = field(default_factory=list)  # sizes of published checkpoints
    disclosures: list[dict[str, Any]] = field(default_factory=list)
    true: list[dict[str, Any]] = field(default_factory=list)  # of all that is withheld
    population: list[dict[str, str]] | None = None
    sample: dict[str, Any] | None = None
    lines: Callable[[list[dict[str, Any]]], list[dict[str, Any]]] = lambda lines: lines
    manifest: Callable[[dict[str, Any]], dict[str, Any]] = lambda manifest: manifest
    files: Callable[[dict[str, bytes]], dict[str, bytes]] = lambda files: files

    def written(self, path: Path) -> Path:
        """The file."""
        tree = Tree(self.bodies)
        head = tree.head()
        self.last = self.last or head.size
        chosen = self._chosen(head.size)
        lines = [
            {
                "position": position,
                "body": self.bodies[position - 1].decode(),
                "proof": [*map(_b64, inclusion_proof(position - 1, head.size, tree.node))],
            }
            for position in chosen
        ]
        files = {
            "records.jsonl": _jsonl(self.lines(lines)),
            "disclosures.jsonl": _jsonl(self.disclosures),
            "consistency.jsonl": _jsonl(
                {
                    "note": signed(tree.head(size), self.key),
                    "proof": [*map(_b64, consistency_proof(size, head.size, tree.node))],
                }
                for size in self.earlier
            ),
            "readme.txt": b"A test.\n",
        }
        for name, content in self.contents.items():
            for file, data in content.items():
                files[f"contents/{name.removeprefix('sha256:')}/{file}"] = data
        if self.population is not None:
            files["population.csv"] = population_csv(self.population)
        if self.sample is not None:
            files["sample.json"] = json.dumps(self.sample).encode()
        files = self.files(files)
        manifest = self.manifest(self._manifest(head, files))
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, data in files.items():
                archive.writestr(name, data)
            archive.writestr("export.json", json.dumps(manifest))
        return path

    def _chosen(self, size: int) -> list[int]:
        if self.positions is not None:
            return self.positions
        return [*range(max(1, self.first - 1), min(size, self.last + 1) + 1)]

    def inside(self) -> list[dict[str, Any]]:
        """What the selected records state."""
        wanted = self.positions or range(self.first, self.last + 1)
        return [
            with_disclosed(
                json.loads(self.bodies[position - 1]),
                [each for each in self.true if each["position"] == position],
            )
            for position in wanted
        ]

    def _manifest(self, head: Checkpoint, files: dict[str, bytes]) -> dict[str, Any]:
        inside = self.inside()
        statuses = {b["case"]: b["status"] for b in inside if "case" in b and "status" in b}
        totals = Totals()
        for body in inside:
            totals.add(body)
        by_currency = totals.by_currency
        by_status = Counter(statuses.values())
        if self.population is not None:
            by_currency, by_status = {}, Counter(row["status"] for row in self.population)
            for row in self.population:
                if row["amount"]:
                    there = by_currency.get(row["currency"], Fraction(0))
                    by_currency[row["currency"]] = there + Fraction(row["amount"])
        return {
            "format": 1,
            "log": LOG,
            "made_at": "2027-06-01T00:00:00Z",
            "made_by": "gina",
            "clock": "system",
            "product": "0.1.0",
            "semantics": "1",
            "selection": {"by": "period" if self.positions is None else "sample"},
            "positions": {
                "first": min(self.positions) if self.positions else self.first,
                "last": max(self.positions) if self.positions else self.last,
                "count": len(inside),
                "is_contiguous": self.positions is None,
            },
            "counts": {
                "by_kind": dict(Counter(body["kind"] for body in inside)),
                "by_status": dict(by_status),
            },
            "control_totals": {name: fraction_text(total) for name, total in by_currency.items()},
            "checkpoint": signed(head, self.key),
            "keys": [vkey(self.key)],
            "erased": [],
            "withheld_classes": [],
            "files": {
                name: f"sha256:{hashlib.sha256(data).hexdigest()}" for name, data in files.items()
            },
        }


def export_of(resources: Resources) -> Export:
    """An export of everything in a store, not written yet. Nothing is committed: every value stands
    in its record, and a test withholds what it likes."""
    with resources.store.reading() as connection:
        bodies = [
            canonical_bytes(_whole(resources, connection, record.position, record.body))
            for record in every_record(connection)
        ]
        named = {
            plain["in_force"][what]
            for plain in map(json.loads, bodies)
            for what in ("policy", "master_data", "delegations")
            if isinstance(plain.get("in_force"), dict)
        }
        contents = {name: files_of(connection, name) for name in sorted(named) if name}
    return Export(bodies, contents)


def _whole(
    resources: Resources, connection: Connection, position: int, data: bytes
) -> dict[str, Any]:
    body = json.loads(data)
    every = frozenset(FieldClass)
    return with_disclosed(body, disclosures_of(resources, connection, position, body, every))


def withheld(export: Export, position: int, name: str, salt: str = "00") -> dict[str, Any]:
    """Commits a field of the document of a record; its disclosure."""
    body = json.loads(export.bodies[position - 1])
    value = body["document"][name]
    body["document"][name] = {"committed": digest({"salt": salt, "value": value})}
    export.bodies[position - 1] = canonical_bytes(body)
    made = {"position": position, "path": f"document/{name}", "salt": salt, "value": value}
    export.true.append(made)
    return made


def changed(export: Export, position: int, change: Callable[[Any], None]) -> None:
    """Changes what a record of the log states, in canonical form again."""
    body = json.loads(export.bodies[position - 1])
    change(body)
    export.bodies[position - 1] = canonical_bytes(body)


def _b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _jsonl(lines: Any) -> bytes:
    return b"".join(json.dumps(line, ensure_ascii=False).encode() + b"\n" for line in lines)


def population_csv(rows: list[dict[str, str]]) -> bytes:
    """The population as a file."""
    columns = "case type document_id entity status amount currency position received_at".split()
    text = io.StringIO()
    writer = csv.DictWriter(text, columns)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()
