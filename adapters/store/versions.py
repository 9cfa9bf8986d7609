"""Contents of a case that were replaced by others: each as it stood, with what was done on it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, delete, func, insert, select

from adapters.store.cases import Case, values_of
from adapters.store.many import Rows, insert_rows
from adapters.store.tables import acts, moment_as_kept, versions
from engine.canonical import canonical_bytes
from engine.cases.status import Status

APPROVED: Final = (Status.APPROVED, Status.POSTED)
_MOMENTS: Final = ("received_at", "changed_at")
_NAMES: Final = {"document": "document_json", "given": "given_json", "decision": "decision_json"}
_NAMED: Final = {**_NAMES, "findings": "findings_json", "change": "change_json"}


@dataclass(frozen=True, slots=True)
class Version:
    """A content with its case as it was when another came; `acts` are rows of that table."""

    case: Case
    acts: tuple[Mapping[str, object], ...]

    @property
    def is_approved(self) -> bool:
        """Whether it had been approved by then."""
        return self.case.status in APPROVED


def keep_version(connection: Connection, case: Case, now: datetime) -> None:
    """Keeps what the case is, before other content takes its place. The case is locked."""
    mine = versions.c.case_id == case.id
    count = connection.execute(select(func.count()).select_from(versions).where(mine)).scalar_one()
    found = connection.execute(
        select(acts).where(acts.c.case_id == case.id).order_by(acts.c.number)
    ).mappings()
    done = [{**row, "at": moment_as_kept(row["at"])} for row in found]
    values = values_of(case)
    kept = values | {name: moment_as_kept(getattr(case, name)) for name in _MOMENTS}
    connection.execute(
        insert(versions).values(
            case_id=case.id,
            number=count + 1,
            version=case.version,
            status=str(case.status),
            kept=canonical_bytes({**kept, "id": case.id}).decode(),
            acts=json.dumps(done),
            at=now,
        )
    )


def versions_of(connection: Connection, case_id: int) -> Sequence[Version]:
    """What was replaced, in that order; a version that came back may stand there twice."""
    query = select(versions).where(versions.c.case_id == case_id).order_by(versions.c.number)
    return [
        Version(_case(json.loads(row.kept)), tuple(json.loads(row.acts)))
        for row in connection.execute(query)
    ]


def standing_of(connection: Connection, case: Case) -> Version | None:
    """The approved version that counts while the case is changed; `None` where there is none."""
    if not case.standing_version:
        return None
    found = [
        each
        for each in versions_of(connection, case.id)
        if each.case.version == case.standing_version and each.is_approved
    ]
    return found[-1] if found else None


def posted_before(connection: Connection, case: Case) -> Version | None:
    """The version before the present one that is in the ERP's books; `None` where none is."""
    if case.version == 1:
        return None
    found = [v for v in versions_of(connection, case.id) if v.case.status is Status.POSTED]
    return found[-1] if found else None


def last_number(connection: Connection, case: Case) -> int:
    """The highest version that the case ever had."""
    query = select(func.max(versions.c.version)).where(versions.c.case_id == case.id)
    return max(case.version, connection.execute(query).scalar() or 0)


def restore_acts(connection: Connection, version: Version) -> None:
    """What was done on the version is what was done on the case, again."""
    connection.execute(delete(acts).where(acts.c.case_id == version.case.id))
    rows = [{**row, "at": datetime.fromisoformat(str(row["at"]))} for row in version.acts]
    insert_rows(connection, Rows(acts, rows))


def _case(kept: Mapping[str, object]) -> Case:
    values = {_NAMED.get(name, name): value for name, value in kept.items()}
    moments = {name: datetime.fromisoformat(str(values[name])) for name in _MOMENTS}
    return Case(**{**values, **moments, "status": Status(str(values["status"]))})  # type: ignore[arg-type]
