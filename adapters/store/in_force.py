"""What is in force, by digest; and the contents that digests name.

Every decision and action names the digests it used. Its transaction reads them again, shared, and
where one has changed it decides again; whoever puts something else in force waits for those that
read before. So a change holds everywhere from its commit on, and nothing has to be broadcast.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Connection, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import NoResultFound

from adapters.store.tables import contents, in_force
from engine.canonical import digest_of_files


class What(StrEnum):
    """What can be in force. `delegations` are apart: revoking one must not wait for a load."""

    POLICY = "policy"
    MASTER_DATA = "master_data"
    DELEGATIONS = "delegations"


@dataclass(frozen=True, slots=True)
class Digests:
    """What is in force, by name. An empty text: nothing yet."""

    policy: str = ""
    master_data: str = ""
    delegations: str = ""

    @property
    def is_complete(self) -> bool:
        """Whether it can be decided with."""
        return bool(self.policy and self.master_data and self.delegations)


Files = Mapping[str, bytes]

_READ = select(in_force.c.what, in_force.c.digest).order_by(in_force.c.what)
_LOCKED = _READ.with_for_update(read=True)  # SQLite has one writer and needs none


def add_files(connection: Connection, what: What, files: Files, now: datetime) -> str:
    """Keeps the files and returns their name. What is kept already stays as it is."""
    digest = digest_of_files(files)
    body = zlib.compress(
        json.dumps({name: data.hex() for name, data in sorted(files.items())}).encode()
    )
    build = (sqlite if connection.dialect.name == "sqlite" else postgresql).insert
    connection.execute(
        build(contents)
        .values(digest=digest, kind=str(what), body=body, added_at=now)
        .on_conflict_do_nothing()
    )
    return digest


def files_of(connection: Connection, digest: str) -> dict[str, bytes]:
    """The files that a digest names. Raises `LookupError` for none, and where they are damaged."""
    body = connection.execute(select(contents.c.body).where(contents.c.digest == digest)).scalar()
    if body is None:
        raise LookupError(f"nothing is kept under `{digest}`")
    if not body:
        raise LookupError(f"what `{digest}` names was erased")
    try:
        files = {name: bytes.fromhex(text) for name, text in json.loads(_inflate(body)).items()}
    except (ValueError, zlib.error) as problem:
        raise LookupError(f"what is kept under `{digest}` cannot be read") from problem
    if digest_of_files(files) != digest:
        raise LookupError(f"what is kept under `{digest}` has another digest")
    return files


def _inflate(body: bytes) -> bytes:
    return zlib.decompress(bytes(body))


def digests(connection: Connection, *, lock: bool = False) -> Digests:
    """What is in force now. With `lock` it stays so until the transaction ends."""
    found = connection.execute(_LOCKED if lock else _READ)
    return Digests(**{what: digest for what, digest in found})


def hold_in_force(connection: Connection) -> Digests:
    """What is in force now; nobody decides on it, or changes it, until the transaction ends."""
    found = connection.execute(_READ.with_for_update())
    return Digests(**{what: digest for what, digest in found})


def loaded_since(connection: Connection, what: What) -> datetime | None:
    """When it was put in force last, the same content again included."""
    query = select(in_force.c.since).where(in_force.c.what == what)
    found: datetime | None = connection.execute(query).scalar()
    return found


def put_in_force(connection: Connection, what: What, digest: str, now: datetime) -> str:
    """Puts a content in force and returns the digest of the one before, empty for none."""
    before = connection.execute(
        select(in_force.c.digest).where(in_force.c.what == what).with_for_update()
    ).scalar()
    if before is None:
        connection.execute(in_force.insert().values(what=what, digest=digest, since=now))
    else:
        changed = connection.execute(
            update(in_force).where(in_force.c.what == what).values(digest=digest, since=now)
        )
        if changed.rowcount != 1:
            raise NoResultFound(f"`{what}` is in force no more")
    return before or ""
